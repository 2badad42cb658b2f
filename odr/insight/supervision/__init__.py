"""What is laid before whoever supervises the court: limits that were broken, cases drawn to be read again, and what is unusual."""
