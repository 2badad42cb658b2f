"""Phrases the clerk puts in the record: the pack's words, about somebody where they are, to be changed before they are kept. They
are in the language of the case, whatever the language of the clerk's page (CPL 11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from odr.docket.models import Case, Role
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.hearing.live.models import LivePerson, LiveRoom
from odr.procedure.papers.language import language_of
from odr.procedure.rules.court_rules import Phrase, PhraseAbout

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

KEYS = 9
"""So many of them have a key of the keyboard."""


@dataclass(frozen=True)
class Offered:
    """A phrase as it is offered: its name in the pack, its key, and its words as the record takes them in."""

    key: str
    number: int | None
    phrase: Phrase
    cited: Text
    """What it rests on, in words."""
    words: str


def offered(sitting: Sitting, case: Case) -> list[Offered]:
    """The phrases of the rules of the case, in the order of a hearing; none where the rules name none."""
    pack, spoken = sitting.pack(case), language_of(sitting, case)
    each: Mapping[str, Phrase] = pack.phrases.list if pack.phrases is not None else {}
    return [
        Offered(
            key,
            place if place <= KEYS else None,
            phrase,
            pack.cite(phrase.article),
            phrase.words.render(spoken),
        )
        for place, (key, phrase) in enumerate(each.items(), 1)
    ]


def _fits(about: PhraseAbout, person: LivePerson) -> bool:
    if about is PhraseAbout.WITNESS:
        return person.role is Role.WITNESS
    return about is not PhraseAbout.PARTY or person.party_id is not None


def said_of(sitting: Sitting, case: Case, room: LiveRoom, key: str, who: str) -> str:
    """A phrase, about somebody where it is about one. Raises InvalidInput for one the rules have not, or about somebody else."""
    found = next((each.phrase for each in offered(sitting, case) if each.key == key), None)
    if found is None:
        raise InvalidInput.at("phrase", T("The rules of this case have no such phrase."))
    spoken = language_of(sitting, case)
    if found.about is PhraseAbout.NOBODY:
        return found.said_of("", spoken)
    person = next((p for p in room.people if p.reference == who), None)
    if person is None:
        raise InvalidInput.at("about", T("Choose whom this phrase is about."))
    if not _fits(found.about, person):
        witness = found.about is PhraseAbout.WITNESS
        raise InvalidInput.at(
            "about",
            T("This phrase is about a witness. Choose one.")
            if witness
            else T("This phrase is about a party. Choose one."),
        )
    return found.said_of(person.name, spoken)
