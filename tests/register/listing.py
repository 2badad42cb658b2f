"""Short ways through the list of persons who do not perform, for its tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, PartyKind
from odr.procedure.court import Court
from odr.register.enforcement_list.models import ConsumptionOrder, Listing, ListingKey, ListingRequest
from odr.register.enforcement_list.shown import Entry, look_up
from tests.judgment.bench import Bench
from tests.judgment.test_enforcement_settlement import enforced
from tests.kept import kept

CODE, PERSON = "91330100MA27XY1234", "330106198505127417"
NAME = "Haiyun Ltd"


def debtor(bench: Bench) -> str:
    """Reference of the respondent."""
    return next(p.reference for p in bench.case().parties if p.label == "respondent/1")


def as_person(bench: Bench, **details: Any) -> None:
    """The respondent is a natural person."""
    with bench.court.database.write() as session:
        party = next(p for p in session.get_one(Case, bench.case_id).parties if p.label == "respondent/1")
        party.kind, party.details = PartyKind.PERSON, details


def proposal(bench: Bench, **changes: Any) -> dict[str, Any]:
    """What a judge fills in to propose the respondent."""
    return {
        "debtor": debtor(bench),
        "grounds": ["able"],
        "bar": "none",
        "facts": "It sells every day and pays nothing.",
        "number": CODE,
        "head": "Zhou Yi",
        **changes,
    }


def propose(bench: Bench, **changes: Any) -> None:
    """A judge proposes the respondent, whom the warning reaches."""
    bench.do("judge", "propose_listing", proposal(bench, **changes))
    bench.serve("respondent/1")


@kept
def proposed(bench: Bench) -> None:
    """The court enforces, a judge has proposed the debtor for the list, and the warning reached the debtor."""
    enforced(bench)
    propose(bench)


def newest(bench: Bench) -> Listing:
    """The newest listing."""
    with bench.court.database.read() as session:
        return session.scalars(select(Listing).order_by(Listing.id.desc())).first()  # type: ignore[return-value]


def request(bench: Bench) -> str:
    """Reference of the newest request about the list."""
    with bench.court.database.read() as session:
        return session.scalars(select(ListingRequest.reference).order_by(ListingRequest.id.desc())).first() or ""


def decide(bench: Bench, **changes: Any) -> None:
    """The president decides on the newest proposal."""
    given = {"listing": newest(bench).reference, "answer": "list", "reasons": "The conditions are met.", **changes}
    bench.do("president", "decide_listing", given)


@kept
def listed(bench: Bench) -> None:
    """The debtor was warned, said nothing, is listed, and the decision was served."""
    proposed(bench)
    bench.wait(days=12)
    decide(bench)
    bench.serve("respondent/1")


def entries(court: Court, name: str = NAME, number: str = CODE) -> list[Entry]:
    """What the public finds."""
    with court.database.read() as session:
        return look_up(court.look(session), name, number)


def bars(bench: Bench) -> list[str]:
    """The states of the bars on costly consumption."""
    with bench.court.database.read() as session:
        return list(session.scalars(select(ConsumptionOrder.state).order_by(ConsumptionOrder.id)))


def keys(court: Court) -> int:
    """By how many numbers somebody is found."""
    with court.database.read() as session:
        return len(session.scalars(select(ListingKey.key)).all())


def everything_public(court: Court) -> str:
    """What anybody reads of the list who knows the debtor's name and numbers: page, answers for programs, records."""
    client = create_app(court=court).test_client()
    told = [
        client.get("/enforcement-list").get_data(as_text=True),
        client.get("/enforcement-list/records.json").get_data(as_text=True),
    ]
    told += [
        client.post("/enforcement-list.json", json={"name": NAME, "number": number}).get_data(as_text=True)
        for number in (CODE, PERSON)
    ]
    return "\n".join(told)


def kept_records(court: Court, folder: Path) -> Path:
    """The records as an outsider keeps them."""
    client, path = create_app(court=court).test_client(), folder / "list.json"
    path.write_text(json.dumps(client.get("/enforcement-list/records.json").get_json()), encoding="utf-8")
    return path
