"""The payment service behind the court’s port."""
