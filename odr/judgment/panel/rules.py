"""Who decides a case: one judge, or a panel whose majority decides and whose deliberation stays secret (CPL 40, 44,
45).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select, true

from odr.docket.models import DECIDING_ROLES, Case, DocketEntry, Role, office_of
from odr.docket.visibility import reads_entry
from odr.filing.claim.procedure_bars import missing_of_panel, panel_is_ordered, wide_panel_of
from odr.ground.text import T, Text, side_by_side
from odr.hearing.ripeness.basis import resumed_by
from odr.identity.actors import seated_in
from odr.judgment.decision.issuing import words_digest
from odr.judgment.meetings.queries import decided_by_committee
from odr.judgment.models import Decision, PanelMinute
from odr.judgment.panel.votes import Ballot, is_adopted, law_is_adopted
from odr.judgment.queries import is_spoken
from odr.judgment.vocabulary import Vote
from odr.payments.fee.assessment import pack_track
from odr.procedure.rules.cases import BenchRule

if TYPE_CHECKING:
    from odr.identity.actors import Actor
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Member:
    """Somebody who decides; the judge presides."""

    account_id: int
    name: str
    role: Role

    @property
    def presides(self) -> bool:
        """Whether they lead the panel and sign for it (CPL 44)."""
        return self.role is Role.JUDGE

    @property
    def is_judge(self) -> bool:
        """Whether they are a judge, and no assessor: in a panel of seven only judges vote on the law (LAJ 22)."""
        return office_of(self.role) is Role.JUDGE

    @property
    def seat(self) -> Text:
        """What they sit as."""
        if self.presides:
            return T("Presiding judge")
        return T("Judge of the panel") if self.is_judge else T("Assessor")


def has_said_why(sitting: Sitting, decision: Decision, actor: Actor) -> bool:
    """Whether a member may vote for the text without more words (COL 10): it was pronounced and only its text is looked at, they
    wrote it as it stands, or they spoke on this decision before. What somebody said against it is no reason for it.
    """
    if decision.pronounced_entry is not None:
        return True
    written = select(DocketEntry.account_id).where(
        DocketEntry.case_id == decision.case_id, DocketEntry.number == decision.entry_number
    )
    if sitting.session.scalar(written) == actor.account_id:
        return True
    spoke = select(PanelMinute.id).where(
        PanelMinute.decision_id == decision.id,
        PanelMinute.account_id == actor.account_id,
        PanelMinute.words.is_not(None),
        PanelMinute.vote.is_(None) | (PanelMinute.vote != Vote.AGAINST),
    )
    return sitting.session.scalar(spoke.limit(1)) is not None


def bench_rule(sitting: Sitting, case: Case) -> BenchRule | None:
    """What the rules of the case's track say about who decides; None where one judge alone does."""
    pack = sitting.pack(case)
    key = pack_track(pack, case)
    return pack.track(key).bench if key is not None else None


def members(sitting: Sitting, case: Case) -> list[Member]:
    """Who decides the case now, the presiding judge first."""
    deciding = [Member(*one) for one in seated_in(sitting.session, case) if one.role in DECIDING_ROLES]
    return sorted(deciding, key=lambda m: (not m.presides, not m.is_judge))


def is_panel(sitting: Sitting, case: Case) -> bool:
    """Whether several decide together."""
    return len(members(sitting, case)) > 1


def named(sitting: Sitting, case: Case) -> tuple[str, ...]:
    """The panel as readers of an entry that is for nobody else."""
    return tuple(f"account/{m.account_id}" for m in members(sitting, case))


def minutes(sitting: Sitting, decision: Decision) -> Sequence[PanelMinute]:
    """The secret minutes on a decision, in order."""
    return sitting.session.scalars(
        select(PanelMinute).where(PanelMinute.decision_id == decision.id).order_by(PanelMinute.id)
    ).all()


class Deliberation(NamedTuple):
    """What was said and how it was voted on a decision that lies before the panel no longer."""

    decision: Decision
    minutes: list[PanelMinute]


def ended(sitting: Sitting, case: Case, decision: Decision | None, actor: Actor) -> list[Deliberation]:
    """Deliberations on other decisions of the case, the newest first: on what fell, was set aside, or was issued before. Of them
    only what was said before those who sat then, as the docket has it: who hears a case anew reads nothing of it (CPL 41, 45).
    """
    rows = sitting.session.execute(
        select(PanelMinute, Decision, DocketEntry)
        .join(Decision, Decision.id == PanelMinute.decision_id)
        .join(
            DocketEntry,
            (DocketEntry.case_id == PanelMinute.case_id) & (DocketEntry.number == PanelMinute.entry_number),
        )
        .where(PanelMinute.case_id == case.id)
        .where(PanelMinute.decision_id != decision.id if decision is not None else true())
        .order_by(Decision.id.desc(), PanelMinute.id)
    )
    mine = [(one, minute) for minute, one, entry in rows if reads_entry(actor, entry)]
    return [
        Deliberation(one, [minute for _, minute in lines]) for one, lines in groupby(mine, key=lambda line: line[0])
    ]


def cast_votes(sitting: Sitting, case: Case, decision: Decision) -> dict[int, PanelMinute]:
    """Member → the minute of their last vote on the text as it stands; a vote on another text counts no more, nor one from before the
    committee decided: each member was told of that decision and looked at the text again (COL 5(8), 15); nor one from before the
    case was heard further.
    """
    digest, decided = words_digest(sitting, case, decision), decided_by_committee(sitting.session, case)
    resumed = resumed_by(sitting, case)
    since = max((decided[-1].filed_entry or 0) if decided else 0, resumed.number if resumed is not None else 0)
    return {
        m.account_id: m
        for m in minutes(sitting, decision)
        if m.vote is not None and m.text_sha256 == digest and m.entry_number > since
    }


def votes_on_law(sitting: Sitting, case: Case, actor: Actor) -> bool:
    """Whether somebody votes on the law apart: a judge in a panel of seven, until the judgment was spoken (LAJ 22)."""
    is_wide = wide_panel_of(sitting, case) is not None
    return is_wide and office_of(actor.role) is Role.JUDGE and not is_spoken(sitting.session, case)


def vote_words(sitting: Sitting, case: Case, decision: Decision, minute: PanelMinute) -> Text | None:
    """A vote as it was meant when it was cast: on what is decided, in a panel of seven on the facts and of a judge on the law, or,
    once that was spoken, on the text alone. None for a word.
    """
    if minute.vote is None:
        return None
    if decision.pronounced_entry is not None and minute.entry_number > decision.pronounced_entry:
        return minute.vote.label_of_text
    if wide_panel_of(sitting, case) is None:
        return minute.vote.label
    if minute.law_vote is None:
        return minute.vote.label_on_facts
    return side_by_side([minute.vote.label_on_facts, minute.law_vote.label_on_law], ";")


def panel_problems(sitting: Sitting, case: Case, decision: Decision) -> Iterator[Text]:
    """What the composition and the vote of a panel still lack; it never says how anybody voted."""
    panel, rule, wide = members(sitting, case), bench_rule(sitting, case), wide_panel_of(sitting, case)
    sizes = rule.sizes if rule is not None else (1,)
    if wide is not None:
        if missing_of_panel(sitting, case) or len(panel) != wide.size:
            yield T(
                "An action in the public interest is decided by %(judges)s judges and %(assessors)s assessors together, and not all of them sit (%(article)s).",
                judges=wide.judges,
                assessors=wide.assessors,
                article=sitting.pack(case).cite(wide.article),
            )
    elif len(panel) not in sizes:
        yield T(
            "%(count)s sit in this case; the rules ask for %(sizes)s.",
            count=len(panel),
            sizes=side_by_side(sizes),
        )
    if len(panel) < 2:
        if panel_is_ordered(sitting, case):
            yield T("One judge may not decide this case alone. The judge convenes a panel first [CPL 41, 42, 43].")
        return
    cast = cast_votes(sitting, case, decision)
    waiting = [m.name for m in panel if m.account_id not in cast]
    for name in waiting:
        yield T("%(name)s has not voted on this text.", name=name)
    if not waiting:
        mine = (cast[m.account_id] for m in panel)
        ballots = [Ballot(m.vote, m.law_vote) for m in mine if m.vote is not None]
        yield from _not_adopted(decision, ballots, wide.judges if wide is not None else 0)


def _not_adopted(decision: Decision, ballots: Sequence[Ballot], judges: int) -> Iterator[Text]:
    """What has no majority; on the law the ``judges`` of a panel of seven vote among themselves, until the judgment was spoken."""
    if judges and decision.pronounced_entry is None:
        if not is_adopted(ballots):
            yield T("The panel has not adopted by a majority what this text finds of the facts.")
        if not law_is_adopted(ballots, judges):
            yield T("The judges of the panel have not adopted by a majority how this text applies the law.")
    elif not is_adopted(ballots):
        if decision.pronounced_entry is None:
            yield T("The panel has not adopted this text by a majority.")
        else:
            yield T(
                "The panel does not hold this text to be right yet. Change its reasons as the minutes say; the orders were pronounced and are not voted on again."
            )
