"""Who is told: the outbox."""
