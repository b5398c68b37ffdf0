"""What is asked: persons, orders, requirements, zones, timetables, activations."""
