"""In which language a case is held, and so every paper of it: never that of somebody's screen (CPL 11, 273)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, cast

from pydantic import BaseModel
from sqlalchemy import bindparam, select

from odr.docket.models import Case, DocketEntry
from odr.ground.config import Mode
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T, written_in
from odr.ground.typeset import PaperLocale
from odr.procedure.acts.table import Act
from odr.procedure.forms.inputs import field

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

Given = TypeVar("Given", bound=BaseModel)

FIRST_ENTRIES = 12
"""How many entries from the first on are read for words; the claim is the first, a severed case begins with a ruling."""

NUMBER = re.compile(r"^[(（]\d{4}[)）].+号$")
"""A case number: it is Chinese in every language and says nothing of the language of the case."""

CaseLanguage = Annotated[
    Literal["", "zh-Hans", "en"],
    field(
        T("Language of the paper"),
        T("It is the language of the case and need not be given; another one is refused."),
        widget="hidden",
    ),
]
"""The language of a paper in an act's input: filled in from the case; a program may say it, and is told where it is wrong."""

PAPER_WORDS = ("history", "issues", "reasons", "orders")
"""Fields whose words stand in the paper as the court's own."""

QUOTED = re.compile(
    "“[^”]*”|‘[^’]*’|「[^」]*」|『[^』]*』|《[^》]*》|〈[^〉]*〉|＂[^＂]*＂|\"[^\"]*\"|(?<![A-Za-z])'[^']*'(?![A-Za-z])"
)
"""What stands between marks of quotation: somebody's very words, a sign or a title, in whatever language it is."""

NO_WORDS = re.compile(
    r"[a-z]+://[!-~]+|www\.[!-~]+|[\w.+-]+@[\w.-]+|(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[!-~]*)?|\b[A-Z]{1,2}-\d+\b",
    re.ASCII | re.I,
)
"""Addresses and labels of exhibits: of no language."""

CHINESE = re.compile("[\u3400-\u9fff]")

IN_CHINESE = T(
    "This case is held in Chinese, and so are its papers. Write this in Chinese; a translation can go out beside it."
)
IN_ENGLISH = T(
    "This case is held in English, and so are its papers. Write this in English; a translation can go out beside it."
)


def language_of(sitting: Sitting, case: Case) -> PaperLocale:
    """The language of the case: in a sitting court the first of its rules (CPL 11). A court to train in also holds cases in
    its other languages, and then it is the one the case was brought in.
    """
    spoken = sitting.pack(case).languages
    brought = None
    if sitting.court.settings.mode is not Mode.PRODUCTION and len(spoken) > 1:
        first = _first_inputs(sitting, case)
        parent = _came_from(sitting, case, first)
        if parent is not None:
            return language_of(sitting, parent)
        # What people wrote, an entry at a time; codes, addresses of mail and days are no words.
        prose = (" ".join(said for said in _strings(json.loads(one)["input"]) if _is_prose(said)) for one in first)
        told = (written_in(words) for words in prose)
        brought = next((known for known in told if known is not None), None) or written_in(case.title)
    return cast(PaperLocale, brought if brought in spoken else spoken[0])


def _came_from(sitting: Sitting, case: Case, first: Sequence[str]) -> Case | None:
    """The case out of which this one was opened, where its first entry names it: a confirmation after a mediation."""
    numbers = [said for one in first[:1] for said in _strings(json.loads(one)["input"]) if NUMBER.match(said)]
    if not numbers:
        return None
    return sitting.session.scalar(select(Case).where(Case.number == numbers[0], Case.id < case.id))


_FIRST = (
    select(DocketEntry.payload)
    .where(DocketEntry.case_id == bindparam("case"))
    .order_by(DocketEntry.number)
    .limit(FIRST_ENTRIES)
)


def _first_inputs(sitting: Sitting, case: Case) -> Sequence[str]:
    """The first entries of a case, in order, as they were written down."""
    return sitting.session.scalars(_FIRST, {"case": case.id}).all()


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def _is_prose(words: str) -> bool:
    return (" " in words.strip() or not words.isascii()) and not NUMBER.match(words)


def takes_language(model: type[BaseModel]) -> bool:
    """Whether an input has the language of its paper as a field that is filled in from the case."""
    return "language" in model.model_fields and model.model_fields["language"].default == ""


def in_language_of_case(sitting: Sitting, case: Case, act: Act, given: Given, *, typed: bool) -> Given:
    """What was given with the language of its paper filled in from the case; as it is where the act makes no paper.

    Raises InvalidInput where another language is asked for, or, where a person ``typed`` it, where the paper's own
    words are written in another.
    """
    chooses = takes_language(type(given))
    if not chooses and act.paper is None:
        return given
    language = language_of(sitting, case)
    wrong = IN_CHINESE if language == "zh-Hans" else IN_ENGLISH
    faults = (
        [FieldFault(at, wrong) for at in _elsewhere(given, language, [p.name for p in case.parties])] if typed else []
    )
    if chooses and given.language not in ("", language):  # type: ignore[attr-defined]
        faults.append(FieldFault(("language",), wrong))
    if faults:
        raise InvalidInput(faults)
    return given.model_copy(update={"language": language}) if chooses else given


def _elsewhere(given: BaseModel, language: str, names: list[str]) -> Iterator[tuple[str | int, ...]]:
    """Where words of the paper are in another language than the case."""
    for name in PAPER_WORDS:
        value = getattr(given, name, None)
        if isinstance(value, str):
            if is_foreign(value, language, names):
                yield (name,)
        elif isinstance(value, list):
            for number, row in enumerate(value):
                for part in ("text", "what"):
                    if is_foreign(str(getattr(row, part, None) or ""), language, names):
                        yield (name, number, part)


def is_foreign(words: str, language: str, names: Iterable[str] = ()) -> bool:
    """Whether the court's own words are clearly in another language. An order names addresses, signs and what people wrote
    as they are, so these are not weighed; a Chinese text then has a Chinese sign left, an English one more letters than
    Chinese signs.
    """
    left = NO_WORDS.sub(" ", words)
    own = QUOTED.sub(" ", left)
    if language == "zh-Hans":
        return any(sign.isalpha() for sign in left) and CHINESE.search(own) is None and not _is_chinese(left)
    for name in names:
        own = own.replace(name, " ")
    signs = len(CHINESE.findall(own))
    return signs > sum(sign.isalpha() for sign in own) - signs


def _is_chinese(words: str) -> bool:
    """Whether all of it is in Chinese signs, as a text that is one quotation."""
    return all(CHINESE.match(sign) for sign in words if sign.isalpha())
