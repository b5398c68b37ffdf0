"""Could it have been there: candidates, runs."""
