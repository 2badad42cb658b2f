"""What failed, dealt with together: many papers sent again or announced at once, each by an act of its own; what could not be
done stays, with its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.canonical import sha256_hex
from odr.ground.errors import CourtError, InvalidInput
from odr.ground.text import T, Text, written_in
from odr.procedure.forms import fields
from odr.service import names
from odr.service.models import Packet, ServiceTask
from odr.service.packet.outcomes import FAILURES
from odr.service.queries import facts_of
from odr.service.registry.outcome_batch import clerk_in
from odr.service.vocabulary import PacketState, TaskReason

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

TOGETHER = 50
"""Papers of one press: as many as a page of the desk shows."""
AGAIN, ANNOUNCE = "again", "announce"


@dataclass(frozen=True)
class Refused:
    """A paper nothing was done with, and why."""

    packet: str
    case: str
    addressee: str
    why: Text


@dataclass(frozen=True)
class Together:
    """What came of a press: how many papers it was done with, how many it had been done with before, and the rest."""

    what: str
    done: int
    repeated: int
    refused: tuple[Refused, ...]


def do_together(
    court: Court,
    references: Sequence[str],
    what: str,
    account_id: int,
    strong_at: datetime | None,
    key: str,
    *,
    causes: str = "",
    place: str = "",
) -> Together:
    """Send papers again, or order their announcement, each in a transaction of its own. ``key`` makes the same press
    harmless when it comes twice.

    For an announcement ``causes`` stands in every record, and above it what was tried with this paper, when, and what came
    of it (CPL 95). Raises InvalidInput where nothing is ticked, or too much.
    """
    if what not in (AGAIN, ANNOUNCE):
        raise InvalidInput.at("what", T("Choose what is to be done with the ticked papers."))
    if not references:
        raise InvalidInput.at("packet", T("Tick the papers first."))
    if len(references) > TOGETHER:
        raise InvalidInput.at("packet", T("At most %(count)s papers at once.", count=TOGETHER))
    if what == ANNOUNCE and not place.strip():
        raise InvalidInput.at("place", T("Say where it will be announced."))
    done = repeated = 0
    refused: list[Refused] = []
    for reference in dict.fromkeys(references):
        with court.database.read() as session:
            found = session.execute(
                select(Packet.recipient_name, Case)
                .join(Case, Case.id == Packet.case_id)
                .where(Packet.reference == reference)
            ).first()
            mine = found is not None and clerk_in(session, account_id, found[1], court, strong_at) is not None
            # Of a paper in another clerk’s case nothing is told, not even whose it is.
            name, case = (found[0], found[1].number or found[1].reference) if found is not None and mine else ("", "")
        try:
            if _one(court, reference, what, account_id, strong_at, key, causes.strip(), place.strip()):
                repeated += 1
            else:
                done += 1
        except CourtError as error:
            faults = error.faults if isinstance(error, InvalidInput) else ()
            why = faults[0].message if faults else error.message
            refused.append(Refused(reference, case, name, why))
    return Together(what, done, repeated, tuple(refused))


def _one(
    court: Court,
    reference: str,
    what: str,
    account_id: int,
    strong_at: datetime | None,
    key: str,
    causes: str,
    place: str,
) -> bool:
    """Perform the act with one paper; says whether this press had done it before."""
    with court.sit() as sitting:
        packet = sitting.session.scalar(select(Packet).where(Packet.reference == reference))
        case = sitting.session.get(Case, packet.case_id) if packet is not None else None
        actor = clerk_in(sitting.session, account_id, case, court, strong_at) if case is not None else None
        if packet is None or case is None or actor is None:
            raise InvalidInput.at("packet", T("You have no paper with this reference."))
        if not stands_as_failed(sitting.session, packet):
            raise InvalidInput.at(
                "packet", T("This paper has not failed: nothing is to be done with it here. Look at its case.")
            )
        values = {"packet": [reference]}
        name = names.SERVE_AGAIN
        if what == ANNOUNCE:
            name = names.ORDER_ANNOUNCEMENT
            values |= {"causes": ["\n".join([*what_was_tried(sitting, packet, causes), causes])], "place": [place]}
        given = fields.parse(court.table[name].input, values)
        once = sha256_hex(f"{key}\x1f{what}\x1f{reference}".encode())[:60]
        return sitting.perform(name, case, given, actor=actor, key=once).repeated


def stands_as_failed(session: Session, packet: Packet) -> bool:
    """Whether the desk shows a paper among those that failed: not served, or somebody has to find another way."""
    if packet.state is PacketState.NOT_SERVED:
        return True
    if packet.state in (PacketState.HELD, PacketState.UNDONE):
        return False
    opened = select(ServiceTask.id).where(
        ServiceTask.packet_id == packet.id, ServiceTask.closed_at.is_(None), ServiceTask.reason != TaskReason.REPLY
    )
    return session.scalar(opened.limit(1)) is not None


def what_was_tried(sitting: Sitting, packet: Packet, causes: str) -> list[str]:
    """Each way that failed, on which day and how, in the language the clerk writes in."""
    language, zone = written_in(causes) or "en", sitting.court.settings.tz
    failed = [fact for fact in facts_of(sitting.session, packet) if fact.kind in FAILURES and fact.channel is not None]
    lines = (
        T(
            "%(day)s, %(way)s: %(what)s.",
            day=fact.at.astimezone(zone).date(),
            way=fact.channel.label if fact.channel is not None else "",
            what=fact.kind.label,
        )
        for fact in failed
    )
    return [line.render(language) for line in lines]
