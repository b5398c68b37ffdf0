"""What a page shows, made from what a query gave: words and shapes, no records."""
