"""Whether a case is an action in the public interest, what its claim says of that, and what the court found (CPL 58)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Case, Party, PartyKind, Role
from odr.docket.queries import entries_of, parties
from odr.filing import names
from odr.filing.claim.queries import claims_of
from odr.ground.text import T, Text
from odr.procedure.rules.cases import BROUGHT_BY, Bringer, Condition, PublicInterest

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def public_interest_of(sitting: Sitting, case: Case) -> PublicInterest | None:
    """The rules of an action in the public interest; None for a case that is none."""
    cause = sitting.pack(case).causes.list.get(case.cause)
    return cause.in_public_interest if cause is not None else None


def said_of(sitting: Sitting, case: Case) -> Mapping[str, Any]:
    """What the claim says to the fields of its cause."""
    return next((one.particulars for one in claims_of(sitting.session, case) if one.particulars), None) or {}


def bringer_of(sitting: Sitting, case: Case) -> Bringer | None:
    """Who brings the action, as the claim says; None where it says nothing."""
    rules, said = public_interest_of(sitting, case), said_of(sitting, case).get(BROUGHT_BY)
    if rules is None:
        return None
    return next((one for one in rules.bringers.values() if one.title.render("en") == said), None)


@dataclass(frozen=True)
class Finding:
    """What the court last found of the conditions: those that are missing, by the entry of that number."""

    entry: int
    lacks: tuple[Condition, ...]


def finding_of(sitting: Sitting, case: Case) -> Finding | None:
    """What was found of the claim as it stands; None where nobody has looked at it since it was last sent."""
    found = entries_of(sitting.session, case, names.FIND_PUBLIC_INTEREST)
    corrected = entries_of(sitting.session, case, names.CORRECT_CLAIM)
    if not found or (corrected and corrected[-1].number > found[-1].number):
        return None
    result = json.loads(found[-1].payload)["result"]
    return Finding(found[-1].number, tuple(Condition(one) for one in result["lacks"]))


def may_go_on(sitting: Sitting, case: Case) -> bool:
    """Whether nothing is missing: the court found so, or a judge decided that the claim is not refused."""
    found = finding_of(sitting, case)
    if found is None:
        return False
    kept = entries_of(sitting.session, case, names.DECLINE_REFUSAL)
    return not found.lacks or bool(kept and kept[-1].number > found.entry)


def not_entitled(sitting: Sitting, case: Case) -> Text | None:
    """Why whoever claims cannot bring it before this court, as far as the claim itself shows (CPL 58; CPI 282, 283)."""
    person = next((p for p in parties(case, Role.CLAIMANT) if p.kind is PartyKind.PERSON), None)
    if person is not None:
        return T(
            "%(name)s is a person: the law lets no private person bring an action in the public interest. They may sue for what is their own.",
            name=person.name,
        )
    bringer = bringer_of(sitting, case)
    if bringer is None:
        return T("The claim does not say who brings the action.")
    if not bringer.heard:
        return T("This court does not hear such an action. It belongs before: %(court)s", court=bringer.elsewhere or "")
    return None


def not_published(sitting: Sitting, case: Case) -> Text | None:
    """Why it is not shown that nobody sues whom the law names first (CPL 58(2))."""
    bringer, said = bringer_of(sitting, case), said_of(sitting, case)
    if bringer is None or not bringer.published:
        return None
    if not all(said.get(key) for key in ("published_at", "published_on", "published_until", "others")):
        return T("The claim does not say where and when it was published that others may sue, and what came of it.")
    first, last = (date.fromisoformat(said[key]) for key in ("published_on", "published_until"))
    if last < first:
        return T("The last day of the publication lies before its first.")
    if last >= case.filed_on:
        return T("The claim came before the publication was over, on %(day)s.", day=last)
    return None


def same_respondents(sitting: Sitting, case: Case) -> list[Case]:
    """Other actions in the public interest against one of the respondents: a person looks whether the conduct is the same."""
    if public_interest_of(sitting, case) is None:
        return []
    against = [party.name for party in parties(case, Role.RESPONDENT)]
    query = (
        select(Case)
        .join(Party, Party.case_id == Case.id)
        .where(Party.name.in_(against), Party.role == Role.RESPONDENT, Case.cause == case.cause, Case.id != case.id)
        .distinct()
        .order_by(Case.id.desc())
        .limit(50)
    )
    return list(sitting.session.scalars(query))


def decided_before(sitting: Sitting, case: Case) -> list[Case]:
    """Of those, the ones in which a judgment is in effect (CPI 289)."""
    return [one for one in same_respondents(sitting, case) if one.effective_at is not None]
