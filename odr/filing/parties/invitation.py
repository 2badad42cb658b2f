"""Reaching somebody new: addresses as far as they are known, and a letter with a code of its own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import update

from odr.docket.models import Audience, Case, Party, Role
from odr.procedure.acts.letter import PaperKind
from odr.service.models import ServiceAddress
from odr.service.packet.copies import papers_for
from odr.service.packet.occasions import CLAIM, JOINDER, SUBSTITUTION
from odr.service.packet.packets import note_reach, queue_packet, reach_of, recipient_of, withdraw_consents
from odr.service.packet.progress_codes import end_code, keep_code
from odr.service.rules import answer_by, with_notices
from odr.service.vocabulary import Channel

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def note_addresses(sitting: Sitting, party: Party, source: str) -> None:
    """Note every address the court was told of for a party; none of them by the party's own word."""
    note_reach(sitting.session, party_id=party.id, reach=reach_of(party), source=source, at=sitting.now, given=False)


def forget_reach(sitting: Sitting, party: Party, now: datetime, *, keep: Collection[Channel] = ()) -> None:
    """Addresses and consents of the one who was party before, or who acted for the party, reach nobody any more; those on
    the channels to ``keep`` are the party's own.
    """
    withdraw_consents(sitting.session, party_id=party.id, at=now)
    end_code(sitting.session, party.id, now)
    sitting.session.execute(
        update(ServiceAddress)
        .where(
            ServiceAddress.party_id == party.id,
            ServiceAddress.ended_at.is_(None),
            ServiceAddress.channel.not_in(keep),
        )
        .values(ended_at=now)
    )


def invite(sitting: Sitting, case: Case, party: Party) -> None:
    """A letter that tells whoever takes a party's place, or acts themselves from now on, of the case, with the code by
    which they join.
    """
    keep_code(sitting, case, party)
    queue_packet(
        sitting.session,
        case_id=case.id,
        party_id=party.id,
        entry_ids=[sitting.next_number(case)],
        title=SUBSTITUTION.title,
        what_next=SUBSTITUTION.what_next,
        first_contact=True,
        now=sitting.now,
        kind=PaperKind.PLEADING,
        recipient=recipient_of(sitting, case, party),
        letter="successor",
        case_number=case.number,
        occasion=SUBSTITUTION.key,
    )


def call_in(sitting: Sitting, case: Case, party: Party) -> None:
    """A letter that brings somebody into a running case, with the claim and a code of their own.

    A further respondent gets the claim as any respondent does (CPL 128); a third
    party or further claimant a notice to take part (CPI 74); who is named as claiming along
    is asked whether they do.
    """
    occasion = CLAIM if party.role is Role.RESPONDENT else JOINDER
    due_at, reckoned = answer_by(sitting, case, party) if party.role is Role.RESPONDENT else (None, None)
    what_next = occasion.what_next
    if case.accepted_at is not None:  # Whose claim is not accepted yet gets the notices with the acceptance.
        what_next = with_notices(sitting.pack(case), case, party, what_next)
    keep_code(sitting, case, party)
    queue_packet(
        sitting.session,
        case_id=case.id,
        party_id=party.id,
        entry_ids=[sitting.next_number(case)],
        title=occasion.title,
        what_next=what_next,
        first_contact=True,
        now=sitting.now,
        documents=papers_for(
            sitting, case, party, CLAIM, sitting.next_number(case), audience=Audience.PARTIES_AND_COURT
        ),
        kind=occasion.kind,
        recipient=recipient_of(sitting, case, party),
        letter=_letter(case, party),
        due_at=due_at,
        reckoned=reckoned,
        case_number=case.number,
        occasion=occasion.key,
    )


def _letter(case: Case, party: Party) -> str | None:
    if party.role is Role.RESPONDENT:
        return None
    if party.role is Role.CLAIMANT:
        return "fellow" if case.accepted_at is None else "co_claimant"
    return "joinder"
