"""IOM: who is in which cohort, the offer at each stage, case conferences, tasking, intelligence."""
