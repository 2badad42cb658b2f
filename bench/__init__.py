"""Speed as ratios against a limit or peer measured in the same run; see ``bench/RESULTS.md``."""
