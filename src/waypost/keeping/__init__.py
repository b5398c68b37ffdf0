"""What is kept, how long, and what the person it is about may have of it."""
