"""The mediation statement."""
