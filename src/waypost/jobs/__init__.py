"""What runs behind: the due table and jobs."""
