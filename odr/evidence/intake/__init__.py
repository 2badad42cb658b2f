"""How a file comes in."""
