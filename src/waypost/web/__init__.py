"""What people see: pages, maps, JSON API."""
