"""The command `waypost`: one module a group of commands, all thin."""
