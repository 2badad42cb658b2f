"""What a rule pack says about the public text of a decision: whose names are replaced and how, what is cut, what is never hidden.

The table of a court in China, with two dated modes of which the wider is the default (JDP 8–10 and the practice of 2026)::

    [redaction]
    applies_to = "acts_from"
    mode = "practice_2026"
    sign = "×"
    sign_article = "JDP 10"

    [redaction.modes.text_2016]
    title = { en = "Text of 2016", zh = "2016年规定" }
    since = 2016-10-01
    who = "protected"          # families, minors and those who stand up for them: JDP 8
    style = "surname_mou"
    article = "JDP 8"
    style_article = "JDP 9"

    [redaction.modes.practice_2026]
    title = { en = "Practice of 2026", zh = "2026年做法" }
    since = 2026-01-08
    who = "all"                # all parties, organisations, and whoever else is named
    style = "surname_mou"
    article = "JDP 8"
    style_article = "JDP 9"
    provisional = true         # told to a newspaper, not yet an article

    [redaction.cuts.address]
    article = "JDP 10(1)"
    keep = "district"          # what stays of an address: "district" or nothing
    of = ["person"]            # whose: "person", "organisation"; both where the row does not say
    [redaction.cuts.bank_account]
    article = "JDP 10(1); JDP 10(2)"
    [redaction.cuts.birth_date]
    article = "JDP 10(1)"
    keep = "year"
    [redaction.cuts.order_number]
    article = "JDP 10(6)"
    provisional = true

    [redaction.never]
    of = ["judge", "assessor", "assistant", "clerk", "case_number"]
    article = "JDP 8"
    provisional = true

In England and Wales names are public unless an order says otherwise (CPR 39.2(4)); then by pseudonyms that tell nothing::

    [redaction]
    applies_to = "acts_from"
    mode = "by_order"
    sign = "×"
    sign_article = "COURT publication"

    [redaction.modes.by_order]
    title = { en = "Names by order", zh = "依命令隐名" }
    since = 2024-05-01
    who = "ordered"
    style = "pseudonym"
    article = "CPR 39.2(4)"
    style_article = "CPR 39.2(4)"

    [redaction.cuts.phone]
    article = "COURT publication"
    provisional = true

    [redaction.never]
    of = ["judge", "clerk", "case_number"]
    article = "COURT publication"
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from odr.procedure.rules.base import Applies, Article, Key, Rule, Words


class Private(StrEnum):
    """What can be found in a decision that may have to be hidden."""

    PERSON = "person"
    ORGANISATION = "organisation"
    ADDRESS = "address"
    PHONE = "phone"
    EMAIL = "email"
    ID_NUMBER = "id_number"
    BANK_ACCOUNT = "bank_account"
    PLATE = "plate"
    TITLE_DEED = "title_deed"
    ACCOUNT = "account"
    """A name on a platform: WeChat, QQ, Alipay, a shop's user."""
    URL = "url"
    """An address of a page that names its user."""
    BIRTH_DATE = "birth_date"
    ORDER_NUMBER = "order_number"
    """Of an order, a parcel or a payment: whoever holds it can ask a platform for the person."""
    HEALTH = "health"
    TRADE_SECRET = "trade_secret"
    PRIVACY = "privacy"
    """Of a family or of personality rights."""
    INVESTIGATION = "investigation"
    OTHER = "other"
    """What the court itself holds unfit for the public."""


NAMES = frozenset({Private.PERSON, Private.ORGANISATION})
"""What is replaced by another name and not cut out."""
BY_A_PERSON = frozenset({Private.HEALTH, Private.TRADE_SECRET, Private.PRIVACY, Private.INVESTIGATION, Private.OTHER})
"""What no pattern finds: a clerk, a judge or a party points at it."""


class Who(StrEnum):
    """Whose names are replaced."""

    PROTECTED = "protected"
    """Those of JDP 8 only: parties of family and inheritance cases, minors, and who represents either by law."""
    ALL = "all"
    """All parties and organisations, and whoever else is named, but not the court."""
    ORDERED = "ordered"
    """Those an order of the court names."""


class Style(StrEnum):
    """By what a name is replaced."""

    SURNAME_MOU = "surname_mou"
    """Surname and 某 (JDP 9), numbered where several would read the same."""
    PSEUDONYM = "pseudonym"
    """Letters that say nothing of the person."""


class Holder(StrEnum):
    """Whose a private datum is."""

    PERSON = "person"
    ORGANISATION = "organisation"


class Remains(StrEnum):
    """What stays of something that is cut."""

    NOTHING = "nothing"
    DISTRICT = "district"
    """An address down to county or district."""
    YEAR = "year"
    """Of a date of birth."""


class NeverHidden(StrEnum):
    """What stands in every public text."""

    JUDGE = "judge"
    ASSESSOR = "assessor"
    ASSISTANT = "assistant"
    CLERK = "clerk"
    CASE_NUMBER = "case_number"


class Mode(Rule):
    """One way of replacing names, and since when there is one."""

    title: Words
    since: date
    who: Who
    style: Style
    article: Article
    style_article: Article
    provisional: bool = False
    """Whether the law's text does not say so (yet)."""


class Cut(Rule):
    """One kind of thing that is cut out."""

    article: Article
    of: Annotated[tuple[Holder, ...], Field(min_length=1)] = (Holder.PERSON, Holder.ORGANISATION)
    keep: Remains = Remains.NOTHING
    provisional: bool = False

    def hides(self, holder: Holder | None) -> bool:
        """Whether it is cut for this holder; where nobody knows whose it is, it is cut."""
        return holder is None or holder in self.of


class Shown(Rule):
    """What may never be hidden."""

    of: Annotated[tuple[NeverHidden, ...], Field(min_length=1)]
    article: Article
    provisional: bool = False


class RedactionRules(Rule):
    """Whose names are replaced and how, what is cut out, what is always shown."""

    applies_to: Applies = Applies.ACTS_FROM
    modes: Annotated[dict[Key, Mode], Field(min_length=1)]
    mode: Key
    """The mode in use."""
    cuts: dict[Private, Cut] = {}
    never: Shown
    sign: Annotated[str, Field(min_length=1, max_length=1)] = "×"
    """Stands for what is cut where the sentence needs it (JDP 10)."""
    sign_article: Article

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.mode not in self.modes:
            raise ValueError(f"mode: no mode is called {self.mode}; there are {', '.join(sorted(self.modes))}")
        if names := [kind.value for kind in self.cuts if kind in NAMES]:
            raise ValueError(f"cuts: {', '.join(names)}: a name is replaced, not cut; the mode says whose")
        for kind, cut in self.cuts.items():
            allowed = {Private.ADDRESS: Remains.DISTRICT, Private.BIRTH_DATE: Remains.YEAR}.get(kind, Remains.NOTHING)
            if cut.keep not in (Remains.NOTHING, allowed):
                raise ValueError(f"cuts: {kind.value}: of this no {cut.keep.value} can be kept")
        return self

    @property
    def used(self) -> Mode:
        """The mode in use."""
        return self.modes[self.mode]

    def in_mode(self, mode: str) -> RedactionRules:
        """The same rules in another of their modes. Raises ValueError where there is none of that name."""
        return RedactionRules.from_table({**dict(self), "mode": mode})

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> RedactionRules:
        """The rules out of a pack's table. Raises ValueError that names each place and what is wrong there."""
        try:
            return cls.model_validate(dict(table))
        except ValidationError as error:
            raise ValueError(
                "; ".join(
                    ".".join(["redaction", *(str(part) for part in each["loc"])]) + ": " + each["msg"]
                    for each in error.errors()
                )
            ) from error
