"""Looking up how far a case has come by its number and the code on a letter: stage and dates for anybody who holds both, no
names, and one answer for everything else (PUB 1, 6, 7).
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from odr.app import create_app
from odr.docket.models import DocketEntry, Party, Role
from odr.filing.claim.changes import SubstituteInput
from odr.identity.sign_in.keys import Keyring, keyring
from odr.identity.sign_in.rate_limits import LIMITS, Counted
from odr.service.models import InboxItem, ProgressCode, ServiceAttempt
from odr.service.packet.progress_codes import case_behind, code_key, live_codes, number_key, written
from odr.service.sending.compose import compose
from odr.service.vocabulary import Channel
from tests.procedure.test_asked_once import asked
from tests.scene import Scene
from tests.service.conftest import HEAD


@pytest.fixture
def under_way(scene: Scene) -> Scene:
    """A case that is accepted, its letters sent, both parties in it."""
    scene.pend()
    scene.work()
    return scene


def visitor(scene: Scene) -> FlaskClient:
    """Somebody who is signed in nowhere."""
    return create_app(court=scene.court).test_client()


def code_of(scene: Scene, name: str = "li") -> str:
    """The code in force of a party."""
    with scene.court.database.read() as session:
        party = session.scalars(
            select(Party).where(Party.case_id == scene.case_id, Party.account_id == scene.people[name])
        ).one()
        return live_codes(session, keyring(scene.court.settings.secret_key), [party.id])[party.id]


def look_up(client: FlaskClient, number: str, code: str) -> TestResponse:
    """What the page answers to a number and a code."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/process").get_data(as_text=True))
    assert found is not None
    return client.post("/process", data={"csrf_token": found[1], "number": number, "code": code})


def without_token(answer: TestResponse) -> str:
    """A page without what is new on each: the token of its form, and the number that was typed."""
    page = re.sub(r'name="csrf_token" value="[^"]*"', "", answer.get_data(as_text=True))
    return re.sub(r'name="number"[^>]*value="[^"]*"', "", page)


def test_number_and_code_show_stage_dates_and_what_is_next_and_no_name(under_way: Scene) -> None:
    """The stage with its day, and the next day of the case; nobody's name, nothing anybody wrote, and no search machine."""
    client, case = visitor(under_way), under_way.case()
    answer = look_up(client, case.number or "", code_of(under_way))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and answer.headers["X-Robots-Tag"] == "noindex, noarchive"
    assert answer.headers["Cache-Control"] == "no-store"
    assert case.number in page and "Now: Accepted: fee, service, answer and evidence" in page
    assert "Production of evidence" in page and "The decision: by then the law wants it" in page
    said = [party.name for party in case.parties] + ["capsules", "8,000.00", "Refund"]
    assert not [words for words in said if words in page.partition("<main")[2].partition("</main")[0]]


@pytest.mark.parametrize("typed", ["{year} {last}", "{year}-{last}", "（{year}）浙0192民初{last}号"])
def test_what_is_typed_may_be_short_wide_or_small(under_way: Scene, typed: str) -> None:
    """The year and the last figures are enough; capitals, dashes, blanks and wide letters do not matter."""
    year, last = number_key(under_way.case().number or "").split("/")
    code = code_of(under_way).lower().replace("-", " ")
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in code)
    for one in (code, wide):
        assert look_up(visitor(under_way), typed.format(year=year, last=last), one).status_code == 200


def test_a_wrong_number_a_wrong_code_and_no_number_get_one_answer(under_way: Scene) -> None:
    """The same words, the same status, and the same number of statements: nobody learns which cases there are."""
    number, code = under_way.case().number or "", code_of(under_way)
    wrong = [(number, "AAAA-AAAA"), ("2026 99999", code), ("nothing", "0"), ("2026 99999", "AAAA-AAAA")]
    pages, counted = set(), set()
    for each in wrong:
        client = visitor(under_way)
        with asked(under_way.court.database) as statements:
            answer = look_up(client, *each)
        assert answer.status_code == 404
        pages.add(without_token(answer))
        counted.add(len(statements))
    assert len(pages) == 1 and "No case is found by this number and this code together." in pages.pop()
    assert len(counted) == 1


def test_the_code_of_one_case_opens_no_other(under_way: Scene) -> None:
    """The same statement answers whoever has a number of one case and the code of another: nothing."""
    ring = keyring(under_way.court.settings.secret_key)
    with under_way.court.database.read() as session:
        found = case_behind(session, ring, under_way.case().number or "", code_of(under_way))
        assert found is not None and found.id == under_way.case_id
        assert case_behind(session, ring, "(2026) Net Civ 77", code_of(under_way)) is None
        assert case_behind(session, Keyring("another court"), under_way.case().number or "", code_of(under_way)) is None


def test_wrong_tries_are_counted_and_a_right_one_is_not(under_way: Scene) -> None:
    """After five wrong ones the next waits ten minutes, also a right one; right ones cost nothing."""
    number, code = under_way.case().number or "", code_of(under_way)
    most = LIMITS[Counted.PROGRESS_FROM].tries
    client = visitor(under_way)
    assert [look_up(client, number, code).status_code for _ in range(most + 1)] == [200] * (most + 1)
    assert [look_up(client, number, "AAAA-AAAA").status_code for _ in range(most)] == [404] * most
    assert look_up(client, number, code).status_code == 429
    under_way.later(minutes=11)
    assert look_up(client, number, code).status_code == 200


def test_one_number_is_not_guessed_from_many_networks(under_way: Scene) -> None:
    """Wrong codes for one number are counted wherever they come from, and so are wrong numbers for one code."""
    number, code = under_way.case().number or "", code_of(under_way)
    client, most = visitor(under_way), LIMITS[Counted.PROGRESS_NUMBER].tries

    def ask(number: str, code: str, from_: int) -> int:
        told = {"number": number, "code": code}
        return client.post(
            "/process.json", json=told, environ_overrides={"REMOTE_ADDR": f"198.51.{from_ // 250}.{from_ % 250 + 1}"}
        ).status_code

    assert {ask(number, f"AAAA-{place:04d}", place) for place in range(most)} == {404}
    assert ask(number, "AAAA-AAAA", 500) == 429
    under_way.later(minutes=11)
    assert {ask(f"2026 {9000 + place}", code, 1000 + place) for place in range(most)} == {404}
    assert ask("2026 1", code, 2000) == 429


def test_programs_get_the_same_as_json(under_way: Scene) -> None:
    """Number and code stand in the body, never in an address; what is no such body is refused, and a miss is a miss."""
    client, number = visitor(under_way), under_way.case().number
    told: Any = client.post("/process.json", json={"number": number, "code": code_of(under_way)}).get_json()
    assert told["format"] == "court-progress/1" and told["number"] == number and told["passed"][0]["stage"] == "Lodged"
    assert [one for one in told["ahead"] if one["what"] == "Production of evidence"]
    assert not [party.name for party in under_way.case().parties if party.name in str(told)]
    assert client.post("/process.json", json={"number": number, "code": "AAAA-AAAA"}).status_code == 404
    for body in ([], {"number": 1, "code": "x"}, {"number": number}):
        assert client.post("/process.json", json=body).status_code == 400
    assert client.post("/process.json", data="{").status_code == 400


def test_every_letter_that_names_the_case_bears_the_code_of_its_party(under_way: Scene) -> None:
    """The number and the code stand together on mail and paper; a message to who may be somebody else, a text message and
    the inbox here have none. What is kept is a digest: the code stands in no row.
    """
    ring = keyring(under_way.court.settings.secret_key)
    zone = under_way.court.settings.tz
    with under_way.court.database.read() as session:
        attempts = session.scalars(select(ServiceAttempt)).all()
        codes = live_codes(session, ring, {one.party_id for one in attempts})
        assert len(codes) == 2 and len(set(codes.values())) == 2
        seen = set()
        for one in attempts:
            code = codes[one.party_id]
            said = compose(one, HEAD, at=under_way.clock.now(), zone=zone, progress=code).dispatch.text
            named = one.packet.case_number is not None and one.packet.case_number in said
            expected = named and one.channel in (Channel.EMAIL, Channel.POST)
            assert (code in said) is expected, (one.channel, one.packet.occasion)
            seen.add((one.channel, expected))
        assert (Channel.EMAIL, True) in seen
        kept = [str(row.__dict__) for table in (ProgressCode, InboxItem) for row in session.scalars(select(table))]
        entries = [entry.payload for entry in session.scalars(select(DocketEntry))]
        assert not [row for row in kept + entries for code in codes.values() if code in row]


def test_the_letter_that_goes_out_bears_it(under_way: Scene) -> None:
    """The worker prints it: whoever has the letter in hand looks the case up."""
    folder = under_way.court.settings.data_dir / "messages"
    sent = "\n".join(path.read_text("utf-8", "replace") for path in folder.rglob("*") if path.is_file())
    assert code_of(under_way) in sent


def test_a_new_code_ends_the_one_before(under_way: Scene) -> None:
    """A party has another made, at once; the docket says so to its own side and never what it is."""
    before = code_of(under_way)
    receipt = under_way.do("renew_progress_code", "li")
    after = code_of(under_way)
    number = under_way.case().number or ""
    client = visitor(under_way)
    assert after != before
    assert look_up(client, number, before).status_code == 404 and look_up(client, number, after).status_code == 200
    assert look_up(client, number, code_of(under_way, "haiyun")).status_code == 200
    with under_way.court.database.read() as session:
        entry = session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == under_way.case_id, DocketEntry.number == receipt.number)
        ).one()
        assert after not in entry.payload and before not in entry.payload


def test_a_code_waits_for_the_number_of_the_case(scene: Scene) -> None:
    """Before the claim is accepted no letter bears a code, and none is made."""
    scene.lodge()
    scene.work()
    with scene.court.database.read() as session:
        assert session.scalars(select(ProgressCode)).all() == []


def test_who_left_the_case_looks_up_nothing(under_way: Scene) -> None:
    """From the day somebody is a party no more the code on their letters opens nothing (PUB 6)."""
    code, number = code_of(under_way, "haiyun"), under_way.case().number or ""
    with under_way.court.database.write() as session:
        party = session.scalars(
            select(Party).where(Party.case_id == under_way.case_id, Party.role == Role.RESPONDENT)
        ).one()
        party.left_at = under_way.clock.now()
    assert look_up(visitor(under_way), number, code).status_code == 404


def test_a_letter_that_waited_does_not_give_the_successors_code_to_who_was_party_before(scene: Scene) -> None:
    """Letters wait for the morning or for a carrier; one to the address of the former party bears no code (PUB 6)."""
    scene.lodge()
    scene.accept()
    with scene.court.database.read() as session:
        party = session.scalars(
            select(Party).where(Party.case_id == scene.case_id, Party.role == Role.RESPONDENT)
        ).one()
        before = party.email or ""
    merged = SubstituteInput.model_validate(
        {
            "party": party.reference,
            "kind": "company",
            "reasons": "Register of companies.",
            "ground": "merger",
            "name": "Big Sea Ltd.",
            "email": "law@bigsea.example",
        }
    )
    scene.do("substitute_party", "judge", merged)
    scene.work()
    with scene.court.database.read() as session:
        code = live_codes(session, keyring(scene.court.settings.secret_key), [party.id])[party.id]
    folder = scene.court.settings.data_dir / "messages"
    sent = [path.read_text("utf-8", "replace") for path in folder.rglob("*") if path.is_file()]
    assert [said for said in sent if before in said] and [said for said in sent if code in said]
    assert not [said for said in sent if code in said and before in said]


def test_an_announced_hearing_is_next(under_way: Scene) -> None:
    """The day and hour of the hearing, not where: the way into a room is the parties’ own."""
    under_way.pay()
    under_way.later(days=16)
    under_way.do("open_examination", "judge", mode="offline")
    day = (under_way.clock.now() + timedelta(days=14)).date()
    under_way.do("summon", "clerk", mode="offline", on=day.isoformat(), at="09:30", place="Courtroom 3")
    number, code = under_way.case().number or "", code_of(under_way)
    page = look_up(visitor(under_way), number, code).get_data(as_text=True)
    assert "Next: Hearing" in page and "09:30" in page and "Courtroom 3" not in page


@given(st.integers(1990, 2100), st.integers(1, 10**6), st.text("浙民初号 ()-", max_size=12))
def test_a_number_is_known_by_its_year_and_last_figures(year: int, last: int, between: str) -> None:
    """Whatever stands between them, and with zeros in front of the last: one case, one key."""
    assert number_key(f"({year}){between}{last:06d}号") == number_key(f"{year} {last}") == f"{year}/{last}"


@given(st.integers(1, 10**9), st.text("0123456789abcdef", min_size=32, max_size=32))
def test_a_code_reads_the_same_however_it_is_typed(party: int, salt: str) -> None:
    """Eight letters without 0, 1, I and O, in two groups; what is typed in small letters with blanks is the same."""
    code = written(Keyring("a key"), ProgressCode(party_id=party, salt=salt))
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", code)
    assert code_key(code) == code_key(f" {code.lower().replace('-', ' ')} ")
