"""Which judgments in actions of many fit a claim, and what was applied to what (CPL 57; CPI 80)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case, Role, Stage
from odr.docket.queries import parties
from odr.filing.group.models import GroupAction
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.group.models import AppliedJudgment
from odr.judgment.models import Decision
from odr.judgment.queries import petitions_of
from odr.judgment.vocabulary import AppealOutcome, DecisionKind
from odr.procedure.acts.events import ClaimAccepted
from odr.procedure.acts.resolvers import resolver
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.hooks import Panel

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

IN_EFFECT = (Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED)


@dataclass(frozen=True)
class GroupJudgment:
    """A judgment in effect in an action of many that was open to registration."""

    group: GroupAction
    case: Case
    decision: Decision
    given_on: date
    """The court's own day on which it was pronounced."""
    changed: bool
    """The higher court changed it: it applies as changed."""

    @property
    def label(self) -> Text:
        """The judgment in words."""
        words = {"number": self.case.number or self.case.reference, "day": self.given_on}
        if self.changed:
            return T("Judgment of %(day)s in the action of many %(number)s, as the higher court changed it", **words)
        return T("Judgment of %(day)s in the action of many %(number)s", **words)


def fitting(sitting: Sitting, case: Case) -> list[GroupJudgment]:
    """Judgments in effect on claims of the same kind against the same side, in actions in which no claimant of this
    case took part.
    """
    query = (
        select(GroupAction, Case)
        .join(Case, Case.id == GroupAction.case_id)
        .where(
            GroupAction.announced_entry.is_not(None),
            Case.cause == case.cause,
            Case.pack_id == case.pack_id,
            Case.id != case.id,
        )
        .where(Case.effective_at.is_not(None), Case.stage.in_(IN_EFFECT))
        .order_by(Case.effective_at.desc())
        .limit(50)
    )
    return [
        found
        for group, main in sitting.session.execute(query)
        if _same_sides(case, main) and (found := _judgment(sitting, group, main))
    ]


def _same_sides(case: Case, main: Case) -> bool:
    """Against whom the judgment was given is respondent here, and no claimant here was registered there."""
    against = {p.name.casefold() for p in parties(main, Role.RESPONDENT)}
    if not any(p.name.casefold() in against for p in parties(case, Role.RESPONDENT)):
        return False
    accounts = {p.account_id for p in parties(main, Role.CLAIMANT) if p.account_id is not None}
    names = {p.name.casefold() for p in parties(main, Role.CLAIMANT) if p.account_id is None}
    return not any(p.account_id in accounts or p.name.casefold() in names for p in parties(case, Role.CLAIMANT))


def _judgment(sitting: Sitting, group: GroupAction, main: Case) -> GroupJudgment | None:
    decision = next(
        (d for d in reversed(pronounced(sitting.session, main)) if d.kind is not DecisionKind.PARTIAL), None
    )
    if decision is None or decision.issued_at is None:
        return None
    changed = any(
        p.decision_id == decision.id and p.outcome is AppealOutcome.CHANGED for p in petitions_of(sitting.session, main)
    )
    return GroupJudgment(group, main, decision, decision.issued_at.astimezone(sitting.pack(main).tz).date(), changed)


@resolver("group_judgment")
def find_judgment(sitting: Sitting, case: Case, actor: Actor, reference: str) -> GroupJudgment | None:
    """A judgment that fits this case, by the public reference of its action of many."""
    return next((one for one in fitting(sitting, case) if one.group.reference == reference), None)


@choice_source("group_judgments")
def group_judgments(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Judgments in actions of many that may apply here."""
    return [Option(one.group.reference, one.label, one.group.asked) for one in fitting(sitting, case)]


@choice_source("debtors_by_label")
def debtors_by_label(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Against whom the claim is, under the label an input uses."""
    return [Option(p.label, p.name) for p in parties(case, Role.RESPONDENT)]


def applied_in(session: Session, case: Case) -> tuple[AppliedJudgment, Case] | None:
    """The action of many whose judgment was applied in a case."""
    row = session.execute(
        built_once(
            lambda: (
                select(AppliedJudgment, Case)
                .join(Case, Case.id == AppliedJudgment.group_case_id)
                .where(AppliedJudgment.case_id == case.id)
            )
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def applied_from(session: Session, case: Case) -> Sequence[Case]:
    """Claims to which the judgment of an action of many was applied, in order."""
    query = (
        select(Case)
        .join(AppliedJudgment, AppliedJudgment.case_id == Case.id)
        .where(AppliedJudgment.group_case_id == case.id)
    )
    return session.scalars(query.order_by(AppliedJudgment.id)).all()


def tell_the_judge(sitting: Sitting, event: ClaimAccepted) -> None:
    """A claim was accepted to which a judgment in an action of many may apply: the judge is shown it (CPL 57)."""
    found = fitting(sitting, event.case)
    if found:
        title = T(
            "A judgment in an action of many may apply to this claim: %(number)s. If the claim is right, rule so.",
            number=found[0].case.number or "",
        )
        sitting.open_task(event.case, Role.JUDGE, desks.APPLY_JUDGMENT, title, risk=25)


def applied_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """The link between the two cases: here to the action of many; there, for the court, to whom its judgment was
    applied.
    """
    if actor.role not in PARTY_ROLES | COURT_ROLES:
        return None
    link = applied_in(sitting.session, case)
    there = applied_from(sitting.session, case) if actor.role in COURT_ROLES and case.stage in IN_EFFECT else []
    if link is None and not there:
        return None
    group = (
        sitting.session.scalars(select(GroupAction).where(GroupAction.case_id == link[1].id)).one()
        if link is not None
        else None
    )
    return Panel(
        "main", 21, "judgment/_applied.html", {"main": link[1] if link else None, "group": group, "there": there}
    )


_PRONOUNCED = (
    select(Decision).where(Decision.case_id == bindparam("case"), Decision.issued_at.is_not(None)).order_by(Decision.id)
)


def pronounced(session: Session, case: Case) -> Sequence[Decision]:
    """Every decision that was issued, also one set aside since, in order."""
    return session.scalars(_PRONOUNCED, {"case": case.id}).all()
