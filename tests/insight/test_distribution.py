"""The lot of seats: it levels what lies on desks, bars who has a conflict, and anybody draws it again offline."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Role, Seat
from odr.evidence.kit.kit import fingerprint
from odr.filing.registry.drawing import TICKETS, Candidate, DrawRecord, DrawSeed, code_of, drawn_of, tickets
from odr.filing.registry.seats import conflicted, draw as drawn_for
from odr.ground.text import Text
from odr.hearing.courtroom.calendar.models import DaysAway
from odr.insight.distribution import check_draw
from odr.insight.distribution.departures import counts_since, departures
from odr.judgment.models import DutyTurn
from odr.notary.lot import lot
from odr.procedure.rules.insight import DistributionRules
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.sitting import Sitting
from tests.filing.test_assignment import judges, result_of
from tests.insight.browser import signed_in
from tests.insight.test_workload import TODAY
from tests.scene import Scene

found = PackRegistry.load().in_force("cn", TODAY).distribution
assert found is not None
RULES: DistributionRules = found


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30))
def test_less_on_the_desk_never_has_fewer_tickets(loads: list[int]) -> None:
    """Everybody in the draw has at least one; whoever has least has all of them."""
    least = min(loads)
    given_out = [tickets(load, least, RULES) for load in sorted(loads)]
    assert given_out == sorted(given_out, reverse=True) and given_out[0] == TICKETS and min(given_out) >= 1


@given(
    st.dictionaries(st.text("0123456789abcdef", min_size=24, max_size=24), st.integers(0, 50), min_size=1, max_size=12),
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.integers(1, 5),
)
def test_the_outsiders_program_draws_the_same(among: dict[str, int], seed: str, number: int) -> None:
    """Court and program reckon tickets and lot alike, in whatever order the candidates stand."""
    least = min(among.values())
    mine = [Candidate(code, load, tickets(load, least, RULES)) for code, load in among.items()]
    rule = {"tickets": TICKETS, "unit": RULES.unit, "pull": RULES.pull}
    theirs = [
        {"code": code, "load": load, "tickets": check_draw.tickets(load, least, rule)} for code, load in among.items()
    ]
    assert drawn_of(mine, seed, number).code == check_draw.draw(theirs[::-1], seed, number)


@settings(max_examples=20)
@given(st.integers(2, 10), st.integers(0, 2**32))
def test_the_lot_levels_what_lies_on_desks(count: int, number: int) -> None:
    """However unequal the desks are at first, after 400 cases of weight 2 and 4 none is further from another than a heavy case
    beyond the reach of the draw; and nobody is left without any.
    """
    loads = {f"{place:024x}": place * 40 for place in range(count)}
    drawn: Counter[str] = Counter()
    for case in range(400 + 20 * count * count):
        least = min(loads.values())
        most = least + max(least // 10, RULES.unit * RULES.reach)
        among = [Candidate(code, load, tickets(load, least, RULES)) for code, load in loads.items() if load <= most]
        chosen = drawn_of(among, hashlib.sha256(f"{number}/{case}".encode()).hexdigest(), 1).code
        loads[chosen] += 2 + 2 * (case % 2)
        drawn[chosen] += 1
    least = min(loads.values())
    assert max(loads.values()) - least <= max(least // 10, RULES.unit * RULES.reach) + 4
    assert len(drawn) == count


def test_with_equal_desks_everybody_is_drawn_alike() -> None:
    """Ten thousand draws among five with the same load: each gets a fifth, within four standard deviations."""
    among = [Candidate(f"{place:024x}", 3, tickets(3, 3, RULES)) for place in range(5)]
    drawn = Counter(drawn_of(among, lot("seed", str(number)), 1).code for number in range(10_000))
    assert all(abs(many - 2000) < 160 for many in drawn.values()) and len(drawn) == 5


def accepted(scene: Scene) -> dict[str, Any]:
    """A claim lodged, its secret anchored, and accepted; the draw as the entry keeps it."""
    scene.lodge()
    scene.court.notary.sequence()
    scene.accept()
    scene.court.notary.sequence()
    draw = result_of(scene, "accept_claim")["draw"]
    assert isinstance(draw, dict)
    return draw


def test_anybody_draws_again_offline(small_scene: Scene, tmp_path: Path) -> None:
    """The public answer and the three programs suffice, in a folder of their own: drawn the same, and both records proved."""
    judges(small_scene, "ava", "ben")
    draw = accepted(small_scene)
    client = create_app(court=small_scene.court).test_client()
    page = client.get(f"/draws/{draw['draw']}")
    assert page.status_code == 200
    (tmp_path / "draw.json").write_text(client.get(f"/draws/{draw['draw']}.json").text, encoding="utf-8")
    for address in ("/draws/check_draw.py", "/decisions/check_register.py", "/decisions/verify.py"):
        (tmp_path / address.rsplit("/", 1)[1]).write_bytes(client.get(address).data)
    key = fingerprint(small_scene.court.notary.log_public_key_vkey())
    told = run(tmp_path, "--log-key-fingerprint", key)
    assert told.returncode == 0, told.stderr
    code = next(one["code"] for one in draw["among"] if one["name"] == draw["drawn"])
    assert f"drawn: {code} of 3, seed of a log of {draw['log_size']} entries, secret named by draw " in told.stdout
    assert "3 of 3 records proved in the log" in told.stdout
    assert run(tmp_path, "--log-key-fingerprint", "00" * 32).returncode == 1


def run(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """The program, alone in its folder."""
    return subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(folder)!r}); import check_draw; sys.exit(check_draw.main(sys.argv[1:]))",
            str(folder / "draw.json"),
            *more,
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def test_whatever_is_tampered_with_is_refused(small_scene: Scene) -> None:
    """Another secret, another root, another head, more tickets, another name, a record changed: each is found, and said."""
    judges(small_scene, "ava", "ben")
    draw = accepted(small_scene)
    told = create_app(court=small_scene.court).test_client().get(f"/draws/{draw['draw']}.json").get_json()
    assert check_draw.check(told)

    def changed(place: int, **fields: Any) -> dict[str, Any]:
        copy = json.loads(json.dumps(told))
        body = json.loads(copy["records"][place]["body"]) | fields
        kept = copy["records"][place]
        kept["body"] = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        kept["receipt"] = json.dumps(json.loads(kept["receipt"]) | {"sha256": check_draw.sha256(kept["body"])})
        return dict(copy)

    said = json.loads(told["records"][2]["body"])
    other = next(one["code"] for one in said["candidates"] if one["code"] != said["drawn"])
    more = [one | {"tickets": one["tickets"] + (one["code"] == other)} for one in said["candidates"]]
    for wrong, words in (
        (changed(2, secret="ab" * 32), "secret"),
        (changed(1, commitment="ab" * 32), "secret"),
        (changed(2, first="ab" * 32), "root of the head"),
        (changed(2, drawn=other), "the lot falls on"),
        (changed(2, candidates=more), "other tickets"),
        (changed(2, candidates=[said["candidates"][0], *said["candidates"]]), "stands twice"),
        (told | {"head": told["head"].replace("\n", "\n1", 1)}, "root of the head"),
        (told | {"records": told["records"][::-1]}, "not of one draw"),
        (told | {"records": told["records"][:2]}, "not of one draw"),
        (changed(2, number=2, drawn=drawn_by_number(said, 2)), "a draw by the same secret is not shown"),
        (changed(0, next="ab" * 32), "named another secret"),
    ):
        with pytest.raises(check_draw.Wrong, match=words):
            check_draw.check(wrong)
    copy = json.loads(json.dumps(told))
    copy["records"][2]["body"] += " "
    with pytest.raises(check_draw.Wrong, match="receipt"):
        check_draw.check(copy)


def drawn_by_number(said: dict[str, Any], number: int) -> str:
    """Whom the lot falls on by another number: what a court could show that went on until somebody suited it."""
    return check_draw.draw(said["candidates"], f"{said['first']}\n{said['secret']}", number)


def sits(scene: Scene, times: int) -> list[str]:
    """Several seats of one case drawn in one moment, as an act draws them, by the references of their draws."""
    with scene.court.database.write() as session:
        sitting = Sitting(scene.court, session, scene.clock.now())
        case = session.get_one(Case, scene.case_id)
        found = [drawn_for(sitting, case, Role.JUDGE) for _ in range(times)]
        return [one.row.reference for one in found if one is not None]


def test_of_several_draws_by_one_secret_all_are_shown(small_scene: Scene) -> None:
    """The second of an act is shown with the first: a court that drew until somebody suited it has a draw to hide, and its
    secret is the one that the draw before named, so that it could not choose among secrets either.
    """
    judges(small_scene, "ava", "ben")
    small_scene.lodge()
    small_scene.court.notary.sequence()
    first, second = sits(small_scene, 2)
    client = create_app(court=small_scene.court).test_client()
    told = client.get(f"/draws/{second}.json").get_json()
    acts = [json.loads(one["body"]) for one in told["records"]]
    assert [one["act"] for one in acts] == ["draw", "seed", "draw", "draw"]
    assert [one["draw"] for one in acts[2:]] == [first, second] and acts[0]["next"] == acts[1]["commitment"]
    assert acts[0]["draw"] in check_draw.check(told)
    hidden = told | {"records": [*told["records"][:2], told["records"][3]]}
    with pytest.raises(check_draw.Wrong, match="not shown"):
        check_draw.check(hidden)
    lodged = check_draw.check(client.get(f"/draws/{acts[0]['draw']}.json").get_json())
    assert "NO DRAW BEFORE NAMES THE SECRET" in lodged


def test_a_secret_that_was_told_draws_nobody_later(small_scene: Scene) -> None:
    """Where the docket did not grow since the last draw, a later moment has a secret of its own: the old one is public."""
    judges(small_scene, "ava", "ben")
    small_scene.lodge()
    small_scene.court.notary.sequence()
    (first,) = sits(small_scene, 1)
    small_scene.clock.advance(timedelta(hours=1))
    (second,) = sits(small_scene, 1)
    with small_scene.court.database.read() as session:
        one, other = (
            session.scalars(select(DrawRecord).where(DrawRecord.reference == ref)).one() for ref in (first, second)
        )
        assert one.seed_id != other.seed_id
        assert json.loads(one.record)["next"] == session.get_one(DrawSeed, other.seed_id).commitment


def test_the_public_record_names_nobody(small_scene: Scene) -> None:
    """Neither page nor JSON nor the records hold a name, an address or the case; the parties read the names in the docket."""
    judges(small_scene, "ava")
    draw = accepted(small_scene)
    client = create_app(court=small_scene.court).test_client()
    case = small_scene.case()
    told = client.get(f"/draws/{draw['draw']}.json").text
    names = [one["name"] for one in draw["among"]] + [party.name for party in case.parties]
    with small_scene.court.database.read() as session:
        row = session.scalars(select(DrawRecord).where(DrawRecord.reference == draw["draw"])).one()
        kept = session.get_one(Case, row.case_id)
        assert kept.id == case.id
        hidden = [*names, case.reference, str(case.number), small_scene.account("judge").reference]
    main = client.get(f"/draws/{draw['draw']}").text.split("<main")[1].split("</main")[0]
    for one in hidden:
        assert one not in told and one not in row.record and one not in main
    assert {one["code"] for one in draw["among"]} == {
        code_of(draw["secret"], small_scene.account(name).reference) for name in ("judge", "ava")
    }
    assert client.get("/draws/nothing").status_code == 404 and client.get("/draws/nothing.json").status_code == 404


def test_the_entry_leads_to_its_draw(small_scene: Scene) -> None:
    """Whoever reads the entry that accepts the claim finds the page of the draw; an entry without one has no such link."""
    draw = accepted(small_scene)
    with small_scene.court.database.read() as session:
        entry = session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == small_scene.case_id, DocketEntry.act == "accept_claim")
        ).one()
    li = signed_in(create_app(court=small_scene.court), small_scene, "li")
    base = f"/cases/{small_scene.case().reference}/docket"
    page = li.get(f"{base}/{entry.number}")
    assert page.status_code == 200 and f'href="/draws/{draw["draw"]}"' in page.text
    assert "/draws/" not in li.get(f"{base}/1").text


def test_each_draw_of_a_case_has_a_secret_of_its_own(small_scene: Scene) -> None:
    """Who takes the seat after somebody left is not known from what the first draw told."""
    judges(small_scene, "ava", "ben")
    first = accepted(small_scene)
    small_scene.court.notary.sequence()
    seat = replaced(small_scene)
    assert seat["secret"] != first["secret"] and seat["seed"] != first["seed"] and seat["log_size"] is not None


def replaced(scene: Scene) -> dict[str, Any]:
    """The president gives the judge's seat to somebody else, with a reason; the draw of it."""
    with scene.court.database.read() as session:
        seat = session.scalars(
            select(Seat).where(Seat.case_id == scene.case_id, Seat.role == Role.JUDGE, Seat.until_at.is_(None))
        ).one()
        number = str(seat.id)
    scene.do("ask_reassignment", "clerk", seat=number, reasons="The judge is ill for two months.")
    scene.court.notary.sequence()
    scene.do("reassign_seat", "president", seat=number, reasons="Ill for two months.")
    with scene.court.database.read() as session:
        entry = session.scalars(
            select(DocketEntry)
            .where(DocketEntry.case_id == scene.case_id, DocketEntry.act == "reassign_seat")
            .order_by(DocketEntry.id.desc())
        ).first()
        assert entry is not None
        return dict(json.loads(entry.payload)["result"]["draw"])


def test_a_departure_is_counted_with_its_reason(scene: Scene) -> None:
    """The president sees how seats came about, and why somebody else sits than was drawn; no list is ordered by a person."""
    judges(scene, "ava", "ben")
    accepted(scene)
    app = create_app(court=scene.court)
    president = signed_in(app, scene, "president")
    assert "There was none in twelve months." in president.get("/registry/distribution").text
    replaced(scene)
    page = president.get("/registry/distribution").text
    assert "Ill for two months." in page and str(scene.case().number) in page
    for who in ("judge", "clerk", "li"):
        assert signed_in(app, scene, who).get("/registry/distribution").status_code == 404


def test_who_is_needed_elsewhere_is_left_out_while_others_remain(small_scene: Scene) -> None:
    """The judge on duty, and one who said they cannot come today; where nobody else is there, they are in the draw."""
    judges(small_scene, "ava", "ben")
    today = small_scene.clock.now().date()
    with small_scene.court.database.write() as session:
        now = small_scene.clock.now()
        session.add(DaysAway(account_id=small_scene.people["ava"], from_on=today, until_on=today, at=now))
        session.add(
            DutyTurn(
                account_id=small_scene.people["judge"],
                from_on=today,
                until_on=today,
                set_by=small_scene.people["president"],
                at=now,
            )
        )
    draw = accepted(small_scene)
    assert [one["name"] for one in draw["among"]] == ["Ben"]
    with small_scene.court.database.write() as session:
        session.add(
            DaysAway(account_id=small_scene.people["ben"], from_on=today, until_on=today, at=small_scene.clock.now())
        )
    assert len(accepted(small_scene)["among"]) >= 2


def test_nobody_with_a_conflict_is_ever_in_a_draw(small_scene: Scene) -> None:
    """A judge who is a party of the case stands in no draw of it, whoever else is there."""
    judges(small_scene, "ava", "ben")
    small_scene.lodge()
    with small_scene.court.database.write() as session:
        case = session.get_one(Case, small_scene.case_id)
        case.parties[1].account_id = small_scene.people["ava"]
        session.flush()
        assert small_scene.people["ava"] in conflicted(session, case)
    small_scene.court.notary.sequence()
    small_scene.accept()
    draw = result_of(small_scene, "accept_claim")["draw"]
    assert isinstance(draw, dict) and "Ava" not in {one["name"] for one in draw["among"]}
    with small_scene.court.database.read() as session:
        row = session.scalars(select(DrawRecord).where(DrawRecord.reference == draw["draw"])).one()
        assert json.loads(row.record)["left_out"]["conflict"] == 1


def test_a_judge_drawn_to_refuse_a_claim_that_is_then_accepted_is_a_departure(small_scene: Scene) -> None:
    """Who was drawn was seen, and the lot fell anew: each such draw is counted once, whoever it falls on afterwards, with its reason in
    words.
    """
    small_scene.lodge()
    small_scene.do("propose_refusal", "clerk", reasons="Nothing shows a direct interest.", article="CPL 122")
    small_scene.clock.advance(timedelta(hours=1))
    small_scene.accept()
    since = small_scene.clock.now() - timedelta(days=30)
    with small_scene.court.database.read() as session:
        counts = counts_since(session, since)
        (one,) = departures(session, since).rows
        # The only judge of this court was drawn again: the seat they hold now is no departure, nor one without a lot.
        assert (counts.undrawn, counts.anchored + counts.unanchored) == (0, 2)
    assert isinstance(one.reason, Text) and "lot fell anew" in one.reason.render("en")
    assert one.reason.render("zh-Hans") != one.reason.render("en")
