"""What helps people of the court and decides nothing: the guide and the check of a draft. All of it runs on the court's machine."""
