"""Who sits in a case: by lot among those free of conflict with least to do, provable afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Role, Seat
from odr.filing.registry.drawing import Candidate, DrawRecord, DrawSeed, drawn_of
from odr.filing.registry.seats import LeaveInput, conflicted, end_leave, grant_leave
from odr.ground.canonical import sha256_hex
from odr.ground.errors import InvalidInput, NotFound
from odr.identity.models import Account, AccountRole, AccountState, Mandate, MandateScope
from odr.notary.lot import first_head_over
from tests.filing.test_bulk import sent
from tests.filing.visitor import Visitor
from tests.scene import Scene

Door = Callable[[str | None], Visitor]


def judges(scene: Scene, *names: str) -> None:
    """Further judges of the court."""
    people(scene, Role.JUDGE, *names)


def clerks(scene: Scene, *names: str) -> None:
    """Further clerks of the court."""
    people(scene, Role.CLERK, *names)


def people(scene: Scene, role: Role, *names: str) -> None:
    with scene.court.database.write() as session:
        for name in names:
            account = Account(
                email=f"{name}@court.example",
                name=name.title(),
                state=AccountState.ACTIVE,
                created_at=scene.clock.now(),
                confirmed_at=scene.clock.now(),
            )
            session.add(account)
            session.flush()
            session.add(AccountRole(account_id=account.id, role=role, granted_at=scene.clock.now()))
            scene.people[name] = account.id


def result_of(scene: Scene, act: str) -> dict[str, object]:
    with scene.court.database.read() as session:
        entry = session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == scene.case_id, DocketEntry.act == act)
        ).one()
    return dict(json.loads(entry.payload)["result"])


def drawn_again(draw: dict[str, Any]) -> str:
    """On whom the lot of an entry falls, drawn once more from what the entry says."""
    names = {one["code"]: one["name"] for one in draw["among"]}
    among = [Candidate(one["code"], one["load"], one["tickets"]) for one in draw["among"]]
    return str(names[drawn_of(among, f"{draw['first']}\n{draw['secret']}", draw["number"]).code])


def test_the_draw_stands_in_the_entry_and_anybody_repeats_it(small_scene: Scene) -> None:
    """Names, tickets, the root of the log and the secret give the same judge again; the root is that of the first head over
    the secret's digest.
    """
    judges(small_scene, "ava", "ben")
    small_scene.lodge()
    small_scene.court.notary.sequence()
    small_scene.accept()
    result = result_of(small_scene, "accept_claim")
    draw = result["draw"]
    assert isinstance(draw, dict) and len(draw["among"]) == 3
    assert drawn_again(draw) == draw["drawn"] == result["judge"]
    with small_scene.court.database.read() as session:
        seed = session.scalars(select(DrawSeed).where(DrawSeed.reference == draw["seed"])).one()
        assert json.loads(seed.record)["commitment"] == sha256_hex(draw["secret"].encode())
        assert first_head_over(session, seed.receipt) == (draw["first"], draw["log_size"])


def test_where_the_log_stands_still_the_draw_says_that_its_seed_was_not_anchored(small_scene: Scene) -> None:
    """A case is not kept waiting for the log: who judges is drawn with the entry before, and the record says so."""
    small_scene.lodge()
    before = small_scene.case().head_digest
    small_scene.accept()
    draw = result_of(small_scene, "accept_claim")["draw"]
    assert isinstance(draw, dict) and (draw["first"], draw["log_size"]) == (before, None)
    with small_scene.court.database.read() as session:
        rows = session.scalars(select(DrawRecord).where(DrawRecord.case_id == small_scene.case_id)).all()
        assert [row.anchored for row in rows] == [False, False]


def test_who_has_much_to_do_is_not_in_the_draw(small_scene: Scene) -> None:
    """Ordinary cases weigh more than small claims: beyond a heavy case's distance a judge is left out."""
    judges(small_scene, "ava")
    for _ in range(4):
        small_scene.lodge()
        small_scene.accept("ordinary")
    small_scene.lodge()
    small_scene.accept("small_claims")
    draw = result_of(small_scene, "accept_claim")["draw"]
    assert isinstance(draw, dict)
    loads = {one["name"]: one["load"] for one in draw["among"]}
    assert max(loads.values()) - min(loads.values()) <= 4


def test_nobody_leaves_the_draw_by_what_a_party_wishes(small_scene: Scene) -> None:
    """A mandate that somebody else gave keeps nobody out of the draw before it is accepted; an accepted one does for
    ever.
    """
    judges(small_scene, "ava", "ben")
    small_scene.lodge()
    with small_scene.court.database.write() as session:
        case, now = session.get_one(Case, small_scene.case_id), small_scene.clock.now()
        ids = {a.name: a.id for a in session.scalars(select(Account).where(Account.name.in_(["Ava", "Ben"])))}
        given = {
            "case_id": case.id,
            "party_id": case.parties[0].id,
            "scope": MandateScope.ORDINARY,
            "from_at": now,
            "signed_at": now,
        }
        session.add_all(
            [
                Mandate(account_id=ids["Ava"], **given),
                Mandate(account_id=ids["Ben"], **given, accepted_at=now, revoked_at=now),
            ]
        )
        session.flush()
        assert ids["Ava"] not in conflicted(session, case) and ids["Ben"] in conflicted(session, case)
    small_scene.accept()
    draw = result_of(small_scene, "accept_claim")["draw"]
    assert isinstance(draw, dict)
    assert {one["name"] for one in draw["among"]} == {"Judge", "Ava"}


def test_whoever_is_on_leave_gets_no_case_until_she_is_back(small_scene: Scene) -> None:
    """Between the first and the last day, or until the president ends it, her name is not in the draw."""
    judges(small_scene, "ava")
    day = small_scene.clock.now().date()
    given = LeaveInput.model_validate(
        {"email": "judge@court.example", "from_on": day.isoformat(), "until_on": day.isoformat()}
    )
    with small_scene.court.database.write() as session:
        leave = grant_leave(session, given, small_scene.people["president"], small_scene.clock.now())
    small_scene.lodge()
    small_scene.accept()
    assert result_of(small_scene, "accept_claim")["judge"] == "Ava"
    with small_scene.court.database.write() as session:
        end_leave(session, leave.id, small_scene.clock.now())
    with small_scene.court.database.write() as session, pytest.raises(NotFound):
        end_leave(session, leave.id, small_scene.clock.now())


@pytest.mark.parametrize(
    "wrong", [{"email": "li@court.example"}, {"email": "nobody@court.example"}, {"until_on": "2026-01-01"}]
)
def test_leave_is_for_people_of_the_court_and_ends_after_it_begins(small_scene: Scene, wrong: dict[str, str]) -> None:
    """Somebody else, or days the wrong way round, are refused at their field."""
    given = LeaveInput.model_validate(
        {"email": "judge@court.example", "from_on": "2026-03-02", "until_on": "2026-03-04", **wrong}
    )
    with small_scene.court.database.write() as session, pytest.raises(InvalidInput):
        grant_leave(session, given, small_scene.people["president"], small_scene.clock.now())


def test_the_president_sees_and_sets_leave(small_scene: Scene, visitor: Door) -> None:
    """On her page; nobody else has it."""
    page = visitor("president")
    page.send(
        "/registry/leave",
        "/registry/leave",
        email="judge@court.example",
        **{
            f"{side}-{part}": v
            for side in ("from_on", "until_on")
            for part, v in (("day", "5"), ("month", "3"), ("year", "2026"))
        },
    )
    assert "Judge" in page.get("/registry/leave")
    visitor("clerk").get("/registry/leave", 404)


def test_the_draw_of_the_clerk_stands_in_the_first_entry_and_anybody_repeats_it(small_scene: Scene) -> None:
    """The claim's own entry names those in the draw, their loads, head and nonce, and with them the same clerk comes
    out.
    """
    clerks(small_scene, "ada", "bea")
    small_scene.lodge()
    (how,) = result_of(small_scene, "lodge_claim")["seated"]  # type: ignore[misc]
    assert (how["role"], how["first"], len(how["among"])) == ("clerk", "0" * 64, 3)
    assert drawn_again(how) == how["drawn"]
    with small_scene.court.database.read() as session:
        seat = session.scalars(select(Seat).where(Seat.case_id == small_scene.case_id, Seat.role == Role.CLERK)).one()
        assert session.get_one(Account, seat.account_id).name == how["drawn"]


def test_a_clerk_who_was_not_drawn_is_on_record_with_the_reason(small_scene: Scene) -> None:
    """Who reviews a sender's first claim by lot gets the others by rule, and each entry says so."""
    clerks(small_scene, "ada")
    sent(small_scene, {}, {"order_number": "B-2"})
    small_scene.work()
    with small_scene.court.database.read() as session:
        entries = session.scalars(
            select(DocketEntry).where(DocketEntry.act == "lodge_claim").order_by(DocketEntry.id)
        ).all()
        first, second = (json.loads(entry.payload)["result"]["seated"][0] for entry in entries)
        following = session.scalars(select(DrawSeed).where(DrawSeed.case_id == entries[1].case_id)).one()
    assert second == {
        "role": "clerk",
        "named": first["drawn"],
        "because": second["because"],
        "next": following.commitment,
    }
    assert "same sender" in second["because"]["en"] and second["because"]["zh-Hans"]
