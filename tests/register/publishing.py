"""Ways to bring a decision through publication in a test, as the pages do it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from odr.docket.models import Case
from odr.register.publication import redacting
from odr.register.publication.models import Publication
from tests.judgment.bench import Bench


def numbered(bench: Bench) -> list[Publication]:
    """The numbered decisions of the case, as they stand."""
    with bench.court.database.read() as session:
        rows = list(
            session.scalars(
                select(Publication).where(Publication.case_id == bench.case_id).order_by(Publication.number)
            )
        )
        session.expunge_all()
        return rows


def proposal(bench: Bench, row: Publication, **choices: str) -> dict[str, Any]:
    """What a clerk sends who decides every open candidate the same way; ``choices`` by the words of the candidate."""
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        mine = session.get_one(Publication, row.id)
        redaction = redacting.redaction_of(bench.court.look(session), case, mine)
        fixed = redacting.fixed(redaction.candidates)
        given = {number: choice.value for number, choice in redaction.choices.items()}
        given |= dict.fromkeys(redaction.open, "replace")
        given |= {
            number: choices[places[0].surface]
            for number, places in redaction.groups.items()
            if places[0].surface in choices and number not in fixed
        }
        return {
            "publication": row.reference,
            "seen": redacting.seen(redaction),
            "choices": [{"number": number, "choice": choice} for number, choice in sorted(given.items())],
        }


def fixed(bench: Bench, row: Publication) -> int:
    """Number of a candidate on which nobody has a choice."""
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        redaction = redacting.redaction_of(bench.court.look(session), case, session.get_one(Publication, row.id))
        return min(redacting.fixed(redaction.candidates))


def propose(bench: Bench, row: Publication | None = None, **choices: str) -> Publication:
    """The clerk proposes."""
    row = row or numbered(bench)[-1]
    bench.do("clerk", "propose_publication", proposal(bench, row, **choices))
    return numbered(bench)[-1]


def approve(bench: Bench, row: Publication | None = None) -> None:
    """The judge approves what stands."""
    row = row or numbered(bench)[-1]
    bench.do("judge", "approve_publication", {"publication": row.reference, "text_sha256": row.proposed_sha256})


def publish(bench: Bench, row: Publication | None = None) -> Publication:
    """From a decision in effect, the last one if none is named, to the public text."""
    number = (row or numbered(bench)[-1]).number
    propose(bench, row)
    bench.wait(days=6)
    row = _numbered(bench, number)
    approve(bench, row)
    bench.do("clerk", "publish_decision", {"publication": row.reference})
    bench.court.notary.sequence()
    return _numbered(bench, number)


def _numbered(bench: Bench, number: int) -> Publication:
    return next(row for row in numbered(bench) if row.number == number)
