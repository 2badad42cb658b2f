"""The public text of a decision: a new structured text, names replaced and private data cut by the pack's rules."""
