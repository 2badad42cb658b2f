"""Rounds of hash renewal: everything bound again before a hash weakens."""
