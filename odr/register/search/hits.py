"""Decisions as lists show them: read from the database by their addresses, so that only what is public now is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from odr.ground.text import Money
from odr.procedure.rules.pack import RulePack
from odr.register.publication.models import Publication, PublicationVersion
from odr.register.redaction.structure import PublicText
from odr.register.search.facts import FactReader, Facts
from odr.register.search.keeping import Row, Version, facts_of, shown_columns
from odr.register.search.language import Node, wanted
from odr.register.search.snippets import Piece, passages
from odr.register.search.tokens import phrase


@dataclass(frozen=True)
class Hit:
    """A decision of a list."""

    address: str
    language: str
    title: str
    kind: str
    decided_on: date
    version: int
    published_at: datetime
    facts: Facts
    awarded: Money | None
    passages: Sequence[Sequence[Piece]]


def hits(session: Session, reader: FactReader, found: Sequence[Facts], question: Node | None = None) -> list[Hit]:
    """Decisions that the index found, in this order, with the words found: those that are public now. Where another version
    is public than the index knows, what a list says of it is read off its text.
    """
    if not found:
        return []
    known = {facts.address: facts for facts in found}
    needles = [needle for each in wanted(question) if (needle := phrase(each.text))]
    rows = session.execute(shown_columns().where(Publication.address.in_(list(known))))
    made = {
        row.address: hit_of(reader, Row(*row[:6]), Version(*row[6:9]), row.text, needles, known[row.address])
        for row in rows
    }
    return [made[address] for address in known if address in made]


def hit_of(
    reader: FactReader,
    row: Row | Publication,
    version: Version | PublicationVersion,
    text: dict[str, object],
    needles: Sequence[tuple[tuple[int, str], ...]] = (),
    known: Facts | None = None,
) -> Hit:
    """A decision as a list shows it, with what is known of this version."""
    said = PublicText.from_json(text)
    facts = known if known is not None and known.sha256 == version.sha256 else facts_of(reader, row, version, said)
    return Hit(
        row.address,
        row.language,
        said.title,
        said.kind,
        row.decided_on,
        version.number,
        version.at,
        facts,
        money_of(reader.pack, facts),
        passages(said, needles),
    )


def money_of(pack: RulePack, facts: Facts) -> Money | None:
    """The sum awarded in the court's currency."""
    return Money(facts.awarded, pack.currency) if facts.awarded is not None else None
