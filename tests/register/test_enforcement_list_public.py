"""The list before the public: found only by name and number, masked, counted, out of search machines, without a trace once off;
and its records, which an outsider checks.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from odr.app import create_app
from odr.identity.sign_in.rate_limits import LIMITS, Counted
from odr.register.enforcement_list import chain, check_list
from odr.register.publication import check_register
from odr.register.publication.mirror.making import publish as publish_copy
from tests.judgment.bench import Bench, to_the_cent
from tests.judgment.test_enforcement_settlement import pay
from tests.register.listing import CODE, NAME, kept_records, listed

ASKED = {"name": NAME, "number": CODE}


def token(client: FlaskClient) -> str:
    """The token of the form."""
    page = client.get("/enforcement-list").get_data(as_text=True)
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def look(client: FlaskClient, **asked: str) -> Any:
    """What the form answers."""
    return client.post("/enforcement-list", data={**ASKED, **asked, "csrf_token": token(client)})


def test_the_page_shows_an_entry_masked_and_is_kept_out_of_search_machines(bench: Bench) -> None:
    """Name and number lead to the entry on the page itself, masked, with its proof; every answer asks search machines to stay
    out and is not kept; one of the two alone leads to nothing.
    """
    listed(bench)
    client = create_app(court=bench.court).test_client()
    answer = look(client)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and NAME in page and CODE not in page and "9133•••••••••••234" in page
    assert (answer.headers["X-Robots-Tag"], answer.headers["Cache-Control"]) == ("noindex, noarchive", "no-store")
    assert look(client, number="12345678").status_code == 404 and look(client, name="Haiyun").status_code == 404
    assert look(client, name="").status_code == 422


def test_an_entry_names_no_published_decision_and_none_names_an_entry(bench: Bench) -> None:
    """An entry carries the number of the case and no link to a decision: one step would undo the masking there."""
    listed(bench)
    page = look(create_app(court=bench.court).test_client()).get_data(as_text=True)
    assert bench.number in page and 'href="/decisions/' not in page.split("<main")[1].split("</main")[0]


def test_asking_is_counted(bench: Bench) -> None:
    """After so many lookups from one network the next one waits, whatever was found; no puzzle is set."""
    listed(bench)
    client = create_app(court=bench.court).test_client()
    codes = [
        client.post("/enforcement-list.json", json=ASKED).status_code for _ in range(LIMITS[Counted.LIST_FROM].tries)
    ]
    assert set(codes) == {200} and client.post("/enforcement-list.json", json=ASKED).status_code == 429


def test_nobody_hides_an_entry_by_asking_wrongly_for_its_name(bench: Bench) -> None:
    """Wrong numbers for a name count for the network they come from: it has to wait, also with the right pair, and everybody else
    finds the entry all the same.
    """
    listed(bench)
    client = create_app(court=bench.court).test_client()

    def ask(number: str, address: str) -> int:
        asked = {"name": NAME, "number": number}
        place = {"REMOTE_ADDR": address}
        return client.post("/enforcement-list.json", json=asked, environ_base=place).status_code

    tries = LIMITS[Counted.LIST_NAME].tries
    for address in ("203.0.113.9", "203.0.113.10", "203.0.113.11", "203.0.113.12"):
        assert {ask(f"AAAAAA{number}", address) for number in range(tries)} == {404}
        assert ask(CODE, address) == 429
    assert ask(CODE, "198.51.100.8") == 200


def test_half_a_sign_is_no_question_and_is_counted(bench: Bench) -> None:
    """What is no writing gets 400, and counts like any other asking."""
    listed(bench)
    client = create_app(court=bench.court).test_client()
    tries = LIMITS[Counted.LIST_FROM].tries
    for broken in ({"name": "\ud800", "number": CODE}, {"name": NAME, "number": "\udfff"}):
        codes = [client.post("/enforcement-list.json", json=broken).status_code for _ in range(tries // 2)]
        assert set(codes) == {400}
    assert client.post("/enforcement-list.json", json=ASKED).status_code == 429


def test_programs_get_the_same(bench: Bench) -> None:
    """The JSON answer tells what the page tells, 404 for nobody, 400 for what is no question."""
    listed(bench)
    client = create_app(court=bench.court).test_client()
    told = client.post("/enforcement-list.json", json=ASKED).get_json()
    (entry,) = told["entries"]
    assert (entry["name"], entry["identity"], entry["duties"][0]["open_minor"]) == (NAME, "9133•••••••••••234", 800_000)
    assert client.post("/enforcement-list.json", json={"name": NAME}).status_code == 400
    assert client.post("/enforcement-list.json", json={**ASKED, "number": "999999"}).status_code == 404


def test_an_outsider_checks_the_list_and_an_entry(bench: Bench, tmp_path: Path) -> None:
    """The program adds the records up and finds an entry that was changed, a record taken out, and a removal that was hidden."""
    listed(bench)
    bench.court.notary.sequence()
    client = create_app(court=bench.court).test_client()
    told = client.post("/enforcement-list.json", json=ASKED).get_json()["entries"][0]["proof"]
    entry, path = tmp_path / "entry.json", kept_records(bench.court, tmp_path)
    entry.write_text(json.dumps(told), encoding="utf-8")
    assert run(tmp_path, str(path), "--entry", str(entry)) == (0, "")
    told["entry"]["facts"] += " And worse."
    entry.write_text(json.dumps(told), encoding="utf-8")
    assert "not the one of its records" in run(tmp_path, str(path), "--entry", str(entry))[1]
    whole = json.loads(path.read_text(encoding="utf-8"))
    fewer = {**whole, "records": whole["records"][1:]}
    path.write_text(json.dumps(fewer), encoding="utf-8")
    assert "record 1 is missing" in run(tmp_path, str(path))[1]
    pay(bench, to_the_cent(bench.court, bench.case_id))
    docket = tmp_path / "docket.json"
    docket.write_text(json.dumps({"entries": entries_of(bench)}), encoding="utf-8")
    path = kept_records(bench.court, tmp_path)
    assert run(tmp_path, str(path), "--docket", str(docket)) == (0, "")
    hidden = {**whole, "records": json.loads(path.read_text(encoding="utf-8"))["records"][:-1]}
    path.write_text(json.dumps(hidden), encoding="utf-8")
    assert "the docket says" in run(tmp_path, str(path), "--docket", str(docket))[1]


def entries_of(bench: Bench) -> list[dict[str, Any]]:
    """The docket as a party holds it: acts with their results."""
    with bench.court.database.read() as session:
        rows = session.execute(text("SELECT act, payload FROM docket_entry ORDER BY number"))
        return [{"act": act, "result": json.loads(payload).get("result")} for act, payload in rows]


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """The program as an outsider runs it, beside the two it rests on; how it ends and what it found wrong."""
    (folder / "check_list.py").write_bytes(Path(check_list.__file__).read_bytes())
    (folder / "check_register.py").write_bytes(Path(check_register.__file__).read_bytes())
    done = subprocess.run(
        [sys.executable, str(folder / "check_list.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": ""},
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("events", "wrong"),
    [
        (["decided", "decided"], None),
        (["listed"], "never given"),
        (["decided", "removed", "listed"], "cannot be listed"),
        (["decided", "listed", "listed"], "cannot be listed"),
        (["decided", "vanished"], "no event"),
    ],
)
def test_the_program_refuses_what_cannot_follow(events: list[str], wrong: str | None) -> None:
    """Numbers follow each other, and no record follows what it cannot follow."""
    given, bodies = 0, []
    for place, event in enumerate(events, 1):
        given += event == "decided"
        bodies.append({"record": place, "listing": max(given, 1), "event": event, "entry_sha256": "0"})
    if wrong is None:
        assert check_list.account(check_list.replay(bodies))["rest"] == 0
        return
    with pytest.raises(check_list.Wrong, match=wrong):
        check_list.replay(bodies)


def test_the_lookup_asks_an_index(bench: Bench) -> None:
    """However long the list is, an entry is found by the index of its key: the plan reads no table through."""
    listed(bench)
    with bench.court.database.read() as session:
        plan = session.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT listing.id FROM listing JOIN listing_key ON listing_key.listing_id = listing.id "
                "WHERE listing_key.key = 'x' AND listing.state = 'listed' ORDER BY listing.id DESC LIMIT 20"
            )
        ).all()
    told = " ".join(str(row) for row in plan)
    assert "SCAN" not in told and "listing_key" in told


def test_the_mirror_carries_nothing_of_the_list(bench: Bench, tmp_path: Path) -> None:
    """The copy of the register that others host names nobody of the list: it is not given out in bulk."""
    listed(bench)
    bench.court.notary.sequence()
    publish_copy(bench.court, tmp_path / "copy")
    files = [path for path in (tmp_path / "copy").rglob("*") if path.is_file()]
    assert len(files) > 3
    for path in files:
        told = path.read_bytes()
        assert NAME.encode() not in told and CODE.encode() not in told and b"court-list" not in told, path.name


def test_a_country_without_a_list_says_so(bench: Bench) -> None:
    """Where the rules know no such list (ew) the page says it, nobody can ask, and there are no records."""
    bench.court.settings = bench.court.settings.model_copy(update={"pack": "ew"})
    client = create_app(court=bench.court).test_client()
    page = client.get("/enforcement-list").get_data(as_text=True)
    assert "know no list" in page and 'name="number"' not in page
    assert "neither fines nor detention" in page
    assert client.post("/enforcement-list.json", json=ASKED).status_code == 404
    assert client.get("/enforcement-list/records.json").status_code == 404


def test_what_a_program_prints_of_a_broken_file_is_a_sentence(tmp_path: Path) -> None:
    """A file that is none of the court's ends with 1 and says so."""
    path, said = tmp_path / "list.json", io.StringIO()
    path.write_text("{}", encoding="utf-8")
    with redirect_stderr(said):
        assert check_list.main([str(path)]) == 1
    assert "WRONG" in said.getvalue() and chain.FORMAT == check_list.FORMAT
