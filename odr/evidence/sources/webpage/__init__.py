"""A web page looked at by the court's own browser: in a process of its own, through a gate that leads nowhere inside."""
