"""Why somebody is monitored, what they were told, and from when what they do may count."""
