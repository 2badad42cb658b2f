"""Ways to sign in, and what keeps somebody signed in."""
