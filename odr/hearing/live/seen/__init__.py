"""What the public sees of a hearing held here: late, one way, in pieces, and nothing of a closed part."""
