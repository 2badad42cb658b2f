"""The record of the hearing."""
