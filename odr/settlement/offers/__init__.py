"""Offers and agreements in the private room."""
