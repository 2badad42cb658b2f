"""Acts about filings that the registry marks: nothing recorded is changed, and no right is ruled on (OLR 12)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, DocketEntry, Party, Role
from odr.docket.queries import entry
from odr.docket.visibility import named_among
from odr.filing import desks
from odr.filing.marked.models import Fault, FilingMark
from odr.filing.marked.queries import (
    LATER,
    READ_BY_CLERKS,
    filing_acts,
    filing_named,
    marks_of,
    waits_no_more,
)
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, RefTo, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("OLR 12")
def something_was_filed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to mark."""
    return None if _filings(sitting, case) else T("Nothing was filed since the claim was accepted.")


def _filings(sitting: Sitting, case: Case) -> list[DocketEntry]:
    """Later filings of the case that no open mark is on, the newest first."""
    if case.accepted_at is None:
        return []
    waiting = {one.entry_number for one in marks_of(sitting.session, case, open_only=True)}
    found = sitting.session.scalars(
        select(DocketEntry)
        .where(
            DocketEntry.case_id == case.id,
            DocketEntry.act.in_(filing_acts()),
            DocketEntry.role.in_(PARTY_ROLES),
            DocketEntry.audience.in_(READ_BY_CLERKS),
            DocketEntry.recorded_at >= case.accepted_at,
        )
        .order_by(DocketEntry.number.desc())
    )
    return [one for one in found if one.number not in waiting]


def _name(sitting: Sitting, case: Case, act: str, number: int, party_id: int | None) -> Text:
    return T(
        "entry %(number)s, %(what)s of %(name)s",
        number=number,
        what=sitting.court.table[act].title,
        name=case.name_of(party_id),
    )


@choice_source("filings_to_mark")
def filings_to_mark(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Later filings of the case that no open mark is on."""
    return [
        Option(
            str(one.number),
            _name(sitting, case, one.act, one.number, one.party_id),
            T("received on %(at)s", at=one.recorded_at),
        )
        for one in _filings(sitting, case)
    ]


@resolver("filing")
def find_filing(sitting: Sitting, case: Case, actor: Actor, reference: str) -> DocketEntry | None:
    """A later filing of the case by the number of its entry."""
    number = int(reference) if reference.isdecimal() and len(reference) <= 6 else 0
    return filing_named(sitting.session, case, number)


@resolver("filing_mark")
def find_mark(sitting: Sitting, case: Case, actor: Actor, reference: str) -> FilingMark | None:
    """A mark that waits; a party finds those on its own filings."""
    mine = actor.party_id if actor.role in PARTY_ROLES else None
    waiting = marks_of(sitting.session, case, open_only=True, party_id=mine)
    return next((one for one in waiting if one.reference == reference), None)


@choice_source("filing_marks")
def filing_marks(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Marks that wait; a party's own alone."""
    mine = actor.party_id if actor.role in PARTY_ROLES else None
    waiting = marks_of(sitting.session, case, open_only=True, party_id=mine)
    return [Option(one.reference, named(sitting, case, one), one.fault.label) for one in waiting]


def named(sitting: Sitting, case: Case, mark: FilingMark) -> Text:
    """What a mark is on, in words."""
    found = entry(sitting.session, case, mark.entry_number)
    assert found is not None
    return _name(sitting, case, found.act, found.number, found.party_id)


class MarkInput(CourtModel):
    """Which filing is marked, and how its filer mends it."""

    filing: Annotated[str, RefTo("filing"), field(T("Which filing?"), choices="filings_to_mark")]
    fault: Annotated[Fault, Choice(Fault), field(T("What has to be mended?"))]
    words: Annotated[
        str,
        CourtText(10, 2000),
        field(
            T("What cannot be read or does not fit, and how it is mended"),
            T(
                "Plain words: who filed it reads them, and the court; no other party does. Say nothing of whether it is right in law; that is the judge’s."
            ),
            widget="textarea",
        ),
    ]


def whose_filing(sitting: Sitting, case: Case, told: DocketEntry) -> list[Party]:
    """The mark goes to whoever filed, and to nobody else."""
    return named_among(case.parties, told)


def _readers(mark: FilingMark) -> tuple[str, ...]:
    return (
        f"party/{mark.party_id}",
        *(role.value for role in (Role.CLERK, Role.JUDGE, Role.ASSISTANT, Role.PRESIDENT)),
    )


@act(
    title=T("Mark a filing for its filer to mend"),
    input=MarkInput,
    by={Role.CLERK},
    at=LATER,
    guard=something_was_filed,
    while_stayed=True,
    seen_by=Audience.NAMED,
    serves=Everyone.CONCERNED,
    letter=Letter(
        PaperKind.NOTICE,
        T("Something you filed has to be mended"),
        T(
            "Nothing that was recorded is changed: what you filed keeps the moment at which it was received, and no time is lost by this notice. Mend it as the notice says and tell the registry in the case, or answer that it is right as it is. If you do nothing, it stays as it stands, and the judge decides what it counts for."
        ),
    ),
    concerns=whose_filing,
    source=law("OLR 12"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "Unreadable, by the wrong form, or in the wrong case. It is not a ruling: what was filed stays as it is, with the moment it was received."
    ),
)
def mark_filing(sitting: Sitting, case: Case, given: MarkInput, *, actor: Actor, now: datetime) -> Recorded:
    """Mark what cannot be read, came by the wrong form or belongs to another case; the filer alone is told how to mend it
    (OLR 12). The filing keeps the moment at which it was received. Raises InvalidInput where it is marked already.
    """
    filed: DocketEntry = sitting.resolved("filing", given.filing)
    if any(one.entry_number == filed.number for one in marks_of(sitting.session, case, open_only=True)):
        raise InvalidInput.at("filing", T("This filing is marked already."))
    assert filed.party_id is not None
    mark = FilingMark(
        case_id=case.id,
        party_id=filed.party_id,
        entry_number=filed.number,
        fault=given.fault,
        received_at=filed.recorded_at,
        marked_at=now,
        marked_entry=sitting.next_number(case),
    )
    sitting.session.add(mark)
    sitting.session.flush()
    waits_no_more(sitting.session, case, filed.number)
    what = _name(sitting, case, filed.act, filed.number, filed.party_id)
    title = T("Marked, to be mended by its filer: %(what)s", what=what)
    sitting.open_task(case, Role.CLERK, desks.FILING_MARK, title, risk=10, subject=mark.reference)
    words = T(
        "The registry marked %(what)s. %(fault)s: “%(words)s” %(mend)s It was received on %(at)s and keeps this moment.",
        what=what,
        fault=given.fault.label,
        words=given.words,
        mend=given.fault.mend,
        at=filed.recorded_at,
    )
    result = {"mark": mark.reference, "entry": filed.number, "received": filed.recorded_at.isoformat()}
    return Recorded(words, result, named=_readers(mark))


@guard("OLR 12")
def own_filing_is_marked(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to answer: none of the actor's filings is marked."""
    waiting = marks_of(sitting.session, case, open_only=True, party_id=actor.party_id or 0)
    return None if waiting else T("None of your filings is marked.")


class MarkAnswer(CourtModel):
    """What the filer says to a mark."""

    mark: Annotated[str, RefTo("filing_mark"), field(T("Which filing?"), choices="filing_marks")]
    by: Annotated[
        str | None,
        RefTo("filing"),
        field(
            T("By which filing have you mended it?"),
            T("Leave it empty if it is right as it is, or if you brought the original to the registry."),
            choices="own_later_filings",
        ),
    ] = None
    words: Annotated[str, CourtText(2, 2000), field(T("What you tell the registry"), widget="textarea")]


@choice_source("own_later_filings")
def own_later_filings(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What the filer has filed since the first of their open marks."""
    waiting = marks_of(sitting.session, case, open_only=True, party_id=actor.party_id or 0)
    first = min((one.entry_number for one in waiting), default=0)
    return [
        Option(str(one.number), _name(sitting, case, one.act, one.number, one.party_id))
        for one in _filings(sitting, case)
        if one.party_id == actor.party_id and one.number > first
    ]


@act(
    title=T("Answer that a filing is mended, or right as it is"),
    input=MarkAnswer,
    by=set(PARTY_ROLES),
    at=LATER,
    guard=own_filing_is_marked,
    while_stayed=True,
    seen_by=Audience.NAMED,
    source=law("OLR 12"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T("What you filed keeps the moment at which it was received."),
)
def answer_filing_mark(sitting: Sitting, case: Case, given: MarkAnswer, *, actor: Actor, now: datetime) -> Recorded:
    """Tell the registry by what a marked filing is mended, or that it is right as it is. Raises InvalidInput for a filing
    that came before the marked one, or is another party's.
    """
    mark: FilingMark = sitting.resolved("filing_mark", given.mark)
    other: DocketEntry | None = sitting.resolved("filing", given.by) if given.by else None
    if other is not None and (other.party_id != mark.party_id or other.number <= mark.entry_number):
        raise InvalidInput.at("by", T("Choose a filing of your own that came after the marked one."))
    mark.answered_entry, mark.mended_by = sitting.next_number(case), other.number if other is not None else None
    sitting.close_tasks(case, desks.FILING_MARK, mark.reference)
    what = named(sitting, case, mark)
    title = T("Its filer has answered: look at %(what)s again", what=what)
    sitting.open_task(case, Role.CLERK, desks.FILING_MARK, title, risk=30, subject=mark.reference)
    name = case.name_of(mark.party_id)
    words = (
        T(
            "%(name)s: %(what)s is mended by entry %(by)s. “%(words)s”",
            name=name,
            what=what,
            by=other.number,
            words=given.words,
        )
        if other is not None
        else T("%(name)s on %(what)s: “%(words)s”", name=name, what=what, words=given.words)
    )
    return Recorded(words, {"mark": mark.reference, "by": mark.mended_by}, named=_readers(mark))


@guard("OLR 12")
def a_filing_is_marked(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no mark to close."""
    return None if marks_of(sitting.session, case, open_only=True) else T("No filing is marked.")


ENDS = {
    "mended": T("It is mended"),
    "in_order": T("It was in order after all"),
    "stays": T("It stays as it was filed; the judge decides what it counts for"),
}


class CloseMarkInput(CourtModel):
    """How a mark ends."""

    mark: Annotated[str, RefTo("filing_mark"), field(T("Which filing?"), choices="filing_marks")]
    ends: Annotated[Literal["mended", "in_order", "stays"], field(T("How does it end?"), options=ENDS)]
    words: Annotated[str | None, CourtText(0, 1000), field(T("A word to the filer"), widget="textarea")] = None


@act(
    title=T("Close the mark on a filing"),
    input=CloseMarkInput,
    by={Role.CLERK},
    at=LATER,
    guard=a_filing_is_marked,
    while_stayed=True,
    seen_by=Audience.NAMED,
    serves=Everyone.CONCERNED,
    letter=Letter(
        PaperKind.NOTICE,
        T("A filing of yours is no longer marked"),
        T("There is nothing you have to do. What you filed has kept the moment at which it was received."),
        for_information=True,
    ),
    concerns=whose_filing,
    source=law("OLR 12"),
    desk=desks.FILING_MARK,
    topic=Topic.CLAIM,
    in_record=False,
)
def close_filing_mark(sitting: Sitting, case: Case, given: CloseMarkInput, *, actor: Actor, now: datetime) -> Recorded:
    """Close a mark: mended, in order after all, or left as it was filed. Nothing is ruled on, and both moments, of the
    filing and of what mends it, stand in the entry.
    """
    mark: FilingMark = sitting.resolved("filing_mark", given.mark)
    mark.closed_entry, mark.closed_at = sitting.next_number(case), now
    sitting.close_tasks(case, desks.FILING_MARK, mark.reference)
    by = entry(sitting.session, case, mark.mended_by) if mark.mended_by is not None and given.ends == "mended" else None
    words = T(
        "The mark on %(what)s, received on %(at)s, is closed. %(ends)s.",
        what=named(sitting, case, mark),
        at=mark.received_at,
        ends=ENDS[given.ends],
    )
    if by is not None:
        words = T(
            "%(words)s Entry %(number)s, which mends it, was received on %(at)s.",
            words=words,
            number=by.number,
            at=by.recorded_at,
        )
    if given.words:
        words = T("%(before)s “%(words)s”", before=words, words=given.words)
    result = {"mark": mark.reference, "entry": mark.entry_number, "ends": given.ends, "by": by.number if by else None}
    return Recorded(words, result, named=_readers(mark))
