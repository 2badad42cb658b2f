"""The trial limit of a case."""
