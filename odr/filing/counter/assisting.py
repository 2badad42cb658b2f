"""Filing at the counter: opened by the clerk, confirmed by the person, recorded as theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Case, Party, Role, Stage
from odr.docket.queries import parties
from odr.filing import names
from odr.filing.counter.acts import FIRST, may_be_taken
from odr.filing.counter.inputs import Confirmation, FilingTaken, TakenInput
from odr.filing.draft import drafts
from odr.filing.inputs import ClaimInput
from odr.filing.models import Draft, DraftState
from odr.filing.registry.seats import seat_clerk
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.text import T
from odr.identity.accounts import links
from odr.identity.accounts.account_letters import Letter
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.identity.models import Account, LinkPurpose
from odr.procedure.acts.availability import acts_for
from odr.procedure.case.overview import ActGroup, grouped
from odr.procedure.sitting import ActReceipt

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

COUNTER, WAITING = drafts.COUNTER, "assisted"
"""Key in the values of a claim's draft that a clerk writes for somebody; kind of a draft that waits to be confirmed."""


@dataclass(frozen=True)
class Waiting:
    """What a person is asked to confirm."""

    draft: Draft
    name: str
    act: str
    given: Mapping[str, Any]
    case: Case | None
    clerk: str


def acting_for(party: Party, clerk: Actor) -> Actor:
    """The party as the clerk writes for them; scans are the clerk's."""
    return Actor(party.role, clerk.account_id, party.name, party.case_id, party.id, strong_at=clerk.strong_at)


@dataclass(frozen=True)
class AtTheCounter:
    """What can be filed for a party now, by subject."""

    party: Party
    groups: list[ActGroup]
    waits_for_service: bool
    """They cannot answer yet, because the claim has not been served on them."""


def open_at_the_counter(sitting: Sitting, case: Case, clerk: Actor) -> list[AtTheCounter]:
    """For each party what can be filed for them now."""
    found = []
    for party in parties(case):
        if party.role in PARTY_ROLES:
            offered = [
                a
                for a in acts_for(sitting, case, acting_for(party, clerk))
                if may_be_taken(a.act) and (a.is_open or a.window is not None)
            ]
            unserved = (
                party.role is Role.RESPONDENT
                and case.stage is Stage.PENDING
                and not sitting.windows(case, "answer", party=party, state=None)
            )
            found.append(AtTheCounter(party, grouped(offered, by_page=False), unserved))
    return found


def take(
    court: Court,
    case: Case,
    party: Party,
    act: str,
    given: Any,
    taken: TakenInput,
    clerk: Actor,
    *,
    key: str | None = None,
) -> ActReceipt:
    """File an act that the person has signed for."""
    prepared = court.prepare(act, case, given, acting_for(party, clerk))
    with court.sit(prepared) as sitting:
        mine = sitting.session.get_one(Case, case.id)
        return sitting.perform(
            names.TAKE_FILING, mine, _record(act, party.reference, given, taken, clerk), actor=clerk, key=key
        )


def take_claim(court: Court, draft: Draft, claim: ClaimInput, taken: TakenInput, clerk: Account) -> ActReceipt:
    """Open the case of a claim that the person has signed for; whoever took it down has it on their desk."""
    with court.sit() as sitting:
        receipt = _open(sitting, claim, taken, clerk, None)
        _done(sitting.session, draft, receipt.case_reference)
        return receipt


def _open(
    sitting: Sitting, claim: ClaimInput, taken: TakenInput, clerk: Account, confirmed_by: Actor | None
) -> ActReceipt:
    case = drafts.open_case(sitting, None, claim)
    seat_clerk(sitting, case, clerk.id, T("They took the claim down."))
    mine = next(p for p in case.parties if p.role is Role.CLAIMANT)
    writing = Actor(Role.CLERK, clerk.id, clerk.name, case.id)
    record = _record(FIRST, mine.reference, claim, taken, writing)
    return sitting.perform(names.TAKE_FILING, case, record, actor=confirmed_by or writing)


def _record(act: str, party: str, given: Any, taken: TakenInput, clerk: Actor) -> FilingTaken:
    return FilingTaken(
        act=act,
        party=party,
        manner=taken.manner,
        received_on=taken.received_on,
        posted_on=taken.posted_on,
        confirmation=taken.confirmation,
        paper=taken.paper,
        clerk=clerk.name,
        writer=clerk.account_id or 0,
        given=given.model_dump(mode="json"),
    )


# -- confirmed on the person's own telephone ---------------------------------------


def ask_to_confirm(
    court: Court,
    *,
    name: str,
    act: str,
    given: Any,
    taken: TakenInput,
    clerk: Actor,
    case: Case | None = None,
    party: Party | None = None,
    of_draft: int | None = None,
) -> str:
    """Keep what was taken down until the person confirms it; gives the link's secret. ``of_draft`` is the claim's draft
    that it came from.
    """
    now = court.clock.now()
    told = {"given": given.model_dump(mode="json"), "taken": taken.model_dump(mode="json")}
    values = {"name": name, "act": act, **told, "party": party.reference if party else None, "of_draft": of_draft}
    with court.database.write() as session:
        draft = Draft(
            account_id=clerk.account_id,
            kind=WAITING,
            case_id=case.id if case else None,
            schema_version=drafts.SCHEMA_VERSION,
            values=values,
            done_steps=[],
            state=DraftState.OPEN,
            created_at=now,
            saved_at=now,
            saved_by=clerk.account_id,
        )
        session.add(draft)
        session.flush()
        return links.issue(session, LinkPurpose.CONFIRM_FILING, court.clock.machine_now(), subject=f"draft/{draft.id}")


def letter_to_confirm(address: str, locale: str, site: str, code: str, name: str) -> Letter:
    """The letter with the code by which somebody reads and confirms what was written down for them."""
    return Letter(
        address,
        T("Confirm what you filed at the court"),
        (
            T("%(name)s: the registry has written down what you filed. Please read it and confirm it.", name=name),
            T(
                "Nothing is filed before you confirm it. If something is wrong, do not confirm it, and tell the registry."
            ),
        ),
        locale,
        site,
        code,
    )


def waiting_for(session: Session, token: str, machine_now: Any) -> Waiting:
    """What a link is for; looking does not use it up. Raises NotFound."""
    return _waiting(session, links.look(session, LinkPurpose.CONFIRM_FILING, token, machine_now).subject)


def _waiting(session: Session, subject: str | None) -> Waiting:
    draft = session.get(Draft, int((subject or "draft/0").removeprefix("draft/")))
    if draft is None or draft.state is not DraftState.OPEN:
        raise NotFound
    case = session.get(Case, draft.case_id) if draft.case_id is not None else None
    clerk = session.get_one(Account, draft.account_id)
    return Waiting(draft, draft.values["name"], draft.values["act"], draft.values["given"], case, clerk.name)


def confirm(court: Court, token: str, name: str) -> ActReceipt:
    """The person confirms with the link and their name; it is filed in this moment. Raises NotFound, InvalidInput at
    ``name``.
    """
    with court.database.read() as session:
        waiting = waiting_for(session, token, court.clock.machine_now())
        session.expunge_all()
    if " ".join(name.split()).casefold() != waiting.name.casefold():
        raise InvalidInput.at("name", T("Write your name as it stands in the case."))
    values = waiting.draft.values
    taken = TakenInput.model_validate({**values["taken"], "confirmation": Confirmation.LINK.value})
    model = court.table[waiting.act].input.model_validate(waiting.given)
    prepared: Mapping[str, Any] = {}
    with court.database.read() as session:
        clerk = session.get_one(Account, waiting.draft.account_id)
        writing = Actor(Role.CLERK, clerk.id, clerk.name)
        session.expunge(clerk)
    if waiting.case is not None:
        party = next(p for p in waiting.case.parties if p.reference == values["party"])
        prepared = court.prepare(waiting.act, waiting.case, model, acting_for(party, writing))
    # The court's clock records it; the scans that the act names are the clerk's.
    recorder = replace(CLOCK_ACTOR, account_id=clerk.id)
    with court.sit(prepared) as sitting:
        links.use(sitting.session, LinkPurpose.CONFIRM_FILING, token, court.clock.machine_now())
        if waiting.case is None:
            assert isinstance(model, ClaimInput)
            receipt = _open(sitting, model, taken, clerk, recorder)
        else:
            case = sitting.session.get_one(Case, waiting.case.id)
            record = _record(waiting.act, values["party"], model, taken, writing)
            receipt = sitting.perform(names.TAKE_FILING, case, record, actor=recorder)
        _done(sitting.session, waiting.draft, receipt.case_reference)
        if (of := values.get("of_draft")) is not None:
            _done(sitting.session, sitting.session.get_one(Draft, of), receipt.case_reference)
        return receipt


def _done(session: Session, draft: Draft, case_reference: str) -> None:
    kept = session.get_one(Draft, draft.id)
    kept.state, kept.lodged_as = DraftState.LODGED, case_reference
