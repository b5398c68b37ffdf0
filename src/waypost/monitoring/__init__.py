"""What is kept: rules, kernel and twin, worker, late lane, replay."""
