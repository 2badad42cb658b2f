"""One payload of every version of every act, kept as it was made. A file is added, never changed.

``python -m tests.golden`` writes the files that are missing.
"""
