"""The announced hearings for programs: iCalendar (RFC 5545), Atom (RFC 4287) and JSON. They carry the number of the case
and never a name: what a program fetched is kept by nobody knows whom, and the list itself forgets (court rule).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from icalendar import Calendar, Event

from odr.ground.text import T, Text
from odr.register.calendar.announced import Announced

ATOM = "http://www.w3.org/2005/Atom"
TITLE = T("Hearings announced by the court")


def _summary(one: Announced) -> Text:
    return T("%(number)s, %(cause)s: %(state)s", number=one.number, cause=one.cause, state=one.state)


def _where(one: Announced) -> Text | str:
    return one.place or one.how


def calendar(hearings: Iterable[Announced], host: str, page: str, now: datetime, locale: str) -> bytes:
    """The hearings as a calendar, each for as long as it is planned; one that is put off or called off is marked as cancelled,
    and as tentative while nobody has decided that (RFC 5545, 3.8.1.11).
    """
    found = Calendar()
    found.add("prodid", "-//Internet Court//Hearings//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", TITLE.render(locale))
    for one in hearings:
        event = Event()
        event.add("uid", f"{one.reference}@{host}")
        event.add("dtstamp", now)
        event.add("dtstart", one.begins_at.astimezone(UTC))
        event.add("dtend", (one.begins_at + one.length).astimezone(UTC))
        event.add("summary", _summary(one).render(locale))
        where = _where(one)
        event.add("location", where if isinstance(where, str) else where.render(locale))
        event.add("status", "CONFIRMED" if one.goes_on else "TENTATIVE" if one.is_undecided else "CANCELLED")
        event.add("url", page)
        found.add_component(event)
    return bytes(found.to_ical())


def atom(hearings: Iterable[Announced], host: str, page: str, address: str, now: datetime, locale: str) -> bytes:
    """The hearings as a feed: a hearing that changes its state is an entry of its own, so that readers see it move."""
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": locale})

    def add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
        made = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        made.text = text or None
        return made

    add(feed, "id", f"tag:{host},2026:hearings:{locale}")
    add(feed, "title", TITLE.render(locale))
    add(feed, "updated", now.astimezone(UTC).isoformat(timespec="seconds"))
    add(feed, "link", rel="self", href=address)
    add(feed, "link", rel="alternate", href=page, type="text/html")
    author = add(feed, "author")
    add(author, "name", host)
    for one in hearings:
        entry = add(feed, "entry")
        add(entry, "id", f"tag:{host},2026:hearing:{one.reference}:{one.state.msgid.replace(' ', '-').lower()}")
        add(entry, "title", _summary(one).render(locale))
        add(entry, "updated", one.announced_at.astimezone(UTC).isoformat(timespec="seconds"))
        add(entry, "link", rel="alternate", href=page)
        where = _where(one)
        told = T("%(at)s, %(track)s, %(how)s, %(where)s", at=one.begins_at, track=one.track, how=one.how, where=where)
        add(entry, "summary", told.render(locale))
    ElementTree.register_namespace("", ATOM)
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def plain(one: Announced, locale: str) -> dict[str, Any]:
    """A hearing as JSON."""
    return {
        "reference": one.reference,
        "number": one.number,
        "begins_at": one.begins_at.astimezone(UTC).isoformat(),
        "cause": one.cause.render(locale),
        "procedure": one.track.render(locale),
        "how": one.how.render(locale),
        "room": one.place or None,
        "bench": [{"role": role.render(locale), "name": name} for role, name in one.bench],
        "public": one.is_open,
        "takes_place": None if one.is_undecided else one.goes_on,
        "state": one.state.render(locale),
        "interpreted": list(one.languages),
    }
