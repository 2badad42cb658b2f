"""An action about an objection in an enforcement: who sues whom, in which procedure, and who has to prove what (CPI 305, 306, 308, 309)."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Case, DocketEntry, Party, Role
from odr.docket.queries import parties
from odr.docket.same_person import is_person
from odr.ground.errors import InvalidInput
from odr.ground.memory.asked_once import remembered
from odr.ground.text import T, Text, side_by_side
from odr.judgment.enforcement_remedies.objections.models import EnforcementObjection, ObjectionState
from odr.judgment.enforcement_remedies.objections.queries import creditor_of_objection, who_objects
from odr.judgment.models import EnforcementCase
from odr.judgment.queries import obligations_of
from odr.procedure.acts.act_versions import input_of
from odr.procedure.hooks import Panel
from odr.procedure.rules.cases import Bar

if TYPE_CHECKING:
    from odr.identity.actors import Actor
    from odr.procedure.sitting import Sitting

READERS = frozenset({*PARTY_ROLES, Role.JUDGE, Role.CLERK, Role.PRESIDENT})
_SUED = select(EnforcementObjection).where(EnforcementObjection.suit_id == bindparam("case"))


@remembered
def objection_sued_on(session: Session, case: Case) -> EnforcementObjection | None:
    """The objection in an enforcement that a claim is about; None for every other claim."""
    return session.scalars(_SUED.order_by(EnforcementObjection.id), {"case": case.id}).first()


def closed_procedures(sitting: Sitting, case: Case) -> Collection[Bar]:
    """An action about an objection in an enforcement follows the ordinary procedure alone (CPI 308)."""
    return {Bar.OBJECTION_ACTION} if objection_sued_on(sitting.session, case) is not None else ()


def debtors_of(sitting: Sitting, case: Case, row: EnforcementObjection) -> list[Party]:
    """Against whom the enforcement goes that is objected to."""
    claimed = {one["obligation"] for one in sitting.session.get_one(EnforcementCase, row.enforcement_id).claimed}
    owing = [one for one in obligations_of(sitting.session, case, live=False) if one.reference in claimed]
    return [party for party in parties(case) if any(party.id in one.debtors for one in owing)]


def whom_to_sue(
    sitting: Sitting, case: Case, row: EnforcementObjection, *, contests: bool
) -> list[tuple[str, int | None]]:
    """Name and account of everybody who has to be a respondent: of the outsider the creditor, of the creditor the outsider, and the debtor
    beside them who contests what is claimed (CPI 305, 306).
    """
    if row.state is ObjectionState.UNFOUNDED:
        creditor = case.party(creditor_of_objection(sitting, row))
        found = [(creditor.name, creditor.account_id)]
    else:
        party = case.party_if_any(row.party_id)
        found = [(who_objects(case, row), party.account_id if party is not None else None)]
    return found + [(one.name, one.account_id) for one in debtors_of(sitting, case, row) if contests]


def require_sued(sitting: Sitting, case: Case, row: EnforcementObjection, claim: Case, *, contests: bool) -> None:
    """Raises InvalidInput where somebody is not a respondent of the claim who has to be (CPI 305, 306)."""
    sued = parties(claim, Role.RESPONDENT)
    wanted = whom_to_sue(sitting, case, row, contests=contests)
    missing = [name for name, account in wanted if not any(is_person(one, name, account) for one in sued)]
    if missing:
        article = "CPI 305" if row.state is ObjectionState.UNFOUNDED else "CPI 306"
        raise InvalidInput.at(
            "claim",
            T(
                "The claim must be against %(names)s too (%(article)s). Ask in its case that they are brought in, then name it here.",
                names=side_by_side(missing),
                article=sitting.pack(case).cite(article),
            ),
        )


def names_to_sue(sitting: Sitting, case: Case, row: EnforcementObjection) -> Text:
    """Against whom an action is brought, for who may bring it; and when the debtor is sued too."""
    first = whom_to_sue(sitting, case, row, contests=False)[0][0]
    debtors = side_by_side([one.name for one in debtors_of(sitting, case, row) if one.name != first])
    return T("Sue %(name)s; and %(debtors)s too if they contest what you claim.", name=first, debtors=debtors)


def suit_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """On the page of the action: which objection it is about, who stands against whom, in which procedure, and who proves what."""
    row = objection_sued_on(sitting.session, case) if actor.role in READERS else None
    return Panel("main", 57, "judgment/_objection_action.html", {"lines": suit_lines(sitting, row)}) if row else None


def suit_lines(sitting: Sitting, row: EnforcementObjection) -> list[Text]:
    """What a judge and the parties have before them of it."""
    enforced = sitting.session.get_one(Case, row.case_id)
    pack = sitting.pack(enforced)
    name, by_outsider = who_objects(enforced, row), row.state is ObjectionState.UNFOUNDED
    number = sitting.session.get_one(EnforcementCase, row.enforcement_id).number
    debtors = side_by_side([one.name for one in debtors_of(sitting, enforced, row)])
    about = T(
        "It is about enforcement %(number)s and what %(name)s claims of it: %(what)s",
        number=number,
        name=name,
        what=row.what,
    )
    stands = (
        T("%(debtors)s contests it and is sued too (%(article)s).", debtors=debtors, article=pack.cite("CPI 305, 306"))
        if debtor_contests(sitting, enforced, row)
        else T(
            "%(debtors)s does not contest it: no respondent has to be sued for that, and the court may hear them as a third party (%(article)s).",
            debtors=debtors,
            article=pack.cite("CPI 305, 306"),
        )
    )
    return [
        about,
        T("The objection was rejected, so the outsider sues.")
        if by_outsider
        else T("The objection was well founded, so the creditor sues."),
        stands,
        T("It follows the ordinary procedure alone (%(article)s).", article=pack.cite("CPI 308")),
        T(
            "Whoever sues: %(name)s has to prove a right in it that keeps the enforcement out (%(article)s). Where that is not proven, it may be enforced against (%(then)s).",
            name=name,
            article=pack.cite("CPI 309"),
            then=pack.cite("CPI 310" if by_outsider else "CPI 311"),
        ),
    ]


def debtor_contests(sitting: Sitting, case: Case, row: EnforcementObjection) -> bool:
    """Whether it was said, when the action was named in the enforcement, that the debtor contests what is claimed."""
    if row.suit_entry is None:
        return False
    found = select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.number == row.suit_entry)
    entry = sitting.session.scalar(found)
    return entry is not None and input_of(entry).get("debtor") == "contests"
