"""Whether one name is another with a slip in it. Small and exact: names are short, and a draft has few of them."""

from __future__ import annotations


def is_one_slip(written: str, right: str) -> bool:
    """Whether ``written`` is ``right`` with one sign changed, left out, put in, or two neighbours exchanged."""
    if written == right or abs(len(written) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(written), len(right)) and written[start] == right[start]:
        start += 1
    rest, other = written[start:], right[start:]
    if len(rest) == len(other):
        exchanged = len(rest) > 1 and rest[:2] == other[1::-1] and rest[2:] == other[2:]
        return exchanged or rest[1:] == other[1:]
    longer, shorter = (rest, other) if len(rest) > len(other) else (other, rest)
    return longer[1:] == shorter
