"""Parties questioned in person, after an undertaking: ordered, signed, recorded, and what becomes of a refusal (CPI 110; EV 64–66)."""
