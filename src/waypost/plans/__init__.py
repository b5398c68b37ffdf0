"""One plan of a person's sentence and one of risk: what the tag is for in each, and what is due."""
