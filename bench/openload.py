"""The court under an open load: ``python -m bench openload --reads 80 --acts 4 --seconds 120``.

Requests fall due by a schedule, whether or not those before were answered, and how long one took counts from then.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from json import dumps
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.frame import Ratio, report
from bench.postgres_court import BASE, Served, machine, postgresql, served
from bench.steady_client import Answered, Asked, Client
from odr.docket.models import Case
from odr.ground.db import Database
from odr.identity.models import Account
from odr.identity.sign_in import program_tokens, sessions
from odr.identity.sign_in.program_tokens import Scope
from odr.web.presence import session_cookie_name

CORES = os.cpu_count() or 1
BUSY = 0.7
"""Share of a machine's processor up to which a prediction fills it: beyond, queues grow faster than the load."""
LATE = 1.0
PAGES = {
    "": ("/", "/decisions", "/check", "/fees", "/rules", "/hearings", "/status", "/account/sign-in"),
    "li": ("/home", "/agenda", *["{}"] * 4, *["{}/docket"] * 3, *["{}/examination"] * 2, "{}/exhibits", "{}/service"),
    "haiyun": ("/home", *["{}"] * 3, "{}/docket", "{}/examination", "{}/fee", "{}/settlement", "{}/claim"),
    "clerk": ("/registry", "/service-desk", "{}", "{}/docket", "{}/service"),
    "judge": ("/today", "/today/cases", "/agenda", "{}", "{}/examination", "{}/exhibits", "{}/bench"),
}
"""What each role looks at; ``{}`` is a case."""
SHARES = {"": 20, "li": 30, "haiyun": 25, "clerk": 10, "judge": 15}
"""Of a hundred reads."""


def account_of(session: Session, who: str) -> Account:
    """Of somebody of the scene."""
    return session.scalars(select(Account).where(Account.email == f"{who}@court.example")).one()


def cases_of(database: Database) -> list[str]:
    """References of every case."""
    with database.read() as session:
        return list(session.scalars(select(Case.reference).order_by(Case.id)))


def readers(court: Served) -> dict[str, list[dict[str, str]]]:
    """Cookies of signed-in people, by role; of the public none."""
    found: dict[str, list[dict[str, str]]] = {"": [{}]}
    with court.database.write() as session:
        for who in SHARES:
            if who:
                account = account_of(session, who)
                token, _ = sessions.open_session(
                    session, account, datetime.now(UTC), device="bench", address="127.0.0.1", two_factor=True
                )
                found[who] = [{"Cookie": f"{session_cookie_name(True)}={token}"}]
    return found


def reads(court: Served, people: dict[str, list[dict[str, str]]], chance: random.Random, count: int) -> list[Asked]:
    """So many pages, of the roles by their shares."""
    names = chance.choices(list(SHARES), list(SHARES.values()), k=count)
    cases, asked = cases_of(court.database), []
    for who in names:
        page = chance.choice(PAGES[who])
        path = page.format(f"/cases/{chance.choice(cases)}")
        name = f"{who or 'public'} {page.format('/cases/…')}"
        asked.append(Asked("read", name, "GET", path, {**chance.choice(people[who]), "Accept-Language": "en"}))
    return asked


def acts(
    court: Served, client: Client, people: dict[str, list[dict[str, str]]], chance: random.Random, count: int
) -> list[Asked]:
    """Statements of both sides: every other one by a program's token, the others by the form of the page."""
    tokens = {}
    with court.database.write() as session:
        for who in ("li", "haiyun"):
            account = account_of(session, who)
            tokens[who] = program_tokens.issue(
                session,
                account,
                name="bench",
                scopes=list(Scope),
                lasts=timedelta(days=1),
                two_factor=True,
                now=datetime.now(UTC),
            )
    cases = cases_of(court.database)
    forms: dict[str, tuple[dict[str, str], str]] = {}
    for who in ("li", "haiyun"):
        path = f"/cases/{cases[0]}/do/post_statement"
        status, headers, page = client.ask(Asked("", "", "GET", path, people[who][0]))
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.decode())
        if status != 200 or found is None:
            raise RuntimeError(f"the form: {status} {page[-800:]!r}")
        more = "; ".join(each.partition(";")[0] for each in headers.get_all("Set-Cookie") or ())
        cookies = "; ".join(filter(None, (people[who][0]["Cookie"], more)))
        forms[who] = {"Cookie": cookies, "Origin": BASE}, found[1]
    asked = []
    for number in range(count):
        who, case = chance.choice(("li", "haiyun")), cases[number % len(cases)]
        words = f"On point {chance.randrange(10**9)}: nobody opened the parcel before, and the day is the page's."
        if number % 2:
            headers = {"Authorization": f"Bearer {tokens[who]}", "Content-Type": "application/json"}
            path = f"/api/v1/cases/{case}/acts/post_statement"
            asked.append(Asked("act", "act by a program", "POST", path, headers, dumps({"words": words}).encode()))
        else:
            given = {"words": words, "csrf_token": forms[who][1], "idempotency_key": f"{chance.getrandbits(128):032x}"}
            headers = {**forms[who][0], "Content-Type": "application/x-www-form-urlencoded"}
            path = f"/cases/{case}/do/post_statement"
            asked.append(Asked("act", "act by a form", "POST", path, headers, urlencode(given).encode()))
    return asked


def plan(load: argparse.Namespace, court: Served, client: Client, seconds: float) -> list[tuple[float, Asked]]:
    """When which request is due: reads and acts each at even distances."""
    chance = random.Random(load.seed)
    people = readers(court)
    shown = reads(court, people, chance, int(load.reads * seconds))
    done = acts(court, client, people, chance, int(load.acts * seconds))
    due = [(at / load.reads, asked) for at, asked in enumerate(shown)]
    due += [((at + 0.5) / load.acts, asked) for at, asked in enumerate(done)]
    return sorted(due, key=lambda each: each[0])


def part(values: list[float], share: float) -> float:
    """A percentile, of the values as they are."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def differences(after: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    """What came in between."""
    return {name: value - before.get(name, 0.0) for name, value in after.items()}


def told(load: argparse.Namespace, answered: Answered, spent: dict[str, float], more: dict[str, Any]) -> list[str]:
    """What was seen, line by line."""
    count = sum(map(len, answered.took.values()))
    lines = []
    for kind, took in sorted(answered.took.items(), reverse=True):
        figures = ", ".join(f"p{int(share * 100)} {part(took, share):.3f} s" for share in (0.5, 0.95, 0.99))
        late = sum(each > LATE for each in took)
        lines.append(f"{len(took)} {kind}s: {figures}; most {max(took):.3f} s; {late} later than {LATE:g} s")
    lines.append(f"wrong: {dict(answered.wrong) or 'nothing'}; sent late by the client: {answered.sent_late}")
    idle, asked, seconds = more["idle"], more["asked"], more["seconds"]
    each = {name: 1000 * value / count for name, value in spent.items()}
    lines.append("ms of the processor a request: " + ", ".join(f"{name} {value:.2f}" for name, value in each.items()))
    for who in ("web", "worker"):
        kinds = ("begins", "statements", "frames", "execution", "planning")
        got = {what: asked.get(f"{who} {what}", 0.0) / count for what in kinds}
        lines.append(
            f"{who}, a request: {got['begins']:.2f} BEGINs, {got['statements'] - got['frames']:.2f} statements besides"
            f" BEGIN, COMMIT and the like, {1000 * got['execution']:.2f} ms of execution and"
            f" {1000 * got['planning']:.2f} of planning"
        )
    lines.append(
        "while nobody asks, a second: "
        + ", ".join(f"{1000 * idle[name]:.0f} ms {name}" for name in ("web", "worker", "vault", "database"))
        + "".join(
            f"; {who} {idle.get(f'{who} statements', 0.0):.1f} statements, {idle.get(f'{who} begins', 0.0):.1f} BEGINs"
            for who in ("web", "worker")
        )
    )
    waits = more["waits"]
    lines.append(f"locks waited for longer than 0.5 s: {len(waits)}" + (f" ({Counter(waits)})" if waits else ""))
    ours = sum(spent.values())
    lines.append(
        f"of {CORES} cores in {seconds:.0f} s: {ours / seconds:.2f} for the court and the client,"
        f" {max(0.0, more['machine'] - ours) / seconds:.2f} for whatever ran beside"
    )
    return lines + predicted({name: value / count for name, value in spent.items() if name != "client"}, load)


def predicted(each: dict[str, float], load: argparse.Namespace) -> list[str]:
    """What seconds of the processor a request say about more machines like this one, each filled to :data:`BUSY`."""
    whole, room = sum(each.values()), BUSY * CORES
    behind = whole - each["web"]
    two = min(2 * room / whole, room / behind)
    three = min(3 * room / whole, room / behind)
    return [
        f"{load.reads + load.acts:g} requests a second need {(load.reads + load.acts) * whole:.2f} cores;"
        f" a machine of {CORES} cores, {BUSY:.0%} busy, carries {room / whole:.0f} a second",
        f"with a second machine that only serves pages {two:.0f}, with two such {three:.0f};"
        f" whatever is not web is at its end at {room / behind:.0f} a second, the database alone at"
        f" {room / each['database']:.0f}",
    ]


def measured(load: argparse.Namespace) -> tuple[list[str], Answered]:
    """One court, warmed, left alone for a while, and put under the load."""
    with (
        postgresql(load.kept) as (cluster, folder),
        served(cluster, folder, dict(each.split("=", 1) for each in load.set)) as court,
    ):
        client = Client(court.address)
        client.run(plan(load, court, client, load.warm), 60)
        time.sleep(3)
        before, asked, at = court.processor(), court.asked(), time.monotonic()
        time.sleep(load.idle)
        rest = time.monotonic() - at
        idle = {
            **differences(court.processor(), before),
            **differences(court.asked(), asked),
        }
        todo = plan(load, court, client, load.seconds)
        court.forget()
        waits, before, asked, all_of_it = len(court.waits()), court.processor(), court.asked(), machine()
        at = time.monotonic()
        answered = client.run(todo, 60)
        spent, seconds = differences(court.processor(), before), time.monotonic() - at
        more = {
            "idle": {name: value / rest for name, value in idle.items()},
            "asked": differences(court.asked(), asked),
            "waits": court.waits()[waits:],
            "machine": machine() - all_of_it,
            "seconds": seconds,
        }
        lines = told(load, answered, spent, more)
        if load.top:
            lines += most_costly(court, load.top)
        return lines, answered


def most_costly(court: Served, count: int) -> list[str]:
    """Statements by what they took, and those put most often, of the whole run."""
    lines = []
    with court.cluster._connect("court") as connection:
        for order in ("total_exec_time + total_plan_time", "calls"):
            rows = connection.execute(
                "SELECT rolname, calls, total_exec_time, total_plan_time, query FROM pg_stat_statements JOIN pg_roles r ON r.oid = userid"
                f" ORDER BY {order} DESC LIMIT {int(count)}"
            )
            for who, calls, ms, planned, said in rows:
                lines.append(
                    f"{order}: {who} {calls} times, {ms:.0f} ms and {planned:.0f} planned: {' '.join(said.split())[:300]}"
                )
    return lines


def arguments(words: list[str]) -> argparse.Namespace:
    """How much of it, and for how long."""
    parser = argparse.ArgumentParser(prog="python -m bench openload")
    for name, value in (("reads", 80.0), ("acts", 4.0), ("seconds", 120.0), ("warm", 20.0), ("idle", 10.0)):
        parser.add_argument(f"--{name}", type=float, default=value)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--top", type=int, default=0, help="so many of the costliest statements too")
    parser.add_argument("--kept", type=Path, help="where the laid court is kept for the next time")
    parser.add_argument("--set", action="append", default=[], metavar="ODR_NAME=VALUE", help="a setting of the court")
    return parser.parse_args(words)


def run(words: list[str] | None = None) -> list[Ratio]:
    """The 99th of a hundred answers beside one second."""
    load = arguments(words or [])
    lines, answered = measured(load)
    found = []
    for kind, took in sorted(answered.took.items(), reverse=True):
        name = f"{kind}s under an open load of {load.reads:g} reads and {load.acts:g} acts a second, p99"
        found.append(Ratio(name, "seconds", "one second", 1.0, False, [(part(took, 0.99), LATE)]))
    found[0].notes += lines
    slow = sorted(answered.pages.items(), key=lambda each: -statistics.median(each[1]))[:8]
    found[0].notes.append("slowest by median: " + ", ".join(f"{n} {statistics.median(t):.3f} s" for n, t in slow))
    for one in found:
        report(one)
    return found
