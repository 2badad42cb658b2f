"""Names of the acts of the room of insight: it has none, since it decides nothing in a case."""
