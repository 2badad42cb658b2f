"""What stands beside a draft: the questions in dispute, the matrix of facts, what the parties say, exhibits, articles, earlier
decisions, text blocks, and what the bench remarked. No flask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role, Seat
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_entry
from odr.filing import names as filing_names
from odr.ground.keyset import Listed
from odr.ground.text import T, Text
from odr.hearing import names as hearing_names
from odr.hearing.queries import postings_of, reads_posting
from odr.identity.actors import Actor, serving
from odr.judgment.decision.file_before_judge import CaseFile
from odr.judgment.draft.by_standard import Found, found_by_standard
from odr.judgment.draft.comments import comments_on
from odr.judgment.draft.models import DraftComment
from odr.judgment.draft.standard_sentences import Insertion
from odr.judgment.draft.text_blocks import blocks_for
from odr.judgment.models import Decision
from odr.procedure.acts.act_versions import input_of
from odr.procedure.papers.language import language_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ANSWERS = (filing_names.FILE_ANSWER, filing_names.ANSWER_COUNTERCLAIM, filing_names.ANSWER_THIRD_PARTY)
EARLIER, SHOWN = 5, 3
"""Earlier decisions at hand, and comments that stand on the desk itself; the list of its own shows all."""


@dataclass(frozen=True)
class Said:
    """What a party says, in its own words, and in which entry."""

    who: str
    words: str
    number: int
    late: bool = False


@dataclass(frozen=True)
class Earlier:
    """A decision the judge gave in a case of theirs of the same kind, paragraph by paragraph."""

    decision: Decision
    case: Case
    reasons: Sequence[Insertion]


@dataclass(frozen=True)
class Beside:
    """Everything beside the draft; what carries a key can be put into it."""

    issues: Sequence[str]
    said: Sequence[Said]
    articles: Sequence[tuple[Insertion, Text]]
    blocks: Sequence[Insertion]
    earlier: Sequence[Earlier]
    comments: Listed[DraftComment]
    finds_similar: bool
    """Whether the rules of the case know a search for similar decisions."""
    standard: Sequence[Found]
    """The evidence standard, fact by fact, with what was brought and what was found so far."""

    @property
    def insertions(self) -> dict[str, str]:
        """What each key puts in."""
        found = [*(one for one, _ in self.articles), *self.blocks, *(r for e in self.earlier for r in e.reasons)]
        return {one.key: one.words for one in found}


def beside(sitting: Sitting, case: Case, actor: Actor, file: CaseFile) -> Beside:
    """Gather it for one of the bench: nothing of it is more than they may read in the file, or wrote themselves."""
    session, language = sitting.session, language_of(sitting, case)
    assert actor.account_id is not None
    listed = entries_of(session, case, hearing_names.LIST_ISSUES)
    own = blocks_for(session, actor.account_id, case.cause, language)
    return Beside(
        issues=input_of(listed[-1])["issues"] if listed else [],
        said=_said(sitting, case, actor),
        articles=_articles(sitting, case, language),
        blocks=[Insertion(f"block/{one.series}", one.title, one.words) for one in own],
        earlier=_earlier(sitting, case, actor, language),
        comments=comments_on(session, case, actor, open_only=True, size=SHOWN),
        finds_similar=sitting.pack(case).similar is not None,
        standard=found_by_standard(sitting, case, file),
    )


def _said(sitting: Sitting, case: Case, actor: Actor) -> list[Said]:
    """Answers to the claim, then what was said in the examination; what is still under a seal is not there yet."""
    session, found = sitting.session, list[Said]()
    for entry in sorted((e for act in ANSWERS for e in entries_of(session, case, act)), key=lambda e: e.number):
        statement = input_of(entry).get("statement") if reads_entry(actor, entry) else None
        if statement:
            found.append(Said(case.name_of(entry.party_id), statement, entry.number))
    for one in postings_of(session, case):
        if one.party_id is not None and reads_posting(actor, one):
            found.append(Said(case.name_of(one.party_id), one.words, one.entry_number, one.late))
    return found


def _articles(sitting: Sitting, case: Case, language: str) -> list[tuple[Insertion, Text]]:
    """Articles the court's rules tell in words, as a paper cites them."""
    pack = sitting.pack(case)
    return [
        (
            Insertion(
                f"article/{tag} {place}", pack.cite(f"{tag} {place}"), pack.cite(f"{tag} {place}").render(language)
            ),
            words,
        )
        for tag, told in pack.law.items()
        for place, words in told.items()
    ]


def _earlier(sitting: Sitting, case: Case, actor: Actor, language: str) -> list[Earlier]:
    """The newest decisions of the same kind of dispute that went out in cases the judge sits in now: no other file opens."""
    mine = select(Seat.case_id).where(serving(actor.account_id, Role.JUDGE))
    rows = sitting.session.execute(
        select(Decision, Case)
        .join(Case, Case.id == Decision.case_id)
        .where(
            Case.id.in_(mine),
            Case.id != case.id,
            Case.cause == case.cause,
            Decision.language == language,
            Decision.issued_at.is_not(None),
        )
        .order_by(Decision.issued_at.desc(), Decision.id.desc())
        .limit(EARLIER)
    ).all()
    return [
        Earlier(
            decision,
            other,
            [
                Insertion(f"earlier/{decision.reference}/{n}", T("Paragraph %(number)s", number=n), one["text"])
                for n, one in enumerate(decision.parts.get("reasons", []), 1)
            ],
        )
        for decision, other in rows
    ]
