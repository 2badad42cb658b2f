"""Copies of the project that start as fast as the project itself: a process of a fresh one would compile a thousand modules."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def copied(source: Path, copy: Path, *ignored: str) -> None:
    """A folder of the project copied, with what Python has compiled of it where it keeps that in a place of its own. Files
    are copied with their time, by which it knows them again.
    """
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns(*ignored))
    if sys.pycache_prefix is None:
        return
    kept, there = (Path(sys.pycache_prefix) / path.relative_to("/") for path in (source, copy))
    if kept.is_dir():
        # Temporary folders get the names of earlier ones again, and what was compiled there is still kept.
        shutil.copytree(kept, there, dirs_exist_ok=True)
