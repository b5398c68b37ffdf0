"""What a requirement would have meant, tried on what is known: the proportionality of an order."""
