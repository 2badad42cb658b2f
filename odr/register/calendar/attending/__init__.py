"""Places of the public in a hearing: asked for, given out by a rule that can be reckoned again, checked at the door."""
