"""Experts: commissioned, reporting, heard, paid."""
