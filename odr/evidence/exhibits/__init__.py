"""Files as exhibits of a case."""
