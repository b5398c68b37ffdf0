"""What leaves on paper or in a file: signed bundles."""
