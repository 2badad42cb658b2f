"""Terminals in the court's hall: people file, send papers, pay, print and attend there, and the terminal forgets them."""
