"""Evidence from elsewhere: platforms, web pages, digests, earlier proofs."""
