"""Appeal, retrial, setting aside, motions."""
