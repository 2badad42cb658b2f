"""Opening a case that begins without a claim: preservation, mediation before a claim, confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party, PartyKind, Role, Stage, Track
from odr.docket.queries import parties
from odr.filing.inputs import ApplicantInput, RespondentInput
from odr.filing.parties.invitation import note_addresses
from odr.filing.registry.seats import next_of_series
from odr.ground.text import Text
from odr.identity.models import Account
from odr.procedure.acts.letter import PaperKind
from odr.procedure.rules.pack import RulePack
from odr.service.packet.packets import note_reach, queue_packet, recipient_of, record_consent
from odr.service.packet.progress_codes import keep_code
from odr.service.vocabulary import Channel, ConsentWay

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def empty_case(sitting: Sitting, pack: RulePack, series: str, stage: Stage, cause: str, title: str) -> Case:
    """A case without a claim, numbered in a series of its own; it has no parties yet."""
    case = Case(
        pack_id=pack.id,
        pack_version=pack.version.isoformat(),
        stage=stage,
        track=Track.ORDINARY,
        cause=cause,
        title=title[:300],
        filed_on=sitting.today,
        lodged_at=sitting.now,
        number=next_of_series(sitting, pack, series),
        entry_count=0,
        head_digest="0" * 64,
    )
    sitting.session.add(case)
    sitting.session.flush()
    return case


def open_own_case(
    sitting: Sitting,
    account: Account,
    pack: RulePack,
    series: str,
    stage: Stage,
    cause: str,
    applicant: ApplicantInput,
    others: Sequence[RespondentInput],
) -> Case:
    """The case with the applicant, who is signed in, and the other side, who is not yet."""
    case = empty_case(sitting, pack, series, stage, cause, f"{applicant.name} v {others[0].name}")
    own = {"account_id": account.id, "locale": account.locale, "online": True, "joined_at": sitting.now}
    sitting.session.add(_party(case, Role.CLAIMANT, 1, applicant, **own))
    for i, other in enumerate(others, 1):
        sitting.session.add(_party(case, Role.RESPONDENT, i, other, locale=pack.language))
    sitting.session.flush()
    sitting.session.refresh(case, ["parties"])
    return case


def _party(case: Case, role: Role, ordinal: int, who: ApplicantInput | RespondentInput, **more: object) -> Party:
    kind: PartyKind = who.kind
    told = {"name": who.name, "kind": kind, "email": who.email, "phone": who.phone, "address": who.address}
    return Party(case_id=case.id, role=role, ordinal=ordinal, details={}, **told, **more)


def note_applicant(sitting: Sitting, case: Case, party: Party, you: ApplicantInput) -> None:
    """Where papers reach the applicant, by their own word, and their consent if they gave it (OLR 29, 30); and what
    they know of the others.
    """
    reach = (
        (Channel.PLATFORM, party.reference),
        (Channel.EMAIL, you.email),
        (Channel.SMS, you.phone),
        (Channel.POST, you.address),
    )
    note_reach(sitting.session, party_id=party.id, reach=reach, source="own pleading", at=sitting.now, given=True)
    if you.e_service:
        number = sitting.next_number(case)
        record_consent(
            sitting.session,
            case_id=case.id,
            party_id=party.id,
            way=ConsentWay.EXPRESS,
            scope=tuple(PaperKind),
            at=sitting.now,
            entry_id=number,
        )
    for other in parties(case, Role.RESPONDENT):
        note_addresses(sitting, other, "application")


def write_to(
    sitting: Sitting, case: Case, party: Party, *, letter: str, title: Text, entry_number: int, occasion: str
) -> None:
    """A first letter to the other side of such a case, with a code by which they join and read."""
    # Before that nobody but the applicant is written to.
    case.accepted_at = case.accepted_at or sitting.now
    keep_code(sitting, case, party)
    queue_packet(
        sitting.session,
        case_id=case.id,
        party_id=party.id,
        entry_ids=[entry_number],
        title=title,
        first_contact=True,
        now=sitting.now,
        kind=PaperKind.NOTICE,
        letter=letter,
        recipient=recipient_of(sitting, case, party),
        case_number=case.number,
        occasion=occasion,
    )
