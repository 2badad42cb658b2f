"""The room where a case is examined and heard."""
