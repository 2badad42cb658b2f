"""On the page of a case: the security of its enforcement, until when nothing is enforced, and what each can do next (CPL 242)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, Role
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.enforcement.queries import open_enforcement
from odr.judgment.enforcement_remedies.deferral.models import EnforcementSecurity, SecurityState
from odr.judgment.enforcement_remedies.deferral.queries import is_guarantor, security_now
from odr.procedure.acts.availability import refusal
from odr.procedure.hooks import Owed, Panel

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

S = SecurityState
READERS = PARTY_ROLES | {Role.JUDGE, Role.CLERK, Role.PRESIDENT}
ACTS = (
    names.ANSWER_ENFORCEMENT_SECURITY,
    names.DECIDE_ON_DEFERRAL,
    names.REPORT_MOVED_SECURITY,
    names.END_DEFERRAL,
    names.ORDER_GUARANTOR,
)


def deferral_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """What became of the security, and the day, for both sides and the court; where it is given by somebody else, their address
    for the court only.
    """
    row = security_now(sitting, case) if actor.role in READERS else None
    if row is None:
        return None
    table = sitting.court.table
    data = {
        "row": row,
        "state": state_words(row),
        "address": row.address if actor.role in (Role.JUDGE, Role.CLERK) else None,
        "acts": [table[name] for name in ACTS if refusal(sitting, table[name], case, actor) is None],
    }
    return Panel("main", 57, "judgment/_deferral.html", data)


def state_words(row: EnforcementSecurity) -> Text:
    """How it stands, in a sentence."""
    if row.state is S.HOLDS:
        return T("The enforcement waits: nothing is enforced until the end of %(day)s.", day=row.waits_until)
    if row.ordered_by is not None:
        amount = Money(row.ordered_minor or 0, row.currency)
        return T("It was ruled that the guarantor is enforced against, up to %(amount)s.", amount=amount)
    if row.state in (S.OVER, S.MOVED) and is_guarantor(row):
        return T("The enforcement goes on. Next: a judge rules up to which sum the guarantor is enforced against.")
    return {
        S.OFFERED: T(
            "Security is offered. Next: the creditor says whether they consent; until then the enforcement goes on."
        ),
        S.DECLINED: T("The creditor does not consent: the enforcement goes on."),
        S.AGREED: T(
            "The creditor consents. Next: a judge decides whether the enforcement waits; until then it goes on."
        ),
        S.REFUSED: T("The court did not let the enforcement wait: it goes on."),
        S.OVER: T("The enforcement waits no longer, and the security is enforced against too."),
        S.MOVED: T("The security was moved away: the enforcement goes on at once, against the security too."),
        S.FREE: T("The security answers for nothing any more."),
    }[row.state]


def next_with_security(sitting: Sitting, case: Case, party_id: int, told: Owed | None) -> Owed | None:
    """What a party does next, where security is offered to them or the enforcement waits; else as it was told."""
    found, row = open_enforcement(sitting.session, case), security_now(sitting, case, S.OFFERED, S.HOLDS)
    if told is None or row is None or found is None:
        return told
    if row.state is S.OFFERED:
        if party_id != found.party_id:
            return told
        words = T(
            "%(name)s offers security so that the enforcement waits. Say whether you consent.",
            name=case.name_of(row.debtor_id),
        )
        otherwise = T("Without your consent the enforcement goes on.")
        return replace(told, words=words, is_duty=True, act=names.ANSWER_ENFORCEMENT_SECURITY, otherwise=otherwise)
    day = row.waits_until
    if party_id == found.party_id:
        waits = T("Nothing for you to do now: the enforcement waits for security until the end of %(day)s.", day=day)
        status = T("The enforcement waits for security until the end of %(day)s.", day=day)
        return replace(told, words=waits, status=status)
    otherwise = T(
        "Nothing is enforced until the end of %(day)s. What is not performed then is enforced, against the security too.",
        day=day,
    )
    return replace(told, otherwise=otherwise) if told.is_duty else told
