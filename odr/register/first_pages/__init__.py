"""What somebody meets first: the page after signing in, and what a browser shows while there is no network."""
