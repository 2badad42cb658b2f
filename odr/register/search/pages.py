"""Search in published decisions: the page, the same for programs and feed readers, and everything to take away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import InvalidInput, NotFound, Unavailable
from odr.ground.text import T, Text
from odr.register.publication import public_views as views
from odr.register.search import answers, bulk
from odr.register.search.asking import Asking, corrected_text
from odr.register.search.citing import most_cited
from odr.register.search.desk import open_search, reader_of
from odr.register.search.facts import FactReader
from odr.register.search.hits import Hit, hits
from odr.register.search.keeping import account_now, head_of
from odr.register.search.language import Words
from odr.register.search.searching import DEEPEST, PAGE, Found, Search
from odr.register.search.titles import TITLES, value_words
from odr.web.guards import current_court, current_locale, current_session, public
from odr.web.numbers import number_in
from odr.web.pages import Page, pack_today

search = Blueprint("search", __name__)
SHOWN_VALUES = 8
"""Values of a facet that are shown at once; the rest is folded."""
MOST_VALUES = 200
"""Values of a facet on the page; programs get all of them."""
FED = 50
AGAIN = 60
"""Seconds after which a program asks again while the search is being prepared."""


class NotReady(Unavailable):
    """The search is being prepared: what can be found is read into its shelves."""

    def __init__(self) -> None:
        super().__init__(AGAIN)
        self.message, self.way_out = T("The search is being prepared. Try again in a minute."), None


@dataclass(frozen=True)
class Shown:
    """What an answer shows of a search: the page of hits, and what was found in the place of what was typed."""

    found: Found
    hits: list[Hit]
    corrected: str | None = None
    unknown: tuple[Words, ...] = ()


def _today() -> date:
    court = current_court()
    return court.clock.now().astimezone(court.settings.tz).date()


def _search(ready: Search, asking: Asking, size: int = PAGE) -> Shown:
    """Search; where nothing is found, for what may have been meant. Raises InvalidInput."""
    asked, found = asking.asked, ready.find(asking.asked, size=size)
    corrected: str | None = None
    unknown: tuple[Words, ...] = ()
    if not found.total and not asking.exact and (meant := ready.meant(asked)) is not None:
        asked, unknown = meant[0], tuple(meant[1])
        corrected, found = corrected_text(asked.question), ready.find(asked, size=size)
    reader = ready.compiler.reader
    return Shown(found, hits(current_session(), reader, found.facts, asked.question), corrected, unknown)


@search.get("/decisions")
@public
def decisions() -> Page:
    """Search in published decisions; under the results the account of the month, also of those nobody can read."""
    asking, pack, session = Asking.of(request.args), pack_today(), current_session()
    ready, shown, month = open_search(current_court(), session), None, _today().replace(day=1)
    if ready is not None and asking.fault is None:
        try:
            shown = _search(ready, asking)
        except InvalidInput as error:
            fault = error.faults[0]
            asking = replace(asking, fault=fault.message, fault_at=str(fault.location[0]))
    page = render_template(
        "register/search/decisions.html",
        asking=asking,
        here=url_for("search.decisions"),
        shown=shown,
        prepared=ready is not None,
        newest=_newest() if ready is None else [],
        pack=pack,
        facets=_facets(reader_of(pack), asking, shown) if shown is not None else [],
        chips=_chips(reader_of(pack), asking),
        deepest=DEEPEST,
        account=account_now(session, ready.open if ready is not None else None, month, _today()),
        month=month,
        by_order=(rules := pack.publication) is not None and rules.by_order,
        outcome=_outcome_words,
        shown_values=SHOWN_VALUES,
    )
    return Response(page, 200 if asking.fault is None else 422, mimetype="text/html")


def _newest() -> list[Any]:
    """Published decisions while the search is being prepared."""
    return views.newest_of(current_session(), number_in(request.args, "before"))[: views.PAGE]


def _outcome_words(hit: Hit) -> Text | None:
    return hit.facts.outcome.label if hit.facts.outcome is not None else None


def _facets(reader: FactReader, asking: Asking, shown: Shown) -> list[dict[str, Any]]:
    """How what was found divides: every value with its number and the address of its list."""
    changed = {"q": shown.corrected} if shown.corrected is not None else {}
    here = url_for("search.decisions")
    made = []
    for name in ("cause", "outcome", "court", "year", "judge", "article"):
        values = shown.found.facets.get(name, ())[:MOST_VALUES]
        if asking.value(name) or not values:
            continue
        addresses = asking.narrowed(here, name, [value for value, _ in values], **changed)
        told = [
            (value_words(reader, name, value), count, address)
            for (value, count), address in zip(values, addresses, strict=True)
        ]
        made.append({"name": name, "title": TITLES[name], "values": told})
    return made


def _chips(reader: FactReader, asking: Asking) -> list[tuple[Text, Text | str, str]]:
    """What narrows the list down now, and the address without each."""
    here = url_for("search.decisions")
    return [
        (TITLES[name], value_words(reader, name, value), asking.address(here, **{name: None}))
        for name, value in asking.filters
    ]


@search.get("/decisions/cited")
@public
def cited() -> Page:
    """Which articles and decisions published decisions cite most."""
    pack, ready = pack_today(), open_search(current_court(), current_session())
    cause = _cause_asked()
    return render_template(
        "register/search/cited.html",
        pack=pack,
        cause=cause,
        found=most_cited(current_session(), reader_of(pack), ready, cause) if ready is not None else None,
    )


def _cause_asked() -> str | None:
    asked = request.args.get("cause", "")
    return asked if asked in pack_today().causes.list else None


@search.get("/decisions/cited.json")
@public
def cited_for_programs() -> Response:
    """The same for programs."""
    ready = open_search(current_court(), current_session())
    if ready is None:
        raise NotReady
    found = most_cited(current_session(), reader_of(pack_today()), ready, _cause_asked())
    return jsonify(answers.cited_json(found, _address("search.decisions"), current_locale()))


@search.after_request
def for_machines(answer: Response) -> Response:
    """Where the rules keep search machines of others out, every answer says so."""
    rules = pack_today().publication
    if rules is None or not rules.search_machines:
        answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@search.get("/decisions.json")
@public
def for_programs() -> Response:
    """The same search for programs."""
    asking = Asking.of(request.args)
    ready = open_search(current_court(), current_session())
    if ready is None:
        raise NotReady
    if asking.fault is not None:
        raise InvalidInput.at("q", asking.fault)
    shown = _search(ready, asking)
    told = answers.search_json(
        asking, shown.found, shown.hits, shown.corrected, _address("search.decisions"), current_locale()
    )
    if shown.found.next is not None:
        changed = {"q": shown.corrected} if shown.corrected is not None else {}
        told["next"] = asking.address(_address("search.for_programs"), after=shown.found.next, **changed)
    return jsonify(told)


@search.get("/decisions/<any(en, 'zh-Hans'):locale>.atom")
@public
def atom(locale: str) -> Response:
    """A search as a feed, the newest first: a saved search for which nobody registers. Its language is in the address."""
    asking = replace(Asking.of(request.args), order="newest", after=None, exact=True)
    court = current_court()
    ready = open_search(court, current_session())
    if ready is None:
        raise NotReady
    if asking.fault is not None:
        raise InvalidInput.at("q", asking.fault)
    shown = _search(ready, asking, FED)
    reader = reader_of(pack_today())
    narrowed = [value_words(reader, name, value) for name, value in asking.filters]
    body = answers.atom(
        shown.hits,
        typed=asking.typed,
        narrowed=narrowed,
        host=urlsplit(court.settings.base_url).hostname or "court",
        page=asking.address(_address("search.decisions"), order=None, exact=None),
        mine=asking.address(_address("search.atom", locale=locale), order=None, exact=None),
        base=court.settings.base_url.rstrip("/"),
        now=court.clock.now(),
        locale=locale,
    )
    return Response(body, mimetype="application/atom+xml")


def _address(endpoint: str, **values: Any) -> str:
    """A whole address, of the court's own name and never of a header's."""
    return current_court().settings.base_url.rstrip("/") + url_for(endpoint, **values)


@search.get("/decisions/bulk.json")
@public
def bulk_list() -> Response:
    """The newest months in which anything was decided, and where their public decisions are."""
    told = [
        {
            "month": f"{month:%Y-%m}",
            "decided": decided,
            "address": _address("search.bulk_month", month=f"{month:%Y-%m}"),
        }
        for month, decided in views.months_of(current_session())
    ]
    return jsonify(format=bulk.FORMAT, months=told, withdrawn=_address("search.withdrawn"))


@search.get("/decisions/<month>.jsonl")
@public
def bulk_month(month: str) -> Response:
    """The decisions of a month, a line of JSON for each, with the digest of its text."""
    first = bulk.month_of(month)
    if first is None:
        raise NotFound
    after, base, session = number_in(request.args, "after") or 0, _address("search.decisions"), current_session()
    court, pack = current_court(), pack_today()
    state = sha256_hex(canonical([*head_of(session), str(pack.version), base]))
    tag = sha256_hex(f"{state} {month} {after}".encode())[:32]
    if request.if_none_match.contains(tag):
        return Response(status=304, headers={"ETag": f'"{tag}"'})
    lines, last = bulk.parts.part(
        str(court.settings.data_dir),
        state,
        f"{month} {after}",
        lambda: bulk.lines(session, first, reader_of(pack), base, after),
    )
    answer = _lines(f"decisions-{month}", lines, last and _address("search.bulk_month", month=month, after=last))
    answer.set_etag(tag)
    return answer


@search.get("/decisions/withdrawn.jsonl")
@public
def withdrawn() -> Response:
    """What was public and is not any more: whoever keeps a copy takes it out."""
    lines, last = bulk.tombstones(current_session(), number_in(request.args, "after") or 0)
    return _lines("withdrawn", lines, last and _address("search.withdrawn", after=last))


def _lines(name: str, lines: list[str], following: str | int | None) -> Response:
    answer = Response("".join(lines), mimetype="application/jsonl")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.jsonl"'
    if following:
        answer.headers["Link"] = f'<{following}>; rel="next"'
    return answer


@search.get("/sitemap.xml")
@public
def sitemap() -> Response:
    """The parts of the map of everything public, where the rules let search machines in."""
    if not _let_in():
        raise NotFound
    parts = [_address("search.sitemap_part", part=part) for part in bulk.sitemap_parts(current_session())]
    return Response(bulk.sitemap_index(parts), mimetype="application/xml")


@search.get("/sitemap-<int:part>.xml")
@public
def sitemap_part(part: int) -> Response:
    """A part of the map: addresses of published decisions with the day of their newest version."""
    found = bulk.sitemap(current_session(), part, _address("search.decisions")) if _let_in() else None
    if found is None:
        raise NotFound
    return Response(found, mimetype="application/xml")


def _let_in() -> bool:
    rules = pack_today().publication
    return rules is not None and rules.search_machines


@search.get("/robots.txt")
@public
def robots() -> Response:
    """What programs of others may read: everything public. Lists of a search lead nowhere new."""
    lines = ["User-agent: *", "Disallow: /decisions?", "Disallow: /decisions.json?", "Disallow: /api/"]
    if _let_in():
        lines.append(f"Sitemap: {_address('search.sitemap')}")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
