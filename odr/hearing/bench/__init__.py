"""A judge’s day, and what an assistant drafts."""
