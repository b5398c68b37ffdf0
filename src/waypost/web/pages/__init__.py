"""One module a group of pages; views are thin: ask a query or call an action, present, render."""
