"""Practice that is scored, what of it stands on an officer's record, and which acts ask for it."""
