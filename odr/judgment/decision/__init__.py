"""Findings, draft, signature, issuing."""
