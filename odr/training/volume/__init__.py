"""A training court that is full: cases told act by act, and rows of very many."""
