"""The public side: start page, checking a document, published decisions, and everybody's own list of cases."""
