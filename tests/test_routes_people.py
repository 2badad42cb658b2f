"""Everybody who may have to do with a case, on every route of it, while it is open, sealed, mediated and closed; and which
field of an answer, which word of the file reaches whom. What is hoped stands in files written by hand.
"""

from __future__ import annotations

import csv
import io
import os
import random
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from odr.docket.models import Case, Role
from odr.evidence.kit import compiling
from odr.evidence.models import Compilation, CompilationKind, CompilationState, Exhibit
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.identity.actors import actors_in
from odr.identity.models import Account
from odr.web.guards import Entry
from tests.conftest import MORNING
from tests.crowd import KINDS, gather
from tests.scene import open_court
from tests.test_routes import House, furnish, guard_of, routes, rows, told_path
from tests.test_routes_states import OTHERWISE, close, seal

HERE = Path(__file__).parent
PROVES = bool(os.environ.get("ODR_PROVE"))
SHARE = 1.0 if PROVES else 0.05
"""Of the cells of a case that does not run its course, drawn with a seed that stays; of an open one all are asked, so that the files
are never behind; `make prove` asks them all.
"""
STATES = ("open", "sealed", "mediated", "closed")
SECRETS = {
    "claim": "Zinnoberrot",
    "file": "Ultramarin",
    "own": "Schweinfurt",
    "room": "Indischgelb",
}
"""A word in the claim, in the exhibit's file, in what the claimant told the court alone, and in the private room."""


def listed(name: str) -> list[dict[str, str]]:
    """Lines of a file written by hand."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    return list(csv.DictReader(kept, delimiter="\t", quoting=csv.QUOTE_NONE))


def split(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


PEOPLE = {line["who"]: line["like"] for line in listed("people.tsv")}
OTHER = {
    (line["method"], line["route"], who): line["gets"]
    for line in listed("routes_otherwise.tsv")
    for who in split(line["who"])
}


@pytest.fixture(scope="module", params=STATES)
def standing(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, House]]:
    """The furnished court with everybody in it, its case in one state; words of the file are found nowhere else."""
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copyfile(sqlite_template, folder / "court.sqlite")
    database = Database(f"sqlite:///{folder / 'court.sqlite'}", synchronous="OFF")
    scene = open_court(database, FixedClock(MORNING), folder / "court")
    house = furnish(scene, fact=f"The capsules are {SECRETS['claim']}.", file=f"{SECRETS['file']}, order 8842".encode())
    gather(house)
    scene.people |= {name: house.people[name] for name in ("lawyer", "third_party")}
    scene.do("say_in_room", "li", words=f"I would take less: {SECRETS['room']}.")
    scene.do("request_relief", "li", kind="exemption", ground="other", reasons=f"I have nothing: {SECRETS['own']}.")
    {"closed": close, "sealed": seal, "mediated": mediate, "open": lambda house: None}[request.param](house)
    yield request.param, house
    database.dispose()


def mediate(house: House) -> None:
    """A mediation is agreed and under way."""
    scene = house.scene
    scene.do("ask_mediation", "haiyun")
    scene.do("agree_mediation", "li")
    scene.clock.advance(compiling.KEPT * 5)
    scene.work()
    house.sessions.clear()


def of_the_case(house: House) -> list[tuple[str, Rule]]:
    """Every route of a case."""
    found = [(method, rule) for method, rule in routes(house.app)]
    return [(m, r) for m, r in found if (guard := guard_of(house.app, r)) is not None and guard.entry is Entry.CASE]


def hoped(state: str, method: str, rule: Rule, who: str) -> str:
    """What the files say of a cell: otherwise, else as whom they are like in this state, else as in the open case."""
    like = PEOPLE.get(who, who)
    told = OTHER.get((method, rule.rule, who))
    changed = OTHERWISE.get(state, {}).get(rule.rule, {}) if method == "GET" else {}
    return told or changed.get(like) or rows()[method, rule.rule][like]


def test_every_cell_of_people_and_routes(standing: tuple[str, House]) -> None:
    """Pages, answers, files, previews, bundles and kits: let in, refused or not there, as the files say."""
    state, house = standing
    cells = [(m, r, who) for m, r in of_the_case(house) for who in PEOPLE if state == "open" or m == "GET"]
    share = 1.0 if state == "open" else SHARE
    drawn = [cell for cell in cells if random.Random(f"{state} {cell[0]} {cell[1].rule} {cell[2]}").random() < share]
    always = [cell for cell in cells if (cell[0], cell[1].rule, cell[2]) in OTHER and cell not in drawn]
    wrong = []
    for method, rule, who in drawn + always:
        got = house.got(house.ask(who, method, told_path(house, rule)))
        if got != hoped(state, method, rule, who):
            wrong.append(f"{method} {rule.rule} as {who}: {got}, not {hoped(state, method, rule, who)}")
    assert not wrong, "\n".join(wrong)
    assert len(drawn) > 40


def test_nobody_of_the_court_enters_with_a_password_alone(standing: tuple[str, House]) -> None:
    """Assessor and assistant, judge, clerk, president and mediator without the second factor get into no route."""
    state, house = standing
    if state != "open":
        pytest.skip("the door is the same in each state")
    for method, rule in of_the_case(house):
        for who in ("assessor", "panel_judge", "assistant"):
            if hoped(state, method, rule, who) == "in" and method == "GET":
                answer = house.ask(who, method, told_path(house, rule), two_factor=False)
                assert answer.status_code in (303, 403), f"{rule.rule} as {who}: {answer.status_code}"
                assert SECRETS["claim"] not in answer.text


def test_files_name_routes_and_people_there_are(standing: tuple[str, House]) -> None:
    """No line is left over of a route that is gone or of somebody who is nobody."""
    _, house = standing
    known = {(method, rule.rule) for method, rule in of_the_case(house)}
    assert {(method, route) for method, route, _ in OTHER} <= known
    assert {who for _, _, who in OTHER} <= set(PEOPLE) <= set(house.people)
    assert set(KINDS) <= set(PEOPLE)


# Which word of the file reaches whom

PARTIES = {"claimant", "respondent", "third_party", "representative", "other_side", "guardian", *KINDS}
OWN_SIDE = {"claimant", "representative", "guardian", *KINDS}
BENCH = {"judge", "assessor", "panel_judge", "assistant"}
COURT = BENCH | {"clerk", "president"}
HEARD = {"witness", "expert", "interpreter"}
READS: dict[str, dict[str, set[str]]] = {
    "claim": dict.fromkeys(STATES, PARTIES | COURT | {"mediator"}),
    "file": dict.fromkeys(STATES, PARTIES | COURT | {"mediator"}) | {"sealed": OWN_SIDE | BENCH},
    # Sealed by order, its digest stays where it was told while it was open; asked for with the file, it is never told
    # (tests/evidence/test_sealing.py).
    "digest": dict.fromkeys(STATES, PARTIES | COURT | {"mediator"}),
    "own": dict.fromkeys(STATES, OWN_SIDE | COURT),
    "room": dict.fromkeys(STATES, PARTIES | {"mediator"}),
}
"""Who finds each secret word somewhere in the case; nobody else finds it anywhere. Written by hand."""


def taken_along(house: House, who: str) -> bytes:
    """What is in the case file the worker makes for somebody, unpacked; nothing for whom it makes none."""
    scene = house.scene
    with scene.court.database.write() as session:
        case = session.get_one(Case, scene.case_id)
        account = session.get_one(Account, house.people[who])
        found = actors_in(session, account, case, scene.clock.now())
        if not found or found[0].role in (Role.WITNESS, Role.EXPERT, Role.INTERPRETER):
            return b""
        now = scene.court.clock.machine_now()
        number = compiling.ask(session, case, found[0], CompilationKind.CASE_FILE, "en", now).id
    compiling.compile_due(scene.court)
    with scene.court.database.read() as session:
        row = session.get_one(Compilation, number)
        assert row.state is CompilationState.READY, row.problem
        data = b"".join(scene.court.ports.store.open(row.key or ""))
    with zipfile.ZipFile(io.BytesIO(data)) as bag:
        return b"".join(bag.read(name) for name in bag.namelist())


def test_every_word_of_the_file_reaches_whom_it_may_and_nobody_else(standing: tuple[str, House]) -> None:
    """On pages, in answers, in files and in the case file taken along: each secret is found by each of its readers and by
    nobody else, wherever they look.
    """
    state, house = standing
    wrong: list[str] = []
    pages = [rule for method, rule in of_the_case(house) if method == "GET"]
    outside = [rule for method, rule in routes(house.app) if method == "GET" and rule not in pages]
    everybody = [
        *PEOPLE,
        "claimant",
        "respondent",
        "representative",
        "mediator",
        "witness",
        "judge",
        "clerk",
        "president",
    ]
    everybody += ["stranger", "admin", "cashier"]
    with house.scene.court.database.read() as session:
        mine = select(Exhibit).where(Exhibit.case_id == house.scene.case_id)
        digest = session.scalars(mine).one().upload.sha256 or ""
    drawn = random.Random(state)
    for who in everybody if PROVES else drawn.sample(everybody, 2):
        seen = b"".join(
            house.ask(who, "GET", told_path(house, rule)).data
            for rule in pages + (outside if PROVES else drawn.sample(outside, 6))
            if hoped_or_in(state, rule, who) == "in"
        )
        seen += taken_along(house, who)
        number = _entry_of(house, "request_relief")
        seen += house.ask(who, "GET", f"/cases/{house.reference}/docket/{number}").data
        for secret, word in {**SECRETS, "digest": digest}.items():
            reads = who in READS[secret][state]
            if (word.encode() in seen) is not reads:
                wrong.append(f"{who} {'misses' if reads else 'finds'} {secret}")
    assert wrong == []


def hoped_or_in(state: str, rule: Rule, who: str) -> str:
    """As hoped on a route of the case; elsewhere one looks."""
    like = PEOPLE.get(who, who)
    return hoped(state, "GET", rule, who) if "<reference>" in rule.rule and like != "stranger" else "in"


def _entry_of(house: House, act: str) -> int:
    from odr.docket.models import DocketEntry

    with house.scene.court.database.read() as session:
        mine = select(DocketEntry.number).where(DocketEntry.case_id == house.scene.case_id, DocketEntry.act == act)
        return session.scalars(mine).one()


# Which field of an answer reaches whom

FIELDS = {(line["answer"], line["field"]): set(split(line["who"])) for line in listed("fields.tsv")}
ANSWERS = (
    "",
    "/fees",
    "/examination",
    "/decisions",
    "/inbox",
    "/readings",
    "/exhibits/C-1/receipt",
    "/docket/1",
    "/evidence-gaps",
)
GROUPS = {
    "anybody": PARTIES | COURT | HEARD | {"mediator"},
    "parties": PARTIES,
    "own": OWN_SIDE,
    "bench": BENCH,
    "court": COURT,
    "mediator": {"mediator"},
    "heard": HEARD,
}


def told_fields(value: Any, at: str = "") -> Iterator[str]:
    """Every field of an answer that says something; lists and what is in them by the name of the list."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from told_fields(inner, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for inner in value:
            yield from told_fields(inner, at)
    elif value is not None and value != "":
        yield at


FREE = (
    "content",
    "working",
    "files",
    "reason",
    "rule",
    "subject",
    "title",
    "words",
    "capacity",
    "by",
    "what",
    "article",
    "actor",
    "input",
    "result",
)
"""Words in each language and what the record itself holds: told as one field."""


def plain(field: str) -> str:
    """The field's name down to where free words begin."""
    parts = field.split(".")
    ends = [place for place, part in enumerate(parts) if part in FREE]
    return ".".join(parts[: ends[0] + 1] if ends else parts)


def may(groups: set[str], state: str) -> set[str]:
    """The groups of a line that stand for a state; one may hold in all, or in one, as in “own, sealed:bench”."""
    here = {group.partition(":")[2] for group in groups if group.startswith(f"{state}:")}
    return here or {group for group in groups if ":" not in group}


def test_every_field_of_an_answer_reaches_whom_the_file_says(standing: tuple[str, House]) -> None:
    """A field that is in no line, or that reaches somebody who is not in its line, fails."""
    state, house = standing
    who_all = sorted(GROUPS["anybody"])
    wrong = set()
    for who in who_all if PROVES else random.Random(state).sample(who_all, 6):
        for path in ANSWERS:
            answer = house.ask(who, "GET", f"/api/v1/cases/{house.reference}{path}")
            if answer.status_code != 200:
                continue
            for field in {plain(each) for each in told_fields(answer.get_json())}:
                groups = FIELDS.get((path or "/", field))
                if groups is None:
                    wrong.add(f"{path or '/'} {field}: in no line")
                elif not any(who in GROUPS[group] for group in may(groups, state)):
                    wrong.add(f"{path or '/'} {field}: told to {who}")
    assert sorted(wrong) == []
