"""Publication of decisions: numbered, redacted, approved by two people, published, taken back; and the ledger of all of them."""
