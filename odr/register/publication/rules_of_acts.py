"""When each act of publication is open, and which decisions and reasons its page offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Stage
from odr.ground.errors import InvalidInput
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Guard, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.rules.court_rules import PublicationReason, PublicationRules
from odr.register import names
from odr.register.publication.models import Publication, PublicationObjection, PublicationState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

NUMBERED = set(Stage) - {Stage.MEDIATING, Stage.CONFIRMING}
"""A case may have a decision in effect while the rest of it is heard (CPL 156), a ruling on a preservation before there is a claim
(CPL 104), and one that is heard again a public decision that has to be taken back. Which of its decisions an act is open to, each
guard says.
"""
S = PublicationState
OPEN_TO: dict[str, tuple[PublicationState, ...]] = {
    names.PROPOSE_PUBLICATION: (S.PENDING, S.PROPOSED, S.APPROVED),
    names.OBJECT_TO_PUBLICATION: (S.PENDING, S.PROPOSED),
    names.APPROVE_PUBLICATION: (S.PROPOSED,),
    names.PUBLISH_DECISION: (S.APPROVED,),
    names.WITHHOLD: (S.PENDING, S.PROPOSED, S.APPROVED),
    names.CORRECT_PUBLICATION: (S.PUBLISHED, S.WITHDRAWN),
    names.WITHDRAW_PUBLICATION: (S.PUBLISHED,),
    names.RESTORE_PUBLICATION: (S.WITHDRAWN, S.WITHHELD),
}
"""In which states of a decision each act is open. One that is corrected is proposed again and never withheld then: it has
been public, and stays withdrawn.
"""


def publications_of(session: Session, case: Case) -> Sequence[Publication]:
    """The numbered decisions of a case, in the order of their numbers."""
    return session.scalars(
        built_once(lambda: select(Publication).where(Publication.case_id == case.id).order_by(Publication.number))
    ).all()


def waits_after_objection(session: Session, row: Publication) -> bool:
    """Whether the clerk is to propose a text anew because a party objected to the one before it, which they all go on reading."""
    if row.state is not PublicationState.PENDING or row.proposed is None or row.proposed_entry is None:
        return False
    later = PublicationObjection.entry_number > row.proposed_entry
    return bool(session.scalar(select(exists().where(PublicationObjection.publication_id == row.id, later))))


def rules_in(sitting: Sitting, case: Case) -> PublicationRules:
    """The rules on publication for this case. Raises InvalidInput where it has none."""
    found = sitting.pack(case).publication
    if found is None:
        raise InvalidInput.at("publication", T("The rules of this case publish nothing."))
    return found


def is_correction(row: Publication) -> bool:
    """Whether what is proposed takes the place of a text that was public."""
    return row.state.is_pending and row.reason is not None


def is_late(row: Publication, today: date) -> bool:
    """Whether it should have been public before today and is still to be proposed, approved or published."""
    return row.state.is_pending and row.due_on is not None and row.due_on < today


def open_in(row: Publication, name: str) -> bool:
    """Whether an act is open for a decision in the state it is in."""
    if row.state not in OPEN_TO[name] or (name == names.WITHHOLD and is_correction(row)):
        return False
    if name == names.OBJECT_TO_PUBLICATION and row.proposed is None:
        # Where one party has objected the others still may, to the same text, as long as their time runs.
        return False
    needs_effect = name in (
        names.PROPOSE_PUBLICATION,
        names.APPROVE_PUBLICATION,
        names.PUBLISH_DECISION,
        names.CORRECT_PUBLICATION,
    )
    return not needs_effect or row.effective_at is not None


def _open(name: str, why_not: Text) -> Callable[[Sitting, Case, Actor], Text | None]:
    def check(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
        rows = sitting.once(("publications", case.id), lambda: publications_of(sitting.session, case))
        return None if any(open_in(row, name) for row in rows) else why_not

    return check


def _guard(name: str, why_not: Text, *articles: str) -> Guard:
    return guard(*articles)(_open(name, why_not))


something_to_propose = _guard(
    names.PROPOSE_PUBLICATION, T("No decision of this case is in effect and still without a public text."), "JDP 3, 7"
)
something_proposed = _guard(
    names.OBJECT_TO_PUBLICATION, T("No public text is proposed."), "COURT publication-objection"
)
something_to_approve = _guard(
    names.APPROVE_PUBLICATION,
    T("No public text of a decision in effect is waiting for your approval."),
    "COURT publication",
)
something_to_publish = _guard(
    names.PUBLISH_DECISION, T("No approved text of a decision in effect is waiting."), "JDP 7"
)
something_to_withhold = _guard(names.WITHHOLD, T("No decision of this case is still to be published."), "JDP 4")
something_public = _guard(names.WITHDRAW_PUBLICATION, T("No decision of this case is public."), "JDP 16")
something_to_correct = _guard(
    names.CORRECT_PUBLICATION, T("No decision of this case in effect is or was public."), "JDP 16"
)
something_to_restore = _guard(
    names.RESTORE_PUBLICATION, T("No decision of this case is withdrawn or withheld."), "COURT publication"
)


@resolver("publication")
def find_publication(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Publication | None:
    """A numbered decision of the case."""
    return sitting.session.scalar(
        select(Publication).where(Publication.case_id == case.id, Publication.reference == reference)
    )


@choice_source("publications")
def publications(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The numbered decisions of the case."""
    rules = sitting.pack(case).publication
    if rules is None:
        return []
    return [
        Option(
            row.reference,
            T(
                "Number %(number)s of the ledger: %(kind)s of %(day)s",
                number=row.number,
                kind=rules.kinds[row.kind].title if row.kind in rules.kinds else row.kind,
                day=row.decided_on,
            ),
        )
        for row in publications_of(sitting.session, case)
    ]


def _reasons(sitting: Sitting, case: Case, which: str) -> list[Option]:
    rules = sitting.pack(case).publication
    if rules is None:
        return []
    listed: dict[str, PublicationReason] = getattr(rules, which)
    cite = sitting.pack(case).cite
    return [
        Option(key, T("%(reason)s (%(article)s)", reason=one.title, article=cite(str(one.article))))
        for key, one in listed.items()
    ]


@choice_source("withheld_reasons")
def withheld_reasons(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Why something is not published (JDP 4)."""
    return _reasons(sitting, case, "withheld")


@choice_source("withdrawn_reasons")
def withdrawn_reasons(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Why something public is taken back (JDP 16)."""
    return _reasons(sitting, case, "withdrawn")
