"""Outsiders apply to read decisions in effect (CPL 159; CPI 254, 255): answered with a reason and by a day, redacted, and a
refusal has its way.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.app import create_app
from odr.ground.errors import ActNotOpen, CourtError, Forbidden, InvalidInput, TooMany
from odr.identity.models import Account
from odr.notary.models import Receipt
from odr.register.publication.models import Publication, PublicationState
from odr.register.viewing import applications
from odr.register.viewing.applications import AnswerInput, ObjectionInput, ReviewInput, ViewingInput
from odr.register.viewing.models import ViewingApplication, ViewingRecord, ViewingState
from odr.register.viewing.rules import Answer, Ground, answers, is_readable, must_refuse
from tests.judgment.bench import Bench
from tests.judgment.web import Visitor
from tests.register.publishing import approve, numbered, propose, publish
from tests.register.test_sanctions import ordered

WORDS = "As the law says."


def who(bench: Bench, name: str) -> Account:
    """An account of the court, by a role it holds, or somebody who is no party."""
    with bench.court.database.read() as session:
        return session.scalars(select(Account).where(Account.email == f"{name}@people.example")).one()


def pack_of(bench: Bench):  # type: ignore[no-untyped-def]
    """The rules of today."""
    return bench.court.packs.in_force(bench.court.settings.pack, bench.clock.now().date())


def asks(bench: Bench, about: str = "") -> ViewingApplication:
    """Somebody outside of the case applies."""
    with bench.court.database.write() as session:
        return applications.apply(
            bench.court,
            session,
            pack_of(bench),
            who(bench, "li").id,
            ViewingInput(about=about or number_of(bench), reason="I have the same dispute."),
            bench.clock.now(),
        )


def number_of(bench: Bench) -> str:
    """The number of the case."""
    return bench.case().number or ""


def answered(bench: Bench, row: ViewingApplication, by: str = "clerk", **given_: str) -> ViewingApplication:
    """The registry answers."""
    told = AnswerInput.model_validate({"number": number_of(bench), "words": WORDS, **given_})
    with bench.court.database.write() as session:
        return applications.answer(
            bench.court, session, pack_of(bench), row.reference, told, who(bench, by), bench.clock.now()
        )


def test_what_has_no_effect_is_refused_by_rule_and_what_is_public_is_pointed_to(bench: Bench) -> None:
    """Until it has effect only a refusal is left, and once public only the way to it; each step stands in the log."""
    row = asks(bench, "(1999)浙0192民初1号")
    with pytest.raises(InvalidInput):
        answered(bench, row, number="(1999)浙0192民初1号", answer="guide")
    assert answered(bench, row, number="", answer="refuse", ground="elsewhere").state is ViewingState.REFUSED
    bench.effective()
    publish(bench)
    second = asks(bench)
    with pytest.raises(InvalidInput):
        answered(bench, second, answer="refuse", ground="protected")
    assert answered(bench, second, answer="guide").state is ViewingState.GUIDED
    with bench.court.database.read() as session:
        records = session.scalars(select(ViewingRecord)).all()
        assert len(records) == 4
        assert all(session.get(Receipt, each.receipt) is not None for each in records)


def test_an_approved_text_that_is_not_public_is_read_redacted(bench: Bench) -> None:
    """Before a judge approved the redacted text nothing can be shown; then it can, and the names in it are replaced."""
    bench.effective()
    row, proposed = asks(bench), propose(bench)
    with pytest.raises(InvalidInput):
        answered(bench, row, answer="grant")
    bench.wait(days=6)
    approve(bench, proposed)
    done = answered(bench, row, answer="grant")
    decision = numbered(bench)[-1]
    assert done.state is ViewingState.GRANTED and is_readable(decision)
    assert "Li Wen" not in str(decision.proposed)
    with pytest.raises(ActNotOpen):
        answered(bench, row, answer="grant")


def test_what_was_granted_is_read_where_it_is_public_once_it_is(bench: Bench) -> None:
    """Whoever may read the redacted text is led to it when it is published, and not told that it lost its effect."""
    bench.effective()
    row, proposed = asks(bench), propose(bench)
    bench.wait(days=6)
    approve(bench, proposed)
    answered(bench, row, answer="grant")
    li = Visitor(create_app(court=bench.court), bench, "li")
    assert "with names replaced" in li.page(f"/reading/{row.reference}")
    bench.do("clerk", "publish_decision", {"publication": numbered(bench)[-1].reference})
    decision = numbered(bench)[-1]
    assert decision.state is PublicationState.PUBLISHED
    page = li.page(f"/reading/{row.reference}")
    assert f"/decisions/{decision.address}" in page and "lost its effect" not in page


def test_whoever_names_a_case_means_its_judgment(bench: Bench) -> None:
    """A fine that is not public yet stands beside a judgment that is: the registry points to the judgment (CPI 255(1))."""
    ordered(bench)
    judgment, fine = numbered(bench)
    assert fine.number > judgment.number and fine.effective_at is not None
    publish(bench, judgment)
    row = asks(bench)
    with pytest.raises(InvalidInput):
        answered(bench, row, answer="refuse", ground="protected")
    done = answered(bench, row, answer="guide")
    assert (done.state, done.publication_id) == (ViewingState.GUIDED, judgment.id)


def test_a_refusal_is_looked_at_again_once_and_by_somebody_else(bench: Bench) -> None:
    """Within its days, once, by the president, never by who refused or applied; set aside, the registry answers anew."""
    court, pack = bench.court, pack_of(bench)
    row = answered(bench, asks(bench, "Nobody v Nobody"), number="", answer="refuse", ground="elsewhere")
    me, said = who(bench, "li").id, ObjectionInput(words="It was decided here.")
    with court.database.write() as session:
        applications.object_to(court, session, pack, row.reference, me, said, bench.clock.now())
    told = ReviewInput(answer="again", words="Look in the older books.")
    for name in ("clerk", "li"):
        with pytest.raises(Forbidden), court.database.write() as session:
            applications.review(court, session, pack, row.reference, told, who(bench, name), bench.clock.now())
    with court.database.write() as session:
        found = applications.review(
            court, session, pack, row.reference, told, who(bench, "president"), bench.clock.now()
        )
        assert found.state is ViewingState.WAITING
    answered(bench, row, number="", answer="refuse", ground="elsewhere")
    with pytest.raises(ActNotOpen), court.database.write() as session:
        applications.object_to(court, session, pack, row.reference, me, said, bench.clock.now())
    late = answered(bench, asks(bench, "Nobody v Somebody"), number="", answer="refuse", ground="elsewhere")
    with pytest.raises(ActNotOpen), court.database.write() as session:
        applications.object_to(court, session, pack, late.reference, me, said, bench.clock.now() + timedelta(days=30))


def test_only_a_few_wait_at_once(bench: Bench) -> None:
    """One person keeps no registry busy: five applications wait at the same time."""
    for _ in range(applications.MOST_OPEN):
        asks(bench, "Nobody v Nobody")
    with pytest.raises(TooMany):
        asks(bench, "Nobody v Nobody")


@given(
    st.sampled_from(PublicationState),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["judgment", "ruling", "mediation"]),
    st.sampled_from([None, "state_secret", "minor_offence", "family", "other", "no_effect", "masking"]),
    st.booleans(),
    st.booleans(),
)
def test_no_rule_lets_out_what_is_secret_or_not_redacted(
    state: PublicationState, in_effect: bool, lost: bool, kind: str, reason: str | None, approved: bool, text: bool
) -> None:
    """Whatever became of a decision: what is not in effect, is secret, or has no approved redacted text is granted to
    nobody, and every decision has an answer the law leaves.
    """
    from datetime import UTC, datetime

    at = datetime(2026, 3, 1, tzinfo=UTC)
    row = Publication(
        state=state,
        kind=kind,
        reason=reason,
        effective_at=at if in_effect else None,
        lost_at=at if lost else None,
        approved_by=1 if approved else None,
        proposed={} if text else None,
    )
    left = answers(row)
    assert left
    if Answer.GRANT in left:
        assert in_effect and not lost and approved and text and kind != "mediation"
        assert reason not in {"state_secret", "minor_offence", "family"} or state is not PublicationState.WITHHELD
        assert Answer.REFUSE in left
    if must_refuse(row) is not None:
        assert left == (Answer.REFUSE,) and not is_readable(row)
    assert must_refuse(None) is Ground.ELSEWHERE and issubclass(InvalidInput, CourtError)
