"""Checking what the log says: audits, monitors, witnesses, receipts."""
