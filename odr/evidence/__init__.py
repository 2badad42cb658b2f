"""Evidence: how a file comes in, is kept, is shown, and leaves again with its proofs."""
