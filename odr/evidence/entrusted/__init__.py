"""Inquiries with which another court is entrusted: asked for by letter, received, answered within thirty days (CPL 134)."""
