"""Rule packs: dated, cited rules of one country."""
