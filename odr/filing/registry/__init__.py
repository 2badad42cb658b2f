"""The registry: review, queue, numbers and seats."""
