"""What follows from a breach: proposed by the machine, decided by people."""
