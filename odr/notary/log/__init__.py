"""The log: tree, tiles, checkpoints, proofs, and how leaves come into it."""
