"""What goes to one recipient on one occasion, and what became of it."""
