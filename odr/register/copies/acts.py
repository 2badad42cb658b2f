"""Acts about certified copies: asked for by a party, certified when they are put together, handed over by the registry
where they are on paper (CPL 52, 64; FEE 11).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, DocketEntry, Party, Role, Stage
from odr.docket.visibility import side_and_court
from odr.evidence.kit import compiling
from odr.evidence.models import CompilationKind
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text, words_of
from odr.identity.actors import Actor
from odr.payments import desks as payment_desks
from odr.payments.costs.attendance import collect, give_back, is_on_its_way
from odr.payments.fee.fee_computation import Matter
from odr.payments.fee.scales import FeeStep
from odr.payments.models import FeeAssessment
from odr.procedure.acts.events import FeePaid
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.frame import keep_prepared
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law
from odr.register import desks, time_limits
from odr.register.copies.inputs import HANDED, NOT, POST, CertifyCopyInput, CopyInput, HandOverInput
from odr.register.copies.making import copy_named, cost_of, keep, made_of
from odr.register.copies.models import CopyForm, CopyRequest, CopyState
from odr.register.copies.papers import KIND, PREPARED, prepare_certificate, said
from odr.register.copies.queries import open_copy

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

COMPILED = {CopyForm.ARCHIVE: CompilationKind.CASE_FILE, CopyForm.PAPER: CompilationKind.BUNDLE}
"""What the worker puts together for a copy: the archive itself, or the bundle of exhibits to be printed."""


@guard("COURT one-at-a-time")
def may_ask_for_copy(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no copy can be asked for: the rules know none, or one of the party's is on its way."""
    if sitting.pack(case).copies is None:
        return T("The rules of this court know no certified copies.")
    if open_copy(sitting.session, case, actor.party_id) is not None:
        return T("A copy that you asked for is on its way.")
    return None


@act(
    title=T("Ask for a certified copy of the file"),
    input=CopyInput,
    by=set(PARTY_ROLES),
    at=set(Stage),
    guard=may_ask_for_copy,
    while_stayed=True,
    seen_by=Audience.OWN_SIDE_AND_COURT,
    source=law("CPL 52, 64", "FEE 11"),
    means={Milestone.OWN_AFFAIR},
    topic=Topic.TAKING_PART,
    in_record=False,
    help=T("Reading online is free. A copy on paper costs what its pages cost; you are told the sum before you pay."),
)
def request_copy(sitting: Sitting, case: Case, given: CopyInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask for a certified copy of what the party may see of the file, as an archive or on paper (CPL 52; FEE 11).

    The worker puts it together; who asks again waits until the one before is done.
    """
    me, form = sitting.party_of(case, actor), CopyForm(given.form)
    compiled = compiling.ask(
        sitting.session, case, actor, COMPILED[form], language_of(sitting, case), sitting.court.clock.machine_now()
    )
    row = CopyRequest(
        case_id=case.id,
        party_id=me.id,
        compilation_id=compiled.id,
        form=form,
        to=given.to if form is CopyForm.PAPER and given.how == POST else None,
        entry_number=sitting.next_number(case),
        asked_at=now,
    )
    sitting.session.add(row)
    sitting.session.flush()
    return Recorded(T("%(name)s asked for a certified copy of the file", name=me.name), {"request": row.reference})


def whose_copy(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """The party whose copy an entry is about."""
    row = copy_named(sitting.session, case, json.loads(entry.payload)["input"]["request"])
    return [case.party(row.party_id)] if row is not None else []


def _readers(row: CopyRequest) -> tuple[str, ...]:
    return side_and_court(row.party_id, Role.CASHIER)


@act(
    title=T("Certificate of a copy"),
    input=CertifyCopyInput,
    by={Role.CLOCK},
    at=set(Stage),
    while_stayed=True,
    listed=False,
    seen_by=Audience.NAMED,
    prepare=prepare_certificate,
    serves=Everyone.CONCERNED,
    concerns=whose_copy,
    letter=Letter(
        PaperKind.NOTICE,
        T("Your certified copy of the file"),
        T(
            "An archive can be downloaded from the page “Read and copy”; the certificate names every file in it with its digest. A copy on paper is printed by the registry. There is nothing you have to do."
        ),
        when_due=T(
            "Its pages are counted. Pay what it costs by the end of %(day)s; then the registry prints it. If you do not, your request falls and nothing else follows.",
            day=DAY,
        ),
    ),
    source=law("CPL 52", "FEE 11"),
    in_record=False,
)
def certify_copy(sitting: Sitting, case: Case, given: CertifyCopyInput, *, actor: Actor, now: datetime) -> Recorded:
    """Certify a copy that was put together: the court's paper names its files, sizes and digests. What it costs is asked
    for, or it can be downloaded at once (FEE 11).

    Raises ActNotOpen for a copy that is not put together, or was certified before.
    """
    made, rules = made_of(sitting, case, given.request), sitting.pack(case).copies
    if made is None or rules is None or (made.sha256, made.pages) != (given.sha256, given.pages):
        raise ActNotOpen(T("This copy is not put together, or was certified before."))
    row, title = made.row, words_of(T("Certificate of a copy"))
    document = keep_prepared(
        sitting, case, PREPARED, said(given), kind=KIND, title=title, locale=language_of(sitting, case)
    )
    # The certificate of an archive names what is the party's alone; that of one on paper is what the registry prints by.
    document.audience = Audience.OWN_SIDE if made.is_archive else Audience.OWN_SIDE_AND_COURT
    document.party_id = row.party_id
    cost = cost_of(rules, sitting.pack(case).currency, row.form, made.pages)
    row.pages, row.sha256, row.document_id = made.pages, made.sha256, document.id
    row.cost_minor, row.currency = cost.minor, cost.currency
    keep(sitting, case, row, rules)
    if cost.minor:
        step = FeeStep(_counted(row, made.pages), cost, "copy", str(rules.cost_article))
        notice = collect(sitting, case, made.party, (step,), time_limits.COPY_COST, matter=Matter.COPIES)
        row.assessment_id, row.state = notice.id, CopyState.UNPAID
    else:
        _is_paid_for(sitting, case, row)
    facts = {
        "document": document.reference,
        "sha256": document.sha256,
        "size": len(document.content),
        "document_receipt": document.receipt,
        "cost": cost.minor,
        "currency": cost.currency,
    }
    words = T("A copy of the file for %(name)s is certified; it costs %(cost)s", name=made.party.name, cost=cost)
    return Recorded(words, facts, audience=Audience.NAMED, named=_readers(row))


def _counted(row: CopyRequest, pages: int | None) -> Text:
    if row.form is CopyForm.ARCHIVE:
        return T("One copy as an archive.")
    return T("%(pages)s pages on paper.", pages=pages or 0)


def _is_paid_for(sitting: Sitting, case: Case, row: CopyRequest) -> None:
    """Nothing more is owed for a copy: an archive is ready, one on paper goes to the registry with its day."""
    if row.form is CopyForm.ARCHIVE:
        row.state = CopyState.READY
        return
    row.state = CopyState.TO_HAND_OVER
    window = sitting.start_window(case, time_limits.COPY_HANDING_OVER, subject=row.reference)
    title = T("Print the certified copy for %(name)s and hand it over", name=case.party(row.party_id).name)
    sitting.open_task(
        case, Role.CLERK, desks.COPY_TO_HAND_OVER, title, risk=20, due_at=window.due_at, subject=row.reference
    )


def _paid_by(sitting: Sitting, case: Case, assessment: str) -> CopyRequest | None:
    query = select(CopyRequest).join(FeeAssessment, FeeAssessment.id == CopyRequest.assessment_id)
    return sitting.session.scalar(query.where(CopyRequest.case_id == case.id, FeeAssessment.reference == assessment))


def on_paid(sitting: Sitting, event: FeePaid) -> None:
    """What a copy costs came in: it is ready, or goes to the registry."""
    row = _paid_by(sitting, event.case, event.assessment)
    if row is not None and row.state is CopyState.UNPAID:
        _is_paid_for(sitting, event.case, row)


def not_paid(sitting: Sitting, case: Case, window: Window) -> None:
    """The time to pay for a copy passed: the request falls and nothing is owed; what came goes back. A payment on its way is
    waited for as long again, and the cashier follows it.
    """
    row = _paid_by(sitting, case, window.subject or "")
    if row is None or row.state is not CopyState.UNPAID:
        return
    notice = sitting.session.get_one(FeeAssessment, row.assessment_id)
    name = case.party(row.party_id).name
    if is_on_its_way(sitting, notice):
        words = T("A payment of %(name)s for a copy was on its way when its time ended. Follow it.", name=name)
        sitting.close_tasks(case, payment_desks.FEE_UNPAID, notice.reference)
        sitting.open_task(case, Role.CASHIER, payment_desks.FEE_UNPAID, words, risk=20, subject=notice.reference)
        payer, proof = case.party(row.party_id), T("The payment was on its way.")
        sitting.start_window(
            case, time_limits.COPY_COST, party=payer, start=sitting.now, subject=notice.reference, proof=proof
        )
        return
    row.state = CopyState.FALLEN
    sitting.close_tasks(case, payment_desks.FEE_UNPAID, notice.reference)
    give_back(sitting, case, notice, T("The copy was not paid for in time."), "FEE 11")


@guard("COURT known-steps")
def a_copy_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no copy can be handed over."""
    return None if _to_hand_over(sitting, case) else T("No copy on paper is waiting to be handed over.")


def _to_hand_over(sitting: Sitting, case: Case) -> list[CopyRequest]:
    query = select(CopyRequest).where(CopyRequest.case_id == case.id, CopyRequest.state == CopyState.TO_HAND_OVER)
    return list(sitting.session.scalars(query.order_by(CopyRequest.id)))


@resolver("copy")
def find_copy(sitting: Sitting, case: Case, actor: Actor, reference: str) -> CopyRequest | None:
    """A certified copy that was asked for in the case."""
    return copy_named(sitting.session, case, reference)


@choice_source("copies_to_hand_over")
def copies_to_hand_over(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Copies on paper that are paid for and still with the registry."""
    return [
        Option(
            row.reference,
            T(
                "%(name)s, %(pages)s pages, asked for on %(at)s",
                name=case.party(row.party_id).name,
                pages=row.pages or 0,
                at=row.asked_at,
            ),
        )
        for row in _to_hand_over(sitting, case)
    ]


@act(
    title=T("Hand over a certified copy"),
    input=HandOverInput,
    by={Role.CLERK},
    at=set(Stage),
    guard=a_copy_waits,
    while_stayed=True,
    seen_by=Audience.NAMED,
    serves=Everyone.CONCERNED,
    concerns=whose_copy,
    letter=Letter(
        PaperKind.NOTICE,
        T("What became of your certified copy"),
        T(
            "The docket says how and to whom it was handed over, or why it cannot be: then what it cost goes back, and you can ask anew. If it did not reach you, tell the registry; otherwise there is nothing you have to do."
        ),
    ),
    source=law("CPL 52"),
    desk=desks.COPY_TO_HAND_OVER,
    topic=Topic.SERVICE,
    in_record=False,
)
def hand_over_copy(sitting: Sitting, case: Case, given: HandOverInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record that a copy on paper was collected or posted (CPL 52), or that it cannot be handed over, as where a file of it
    was closed since: then what it cost goes back (FEE 11). Raises InvalidInput for one that does not wait.
    """
    row: CopyRequest = sitting.resolved("copy", given.request)
    if row.state is not CopyState.TO_HAND_OVER:
        raise InvalidInput.at("request", T("Choose one of those listed."))
    name, is_handed = case.party(row.party_id).name, given.how != NOT
    row.state, row.handed_over_at = (CopyState.HANDED_OVER, now) if is_handed else (CopyState.FAILED, None)
    ended = WindowState.MET if is_handed else WindowState.ENDED
    sitting.close_windows(case, time_limits.COPY_HANDING_OVER, ended, subject=row.reference)
    sitting.close_tasks(case, desks.COPY_TO_HAND_OVER, row.reference)
    if not is_handed:
        if row.assessment_id is not None:
            notice = sitting.session.get_one(FeeAssessment, row.assessment_id)
            give_back(sitting, case, notice, T("The copy could not be handed over."), "FEE 11")
        words = T("The certified copy of %(name)s cannot be handed over: %(proof)s", name=name, proof=given.proof)
        return Recorded(words, {"request": row.reference}, audience=Audience.NAMED, named=_readers(row))
    words = T(
        "The certified copy of %(name)s was handed over (%(how)s): %(proof)s",
        name=name,
        how=HANDED[given.how],
        proof=given.proof,
    )
    return Recorded(words, {"request": row.reference}, audience=Audience.NAMED, named=_readers(row))
