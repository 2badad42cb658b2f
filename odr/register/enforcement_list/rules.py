"""What the law says of a listing, as plain functions: who is too young, how long it lasts, what is shown of a number. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odr.procedure.rules.court_rules import EnforcementListRules

DOT = "•"
_NUMBER = re.compile(r"[0-9A-Z]{6,30}")


def age_on(born: date, day: date) -> int:
    """Full years on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_too_young(rules: EnforcementListRules, born: date | None, day: date) -> bool:
    """Whether somebody may not be listed because of their age (DDL 4)."""
    return born is not None and age_on(born, day) < rules.age


def number_key(typed: str) -> str:
    """A number as it is compared: width, case, blanks, dashes and brackets do not matter."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed[:120]).upper() if c.isalnum())


def name_key(typed: str) -> str:
    """A name as it is compared: width, case and blanks do not matter; every letter does."""
    folded = unicodedata.normalize("NFKC", typed[:300]).casefold()
    return "".join(c for c in folded if not c.isspace() and c not in ".,·•・‧")


def is_written(typed: str) -> bool:
    """Whether words are signs that can be written down: half of a pair of code units, as JSON can carry it, is none."""
    return not any("\ud800" <= sign <= "\udfff" for sign in typed)


def is_number(typed: str) -> bool:
    """Whether it can be the number of an identity document or a credit code."""
    return _NUMBER.fullmatch(number_key(typed)) is not None


def masked(number: str) -> str:
    """What is shown of a number: who knows it can tell it from another, nobody can copy it. The first four and last three signs
    of a long one; of a short one the last two.
    """
    key = number_key(number)
    first, last = (4, 3) if len(key) >= 12 else (0, 2)
    return key[:first] + DOT * (len(key) - first - last) + key[len(key) - last :]


def years_of(rules: EnforcementListRules, grounds: Collection[str], longer: int) -> int | None:
    """For how many years a listing holds: none where no ground has a term; two, and up to three more where there are several
    grounds or it was done by violence or threat (DDL 2).
    """
    if not any(rules.grounds[ground].has_term for ground in grounds):
        return None
    return rules.years + longer


def may_be_longer(rules: EnforcementListRules, grounds: Collection[str]) -> bool:
    """Whether the grounds allow a longer term (DDL 2)."""
    timed = [ground for ground in grounds if rules.grounds[ground].has_term]
    return bool(timed) and (len(grounds) > 1 or any(rules.grounds[ground].can_be_grave for ground in timed))


def years_later(day: date, years: int) -> date:
    """The same day so many years later; of 29 February the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
