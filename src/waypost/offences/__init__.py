"""What was reported: intake, batches, versions."""
