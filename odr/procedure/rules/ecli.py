"""What a rule pack says about identifiers of decisions for the world: country, court, and a letter for each kind of number.

They have the shape of a European Case Law Identifier, ``ECLI:CN:NETC:2026:CV4471.1``; a court outside the Union registers none::

    [ecli]
    country = "CN"
    court = "NETC"
    [ecli.letters]             # by the kinds under [case_numbers]
    first_instance = "CV"
    preservation = "CP"
"""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import Field, model_validator

from odr.procedure.rules.base import Key, Rule


class EcliRules(Rule):
    """Country and court, and the letters in front of a number."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    court: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,6}$")]
    letters: dict[Key, Annotated[str, Field(pattern=r"^[A-Z]{1,6}$")]]

    @model_validator(mode="after")
    def _letters_differ(self) -> Self:
        if len(set(self.letters.values())) < len(self.letters):
            raise ValueError("letters: two kinds of number would have the same identifier")
        return self

    def identifier(self, kind: str, year: int, number: int, ordinal: int = 1) -> str:
        """The identifier of one decision: ``ordinal`` counts the decisions of a case. Raises KeyError for a kind of number
        without letters, ValueError for what is longer than the standard's 25 signs.
        """
        tail = f"{self.letters[kind]}{number}.{ordinal}"
        if not re.fullmatch(r"[A-Z0-9.]{1,25}", tail):
            raise ValueError(f"{tail} is no ordinal of an identifier")
        return f"ECLI:{self.country}:{self.court}:{year}:{tail}"


def read_number(patterns: dict[str, str], number: str) -> tuple[str, int, int] | None:
    """Kind, year and running number of a case number, by a pack's ``case_numbers``; None for a number of another court."""
    for kind, pattern in patterns.items():
        if match := re.fullmatch(form_of(pattern), number):
            return kind, int(match["year"]), int(match["number"])
    return None


def form_of(pattern: str) -> str:
    """A pattern of case numbers as a regular expression."""
    form = re.escape(pattern)
    for place, group in (("year", r"(?P<year>\d{4})"), ("court", r".{0,8}?"), ("number", r"(?P<number>\d{1,12})")):
        form = form.replace(re.escape("{" + place + "}"), group, 1)
    return form
