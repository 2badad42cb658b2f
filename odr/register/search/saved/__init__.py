"""Saved searches that come by e-mail: asked for without an account, confirmed from the mailbox, ended by one click."""
