"""The books, the pay desk and receipts."""
