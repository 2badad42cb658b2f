"""A judgment in an action of many applied to who did not register."""
