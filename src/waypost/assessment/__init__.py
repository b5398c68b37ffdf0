"""The room `assessment`: why the processing is lawful, printed from what truly runs."""
