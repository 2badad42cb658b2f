"""Posts with their terms, and trainings: who may be given a case on a day, entered on record, and nobody compared by it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Role, Seat
from odr.filing.desks import NO_SEAT
from odr.filing.registry.drawing import DrawRecord
from odr.filing.registry.handing_over import hand_over
from odr.filing.registry.posts import PostInput, StaffTerm, TermKind, TrainingInput, end, enter, has_post, is_trained
from odr.filing.registry.seats import draw as drawn_for, draw_seat, on_duty, seat_clerk
from odr.ground.canonical import sha256_hex
from odr.ground.errors import ActNotOpen, InvalidInput, NotFound
from odr.ground.text import T
from odr.identity.accounts.outbox import PURPOSE
from odr.identity.models import Account, AccountLetter, AccountRole
from odr.identity.sign_in.keys import keyring
from odr.judgment.preservation.duty_judge import DutyInput, seat_duty_judge, set_turn
from odr.procedure.models import Task
from odr.procedure.rules.pack import PackError
from odr.procedure.rules.registry import PackRegistry
from tests.filing.test_assignment import clerks, judges
from tests.filing.test_handing_over import REASONS, away
from tests.filing.visitor import Visitor
from tests.insight.test_distribution import accepted, run
from tests.insight.test_indicators import RANKS
from tests.scene import Scene

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
RULES = """
[distribution]
needs_post = {needs}
[distribution.trainings.shops]
title = {{ en = "Online trade", zh = "网络交易" }}
article = "COURT distribution"
{wants}
"""


def terms(kind: TermKind) -> st.SearchStrategy[list[StaffTerm]]:
    """Terms of one person, ended or not."""
    what = ["judge", "clerk"] if kind is TermKind.POST else ["shops", "data"]
    one = st.builds(
        lambda what, first, last, ended: StaffTerm(kind=kind, what=what, from_on=first, until_on=last, ended_on=ended),
        st.sampled_from(what),
        DAYS,
        st.none() | DAYS,
        st.none() | DAYS,
    )
    return st.lists(one, max_size=5)


@given(terms(TermKind.POST), DAYS, st.booleans())
def test_who_has_a_post_is_in_the_draw_on_its_days_and_on_no_other(
    posts: list[StaffTerm], day: date, needs: bool
) -> None:
    """First and last day count, the day of its end does not; of whom none was entered the rules decide; another role gives nothing."""
    mine = [one for one in posts if one.what == "judge"]
    covers = any(
        one.from_on <= day <= (one.until_on or date.max) and (one.ended_on is None or day < one.ended_on)
        for one in mine
    )
    assert has_post(posts, Role.JUDGE, day, needs=needs) == (covers if mine else not needs)
    assert has_post([*posts, *mine], Role.JUDGE, day, needs=needs) == has_post(posts, Role.JUDGE, day, needs=needs)


@given(terms(TermKind.TRAINING), DAYS, st.sets(st.sampled_from(["shops", "data"])))
def test_a_training_counts_while_it_is_valid(trainings: list[StaffTerm], day: date, wanted: set[str]) -> None:
    """Every training the case needs, on that day; one more never takes anything away."""
    assert is_trained(trainings, set(), day)
    valid = {one.what for one in trainings if one.holds_on(day)}
    assert is_trained(trainings, wanted, day) == (wanted <= valid)


def put(scene: Scene, who: str, first: date, last: date | None, training: str | None = None) -> StaffTerm:
    """Enter a post as a judge, or a training."""
    court = scene.court
    with court.database.write() as session:
        email = session.get_one(Account, scene.people[who]).email
        given: PostInput | TrainingInput = (
            PostInput(email=email, what="judge", from_on=first, until_on=last)
            if training is None
            else TrainingInput(trained=email, training=training, valid_from=first, valid_until=last)
        )
        known = {"judge", "clerk"} if training is None else {"shops"}
        return enter(court.notary, session, given, known, scene.people["president"], court.clock.now())


def today(scene: Scene) -> date:
    """The court's day."""
    return scene.clock.now().astimezone(scene.court.settings.tz).date()


def test_a_judge_whose_term_is_over_is_not_in_the_draw_and_anybody_draws_it_again(
    small_scene: Scene, tmp_path: Path
) -> None:
    """Past, to come and ended posts are left out and counted without a name; the outsider's program still draws the same."""
    judges(small_scene, "ava", "ben", "cleo", "dan")
    day = today(small_scene)
    put(small_scene, "ava", day - timedelta(days=300), day - timedelta(days=1))
    put(small_scene, "ben", day + timedelta(days=1), None)
    put(small_scene, "dan", day, day)
    over = put(small_scene, "cleo", day - timedelta(days=300), None)
    with small_scene.court.database.write() as session:
        now = small_scene.clock.now()
        end(small_scene.court.notary, session, over.reference, day, small_scene.people["president"], now)
        with pytest.raises(ActNotOpen):
            end(small_scene.court.notary, session, over.reference, day, small_scene.people["president"], now)
        with pytest.raises(NotFound):
            end(small_scene.court.notary, session, "a" * 26, day, small_scene.people["president"], now)
    draw = accepted(small_scene)
    assert {one["name"] for one in draw["among"]} == {"Dan", small_scene.account("judge").name}
    with small_scene.court.database.read() as session:
        row = session.scalars(select(DrawRecord).where(DrawRecord.reference == draw["draw"])).one()
        assert json.loads(row.record)["left_out"]["post"] == 3
    client = create_app(court=small_scene.court).test_client()
    (tmp_path / "draw.json").write_bytes(client.get(f"/draws/{draw['draw']}.json").data)
    for address in ("/draws/check_draw.py", "/decisions/check_register.py", "/decisions/verify.py"):
        (tmp_path / address.rsplit("/", 1)[1]).write_bytes(client.get(address).data)
    assert run(tmp_path).returncode == 0


def ruled(scene: Scene, folder: Path, needs: str, wants: str) -> Scene:
    """The same court, under rules that ask for posts or trainings."""
    own = folder / "rules" / "cn" / "2026-01-15"
    own.mkdir(parents=True)
    head = 'id = "cn"\nversion = 2026-01-15\neffective_from = 2026-01-15\nbased_on = 2025-11-01\n'
    (own / "pack.toml").write_text(head + RULES.format(needs=needs, wants=wants), "utf-8")
    return replace(scene, court=replace(scene.court, packs=PackRegistry.load(folder / "rules")))


def left_out(scene: Scene) -> tuple[set[str], dict[str, int]]:
    """Who would be in a draw of a judge for the case, and how many are left out for what."""
    with scene.court.database.write() as session:
        sitting = scene.court.look(session)
        made = drawn_for(sitting, session.get_one(Case, scene.case_id), Role.JUDGE)
        if made is None:
            return set(), {}
        row = session.scalars(select(DrawRecord).order_by(DrawRecord.id.desc()).limit(1)).one()
        names = {one["name"] for one in made.to_json()["among"]}
        session.rollback()
        return names, json.loads(row.record)["left_out"]


def test_rules_that_ask_for_a_post_leave_out_who_has_none(small_scene: Scene, tmp_path: Path) -> None:
    """Where the pack says so, a role alone is not enough."""
    judges(small_scene, "ava", "ben")
    small_scene.lodge()
    strict = ruled(small_scene, tmp_path, '["judge"]', 'causes = ["online_data"]')
    assert left_out(strict) == (set(), {})
    put(strict, "ava", today(strict), None)
    names, out = left_out(strict)
    assert names == {"Ava"} and out["post"] == 2 and out["training"] == 0


def test_a_case_that_needs_a_training_falls_to_who_has_it(small_scene: Scene, tmp_path: Path) -> None:
    """By the cause of the case; one that ran out is none."""
    judges(small_scene, "ava", "ben")
    small_scene.lodge()
    with small_scene.court.database.read() as session:
        cause = session.get_one(Case, small_scene.case_id).cause
    strict = ruled(small_scene, tmp_path, "[]", f'causes = ["{cause}"]')
    day = today(strict)
    put(strict, "ava", day - timedelta(days=30), day, "shops")
    put(strict, "ben", day - timedelta(days=30), day - timedelta(days=1), "shops")
    names, out = left_out(strict)
    assert names == {"Ava"} and out["training"] == 2 and out["post"] == 0


def test_an_empty_seat_says_that_a_post_is_missing_and_not_a_conflict(small_scene: Scene, tmp_path: Path) -> None:
    """The president reads what to do: enter a post, and not look for somebody without a conflict."""
    small_scene.lodge()
    strict = ruled(small_scene, tmp_path, '["judge"]', 'causes = ["online_data"]')
    with strict.court.database.write() as session:
        sitting = strict.court.look(session)
        case = session.get_one(Case, strict.case_id)
        assert draw_seat(sitting, case, Role.JUDGE) is None
        title = session.scalars(select(Task).where(Task.kind == NO_SEAT.kind)).one().title
        assert "no post that holds today" in title["en"] and "任职" in title["zh-Hans"]
        everybody = {one.id for one in on_duty(session, Role.JUDGE, today(strict))}
        session.rollback()
        assert draw_seat(strict.court.look(session), case, Role.JUDGE, but=everybody) is None
        title = session.scalars(select(Task).where(Task.kind == NO_SEAT.kind)).one().title
        assert "Nobody is here who is free of conflict" in title["en"]


def test_who_is_named_and_not_drawn_needs_a_post_as_well(small_scene: Scene) -> None:
    """A clerk who has a sender's other claims, and the judge on duty: once their post has ended the lot falls on somebody else."""
    small_scene.lodge()
    judges(small_scene, "ava")
    clerks(small_scene, "ada")
    court, day = small_scene.court, today(small_scene)
    named = {Role.CLERK: small_scene.people["clerk"], Role.JUDGE: small_scene.people["judge"]}

    def seated() -> dict[Role, int]:
        with court.database.write() as session:
            sitting, case = court.look(session), session.get_one(Case, small_scene.case_id)
            for seat in session.scalars(select(Seat).where(Seat.case_id == case.id, Seat.until_at.is_(None))):
                seat.until_at = court.clock.now()
            session.flush()
            seat_clerk(sitting, case, named[Role.CLERK], T("They took the claim down."))
            seat_duty_judge(sitting, case)
            rows = session.scalars(select(Seat).where(Seat.case_id == case.id, Seat.until_at.is_(None))).all()
            found = {one.role: one.account_id for one in rows}
            session.rollback()
            return found

    with court.database.write() as session:
        given = DutyInput(judge=str(named[Role.JUDGE]), from_on=day, until_on=day)
        set_turn(session, given, small_scene.people["president"], court.clock.now())
    assert seated() == named
    with court.database.write() as session:
        for role, account in named.items():
            over = PostInput(
                email=session.get_one(Account, account).email,
                what=role.value,
                from_on=day - timedelta(days=9),
                until_on=day - timedelta(days=1),
            )
            enter(court.notary, session, over, {role.value}, small_scene.people["president"], court.clock.now())
    now = seated()
    assert now.keys() == named.keys() and all(now[role] != account for role, account in named.items())


def test_a_desk_is_not_handed_over_where_nobody_else_has_a_post(small_scene: Scene) -> None:
    """No seat is emptied: the post of every other judge has ended; with one that holds it is handed over."""
    away(small_scene)
    court, day = small_scene.court, today(small_scene)
    judge, president = small_scene.people["judge"], small_scene.people["president"]
    with court.database.write() as session:
        mine = [str(one) for one in session.scalars(select(Seat.id).where(Seat.account_id == judge))]
        others = [one.email for one in on_duty(session, Role.JUDGE, day) if one.id != judge]
        for email in others:
            over = PostInput(
                email=email, what="judge", from_on=day - timedelta(days=9), until_on=day - timedelta(days=1)
            )
            enter(court.notary, session, over, {"judge"}, president, court.clock.now())
    assert others
    with pytest.raises(InvalidInput, match="post or training"):
        hand_over(court, judge, president, mine, REASONS, "first")
    with court.database.write() as session:
        holds = PostInput(email=others[0], what="judge", from_on=day, until_on=None)
        enter(court.notary, session, holds, {"judge"}, president, court.clock.now())
    assert hand_over(court, judge, president, mine, REASONS, "second")


@pytest.mark.parametrize(
    ("needs", "wants"), [('["cashier"]', 'causes = ["online_data"]'), ("[]", 'causes = ["none"]'), ("[]", "")]
)
def test_rules_about_posts_that_cannot_be_are_refused(
    small_scene: Scene, tmp_path: Path, needs: str, wants: str
) -> None:
    """A role that is not drawn, a cause that is none, a training for nothing."""
    with pytest.raises(PackError, match=r"post|cause"):
        ruled(small_scene, tmp_path, needs, wants)


def test_a_term_longer_than_the_law_knows_is_not_entered(small_scene: Scene) -> None:
    """A lay assessor has a post for five years, and it ends (LAJ 13); a judge's may have no end."""
    court, day = small_scene.court, date(2026, 3, 1)
    rules = court.packs.in_force("cn", day).distribution
    assert rules is not None and rules.terms["assessor"].years == 5
    with court.database.write() as session:
        judge = session.scalars(select(Account).where(Account.email == "judge@court.example")).one()
        session.add(AccountRole(account_id=judge.id, role=Role.ASSESSOR, granted_at=court.clock.now()))
        session.flush()
        session.refresh(judge)

        def put_in(what: str, first: date, last: date | None) -> StaffTerm:
            given = PostInput(email=judge.email, what=what, from_on=first, until_on=last)
            return enter(court.notary, session, given, {"judge", "assessor"}, 1, court.clock.now(), rules)

        for last in (None, date(2031, 3, 1)):
            with pytest.raises(InvalidInput, match="5 years at most") as refused:
                put_in("assessor", day, last)
            assert refused.value.faults[0].location == ("until_on",)
        with pytest.raises(InvalidInput):
            put_in("assessor", date(2028, 2, 29), date(2033, 3, 1))
        assert put_in("assessor", date(2028, 2, 29), date(2033, 2, 28)).until_on == date(2033, 2, 28)
        assert put_in("assessor", day, date(2031, 2, 28)).holds_on(day)
        assert put_in("judge", day, None).until_on is None
        session.rollback()


def test_what_cannot_be_is_not_entered_and_what_is_stands_in_the_log(small_scene: Scene) -> None:
    """Nobody of the court, a role they do not have, a training nobody asks for, days that run backwards; each entry is on record."""
    court, day = small_scene.court, today(small_scene)
    good = {"email": "judge@court.example", "what": "judge", "from_on": day, "until_on": None}
    for field, value in (
        ("email", "li@court.example"),
        ("email", "nobody@court.example"),
        ("what", "clerk"),
        ("what", "cashier"),
        ("until_on", day - timedelta(days=1)),
    ):
        with court.database.write() as session, pytest.raises(InvalidInput) as refused:
            enter(court.notary, session, PostInput(**{**good, field: value}), {"judge", "clerk"}, 1, court.clock.now())  # type: ignore[arg-type]
        assert refused.value.faults[0].location == (field,)
    term = put(small_scene, "judge", day, day + timedelta(days=365))
    with court.database.read() as session:
        kept = session.get_one(StaffTerm, term.id)
        told = json.loads(kept.record)
        receipt = court.notary.receipt_files(session, kept.receipt).json.decode()
    assert (told["what"], told["from"], told["act"]) == ("judge", day.isoformat(), "entered")
    assert sha256_hex(kept.record.encode()) in receipt


def letters(scene: Scene) -> list[tuple[str, str]]:
    """To whom the court wrote about their account, and what, the oldest first."""
    ring = keyring(scene.court.settings.secret_key)
    with scene.court.database.read() as session:
        sealed = session.scalars(select(AccountLetter.sealed).order_by(AccountLetter.id)).all()
    opened = [json.loads(ring.unseal(PURPOSE, one) or "[]") for one in sealed]
    return [(one[0], one[2]) for one in opened]


def address_of(scene: Scene, term: StaffTerm) -> str:
    """The address of whoever has it."""
    with scene.court.database.read() as session:
        return session.get_one(Account, term.account_id).email


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_the_page_tells_terms_in_the_order_of_names_and_compares_nobody(small_scene: Scene, locale: str) -> None:
    """President and administrator enter and end a post there; no figure stands beside a person, and nobody is ranked."""
    judges(small_scene, "zoe", "ava")
    day = today(small_scene)
    for who in ("zoe", "ava"):
        put(small_scene, who, day, None)
    app = create_app(court=small_scene.court)
    for who in ("president", "admin"):
        visitor = Visitor(app, small_scene, who, locale)
        page = visitor.get("/registry/posts")
        words = " ".join(re.sub(r"<[^>]+>", " ", page.split("<main")[-1]).split())
        assert words.index("Ava") < words.index("Zoe") and not RANKS.search(words)
        assert not re.search(r"(Ava|Zoe)[^.;]{0,40}\b\d+(\.\d+)?\s?%", words)
    assert Visitor(app, small_scene, "judge").raw("/registry/posts").status_code == 404
    reference = re.findall(r"/registry/posts/([a-z2-7]{26})/end", page)[0]
    visitor.send("/registry/posts", f"/registry/posts/{reference}/end")
    days = {"from_on-year": "2026", "from_on-month": "5", "from_on-day": "1"}
    given = {"email": "ava@court.example", "what": "judge", "from_on": "2026-05-01", **days}
    visitor.send("/registry/posts", "/registry/posts/post", **given)
    visitor.send("/registry/posts", "/registry/posts/post", status=422, **{**given, "email": "li@court.example"})
    with small_scene.court.database.read() as session:
        rows = session.scalars(select(StaffTerm).order_by(StaffTerm.id)).all()
        assert [one.ended_on is not None for one in rows] == [False, True, False]
    assert [to for to, _ in letters(small_scene)] == [address_of(small_scene, rows[1]), "ava@court.example"]
    ended, entered = (words for _, words in letters(small_scene))
    assert "holds no more for you" in ended or "不再有效" in ended
    assert "Entered for you, from" in entered or "已为您登记（自" in entered
