"""What helps people of the court and decides nothing: the guide, and checks of a claim and of a draft. All of it runs on the court's machine."""
