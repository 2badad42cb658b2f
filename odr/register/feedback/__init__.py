"""Two questions after each step of a case, kept apart from it, and what the answers come to."""
