"""Everybody's time for evidence: from one's own notice, lengthened for all, begun anew, and never two beside each other
(EV 51, 54, 55; CPI 99).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party, Role
from odr.docket.queries import entry, parties
from odr.filing import names
from odr.filing.claim.progress import requests_of
from odr.filing.course.time_limit_changes import by_rule, extend, halt
from odr.filing.models import RequestKind
from odr.ground.text import T, Text
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.pack import NoSuchRule
from odr.procedure.time.changed_limits import give_until
from odr.service.packet.occasions import ACCEPTANCE, CLAIM
from odr.service.queries import begun, packets_of
from odr.service.vocabulary import PacketState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

EVIDENCE = "evidence"
AGAIN = "evidence_again"
"""Rule of the pack for the time that is given once more, after a party's own has ended (EV 51(3)); it is a window of
:data:`EVIDENCE` like the first.
"""

NEW_CLAIM = (names.AMEND_CLAIM, names.FILE_COUNTERCLAIM, names.FILE_THIRD_PARTY_CLAIM)
"""Acts by which something else is claimed: everybody gets a new time for evidence (EV 55(4))."""


def period_of(sitting: Sitting, case: Case, party: Party) -> Window | None:
    """A party's time for evidence as it last began, what was given once more for rebuttal apart; None before."""
    every = sitting.windows(case, EVIDENCE, party=party, state=None)
    rows = [w for w in every if w.state is not WindowState.ENDED and not is_again(w)]
    return rows[-1] if rows else None


def begin_evidence(sitting: Sitting, case: Case, party: Party, at: datetime, proof: Text | None) -> None:
    """A party's time for evidence begins. While an objection to jurisdiction waits it stands still like everybody's, from
    the day it began if the others' stood still already: a service that becomes known late costs no day (EV 55(1)).
    """
    if sitting.pack(case).window(EVIDENCE).before:  # Documents are due so long before a hearing; nothing starts them.
        return
    still = [w.halted_at for w in sitting.windows(case, EVIDENCE, state=WindowState.HALTED) if w.halted_at is not None]
    if not still and requests_of(sitting, case, RequestKind.JURISDICTION):
        still = [sitting.now]
    window = sitting.start_window(case, EVIDENCE, party=party, start=at, proof=proof)
    if still:
        halt([window], max(at, min(still)))


def is_again(window: Window) -> bool:
    """Whether a time for evidence is one given once more, after the party's own had ended (EV 51(3))."""
    return window.working.get("key") == AGAIN


def begin_again(sitting: Sitting, case: Case, party: Party, days: int, subject: str) -> Window:
    """A party whose time is over has so many days from today, for rebuttal or to mend defects (EV 51(3)). They stand still
    like every other time for evidence while an objection to jurisdiction waits.
    """
    window = sitting.start_window(
        case, EVIDENCE, party=party, start=sitting.now, rule=AGAIN, subject=subject, amount=days
    )
    if requests_of(sitting, case, RequestKind.JURISDICTION):
        halt([window], sitting.now)
    return window


def begin_with_own_notice(sitting: Sitting, case: Case, who: Party, at: datetime, proof: Text | None) -> None:
    """The notice on evidence reached a party, with the claim against them or with the acceptance of their own: their
    time begins. Nobody else's does, neither a fellow's nor the other side's (EV 50, 51; court rule). Where an earlier
    service was found not to have happened, it begins with the new one.
    """
    if period_of(sitting, case, who) is None:
        begin_evidence(sitting, case, who, at, proof)


def awaits_notice(sitting: Sitting, case: Case, party: Party) -> bool:
    """Whether the notice on evidence, which comes to a claimant with the acceptance and to a respondent with the claim, is
    still on its way, or was found not to have arrived, so that their time has not begun (EV 50). Never where the rules fix
    the day by a hearing.
    """
    rule = sitting.pack(case).windows.rules.get(EVIDENCE)
    if rule is None or rule.before or period_of(sitting, case, party) is not None:
        return False
    if party.role is Role.RESPONDENT:
        return _claim_is_on_its_way(sitting, case, party)
    return party.role is Role.CLAIMANT and _written_to(sitting, case, party)


def _claim_is_on_its_way(sitting: Sitting, case: Case, party: Party) -> bool:
    """Whether the claim went to a respondent and nothing of it counts as arrived."""
    every = packets_of(sitting.session, case)
    states = {one.state for one in every if one.party_id == party.id and one.occasion == CLAIM.key}
    return bool(states) and states.isdisjoint({PacketState.SERVED, PacketState.PRESUMED})


def of_whom_nobody_wrote(sitting: Sitting, case: Case, at: datetime, proof: Text | None) -> None:
    """Claimants to whom no notice of acceptance went, as where it was taken back: their time begins with the first
    service of the claim, so that they have one. Who was brought in has the letter that called them for it.
    """
    for each in parties(case, Role.CLAIMANT):
        if "added_entry" not in each.details and not _written_to(sitting, case, each):
            begin_with_own_notice(sitting, case, each, at, proof)


def _written_to(sitting: Sitting, case: Case, party: Party) -> bool:
    """Whether a notice of acceptance went to a claimant and was not taken back."""
    return any(
        one.party_id == party.id and one.occasion == ACCEPTANCE.key and one.state is not PacketState.UNDONE
        for one in packets_of(sitting.session, case)
    )


def restart_evidence(sitting: Sitting, case: Case, now: datetime, newcomer: Party | None = None) -> None:
    """A changed or new claim, or a newcomer whom the letter reached just now, gives everybody a new time for evidence (EV
    55). Who has not been told of the case yet gets theirs with the first notice; what stood still ends, so that no second
    period runs beside it.
    """
    told = [p for p in parties(case) if p is newcomer or _knows_of_it(sitting, case, p)]
    standing = sitting.windows(case, EVIDENCE, state=WindowState.HALTED)
    proof = T("Entry %(number)s of the docket.", number=sitting.next_number(case))
    for each in told:
        begin_evidence(sitting, case, each, now, proof)
    opening = sitting.next_number(case)
    for window in [*standing, *sitting.windows(case, EVIDENCE)]:
        if not is_again(window) and (window in standing or window.opened_by != opening):
            window.state, window.closed_by = WindowState.ENDED, opening


def _knows_of_it(sitting: Sitting, case: Case, party: Party) -> bool:
    """Whether a party was told of the case, by joining it or by their first notice. Whose notice was found not to have
    reached them has it still to come, also where they joined.
    """
    if awaits_notice(sitting, case, party):
        return False
    if party.role is Role.RESPONDENT or "added_entry" in party.details:
        return party.joined_at is not None or bool(sitting.windows(case, EVIDENCE, party=party, state=None))
    return True


def from_own_notice(
    sitting: Sitting, case: Case, party: Party, numbers: Collection[int], at: datetime, proof: Text | None
) -> None:
    """The paper by which something else is claimed reached a party after it stood on the docket: their new time runs
    from that day. Where an earlier service of it was found not to have happened, it begins with the new one.
    """
    for number in numbers:
        told = entry(sitting.session, case, number)
        if told is None or told.act not in NEW_CLAIM:
            continue
        every = sitting.windows(case, EVIDENCE, party=party, state=None)
        mine = [w for w in every if w.opened_by == number]
        if mine and every[-1] not in begun(sitting, case, EVIDENCE, party=party):
            begin_evidence(sitting, case, party, at, proof)
        elif mine and mine[-1].state is not WindowState.ENDED and at > mine[-1].opened_at:
            mine[-1].state, mine[-1].closed_by = WindowState.ENDED, sitting.next_number(case)
            begin_evidence(sitting, case, party, at, proof)


def lengthen_for_all(sitting: Sitting, case: Case, window: Window, days: int, reason: Text, article: str) -> None:
    """Lengthen a limit, and the other parties' of the same kind with it (EV 54). Whose own is over already gets it back,
    until the day the one who asked has.
    """
    extend(sitting, case, window, days, reason, article)
    for each in parties(case):
        rows = [
            w
            for w in sitting.windows(case, window.kind, party=each, state=None)
            if w.state is not WindowState.ENDED and not is_again(w)
        ]
        if not rows or rows[-1].id == window.id:
            continue
        if rows[-1].state in (WindowState.OPEN, WindowState.HALTED):
            extend(sitting, case, rows[-1], days, reason, article)
        elif rows[-1].state is WindowState.LAPSED and window.due_at is not None:
            last = (window.due_at - timedelta(microseconds=1)).astimezone(sitting.pack(case).tz).date()
            give_until(sitting, case, rows[-1], last, reason, article)


def evidence_in_new_track(sitting: Sitting, case: Case, now: datetime) -> None:
    """The case moved to a fuller procedure: each party has at least the time that procedure gives, in all (EV 51). What
    is missing of it is given from today where the shorter time was over.
    """
    for each in parties(case):
        window = period_of(sitting, case, each)
        if window is None or window.due_at is None:
            continue
        before = window.due_at
        try:
            longer = by_rule(sitting, case, window, EVIDENCE)
        except NoSuchRule:
            continue
        if not longer or window.state is not WindowState.LAPSED:
            continue
        missing = window.due_at - before
        window.state, window.closed_by = WindowState.OPEN, None
        if window.due_at <= now + missing:
            until = (now + missing).astimezone(sitting.pack(case).tz).date()
            reason = T("the case moved to the %(track)s", track=case.track.label)
            give_until(sitting, case, window, until, reason, "EV 51")
