"""The registry's queue: by what happens in law if nothing is done, with the reason in words, and worked by keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from odr.filing.registry.queue import Fate, Hurry, QueueLine, queue_of
from tests.filing.visitor import Visitor
from tests.scene import Scene, claim

Door = Callable[[str | None], Visitor]
DEFECTS = [{"part": "facts", "what": "Say when the goods came."}]
SHOP = [{"name": "Haiyun", "kind": "company", "email": "", "address": ""}]


def queue(scene: Scene, who: str = "clerk") -> list[QueueLine]:
    with scene.court.database.read() as session:
        return queue_of(scene.court.look(session), scene.people[who])


def test_what_does_most_harm_lies_on_top_among_what_is_as_near(small_scene: Scene) -> None:
    """Of claims due on one day: nobody to serve, then returned once already, then the plain ones; each with its reason."""
    small_scene.lodge()
    plain = small_scene.case_id
    small_scene.lodge()
    small_scene.do("return_claim", "clerk", defects=DEFECTS, days=7)
    small_scene.do("correct_claim", "li", claim())
    again = small_scene.case_id
    small_scene.lodge(claim(respondents=SHOP))
    unknown = small_scene.case_id
    lines = queue(small_scene)
    assert [(line.case.id, line.fate) for line in lines] == [
        (unknown, Fate.UNSERVABLE),
        (again, Fate.AS_IT_IS),
        (plain, Fate.TAKEN_UP),
    ]
    for line, words in zip(lines, ("nobody can be served", "returned once", "accepted first"), strict=True):
        assert words in line.why.render("en") and line.why.render("zh-Hans") != line.why.render("en")


def test_what_ends_tomorrow_lies_before_what_has_days(small_scene: Scene) -> None:
    """A plain claim on its last day but one comes before a claim without a definite respondent lodged today."""
    small_scene.lodge()
    old = small_scene.case_id
    small_scene.clock.advance(timedelta(days=6))
    small_scene.lodge(claim(respondents=SHOP))
    lines = queue(small_scene)
    assert [(line.case.id, line.hurry) for line in lines] == [(old, Hurry.NOW), (small_scene.case_id, Hurry.LATER)]


def test_a_claim_nobody_mended_lies_before_all_that_runs(small_scene: Scene, visitor: Door) -> None:
    """No clock ends it: it stays on top until the clerk refuses it or gives more time, from the same page."""
    small_scene.lodge()
    small_scene.do("return_claim", "clerk", defects=DEFECTS, days=7)
    small_scene.work()
    stuck = small_scene.case()
    assert queue(small_scene) == []
    small_scene.later(days=12)
    small_scene.lodge()
    lines = queue(small_scene)
    assert (
        [line.case.id for line in lines] == [stuck.id, small_scene.case_id]
        and lines[0].fate is Fate.STANDS_STILL
        and lines[0].hurry is Hurry.PASSED
    )
    page = visitor("clerk").get("/registry")
    assert "stands still" in page and f"/cases/{stuck.reference}/review" in page
    assert "allow_more_correction" in visitor("clerk").get(f"/cases/{stuck.reference}/review")


def test_a_complaint_waits_in_the_presidents_queue_alone(pending: Scene, visitor: Door) -> None:
    """Fifteen days run; the clerk reads nothing of it; answered, it is gone (EXT 7)."""
    pending.do("complain", "haiyun", about="delay", words="Nobody answers.")
    line = queue(pending, "president")[0]
    assert line.fate is Fate.UNANSWERED and not line.is_review and queue(pending) == []
    desk = visitor("president").get("/registry")
    assert (
        "/do/answer_complaint" in desk
        and "/registry/counter" not in desk
        and "/registry/counter" in visitor("clerk").get("/registry")
    )
    pending.later(days=20)
    assert queue(pending, "president")[0].hurry is Hurry.PASSED


def test_the_queue_asks_as_much_for_many_claims_as_for_one(small_scene: Scene) -> None:
    """The order of eight claims takes no more questions to the database than that of two."""
    from sqlalchemy import event

    def questions() -> int:
        asked: list[str] = []

        def note(conn, cursor, statement, *rest):  # type: ignore[no-untyped-def]
            asked.append(statement)

        with small_scene.court.database.read() as session:
            engine = session.get_bind()
            event.listen(engine, "before_cursor_execute", note)
            try:
                queue_of(small_scene.court.look(session), small_scene.people["clerk"])
            finally:
                event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    for _ in range(2):
        small_scene.lodge()
    few = questions()
    for _ in range(6):
        small_scene.lodge()
    assert questions() == few


def test_claims_of_one_name_are_told_apart_by_order_sum_or_line(small_scene: Scene) -> None:
    """What differs stands beside the name; a claim alone under its name needs nothing."""
    matter = {"cause": "online_shopping", "shop": "Haiyun"}
    for number in ("A-1", "A-2"):
        small_scene.lodge(claim(matter={**matter, "order_number": number}))
    assert {told(line) for line in queue(small_scene)} == {"Order A-1", "Order A-2"}
    for amount in ("100.00", "200.00"):
        small_scene.lodge(
            claim(
                matter=matter,
                claimant={"name": "Mei", "email": "mei@parties.example"},
                relief=[{"what": "The price", "amount": amount}],
            )
        )
    small_scene.lodge(claim(claimant={"name": "Alone", "email": "alone@parties.example"}))
    assert {told(line) for line in queue(small_scene)} == {
        "Order A-1",
        "Order A-2",
        "For CNY\u00a0100.00",
        "For CNY\u00a0200.00",
        None,
    }


def told(line: QueueLine) -> str | None:
    """What tells a claim from the others, as the clerk reads it."""
    return line.apart.render("en") if line.apart is not None else None
