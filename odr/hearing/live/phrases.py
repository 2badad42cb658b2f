"""Phrases the clerk puts in the record: the pack's words, about somebody where they are, to be changed before they are kept. They
are in the language of the case, whatever the language of the clerk's page (CPL 11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, Role
from odr.docket.queries import parties
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.hearing.live.models import LiveRoom
from odr.hearing.models import Interpreter, Witness
from odr.identity.actors import Actor
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


@dataclass(frozen=True)
class Person:
    """Somebody a phrase can be about."""

    reference: str
    name: str
    role: Role

    @property
    def kind(self) -> str:
        """As the page tells the script: a witness, a party, or another."""
        if self.role is Role.WITNESS:
            return "witness"
        return "party" if self.role in PARTY_ROLES else "other"


def in_the_room(room: LiveRoom) -> list[Person]:
    """Whoever came to a hearing held here."""
    return [Person(p.reference, p.name, p.role) for p in room.people]


def of_the_case(sitting: Sitting, case: Case) -> list[Person]:
    """Whoever may have been in a hearing held elsewhere: parties, witnesses and experts, interpreters."""
    session = sitting.session
    heard = session.scalars(select(Witness).where(Witness.case_id == case.id).order_by(Witness.id))
    interpret = session.scalars(select(Interpreter).where(Interpreter.case_id == case.id).order_by(Interpreter.id))
    return [
        *(Person(p.reference, p.name, p.role) for p in parties(case)),
        *(Person(w.reference, w.name, w.role) for w in heard),
        *(Person(i.reference, i.name, Role.INTERPRETER) for i in interpret),
    ]


def beneath(typed: str, words: str) -> str:
    """A phrase on a line of its own beneath what is typed already."""
    return "\n".join(part for part in (typed.rstrip(), words) if part)


def _fits(about: PhraseAbout, person: Person) -> bool:
    if about is PhraseAbout.WITNESS:
        return person.role is Role.WITNESS
    return about is not PhraseAbout.PARTY or person.role in PARTY_ROLES


def said_of(sitting: Sitting, case: Case, people: Sequence[Person], key: str, who: str) -> str:
    """A phrase, about somebody where it is about one. Raises InvalidInput for one the rules have not, or about somebody else."""
    found = next((each.phrase for each in offered(sitting, case) if each.key == key), None)
    if found is None:
        raise InvalidInput.at("phrase", T("The rules of this case have no such phrase."))
    spoken = language_of(sitting, case)
    if found.about is PhraseAbout.NOBODY:
        return found.said_of("", spoken)
    person = next((p for p in people if p.reference == who), None)
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


@dataclass(frozen=True)
class Phrases:
    """The phrases beside the form of a record: which there are, whom one may be about, and what was chosen last."""

    phrases: Sequence[Offered]
    people: Sequence[Person]
    template: str = "hearing/_phrases.html"


def beside_the_record(sitting: Sitting, case: Case, actor: Actor) -> Phrases | None:
    """For who records a hearing that was held elsewhere: the same phrases as in the room; nothing where the rules name none."""
    found = offered(sitting, case)
    return Phrases(found, of_the_case(sitting, case)) if found else None
