"""Filing at the counter."""
