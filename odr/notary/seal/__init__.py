"""The seal on the court’s papers: set and checked."""
