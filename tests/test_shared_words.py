"""One word of English has several in Chinese: "Admit" is to concede a fact and to let somebody in. Which rooms share a word, and so its
Chinese, is written down, by somebody who has read it in each of them.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

from tests.parsed import files, tree_of

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(__file__).with_name("shared_words.tsv")
IN_TEMPLATES = re.compile(r"""\b_\(\s*(?:"([^"\\]+)"|'([^'\\]+)')""")
A_WORD = re.compile(r"[A-Za-z]+[.?:]?")
OF_SOMETHING_UNSAID = re.compile(r"(?:It|They|This|That) [a-z ]{1,24}")
"""A choice or a label that does not say what it is about: "It goes on" is of a preservation, and of an enforcement."""


def rooms_of_words() -> dict[str, set[str]]:
    """Each single word shown to people, with the rooms that show it; and each few words that leave unsaid what they are about, with the
    folders inside the rooms.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for page in (ROOT / "templates").rglob("*.html"):
        room = page.relative_to(ROOT / "templates").parts[0]
        for double, single in IN_TEMPLATES.findall(page.read_text()):
            found[double or single].add(room)
    for file in files("odr"):
        room = file.relative_to(ROOT / "odr").parts[0]
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "T" and node.args:
                words = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
                if isinstance(words, str):
                    unsaid = OF_SOMETHING_UNSAID.fullmatch(words)
                    found[words].add("/".join(file.relative_to(ROOT / "odr").parts[:2]) if unsaid else room)
    return {
        words: rooms
        for words, rooms in found.items()
        if A_WORD.fullmatch(words) or OF_SOMETHING_UNSAID.fullmatch(words)
    }


def test_a_word_means_the_same_in_every_room_that_shares_it() -> None:
    """Read the Chinese of a word where another room begins to use it; where it means something else there, say it in other words."""
    listed = dict(line.split("\t", 1) for line in SHARED.read_text().splitlines() if not line.startswith("#"))
    now = {words: " ".join(sorted(rooms)) for words, rooms in rooms_of_words().items() if len(rooms) > 1}
    new = {words: rooms for words, rooms in now.items() if not set(rooms.split()) <= set(listed.get(words, "").split())}
    gone = {words for words, rooms in listed.items() if now.get(words) != rooms} - new.keys()
    assert not new, f"read these in Chinese in each room, then put them into {SHARED.name}: {new}"
    assert not gone, f"no longer shared so: {gone}"
