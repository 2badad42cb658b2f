"""What helps people of the court and decides nothing: the guide, checks of a claim and of a draft, decisions like a case, what facts still lack. All of it runs on the court's machine."""
