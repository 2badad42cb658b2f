"""What lapsed of a payment order goes over into a lawsuit, unless the applicant says no within seven days (CPL 228; CPI 438,
439).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Case, Outcome, Role, Stage
from odr.evidence.models import Exhibit
from odr.filing.draft.drafts import open_case
from odr.filing.inputs import ClaimantInput, ClaimInput, FactInput, MatterStep, ReliefInput, RespondentInput
from odr.filing.models import ReliefKind
from odr.filing.names import LODGE_CLAIM
from odr.filing.registry.seats import seat_clerk, seated_clerk
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor, SignIn, acting_for
from odr.identity.models import Account
from odr.judgment import desks, names
from odr.judgment.payment_order.acts import AT, RULE
from odr.judgment.payment_order.inputs import LapseInput, NothingSaid
from odr.judgment.payment_order.lapse import over
from odr.judgment.payment_order.models import PaymentOrder, PaymentOrderState
from odr.judgment.payment_order.queries import applicant_of, debtor_of, payment_order_of, sued_since, the_order
from odr.judgment.preservation.evidence import PreservedFromInput
from odr.judgment.time_limits import PAYMENT_ORDER_LAWSUIT
from odr.procedure.acts.events import EvidenceMoved
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import law
from odr.service.models import ServiceConsent

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ON = {*AT, Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED}
"""A part of the order may be in effect, or performed, when what lapsed of it goes over."""


def lawsuits_open(row: PaymentOrder) -> list[dict[str, Any]]:
    """What lapsed and goes over if the applicant does not say no."""
    return [one for one in row.lapses if one["goes_over"] and one["case"] is None and not one["refused"]]


def lawsuit_lapsed(sitting: Sitting, case: Case, window: Window) -> None:
    """Seven days passed and the applicant did not say no: it counts as a claim (CPI 439)."""
    row = payment_order_of(sitting.session, case)
    if row is not None and any(str(one["entry"]) == window.subject for one in lawsuits_open(row)):
        sitting.then(names.GO_OVER_TO_LAWSUIT, LapseInput(lapse=int(window.subject or 0)))


@guard("CPI 438")
def it_would_go_over(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Something lapsed that goes over unless the applicant says no."""
    row = payment_order_of(sitting.session, case)
    waits = row is not None and lawsuits_open(row)
    return None if waits else T("Nothing of a payment order is about to become a lawsuit here.")


@act(
    title=T("Say that you do not agree to a lawsuit"),
    input=NothingSaid,
    by={Role.CLAIMANT},
    at=ON,
    to={Stage.CLOSED},
    guard=it_would_go_over,
    rule=RULE,
    window=PAYMENT_ORDER_LAWSUIT,
    meets=False,
    special=True,
    in_record=False,
    source=law("CPL 228", "CPI 438"),
    topic=Topic.CLAIM,
    help=T("You can still bring a claim later, here or before another court that hears it."),
)
def refuse_lawsuit(sitting: Sitting, case: Case, given: NothingSaid, *, actor: Actor, now: datetime) -> Recorded:
    """Say no within seven days of receiving the ruling: what lapsed does not become a lawsuit (CPL 228; CPI 438)."""
    row, me = the_order(sitting, case), sitting.party_of(case, actor)
    asked = {window.subject for window in sitting.windows(case, PAYMENT_ORDER_LAWSUIT, party=me)}
    row.lapses = [{**one, "refused": one["refused"] or str(one["entry"]) in asked} for one in row.lapses]
    sitting.close_windows(case, PAYMENT_ORDER_LAWSUIT, WindowState.MET, party=me)
    _end_if_nothing_is_left(sitting, case, row)
    return Recorded(T("%(name)s does not agree that what lapsed becomes a lawsuit", name=me.name))


@act(
    title=T("What lapsed of the payment order becomes a lawsuit"),
    input=LapseInput,
    by={Role.CLOCK},
    at=ON,
    to={Stage.CLOSED},
    listed=False,
    rule=RULE,
    in_record=False,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("What lapsed of the payment order becomes a lawsuit"),
        T(
            "A case of its own is opened for it, into which the exhibits of the application go, and the registry looks at it as at any claim. There is nothing you have to do now: if the claim is accepted, it is sent to the other side, and whoever sues is asked for its fee."
        ),
    ),
    source=law("CPL 228", "CPI 195, 439"),
)
def go_over_to_lawsuit(sitting: Sitting, case: Case, given: LapseInput, *, actor: Actor, now: datetime) -> Recorded:
    """Open the lawsuit from the application, in a case of its own, filed on the day the application came (CPL 228; CPI 439).

    Where the court does not hear such a dispute any more, or the applicant has sued over it, the clerk is told instead.
    """
    row = the_order(sitting, case)
    one = next(each for each in lawsuits_open(row) if each["entry"] == given.lapse)
    claim = _open(sitting, case, row, one["demands"])
    changed = {**one, "case": claim.reference} if claim is not None else {**one, "refused": True}
    row.lapses = [changed if each["entry"] == given.lapse else each for each in row.lapses]
    _end_if_nothing_is_left(sitting, case, row)
    if claim is None:
        title = T(
            "What lapsed of the payment order could not become a lawsuit by itself. See what the applicant wants."
        )
        sitting.open_task(case, Role.CLERK, desks.PAYMENT_ORDER_LAWSUIT, title, risk=50)
        return Recorded(T("What lapsed of the payment order does not become a lawsuit by itself"), {"case": None})
    return Recorded(
        T("What lapsed of the payment order is a lawsuit now, in a case of its own"), {"case": claim.reference}
    )


def _end_if_nothing_is_left(sitting: Sitting, case: Case, row: PaymentOrder) -> None:
    if row.state is PaymentOrderState.LAPSED and not lawsuits_open(row):
        over(sitting, case, row, Outcome.LAPSED)


def _open(sitting: Sitting, case: Case, row: PaymentOrder, numbers: list[int]) -> Case | None:
    """The case of the lawsuit, lodged by what the applicant wrote; it has the days of the application (CPI 439)."""
    me = applicant_of(case)
    account = sitting.session.get(Account, me.account_id) if me.account_id is not None else None
    pack = sitting.court.packs.in_force(sitting.court.settings.pack, sitting.today)
    if account is None or case.cause not in pack.causes_on(sitting.today) or sued_since(sitting.session, case):
        return None
    given = claim_from(sitting, case, row, numbers)
    lawsuit = open_case(sitting, account, given)
    lawsuit.filed_on, lawsuit.lodged_at, lawsuit.pack_version = case.filed_on, case.lodged_at, case.pack_version
    seat_clerk(
        sitting, lawsuit, seated_clerk(sitting.session, case), T("They know the application for the payment order.")
    )
    mine = applicant_of(lawsuit)
    sitting.then(LODGE_CLAIM, given, actor=acting_for(mine, account, SignIn.ONE_FACTOR), case=lawsuit)
    own = Exhibit.case_id == case.id, Exhibit.party_id == me.id
    if sitting.session.scalar(select(Exhibit.id).where(*own).limit(1)) is not None:
        told = PreservedFromInput(case=case.reference, number=case.number or case.reference)
        sitting.then(names.TAKE_IN_OF_ORDER, told, case=lawsuit)
    return lawsuit


@act(
    title=T("The exhibits of the application for a payment order came into the lawsuit"),
    input=PreservedFromInput,
    by={Role.CLOCK},
    at={Stage.LODGED},
    listed=False,
    in_record=False,
    source=law("CPL 228", "CPI 439"),
)
def take_in_of_order(
    sitting: Sitting, case: Case, given: PreservedFromInput, *, actor: Actor, now: datetime
) -> Recorded:
    """What the applicant brought for the order is theirs in the lawsuit, with file, receipt and provenance: the application counts as
    the claim (CPI 439). The docket of the order keeps the entries that took them, with their digests.
    """
    order = sitting.session.scalars(select(Case).where(Case.reference == given.case)).one()
    moved = EvidenceMoved(order, into=case, parties={applicant_of(order).id: applicant_of(case)})
    sitting.announce(moved)
    return Recorded(
        T("The exhibits of the application for a payment order, %(number)s, are here now", number=given.number),
        {"from": given.case},
    )


def claim_from(sitting: Sitting, case: Case, row: PaymentOrder, numbers: list[int]) -> ClaimInput:
    """The claim that the application makes over what lapsed."""
    me, other = applicant_of(case), debtor_of(case)
    consents = select(ServiceConsent.id).where(ServiceConsent.party_id == me.id, ServiceConsent.withdrawn_at.is_(None))
    return ClaimInput(
        matter=MatterStep(cause=case.cause),
        respondents=[
            RespondentInput(
                name=other.name, kind=other.kind, email=other.email, phone=other.phone, address=other.address
            )
        ],
        facts=[FactInput.model_validate(one) for one in row.facts],
        relief=[
            ReliefInput(kind=ReliefKind.MONEY, what=one["what"], amount=Money(one["minor"], row.currency))
            for number, one in enumerate(row.demands, 1)
            if number in numbers
        ],
        claimant=ClaimantInput(
            name=me.name,
            kind=me.kind,
            email=me.email,
            phone=me.phone,
            address=me.address,
            e_service=sitting.session.scalar(consents.limit(1)) is not None,
        ),
    )
