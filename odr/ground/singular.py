"""English that counts one thing: "1 day", where a sentence is written for several. No flask.

The sentence in the program's source is its English, and every number goes through it; Chinese has one form for all. So one rule
bends the noun after a number that is one, and the verb right after that noun, rather than two sentences in each of two hundred
places, one of them forgotten.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

NOUNS = {
    "addresses": "address",
    "authorities": "authority",
    "entries": "entry",
    "people": "person",
    "searches": "search",
    "tries": "try",
    "witnesses": "witness",
}
"""Those whose one is not the word without its last letter."""
_REGULAR = """
    acts administrators answers bytes cases causes characters claimants claims codes complaints days decimals
    decisions differences digests digits disputes dockets events exhibits facts fees figures files heads hearings
    hours instalments judgments kinds limits lines lookups makers mediations messages minutes months notes orders
    others pages papers parts persons photographs pictures pieces places points procedures questions
    representatives rooms rulings seats seconds sentences signs stages states steps texts things ties times words
    years
    """
REGULAR = frozenset(_REGULAR.split())
VERBS = {"are": "is", "were": "was", "have": "has", "do": "does", "go": "goes", "carry": "carries"} | {
    verb: f"{verb}s" for verb in ["wait", "stand", "belong", "come", "end", "run", "name"]
}
NUMBERED = frozenset({"number", "case", "label", "name", "ordinal"})
"""What a name or the number of one thing is called: "order 1 answers" counts nothing."""
_ONES = NOUNS | {noun: noun[:-1] for noun in REGULAR}
_BETWEEN = "in all|of it|of evidence|of the public|it needs|before it|you sent|that|of this kind and procedure that"
"""What may stand between what is counted and its verb."""
_COUNTED = re.compile(
    rf"(There are )?%\((\w+)\)s((?: (?!and |of |to |in |for |than )[a-z]+){{0,2}}?) ({'|'.join(_ONES)})\b(?! and [a-z])"
    rf"(?:( (?:{_BETWEEN}))? ({'|'.join(VERBS)})\b)?"
)


def counts_one(value: Any) -> bool:
    """Whether a parameter is the number one."""
    return (value.__class__ is int and value == 1) or value == "1"


@lru_cache(maxsize=1_000)
def of_one(message: str, names: frozenset[str]) -> str:
    """The English sentence where the parameters of these names are one: their places stay."""

    def bent(found: re.Match[str]) -> str:
        there, name, before, noun, after, verb = found.groups()
        if name not in names or name in NUMBERED:
            return found[0]
        whole = f"{'There is ' if there else ''}%({name})s{before} {_ONES[noun]}"
        return f"{whole}{after or ''} {VERBS[verb]}" if verb else whole

    return _COUNTED.sub(bent, message)
