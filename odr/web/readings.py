"""Which page of a case shows what: for the trace that whoever is let into a case leaves."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request

from odr.docket.models import Case, ReadBy, Thing
from odr.docket.readings import Reading
from odr.identity.actors import Actor
from odr.procedure.court import Court

SHOWS: dict[str, Thing] = {
    "cases.overview": Thing.CASE,
    "api.get_case": Thing.CASE,
    "filing.claim": Thing.CLAIM,
    "registry.review": Thing.CLAIM,
    "cases.docket": Thing.DOCKET,
    "cases.one_entry": Thing.ENTRY,
    "cases.entry_payload": Thing.ENTRY,
    "cases.entry_receipt": Thing.ENTRY,
    "api_case.get_entry": Thing.ENTRY,
    "api_case.get_receipt": Thing.ENTRY,
    "attached.file": Thing.ENTRY_FILE,
    "attached.preview": Thing.ENTRY_FILE,
    "service.paper": Thing.PAPER,
    "service.paper_receipt": Thing.PAPER,
    "api_case.get_document": Thing.PAPER,
    "api_case.get_document_receipt": Thing.PAPER,
    "exhibits.listing": Thing.EXHIBITS,
    "exhibits.what_matters": Thing.EXHIBITS,
    "exhibits.one": Thing.EXHIBIT,
    "exhibits.readings": Thing.EXHIBIT,
    "exhibits.receipt": Thing.EXHIBIT,
    "exhibits.receipt_part_of": Thing.EXHIBIT,
    "api_case.get_exhibit_receipt": Thing.EXHIBIT,
    "exhibits.download": Thing.EXHIBIT_FILE,
    "exhibits.download_part": Thing.EXHIBIT_FILE,
    "exhibits.proof": Thing.EXHIBIT_FILE,
    "api_case.get_exhibit_file": Thing.EXHIBIT_FILE,
    "hearing_files.exhibit": Thing.EXHIBIT_FILE,
    "exhibits.preview": Thing.PREVIEW,
    "exhibits.preview_part": Thing.PREVIEW,
    "live.recording": Thing.RECORDING,
    "live.film": Thing.RECORDING_FILE,
}
"""What is not here is told as a page of the case: drafts, deliberation and private talks are nobody else's to know."""
NAMED_BY = ("label", "number", "document")
"""The parts of an address that name the thing; who may not see it is not told them."""


def shows(thing: Thing, item: str = "") -> None:
    """Say what the answer to this request shows, where the address alone does not tell."""
    g.shows = thing, item


def note(court: Court, case: Case, actor: Actor, by: ReadBy, thing: Thing, item: str = "") -> None:
    """Leave a trace that somebody was shown something of a case."""
    who = (case.id, actor.account_id or 0, actor.name, actor.role, actor.party_id, actor.is_representative)
    court.readings.note(Reading(*who, by, thing, item, court.clock.now()))


def note_answer(court: Court, case: Case, actor: Actor, by: ReadBy, answer: Any) -> None:
    """Leave the trace of an answer about to leave; one that only leads on to another page shows nothing."""
    status = answer.status_code if isinstance(answer, Response) else answer[1] if isinstance(answer, tuple) else 200
    if isinstance(status, int) and 300 <= status < 400 and status != 304:
        return
    thing, item = g.pop("shows", None) or _of_address()
    note(court, case, actor, by, thing, item)


def _of_address() -> tuple[Thing, str]:
    thing = SHOWS.get(request.endpoint or "", Thing.PAGE)
    if thing is Thing.PAGE:
        return thing, ""
    named = request.view_args or {}
    return thing, next((str(named[part]) for part in NAMED_BY if part in named), "")
