"""Somebody did not come to a hearing, left it, or came without their guardian: told, looked at and ruled on (CPL 146, 147; CPI 235, 236, 240)."""
