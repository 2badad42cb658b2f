"""Confirmation of an agreement made before a mediator."""
