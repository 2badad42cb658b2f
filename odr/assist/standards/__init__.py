"""The evidence a cause usually needs, and what the facts of a party still lack of it."""
