"""What a session remembers of the database: nothing is asked twice, and nothing of what a case has none of."""
