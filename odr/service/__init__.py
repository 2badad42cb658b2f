"""Service of process: every document reaches its person or the clerk knows that it did not, and the proof stands."""
