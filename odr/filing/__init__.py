"""Filing: the claim, the registry's review, the answer, and what changes them."""
