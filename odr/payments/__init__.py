"""Fees: computed, explained, paid, refunded."""
