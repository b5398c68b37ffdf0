"""Pathways out of crime: services with their places, referrals to them, and who waits how long."""
