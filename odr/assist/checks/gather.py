"""A decision that is drafted, with what the docket knows of its case, made ready for the checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from odr.assist.checks.draft import Draft, Passage, Standing
from odr.assist.checks.kinds import CHECKS, check
from odr.docket.models import PARTY_ROLES, Case
from odr.docket.queries import parties
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.models import ExhibitState
from odr.ground.text import T
from odr.judgment.decision.file_before_judge import CaseFile, case_file
from odr.judgment.enforcement.effect import is_appealable
from odr.judgment.models import Decision
from odr.judgment.vocabulary import OrderKind
from odr.procedure.hooks import Looked
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

PARTS = {
    "history": T("How the case came here"),
    "claims": T("What the claimant asks for, and why"),
    "answers": T("What the respondent answers"),
    "issues": T("Questions in dispute"),
}


def look_at(sitting: Sitting, case: Case, decision: Decision) -> Looked:
    """What the checks looked at in the draft, and what they found."""
    return Looked([words for words, _ in CHECKS.values()], check(draft_of(sitting, case, decision)))


def draft_of(sitting: Sitting, case: Case, decision: Decision) -> Draft:
    """The draft as the checks see it."""
    pack, file = sitting.pack(case), case_file(sitting, case)
    grants = [order for order in decision.orders if order.kind is not OrderKind.DISMISS]
    days = [fact.fact.happened_on for fact in file.facts if fact.fact.happened_on is not None]
    return Draft(
        language=decision.language,
        pack=pack.id,
        passages=list(_passages(decision)),
        names={
            role: [party.name for party in parties(case, role)] for role in sorted(PARTY_ROLES, key=lambda r: r.value)
        },
        exhibits=_standing(sitting, case, file),
        facts=frozenset(fact.label for fact in file.facts),
        awards=[order.amount_minor for order in grants if order.amount_minor is not None],
        grants=bool(grants),
        dismisses=len(grants) < len(decision.orders),
        short=decision.short,
        appeal_days=_appeal_days(sitting, case),
        decided_on=sitting.now.astimezone(sitting.court.settings.tz).date(),
        oldest=min(days, default=None),
    )


def _passages(decision: Decision) -> Iterator[Passage]:
    for part, place in PARTS.items():
        if words := decision.parts.get(part):
            yield Passage(place, part, words)
    for number, reason in enumerate(decision.parts.get("reasons", []), 1):
        place = T("Reasons, paragraph %(number)s", number=number)
        yield Passage(place, "reasons", reason["text"])
        if reason.get("articles"):
            yield Passage(place, "articles", reason["articles"])
    for order in decision.orders:
        if order.what:
            yield Passage(T("Order %(number)s", number=order.number), "orders", order.what)


def _standing(sitting: Sitting, case: Case, file: CaseFile) -> dict[str, Standing]:
    examined = {one.label for one in file.exhibits if one.examined}
    return {
        exhibit.label: Standing.WITHDRAWN
        if exhibit.state is ExhibitState.WITHDRAWN
        else Standing.EXAMINED
        if exhibit.label in examined
        else Standing.NOT_EXAMINED
        for exhibit in exhibits_of(sitting.session, case)
    }


def _appeal_days(sitting: Sitting, case: Case) -> tuple[int, ...]:
    if not is_appealable(sitting, case):
        return ()
    rules = [
        reckon(sitting.pack(case), "appeal_judgment", sitting.now, track=case.track.value, abroad=abroad)
        for abroad in sorted({party.abroad for party in parties(case)})
    ]
    return tuple(rule.amount for rule in rules)
