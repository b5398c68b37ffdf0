"""Places to try it: seeded synthetic London, simulated tags."""
