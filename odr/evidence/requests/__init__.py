"""Requests about evidence and the rulings on them."""
