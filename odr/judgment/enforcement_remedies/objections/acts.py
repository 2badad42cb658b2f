"""Objections in an enforcement: made by a party or by somebody outside, and ruled on within fifteen days (CPL 236, 238)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.enforcement.queries import measures_of, open_enforcement
from odr.judgment.enforcement_remedies.objections.inputs import (
    ObjectToEnforcementInput,
    OutsideObjectionInput,
    RuleOnEnforcementObjectionInput,
)
from odr.judgment.enforcement_remedies.objections.letters import tell_outsider
from odr.judgment.enforcement_remedies.objections.models import EnforcementObjection, ObjectionKind, ObjectionState
from odr.judgment.enforcement_remedies.objections.queries import (
    ACTION,
    REVIEW,
    RULING,
    objection_named,
    objections_of,
    who_objects,
)
from odr.judgment.models import EnforcementCase
from odr.judgment.queries import obligations_of
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.models import WindowState
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("CPL 236, 238")
def the_court_enforces(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Somebody objects to an enforcement while it is under way (CPI 462)."""
    return None if open_enforcement(sitting.session, case) else T("No enforcement is under way.")


@choice_source("measures_taken")
def measures_taken(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Measures of the enforcement under way, by the number of their entry."""
    found = open_enforcement(sitting.session, case)
    rows = measures_of(sitting.session, found) if found is not None else []
    return [Option(str(row.entry_number), T("Entry %(number)s", number=row.entry_number), row.what) for row in rows]


def _under_way(sitting: Sitting, case: Case) -> EnforcementCase:
    found = open_enforcement(sitting.session, case)
    if found is None:
        raise ActNotOpen(T("No enforcement is under way."))
    return found


def _measure(sitting: Sitting, found: EnforcementCase, given: str | None) -> int | None:
    """The entry of the measure somebody named. Raises InvalidInput for one that is not of this enforcement."""
    if not given:
        return None
    row = next((one for one in measures_of(sitting.session, found) if str(one.entry_number) == given), None)
    if row is None:
        raise InvalidInput.at("measure", T("Choose one of those listed."))
    return row.entry_number


def _once(sitting: Sitting, case: Case, kind: ObjectionKind, measure: int | None, name: str) -> None:
    """Of one measure the same person has one objection before the judge at a time. Raises InvalidInput."""
    for row in objections_of(sitting.session, case, ObjectionState.OPEN):
        if (row.kind, row.measure_entry, who_objects(case, row)) == (kind, measure, name):
            raise InvalidInput.at("measure", T("This waits for the ruling of the judge already."))


def _enter(sitting: Sitting, case: Case, found: EnforcementCase, row: EnforcementObjection, received: datetime) -> None:
    """Keep an objection, let the fifteen days run and put it on the judge's desk."""
    row.case_id, row.enforcement_id, row.entry_number = case.id, found.id, sitting.next_number(case)
    sitting.session.add(row)
    sitting.session.flush()
    sitting.start_window(case, RULING, start=received, subject=row.reference)
    title = T("%(name)s objects to the enforcement. Rule on it.", name=who_objects(case, row))
    sitting.open_task(case, Role.JUDGE, desks.ENFORCEMENT_OBJECTION, title, risk=60, subject=row.reference)


def _words(case: Case, row: EnforcementObjection) -> Text:
    return (
        T("%(name)s objects to how the court enforces: %(what)s", name=who_objects(case, row), what=row.what)
        if row.kind is ObjectionKind.CONDUCT
        else T("%(name)s claims a right in enforced property: %(what)s", name=who_objects(case, row), what=row.what)
    )


@act(
    title=T("Object to the enforcement"),
    input=ObjectToEnforcementInput,
    by=set(PARTY_ROLES),
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=the_court_enforces,
    rule=RULING,
    source=law("CPL 236, 238", "CPI 462"),
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("An objection to the enforcement"),
        T(
            "There is nothing you have to do. A judge rules, and the ruling is served on you. Property that somebody else claims is not sold, handed over or paid out until then; everything else goes on."
        ),
    ),
    topic=Topic.DECISION,
    in_record=False,
    help=T("In writing and at no cost. A judge rules; the ruling says what can be done against it, and until when."),
)
def object_to_enforcement(
    sitting: Sitting, case: Case, given: ObjectToEnforcementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """A party says that the court enforces against the law; one that is neither creditor nor debtor, also that property is theirs
    (CPL 236, 238).

    Raises InvalidInput where who owes, or for whom it is enforced, would be an outsider, and for what waits already.
    """
    me, found = sitting.party_of(case, actor), _under_way(sitting, case)
    if given.kind is ObjectionKind.PROPERTY and me.id in _both_sides(sitting, case, found):
        raise InvalidInput.at(
            "kind",
            T(
                "This is for somebody who neither owes nor is owed what is enforced. Say in what the court’s own conduct was against the law."
            ),
        )
    measure = _measure(sitting, found, given.measure)
    _once(sitting, case, given.kind, measure, me.name)
    row = EnforcementObjection(kind=given.kind, party_id=me.id, measure_entry=measure, what=given.what)
    _enter(sitting, case, found, row, now)
    return Recorded(_words(case, row), {"objection": row.reference})


def _both_sides(sitting: Sitting, case: Case, found: EnforcementCase) -> set[int]:
    """Who owes and who is owed what is enforced."""
    mine = [one for one in obligations_of(sitting.session, case) if one.creditor_id == found.party_id]
    return {found.party_id, *(debtor for one in mine for debtor in one.debtors)}


@act(
    title=T("Record an outsider’s objection to the enforcement"),
    input=OutsideObjectionInput,
    by={Role.CLERK, Role.CLOCK},
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=the_court_enforces,
    rule=RULING,
    source=law("CPL 236, 238", "CPI 462"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.PLEADING,
        T("Somebody outside objects to the enforcement"),
        T(
            "There is nothing you have to do. A judge rules, and the ruling is served on you. Property that somebody else claims is not sold, handed over or paid out until then; everything else goes on."
        ),
    ),
    topic=Topic.DECISION,
    in_record=False,
    help=T("Received in writing from somebody outside the case: at the counter, by post or by e-mail."),
)
def record_outside_objection(
    sitting: Sitting, case: Case, given: OutsideObjectionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Put on the docket what somebody outside objects to, on paper or from their own account; the fifteen days run from its
    receipt (CPL 236, 238).

    Raises InvalidInput for a day still to come, for a party of the case, and for what waits already.
    """
    found = _under_way(sitting, case)
    if given.received_on > sitting.today:
        raise InvalidInput.at("received_on", T("This day is still to come."))
    if any(party.name == given.name for party in case.parties):
        raise InvalidInput.at("name", T("This is a party of the case: it objects itself."))
    measure = _measure(sitting, found, given.measure)
    _once(sitting, case, given.kind, measure, given.name)
    row = EnforcementObjection(
        kind=given.kind,
        outsider=given.name,
        email=given.email,
        address=given.address,
        measure_entry=measure,
        what=given.what,
    )
    _enter(sitting, case, found, row, received_at(sitting, case, given.received_on))
    until = sitting.windows(case, RULING, subject=row.reference)[-1].due_at
    received = T(
        "Your objection to an enforcement was received. A judge rules by the end of %(day)s; the ruling is served on you.",
        day=until,
    )
    if actor.role is Role.CLERK:
        # Whoever objects by a number from their own account must not learn by a receipt that somebody is enforced against under it.
        tell_outsider(sitting, case, row, received)
    return Recorded(
        _words(case, row),
        {"objection": row.reference},
        kept=given.model_dump(mode="json") | {"email": None, "address": None},
    )


def received_at(sitting: Sitting, case: Case, day: date) -> datetime:
    """The instant that sets a time running on a day the registry wrote down; never one still to come."""
    return min(sitting.now, datetime.combine(day, time(12), tzinfo=sitting.pack(case).tz))


@choice_source("enforcement_objections_open")
def enforcement_objections_open(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Objections that wait for the ruling."""
    rows = objections_of(sitting.session, case, ObjectionState.OPEN)
    return [Option(row.reference, who_objects(case, row), row.what) for row in rows]


@guard("CPL 236, 238")
def an_objection_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Somebody objected, and no judge has ruled."""
    return (
        None if enforcement_objections_open(sitting, case, actor) else T("No objection to the enforcement is waiting.")
    )


def _said(sitting: Sitting, case: Case, given: RuleOnEnforcementObjectionInput) -> list[Text]:
    """Whose objection it is, and what follows for what the court did or took."""
    row = objection_named(sitting.session, case, given.objection)
    if row is None:
        return []
    lines = [_words(case, row)]
    if given.answer != "founded":
        return lines
    if row.kind is ObjectionKind.PROPERTY:
        return [*lines, T("The enforcement of this is halted: %(what)s", what=row.what)]
    orders = [line.strip() for line in (given.orders or "").splitlines() if line.strip()]
    return [*lines, *(T("Revoked or put right: %(what)s", what=line) for line in orders)]


def _remedy(sitting: Sitting, case: Case, given: RuleOnEnforcementObjectionInput) -> Text:
    """What whoever is not content can do (CPL 236, 238)."""
    row, pack = objection_named(sitting.session, case, given.objection), sitting.pack(case)
    rule = pack.windows.rules.get(REVIEW if row is not None and row.kind is ObjectionKind.CONDUCT else ACTION)
    if row is None or rule is None:
        return NO_APPEAL
    facts: dict[str, Any] = {"length": rule.words, "article": pack.cite(rule.article)}
    if row.kind is ObjectionKind.CONDUCT:
        return T(
            "A party, or whoever else it concerns, may ask the higher court for a review within %(length)s of service of this ruling (%(article)s).",
            **facts,
        )
    if given.answer == "founded":
        return T(
            "The creditor may bring an action at this court within %(length)s of service of this ruling, if it does not turn on the judgment that is enforced (%(article)s); whoever holds that judgment to be wrong may apply for a retrial. Without an action what was done to the property is lifted.",
            **facts,
        )
    return T(
        "Whoever objected may bring an action at this court within %(length)s of service of this ruling, if it does not turn on the judgment that is enforced (%(article)s); whoever holds that judgment to be wrong may apply for a retrial. Until those days are over the property is not sold, handed over or paid out.",
        **facts,
    )


@act(
    title=T("Rule on an objection to the enforcement"),
    input=RuleOnEnforcementObjectionInput,
    by={Role.JUDGE},
    at={Stage.ENFORCEMENT},
    of_part=True,
    guard=an_objection_waits,
    rule=RULING,
    strong=True,
    source=law("CPL 157, 236, 238, 267", "CPI 463"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on an objection to the enforcement"),
        T(
            "The ruling says what was decided and why. Whoever is not content finds in it what can be done, and within how many days of its service; everybody else has nothing to do."
        ),
    ),
    paper=RulingForm(
        T("Objection to the enforcement"),
        _remedy,
        words={"founded": T("The objection is well founded."), "unfounded": T("The objection is rejected.")},
        omits=("objection", "orders"),
        more=_said,
    ),
    desk=desks.ENFORCEMENT_OBJECTION,
    topic=Topic.DECISION,
    in_record=False,
)
def rule_on_enforcement_objection(
    sitting: Sitting, case: Case, given: RuleOnEnforcementObjectionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Revoke or correct what was done against the law; halt the enforcement of property an outsider has a right in; or reject
    (CPL 236, 238, 267(2); CPI 463).

    Raises InvalidInput where it is well founded and nothing is said to be put right, or the other way round.
    """
    row = objection_named(sitting.session, case, given.objection, ObjectionState.OPEN)
    if row is None:
        raise InvalidInput.at("objection", T("Choose one of those listed."))
    founded = given.answer == "founded"
    if (founded and row.kind is ObjectionKind.CONDUCT) != bool((given.orders or "").strip()):
        raise InvalidInput.at(
            "orders",
            T(
                "Say what is revoked or put right where the court’s conduct was against the law, and leave it empty otherwise."
            ),
        )
    row.state = ObjectionState.FOUNDED if founded else ObjectionState.UNFOUNDED
    row.ruled_entry, row.ruled_at = sitting.next_number(case), now
    sitting.close_windows(case, RULING, WindowState.MET, subject=row.reference)
    sitting.close_tasks(case, desks.ENFORCEMENT_OBJECTION, row.reference)
    name = who_objects(case, row)
    if founded:
        carry_out(sitting, case, row, given.orders or row.what)
    if row.party_id is None:
        title = T("Serve the ruling on the outsider %(name)s, and record when it arrived.", name=name)
        sitting.open_task(case, Role.CLERK, desks.OBJECTION_OUTSIDER, title, risk=70, subject=row.reference)
        tell_outsider(
            sitting,
            case,
            row,
            T("The court has ruled on your objection to an enforcement. The ruling is served on you."),
        )
    words = {
        (ObjectionKind.CONDUCT, True): T("The objection of %(name)s is well founded: it is put right", name=name),
        (ObjectionKind.PROPERTY, True): T(
            "The enforcement of %(what)s is halted: objection of %(name)s", what=row.what, name=name
        ),
    }.get((row.kind, founded), T("The objection of %(name)s to the enforcement is rejected", name=name))
    return Recorded(words, {"objection": row.reference, "kind": row.kind.value})


def carry_out(sitting: Sitting, case: Case, row: EnforcementObjection, what: str) -> None:
    """Put on the clerk's desk what follows from a ruling or a judgment about an objection."""
    row.carried_out_entry = None
    sitting.close_tasks(case, desks.OBJECTION_CARRY_OUT, row.reference)
    title = (
        T("Put right what was ruled on an objection, and record it as a measure: %(what)s", what=what)
        if row.kind is ObjectionKind.CONDUCT
        else T("Leave this alone as ruled on an objection, and record it as a measure: %(what)s", what=what)
    )
    sitting.open_task(case, Role.CLERK, desks.OBJECTION_CARRY_OUT, title, risk=70, subject=row.reference)


def ruling_late(sitting: Sitting, case: Case, window: Any) -> None:
    """The fifteen days are over: it is put on the judge's desk again, before everything else (CPL 236, 238)."""
    row = objection_named(sitting.session, case, window.subject or "", ObjectionState.OPEN)
    if row is None:
        return
    sitting.close_tasks(case, desks.ENFORCEMENT_OBJECTION, row.reference)
    title = T("The time is over: rule on the objection of %(name)s to the enforcement.", name=who_objects(case, row))
    sitting.open_task(case, Role.JUDGE, desks.ENFORCEMENT_OBJECTION, title, risk=90, subject=row.reference)
