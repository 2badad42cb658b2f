"""The second door: hearings that everybody may see, live or again, and the catalogue of them."""
