"""No page and no round of the worker reads through a table that grows with every case: its plan finds rows by index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from odr.app import create_app
from odr.ground.db import Database
from tests.procedure.test_statements import fill
from tests.scene import Scene
from tests.test_bad_input import signed_in
from tests.test_routes import routes

SMALL = {
    "audit_draw": "a row a month",
    "indicator_report": "a row a day, of which 400 are kept",
    "time_note": "notes of a few sampled weeks",
    "work_turn": "one row",
    "desk_change": "a row for each role and hour of sixty days, folded by the worker",
    "lot_change": "three rows a day, and those that the worker has not folded yet",
    "service_day": "a row a day",
    "account_role": "offices of the staff",
    "bank_columns": "the forms in which banks write",
    "bank_file": "a file a day at most, and the list is paged",
    "complaint_duty": "who has the desk of complaints",
    "court_room": "rooms of the court",
    "daily_close": "a row a day, and the list is paged",
    "duty_turn": "turns of the staff",
    "firm": "offices of firms",
    "guide_gap": "what was asked and not answered: a row a question of a month, as many as the program lets in",
    "guide_question": "questions to the registry, thrown away after thirty days",
    "keypad_code": "a row for each code in force, asked for by the worker where one is missing",
    "kiosk": "terminals of the court",
    "kiosk_visit": "who is at a terminal, thrown away after a day",
    "line_message": "messages that were answered, thrown away after three days",
    "line_talk": "talks that go on, thrown away after two hours",
    "factor_reset": "lost second factors of the staff",
    "shown_piece": "a few seconds of hearings that run, gone minutes after them",
    "log": "a log a year",
    "mediator_entry": "mediators on the list",
    "outage": "times without service",
    "platform": "platforms that submit",
    "received_case": "files that came from elsewhere",
    "reconcile_run": "a row a day",
    "role_proposal": "roles that wait for a second administrator",
    "roll_entry": "licences that were seen, and the lists are paged",
    "saved_search": "searches somebody wants by mail, twenty a mailbox at most, thrown away when they end",
    "signing_key": "keys of the court",
    "staff_leave": "leaves of the staff",
    "staff_term": "posts and trainings of the staff",
    "statistics_report": "a row a day",
    "duration_report": "one row",
    "step_answer": "what people say of a step, thrown away after its time",
    "weekly_hours": "hours of the staff",
}
"""Tables that do not grow with cases, or by a row a day."""
WHOLE = {
    "/payments/desk/books": {"ledger_line"},  # the balance of every account is the sum of its lines
    "/payments/desk": {"payment"},  # fees paid in part: each fee's sum
    "/service-desk/figures": {"service_task"},  # what somebody had to mend, in a month
    "/decisions/ledger": {"publication"},  # every number is accounted for
    "/decisions/ledger.json": {"publication"},
    "/decisions/bulk.json": {"publication"},  # months with their counts
    "/decisions/withdrawn.jsonl": {"publication_version"},
    # The worker: records to be set, mandates the docket does not tell of yet, requests for places and seats by video, which go after a month.
    # Once a day: what is unusual in the cases of a year, and the indicators, which every case counts in.
    "": {"examination", "mandate", "place_request", "watcher", "case", "case_facts"},
    "/registry/supervision": {"filing_waiting"},  # filings that wait for a clerk, counted up to a thousand
    # The platform of a training court sees what waits for it; of cases the newest thirty that are open, along their numbers.
    "/training/outside": {"platform_request", "case"},
}
"""Pages whose business is all there is; each counts or sums by index, or gives a file."""
WORKERS = ("li", "judge", "clerk", "president", "cashier", "admin")
EITHER = re.compile(r"\bOR (\w+)\.(\w+) IN \(SELECT")
"""A row that is one of some or one of those a query finds: SQLite asks two indexes, PostgreSQL goes through the table. In one case that is
no harm."""
_SCAN = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")


@contextmanager
def noted(database: Database) -> Iterator[dict[str, Any]]:
    """Statements while it lasts, with values."""
    seen: dict[str, Any] = {}

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE")) and not many:
            seen[statement] = values

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def read_through(database: Database, seen: dict[str, Any]) -> dict[str, str]:
    """Tables that some statement reads through, each with the statement."""
    with database.read() as session:
        connection = session.connection()
        partial = {
            name
            for (name,) in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE%INDEX%WHERE%'"
            )
        }
        tables = {name for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
        found = {}
        for statement, values in seen.items():
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            sorts = any("TEMP B-TREE" in line for line in plan)
            bare = " WHERE " not in statement.replace("\n", " ")
            for table, index in (match.groups() for match in map(_SCAN.match, plan) if match):
                # Along an index, as far as a page goes, is no reading through.
                page = (index is not None or bare) and "LIMIT" in statement and not sorts
                if table in tables and table not in SMALL and index not in partial and not page:
                    found[table] = statement
        return found


def desks(app: Flask) -> list[str]:
    """Pages of nobody's case."""
    return [rule.rule for method, rule in routes(app) if method == "GET" and not rule.arguments]


def cases(app: Flask) -> list[str]:
    """Pages of a case that need nothing but the case."""
    return [
        rule.rule
        for method, rule in routes(app)
        if method == "GET" and rule.arguments == {"reference"} and rule.rule.startswith("/cases/")
    ]


def test_nothing_that_grows_is_read_through(small_scene: Scene) -> None:
    """Every desk for everybody who works at one, every page of a case for party and judge, and a round of the worker."""
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.join()
    scene.do("file_answer", "haiyun", position="defend", statement="The label was lawful when the goods were sold.")
    scene.do("open_examination", "judge", mode="asynchronous")
    app = create_app(court=scene.court)
    fill(scene, range(1))
    database, case = scene.court.database, scene.case().reference
    faults, known = [], set[str]()
    for who in WORKERS:
        client, _ = signed_in(scene, app, who)
        for page in [*desks(app), *(cases(app) if who in ("li", "judge") else ())]:
            with noted(database) as seen:
                status = client.get(page.replace("<reference>", case)).status_code
            new = {statement: values for statement, values in seen.items() if statement not in known}
            known |= new.keys()
            for table, statement in read_through(database, new).items():
                if table not in WHOLE.get(page, ()):
                    faults.append((who, page, status, table, statement[:80], statement[-300:]))
    with noted(database) as seen:
        scene.work()
    faults += [
        ("worker", "", 0, table, one[:80], one[-300:])
        for table, one in read_through(database, seen).items()
        if table not in WHOLE[""]
    ]
    assert len(known) >= 300
    halves = {
        (match[1], match[2], one[-300:])
        for one in known
        for match in EITHER.finditer(" ".join(one.split()))
        if match[1] not in SMALL and f"{match[1]}.case_id = ?" not in one
    }
    assert not halves, "put both into one query with union(…), as acted_for does:\n" + "\n".join(map(str, halves))
    assert not faults, "\n".join(map(str, faults))
