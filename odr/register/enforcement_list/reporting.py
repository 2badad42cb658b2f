"""The order to report property, and the report (PIV 3 to 10). The order warns of the list (DDL 5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, DocketEntry, Party, Role, Stage
from odr.docket.visibility import named_among
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment.enforcement.queries import open_enforcement
from odr.judgment.enforcement_remedies.successors.bound import why_not_pressed
from odr.procedure.acts.act_versions import input_of
from odr.procedure.acts.events import Served
from odr.procedure.acts.letter import RUNS_FOR, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.faults import label_of
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import law
from odr.register import desks, names, time_limits
from odr.register.enforcement_list.inputs import OrderReportInput, ReadReportInput, ReportPropertyInput
from odr.register.enforcement_list.queries import (
    debtor_named,
    debtors,
    is_creditor,
    replaced_since,
    rules_of,
)

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@choice_source("listable_debtors")
def listable_debtors(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Whoever owes something overdue that is being enforced."""
    return [Option(party.reference, party.name) for party in debtors(sitting, case)]


def chosen_debtor(sitting: Sitting, case: Case, reference: str) -> Party:
    """The debtor somebody chose. Raises InvalidInput for anybody else."""
    found = debtor_named(sitting, case, reference)
    if found is None:
        raise InvalidInput.at("debtor", T("Choose one of those listed."))
    why = why_not_pressed(sitting, case, found)
    if why is not None:
        raise InvalidInput.at("debtor", why)
    return found


def whose_debt(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """Whom an entry is about: the debtor it names."""
    return named_among(case.parties, entry)


def named(party: Party) -> tuple[str, ...]:
    """That an entry is for a debtor, both sides of the enforcement and the court."""
    return (f"party/{party.id}",)


@guard("DDL 1", "PIV 3", "RHC 1")
def somebody_owes(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The rules know the list, and somebody owes what is being enforced and overdue."""
    if rules_of(sitting, case) is None:
        return T("The rules of this court know no list of persons who do not perform.")
    return None if debtors(sitting, case) else T("Nobody owes anything overdue that is being enforced.")


@act(
    title=T("Order a debtor to report property"),
    input=OrderReportInput,
    by={Role.JUDGE, Role.CLERK},
    at={Stage.ENFORCEMENT},
    of_part=True,
    in_record=False,
    guard=somebody_owes,
    source=law("PIV 3, 4, 5, 6", "DDL 5"),
    serves=Everyone.CONCERNED,
    concerns=whose_debt,
    letter=Letter(
        PaperKind.NOTICE,
        T("Order to report your property"),
        T(
            "Pay or do what is owed now, or report everything you own, item by item. Whoever refuses, is late without good reason or reports falsely is put on the public list of persons who do not perform, and can be fined or detained."
        ),
        runs=time_limits.PROPERTY_REPORT,
    ),
    topic=Topic.DECISION,
    seen_by=Audience.PARTIES_AND_COURT,
    help=T("The order warns of the list. The debtor gets a form and a last day."),
)
def order_property_report(
    sitting: Sitting, case: Case, given: OrderReportInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Order a debtor to report property within a time, with what follows otherwise (PIV 3, 4, 9, 10). The time begins when the
    order reaches them; an order before this one holds no more.
    """
    debtor = chosen_debtor(sitting, case, given.debtor)
    if given.since > sitting.today:
        raise InvalidInput.at("since", T("This day is still to come."))
    sitting.close_windows(case, time_limits.PROPERTY_REPORT, WindowState.ENDED, party=debtor)
    facts = {"debtor": debtor.label, "since": given.since.isoformat()}
    return Recorded(
        T("%(name)s is ordered to report property", name=debtor.name),
        facts if given.days is None else {**facts, RUNS_FOR: given.days},
        named=named(debtor),
    )


def last_order(sitting: Sitting, case: Case, party: Party) -> DocketEntry | None:
    """The order to report property that holds for a debtor: the newest."""
    orders = sitting.session.scalars(
        select(DocketEntry)
        .where(DocketEntry.case_id == case.id, DocketEntry.act == names.ORDER_PROPERTY_REPORT)
        .order_by(DocketEntry.number.desc())
    )
    return next((entry for entry in orders if f"party/{party.id}" in entry.named), None)


def time_to_report_begins(sitting: Sitting, event: Served) -> None:
    """The order reached the debtor: the days that it names begin (PIV 4, 5). One that another order has replaced begins none."""
    case, kind = event.case, time_limits.PROPERTY_REPORT
    if open_enforcement(sitting.session, case) is None:
        return
    order = last_order(sitting, case, event.party)
    if order is None or order.number not in event.entries or since(sitting, case, event.party, order):
        return
    days = (json.loads(order.payload).get("result") or {}).get(RUNS_FOR)
    sitting.start_window(
        case,
        kind,
        party=event.party,
        start=event.at,
        subject=event.party.reference,
        proof=event.proof,
        amount=days,
    )


def since(sitting: Sitting, case: Case, party: Party, order: DocketEntry) -> list[Window]:
    """The time that began with an order, as far as its service holds."""
    asked = sitting.windows(case, time_limits.PROPERTY_REPORT, party=party, state=None)
    return [w for w in asked if (w.opened_by or 0) > order.number and w.state is not WindowState.ENDED]


def report_failed(sitting: Sitting, case: Case, party: Party) -> bool:
    """Whether the order reached the debtor and its time is over without a report, or a report came that a judge can find false
    (PIV 10). What another was ordered, in whose place the debtor stands now, is not asked of them.
    """
    order = last_order(sitting, case, party)
    if order is None or replaced_since(party, order.number) is not None:
        return False
    asked = since(sitting, case, party, order)
    return any(window.state in (WindowState.LAPSED, WindowState.MET) for window in asked)


@guard("PIV 4, 5")
def report_is_ordered(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only whoever was ordered to reports; also late, and again where something changed."""
    asked = sitting.windows(case, time_limits.PROPERTY_REPORT, state=None)
    mine = any(window.party_id == actor.party_id for window in asked)
    return None if mine else T("No order to report your property has reached you.")


@act(
    title=T("Report your property"),
    input=ReportPropertyInput,
    by=set(PARTY_ROLES),
    at={Stage.ENFORCEMENT, Stage.EFFECTIVE},
    of_part=True,
    in_record=False,
    guard=report_is_ordered,
    source=law("PIV 5, 6, 7"),
    seen_by=Audience.OWN_SIDE_AND_COURT,
    topic=Topic.DECISION,
    help=T("Within [time property_report] of any later change that matters you report that change with the same form."),
)
def report_property(
    sitting: Sitting, case: Case, given: ReportPropertyInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Report what one owns, item by item, and later what changed (PIV 5 to 7). What was reported late is marked."""
    me = sitting.party_of(case, actor)
    asked = sitting.windows(case, time_limits.PROPERTY_REPORT, party=me, state=None)
    sitting.late = bool(asked) and asked[-1].state is WindowState.LAPSED
    sitting.close_windows(case, time_limits.PROPERTY_REPORT, WindowState.MET, party=me)
    sitting.close_tasks(case, desks.NO_REPORT, me.reference)
    title = T("%(name)s reported property. Check it [PIV 8].", name=me.name)
    if not sitting.tasks(case, desks.PROPERTY_REPORT, me.reference):
        sitting.open_task(case, Role.JUDGE, desks.PROPERTY_REPORT, title, risk=30, subject=me.reference)
    return Recorded(T("%(name)s reported property", name=me.name), {"late": sitting.late})


def no_report(sitting: Sitting, case: Case, window: Window) -> None:
    """No report came in time: a judge decides what follows; the clock lists nobody (PIV 10)."""
    name = case.name_of(window.party_id)
    title = T("%(name)s did not report property in time. Decide whether to propose the list.", name=name)
    sitting.open_task(case, Role.JUDGE, desks.NO_REPORT, title, risk=60, subject=window.subject)


def reports_of(sitting: Sitting, case: Case) -> list[DocketEntry]:
    """The reports of property in a case, in their order; nothing is asked where nobody's time to report ever began."""
    if not sitting.windows(case, time_limits.PROPERTY_REPORT, state=None):
        return []
    return list(_entries(sitting, case, names.REPORT_PROPERTY))


def _entries(sitting: Sitting, case: Case, act_name: str) -> Sequence[DocketEntry]:
    query = select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.act == act_name)
    return sitting.session.scalars(query.order_by(DocketEntry.number)).all()


@choice_source("reported_debtors")
def reported_debtors(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Debtors of the reader who reported property."""
    reported = {entry.party_id for entry in reports_of(sitting, case)}
    return [Option(party.reference, party.name) for party in debtors(sitting, case) if party.id in reported]


@guard("PIV 8")
def my_debtor_reported(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only whoever the court is enforcing for reads it, and there is something to read."""
    if not is_creditor(sitting, case, actor):
        return T("The court is not enforcing anything for you now.")
    return None if reported_debtors(sitting, case, actor) else T("No debtor of yours has reported property.")


@act(
    title=T("Read what your debtor reported"),
    input=ReadReportInput,
    by=set(PARTY_ROLES),
    at={Stage.ENFORCEMENT},
    of_part=True,
    in_record=False,
    guard=my_debtor_reported,
    source=law("PIV 8"),
    topic=Topic.DECISION,
    help=T(
        "It is granted at once and costs nothing. The docket notes that you asked; what you learn you keep to yourself."
    ),
)
def read_property_report(
    sitting: Sitting, case: Case, given: ReadReportInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The creditor asks to read the report and may, with whatever the debtor reports later; they keep it to themselves (PIV 8)."""
    me = sitting.party_of(case, actor)
    offered = {option.value for option in reported_debtors(sitting, case, actor)}
    debtor = next((p for p in case.parties if p.reference == given.debtor and p.reference in offered), None)
    if debtor is None:
        raise InvalidInput.at("debtor", T("Choose one of those listed."))
    return Recorded(
        T("%(name)s may read what %(debtor)s reported of property", name=me.name, debtor=debtor.name),
        {"debtor": debtor.label},
        named=named(debtor),
    )


@dataclass(frozen=True)
class Report:
    """A report of property as its reader reads it."""

    name: str
    at: datetime
    rows: tuple[tuple[Text, str], ...]


def reports_read_by(sitting: Sitting, case: Case, actor: Actor) -> list[Report]:
    """The reports that the reader asked to read, the newest first; of nobody else and to nobody else (PIV 8)."""
    reports = reports_of(sitting, case) if actor.party_id is not None else []
    if not reports:
        return []
    asked = [one for one in _entries(sitting, case, names.READ_PROPERTY_REPORT) if one.party_id == actor.party_id]
    of = {tag for one in asked for tag in one.named}
    return [
        Report(case.name_of(entry.party_id), entry.effective_at, _rows(entry))
        for entry in reversed(reports)
        if f"party/{entry.party_id}" in of
    ]


def _rows(entry: DocketEntry) -> tuple[tuple[Text, str], ...]:
    given = input_of(entry)
    labels = {name: label_of(info) for name, info in ReportPropertyInput.model_fields.items()}
    return tuple((label.label, str(given[name])) for name, label in labels.items() if label is not None)
