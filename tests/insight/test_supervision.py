"""Supervision: matters with the cases behind them, answers before an end, a sample nobody chose; and the public sees none of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Role
from odr.ground.errors import ActNotOpen
from odr.identity.models import Account, AccountLetter, AccountState
from odr.insight.supervision import answering
from odr.insight.supervision.audit import drawn_of
from odr.insight.supervision.finding import MOST, _keep, _patterns, failed_services, lay_down
from odr.insight.supervision.models import AuditDraw, Matter, MatterKind, SupervisionMatter
from odr.insight.workload.reckoning import reckon_new, rules_today
from odr.notary.lot import first_head_over, lot
from odr.procedure.models import Task
from odr.procedure.rules.insight import SupervisionRules
from odr.register.statistics.counting import rebuild
from odr.register.statistics.models import CaseFacts
from tests.insight.browser import signed_in
from tests.insight.test_workload import PACKS, TODAY
from tests.scene import Scene

found = PACKS.in_force("cn", TODAY).supervision
assert found is not None
RULES: SupervisionRules = found


def rows(scene: Scene, kind: MatterKind | None = None) -> Sequence[SupervisionMatter]:
    """What is laid before the president."""
    with scene.court.database.read() as session:
        query = select(SupervisionMatter).order_by(SupervisionMatter.id)
        return session.scalars(query if kind is None else query.where(SupervisionMatter.kind == kind)).all()


def look_through(scene: Scene) -> int:
    """What the worker does of it, in its order."""
    while reckon_new(scene.court):
        pass
    rebuild(scene.court)
    return lay_down(scene.court)


def late_task(scene: Scene) -> str:
    """A claim lies with the clerk, and the day on which it was to be looked at has passed; the matter about it."""
    scene.lodge()
    with scene.court.database.write() as session:
        now = scene.clock.now()
        session.add(
            Task(
                case_id=scene.case_id,
                role=Role.CLERK,
                kind="review",
                title={"en": "A claim", "zh-Hans": "起诉"},
                opened_at=now - timedelta(days=9),
                due_at=now - timedelta(days=1),
            )
        )
    look_through(scene)
    (row,) = rows(scene, MatterKind.LATE)
    return row.reference


def test_a_limit_that_was_not_kept_is_laid_before_the_president_once(scene: Scene) -> None:
    """With the case and the day, and a letter without either to whoever sits; looking again lays nothing down twice."""
    late_task(scene)
    (row,) = rows(scene, MatterKind.LATE)
    assert row.cases == [scene.case_id] and row.account_id == scene.people["clerk"]
    zone = scene.court.settings.tz
    due, opened = row.due_at.astimezone(zone), row.opened_at.astimezone(zone)
    assert (due.date() - opened.date()).days >= RULES.answer_days and due.hour == 23
    assert rules_today(scene.court).working_calendar.is_working(due.date())
    scene.later(days=1)
    look_through(scene)
    assert len([one for one in rows(scene, MatterKind.LATE) if one.key == row.key]) == 1
    with scene.court.database.read() as session:
        assert session.scalars(select(AccountLetter)).all()


def test_nothing_closes_before_the_answer_or_its_term(small_scene: Scene) -> None:
    """The president is refused until the clerk has answered; then the end stands with what was found, and is final."""
    reference = late_task(small_scene)
    app = create_app(court=small_scene.court)
    president, clerk = (signed_in(app, small_scene, who) for who in ("president", "clerk"))
    page = president.get(f"/registry/matters/{reference}").text
    assert "It cannot be closed before" in page and "Close the matter" not in page
    asked = clerk.get(f"/matters/{reference}")
    assert asked.status_code == 200 and "not numbered yet, lodged on" in asked.text  # Else nobody knows which.
    assert "One claim" not in president.get("/registry/matters").text
    sent = {"words": "The claim came in on a day when the counter was closed."}
    closing = {"words": "The counter was closed; nothing follows."}
    with small_scene.court.database.write() as session, pytest.raises(ActNotOpen):
        answering.close(
            session,
            answering.one_matter(session, reference),
            closing["words"],
            small_scene.people["president"],
            small_scene.clock.now(),
            None,
        )
    assert clerk.post(f"/matters/{reference}", data=sent).status_code == 303
    assert sent["words"] in president.get(f"/registry/matters/{reference}").text
    done = president.post(f"/registry/matters/{reference}", data=closing)
    assert done.status_code == 303
    (row,) = [one for one in rows(small_scene) if one.reference == reference]
    assert row.closing == closing["words"] and row.closed_by == small_scene.people["president"]
    with small_scene.court.database.write() as session:
        again = answering.one_matter(session, reference)
        with pytest.raises(ActNotOpen):
            answering.answer(session, again, "More", small_scene.clock.now(), None)
        with pytest.raises(ActNotOpen):
            answering.close(
                session, again, "More words", small_scene.people["president"], small_scene.clock.now(), None
            )


@given(st.booleans(), st.booleans(), st.integers(-30, 30))
def test_a_matter_closes_exactly_when_somebody_answered_or_could_have(asked: bool, answered: bool, days: int) -> None:
    """Whatever is asked of whom and when: closed only with an answer, after the term, or where nobody is asked."""
    now = datetime(2026, 11, 29, tzinfo=UTC)
    row = SupervisionMatter(
        account_id=1 if asked else None, due_at=now + timedelta(days=days), answered_at=now if answered else None
    )
    may = answering.why_open(row, now, 2) is None
    assert may == (answered or not asked or days <= 0)


def test_of_what_waits_long_the_newest_is_found_too(small_scene: Scene) -> None:
    """More lies late than one round lays down: the next day the rest comes up, though the oldest still waits."""
    small_scene.lodge()
    now = small_scene.clock.now()
    with small_scene.court.database.write() as session:
        for place in range(MOST + 3):
            session.add(
                Task(
                    case_id=small_scene.case_id,
                    role=Role.CLERK,
                    kind="review",
                    subject=str(place),
                    title={"en": "A claim", "zh-Hans": "起诉"},
                    opened_at=now - timedelta(days=9),
                    due_at=now - timedelta(days=5, minutes=place),
                )
            )
    look_through(small_scene)
    assert len(rows(small_scene, MatterKind.LATE)) == MOST
    small_scene.later(days=1)
    look_through(small_scene)
    assert len(rows(small_scene, MatterKind.LATE)) >= MOST + 3


def test_nobody_waits_for_the_answer_of_who_left(small_scene: Scene) -> None:
    """A clerk whose account is closed is asked nothing and written no letter; the matter can be closed at once."""
    with small_scene.court.database.write() as session:
        session.get_one(Account, small_scene.people["clerk"]).state = AccountState.SUSPENDED
    with small_scene.court.database.read() as session:
        before = len(session.scalars(select(AccountLetter)).all())
    lay = Matter(MatterKind.LATE, "late/x", (1,), small_scene.people["clerk"], {"task": "review"})
    with small_scene.court.database.write() as session:
        assert _keep(small_scene.court, session, [lay], RULES, small_scene.clock.now()) == 1
    (row,) = rows(small_scene)
    assert row.account_id is None
    assert answering.why_open(row, small_scene.clock.now(), small_scene.people["president"]) is None
    with small_scene.court.database.read() as session:
        assert len(session.scalars(select(AccountLetter)).all()) == before


def test_nobody_closes_a_matter_about_themselves(small_scene: Scene) -> None:
    """Also after the term: the president who is asked leaves it to another."""
    late_task(small_scene)
    with small_scene.court.database.write() as session:
        row = session.scalars(select(SupervisionMatter)).first()
        assert row is not None
        row.account_id, row.due_at = small_scene.people["president"], small_scene.clock.now() - timedelta(days=1)
        with pytest.raises(ActNotOpen):
            answering.close(
                session, row, "Nothing follows.", small_scene.people["president"], small_scene.clock.now(), None
            )
        reference = row.reference
    page = signed_in(create_app(court=small_scene.court), small_scene, "president").get(
        f"/registry/matters/{reference}"
    )
    assert "Another president closes it" in page.text and "Close the matter" not in page.text


def test_the_public_and_everybody_else_see_nothing(small_scene: Scene) -> None:
    """Only the president has the list; only who is asked has their own question."""
    reference = late_task(small_scene)
    app = create_app(court=small_scene.court)
    public = app.test_client()
    for address in ("/registry/matters", f"/registry/matters/{reference}", "/matters", f"/matters/{reference}"):
        assert public.get(address).status_code in (302, 303, 401, 404), address
    for who in ("judge", "li", "cashier"):
        client = signed_in(app, small_scene, who)
        assert client.get("/registry/matters").status_code == 404
        assert client.get(f"/registry/matters/{reference}").status_code == 404
        assert client.get(f"/matters/{reference}").status_code == 404
        assert "You are asked nothing." in client.get("/matters").text


def test_many_claims_by_one_claimant_are_laid_down_with_the_cases(small_scene: Scene) -> None:
    """As many as the pack says, and not one fewer; the claimant is asked, and nothing else happens to their cases."""
    for _ in range(RULES.serial_claims - 1):
        small_scene.lodge()
    look_through(small_scene)
    assert not rows(small_scene, MatterKind.SERIAL)
    small_scene.lodge()
    small_scene.later(days=1)
    look_through(small_scene)
    (row,) = rows(small_scene, MatterKind.SERIAL)
    assert len(row.cases) == RULES.serial_claims and row.account_id == small_scene.people["li"]
    page = signed_in(create_app(court=small_scene.court), small_scene, "li").get(f"/matters/{row.reference}")
    assert f"One claimant brought {RULES.serial_claims} claims." in page.text


@given(st.lists(st.tuples(st.sampled_from(["post", "email"]), st.booleans()), max_size=60))
def test_a_channel_is_unusual_by_number_and_share(papers: list[tuple[str, bool]]) -> None:
    """Much of the month before that reached nobody, and a large share of it: both, or nothing is said."""
    facts = {case: {"services": [["2026-10-05", *one]]} for case, one in enumerate(papers, 1)}
    named = {one.facts["channel"]: one for one in failed_services(facts, RULES, date(2026, 11, 29))}
    for channel in ("post", "email"):
        lost = [case for case, (way, served) in enumerate(papers, 1) if way == channel and not served]
        sent = sum(way == channel for way, _ in papers)
        unusual = len(lost) >= RULES.failed_services and 100 * len(lost) >= RULES.failed_percent * sent
        assert (channel in named) == unusual
        if unusual:
            assert named[channel].cases == tuple(lost) and named[channel].account_id is None
    assert not failed_services(facts, RULES, date(2026, 12, 29))


def test_papers_of_an_old_case_are_looked_at_too(small_scene: Scene) -> None:
    """What counts is when a paper was served, not when the case began; a case in which nothing happened since adds nothing."""
    small_scene.lodge()
    look_through(small_scene)
    now = small_scene.clock.now()
    last_month = (now.replace(day=1) - timedelta(days=3)).date().isoformat()
    with small_scene.court.database.write() as session:
        case, facts = session.get_one(Case, small_scene.case_id), session.get_one(CaseFacts, small_scene.case_id)
        case.lodged_at = now - timedelta(days=1500)
        facts.facts = {**facts.facts, "services": [[last_month, "post", False]] * RULES.failed_services}

    def found() -> list[str]:
        with small_scene.court.database.read() as session:
            return [
                one.key for one in _patterns(small_scene.court, session, RULES, now) if one.kind is MatterKind.SERVICE
            ]

    assert found() == [f"service/post/{last_month[:7]}"]
    with small_scene.court.database.write() as session:
        session.get_one(Case, small_scene.case_id).head_at = now - timedelta(days=90)
    assert found() == []


def test_the_sample_is_drawn_by_the_log_from_a_list_on_record(scene: Scene) -> None:
    """First the list of the month, then the first signed head over it: with both anybody draws the same cases."""
    scene.lodge()
    last_month = scene.clock.now().replace(day=1) - timedelta(days=3)
    with scene.court.database.write() as session:
        session.get_one(Case, scene.case_id).pronounced_at = last_month
    scene.court.notary.sequence()
    lay_down(scene.court)
    with scene.court.database.read() as session:
        row = session.scalars(select(AuditDraw)).one()
        assert row.drawn_at is None and json.loads(row.record)["cases"] == [scene.case().reference]
    scene.court.notary.sequence()
    lay_down(scene.court)
    with scene.court.database.read() as session:
        row = session.scalars(select(AuditDraw)).one()
        assert (row.seed, row.log_size) == first_head_over(session, row.receipt)
        told = json.loads(row.record)
        assert row.drawn == drawn_of(told["cases"], str(row.seed), told["count"])
        assert json.loads(row.result or "")["drawn"] == row.drawn
    (matter,) = rows(scene, MatterKind.AUDIT)
    assert matter.cases == [scene.case_id]
    lay_down(scene.court)
    assert len(rows(scene, MatterKind.AUDIT)) == 1
    president = signed_in(create_app(court=scene.court), scene, "president")
    shown = president.get(f"/registry/matters/draws/{row.month}.json").get_json()
    assert shown["seed"] == row.seed and shown["list"] == row.record
    assert president.get("/registry/matters/draws/1999-01.json").status_code == 404


@given(
    st.sets(st.text("0123456789ABCDEF", min_size=26, max_size=26), max_size=40), st.text(min_size=1), st.integers(1, 8)
)
def test_a_sample_hangs_on_the_seed_and_the_list_alone(cases: set[str], seed: str, count: int) -> None:
    """In whatever order the list is read; nobody in the sample has a larger lot than somebody outside it."""
    drawn = drawn_of(sorted(cases), seed, count)
    assert drawn == drawn_of(sorted(cases, reverse=True), seed, count) and len(drawn) == min(count, len(cases))
    left = cases - set(drawn)
    assert all(lot(seed, one) <= lot(seed, other) for one in drawn for other in left)


def test_a_matter_is_said_in_a_sentence(small_scene: Scene) -> None:
    """Each kind in both languages, without a word that judges."""
    pack = rules_today(small_scene.court)
    facts = {
        MatterKind.LATE: {"task": "review", "due": "2026-11-01T00:00:00+00:00"},
        MatterKind.DEFAULTS: {"cases": 12},
        MatterKind.SERIAL: {"cases": 30},
        MatterKind.SERVICE: {"channel": "post", "failed": 12, "tried": 20, "month": "2026-10"},
        MatterKind.AUDIT: {"month": "2026-10"},
    }
    assert set(facts) == set(MatterKind) and Matter(MatterKind.LATE, "k", (1,)).facts == {}
    for kind, one in facts.items():
        row = SupervisionMatter(kind=kind, facts=one, cases=[1])
        english = answering.words_of(row, pack).render("en")
        assert english.endswith(".") and answering.words_of(row, pack).render("zh-Hans") != english
