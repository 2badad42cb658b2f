"""Accounts: registered, confirmed, stopped, and won back."""
