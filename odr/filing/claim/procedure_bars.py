"""What keeps a case from a procedure, and from a single judge, as its record stands now (CPL 42, 165, 166; CPI 257)."""

from __future__ import annotations

import json
from collections.abc import Set
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from odr.docket.models import DECIDING_ROLES, Case, Role
from odr.docket.queries import entries_of, parties
from odr.filing import desks, names
from odr.filing.claim.outsider_action.queries import outsider_action_of
from odr.filing.claim.progress import is_heard_again, requests_of
from odr.filing.claim.public_interest.queries import public_interest_of
from odr.filing.claim.queries import claims_of, reliefs_of
from odr.filing.group.models import GroupAction
from odr.filing.models import Claim, RequestKind, RequestState
from odr.ground.text import T, Text
from odr.identity.actors import Actor, seated_in
from odr.procedure.acts.table import guard
from odr.procedure.rules.cases import Bar, WidePanel
from odr.procedure.rules.tracks import TrackFinding, track_findings
from odr.service import names as service_names

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def bars_of(sitting: Sitting, case: Case) -> set[Bar]:
    """Every fact on record that closes a procedure to the case, and what the judge found to close it."""
    holds = {
        Bar.NOT_MONEY: any(relief.amount_minor is None for relief in reliefs_of(sitting.session, case)),
        Bar.FOREIGN: case.foreign_related or any(party.abroad for party in parties(case)),
        Bar.COUNTERCLAIM: any(claim.kind == "counterclaim" for claim in claims_of(sitting.session, case)),
        Bar.MANY_PARTIES: sitting.session.scalar(select(GroupAction.id).where(GroupAction.case_id == case.id))
        is not None,
        Bar.WHEREABOUTS_UNKNOWN: bool(entries_of(sitting.session, case, service_names.ORDER_ANNOUNCEMENT)),
        Bar.RETRIAL: is_heard_again(sitting, case),
        Bar.PUBLIC_INTEREST: public_interest_of(sitting, case) is not None,
        Bar.THIRD_PARTY_CHALLENGE: outsider_action_of(sitting.session, case) is not None,
    }
    told = {bar for tell in sitting.court.hooks.procedure_bars for bar in tell(sitting, case)}
    return {bar for bar, is_so in holds.items() if is_so} | judged_bars(sitting, case) | told


def judged_bars(sitting: Sitting, case: Case) -> set[Bar]:
    """What only a judge can find, as last found: status or title, public interest, facts greatly disputed, and that it is
    nothing for one judge.
    """
    found: dict[Bar, bool] = {}
    for entry in entries_of(sitting.session, case, names.FIND_BAR):
        result = json.loads(entry.payload)["result"]
        found[Bar(result["bar"])] = result["holds"]
    return {bar for bar, holds in found.items() if holds}


def panel_is_ordered(sitting: Sitting, case: Case, *, but: Set[Bar] = frozenset()) -> bool:
    """Whether only a panel may decide: the case is of a kind that one judge may not hear, an objection to the single
    judge was upheld, the case is heard again, or it attacks a decision in effect (CPL 41–43; CPI 292). ``but`` is what
    the judge finds no more in the act in hand.
    """
    upheld = requests_of(sitting, case, RequestKind.PROCEDURE, RequestState.GRANTED)
    return (
        any(one.details["what"] == "one_judge" for one in upheld)
        or is_heard_again(sitting, case)
        or outsider_action_of(sitting.session, case) is not None
        or bool(kinds_for_a_panel(sitting, case) - but)
    )


def kinds_for_a_panel(sitting: Sitting, case: Case, *, found: Set[Bar] = frozenset()) -> set[Bar]:
    """What the case is that one judge may not hear alone, by the rules of the procedure it follows (CPL 42); ``found``
    comes with the act in hand.
    """
    bench = sitting.pack(case).tracks.list[case.track.value].bench
    return set() if bench is None or not bench.panel_for else set(bench.panel_for) & (bars_of(sitting, case) | found)


def ask_for_panel(sitting: Sitting, case: Case) -> None:
    """Put it before the judge that a panel is to be convened, where none sits and nobody was asked yet."""
    if missing_of_panel(sitting, case) and not sitting.tasks(case, desks.PANEL):
        wide = wide_panel_of(sitting, case)
        title = (
            T("Convene a panel: one judge may not decide this case alone.")
            if wide is None
            else T(
                "Convene a panel of %(size)s: an action in the public interest is heard by %(judges)s judges and %(assessors)s assessors.",
                size=wide.size,
                judges=wide.judges,
                assessors=wide.assessors,
            )
        )
        sitting.open_task(case, Role.JUDGE, desks.PANEL, title, risk=70)


def judges_of(sitting: Sitting, case: Case) -> int:
    """How many sit and decide now: judges and assessors."""
    return sum(one.role in DECIDING_ROLES for one in seated_in(sitting.session, case))


def wide_panel_of(sitting: Sitting, case: Case) -> WidePanel | None:
    """The panel of three judges and four assessors that alone may hear the case; None where another decides (LAJ 16)."""
    bench = sitting.pack(case).tracks.list[case.track.value].bench
    return bench.wide if bench is not None and public_interest_of(sitting, case) is not None else None


def missing_of_panel(sitting: Sitting, case: Case, size: int = 3) -> dict[Role, int]:
    """Which seats beside the presiding judge's are empty in the panel the case needs, or in one of ``size``; none that is full stands
    in it.
    """
    wide, seated = wide_panel_of(sitting, case), [one.role for one in seated_in(sitting.session, case)]
    judges, members = (wide.judges, wide.size) if wide is not None else (1, size)
    needed = {Role.PANEL_JUDGE: judges - 1, Role.ASSESSOR: members - judges}
    lacks = {role: count - seated.count(role) for role, count in needed.items()}
    return {role: count for role, count in lacks.items() if count > 0}


@guard("CPL 41, 42, 43", "CPI 292", "LAJ 16")
def the_panel_sits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the hearing cannot begin: only a panel may decide, and it is not convened yet."""
    if not panel_is_ordered(sitting, case):
        return None
    if not missing_of_panel(sitting, case):
        return None
    wide = wide_panel_of(sitting, case)
    if wide is None:
        return T("Only a panel may hear this case. The judge convenes it first.")
    return T(
        "Only a panel of %(size)s may hear this case: %(judges)s judges and %(assessors)s assessors. The judge convenes it first.",
        size=wide.size,
        judges=wide.judges,
        assessors=wide.assessors,
    )


@guard("CPL 42, 166", "CPI 257, 308")
def the_procedure_fits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the hearing is not closed: the procedure is closed to the case, or a panel is still to be convened.
    Afterwards nobody could hear it in another procedure, or before others.
    """
    barred = barred_track(sitting, case, sum_of_standing(sitting, case), set())
    return moves_on_first(sitting, case, barred) if barred is not None else the_panel_sits(sitting, case, actor)


def moves_on_first(sitting: Sitting, case: Case, barred: TrackFinding) -> Text:
    """That a case goes into another procedure before anything else, and why."""
    return T(
        "The case can no longer follow the %(track)s. %(reason)s Move it to another procedure first (%(article)s).",
        track=case.track.label,
        reason=barred.reason,
        article=sitting.pack(case).cite(barred.article),
    )


def agreed_to_small_claims(sitting: Sitting, case: Case, *, but: int | None = None) -> bool:
    """Whether every claimant and respondent has agreed on record to small claims procedure (CPL 165(2)); ``but`` is the
    party whose own act is being performed.
    """
    agreed = {entry.party_id for entry in entries_of(sitting.session, case, names.AGREE_SMALL_CLAIMS)} | {but}
    return all(party.id in agreed for role in (Role.CLAIMANT, Role.RESPONDENT) for party in parties(case, role))


def sum_of_standing(sitting: Sitting, case: Case) -> int:
    """The largest of the claims that stand, which decides on the procedure (CPI 278)."""
    return (
        sitting.session.scalar(
            select(func.max(Claim.amount_minor)).where(Claim.case_id == case.id, Claim.withdrawn_at.is_(None))
        )
        or 0
    )


def barred_track(sitting: Sitting, case: Case, amount: int, bars: set[Bar]) -> TrackFinding | None:
    """Why the case can no longer follow its procedure, or None. ``bars`` are those that come with the act in hand."""
    found = next(one for one in tracks_now(sitting, case, amount, bars) if one.track == case.track.value)
    return None if found.open else found


def tracks_now(sitting: Sitting, case: Case, amount: int, bars: set[Bar]) -> list[TrackFinding]:
    """Every procedure of the rules, and whether it is open to the case now."""
    agreed = agreed_to_small_claims(sitting, case)
    return track_findings(sitting.pack(case), amount, bars | bars_of(sitting, case), case.filed_on, agreed=agreed)
