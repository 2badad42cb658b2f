"""The court's media room and its recorder: a process of its own through which every picture and sound passes."""
