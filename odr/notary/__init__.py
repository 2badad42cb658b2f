"""The notary: keys, the transparency log, time tokens, receipts and their verification. Knows nothing of courts."""
