"""A search for programs (JSON) and for feed readers (Atom, RFC 4287): published words and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from odr.ground.canonical import sha256_hex
from odr.ground.text import T, Text, side_by_side
from odr.register.search.asking import Asking, corrected_text
from odr.register.search.citing import MostCited, OftenCited
from odr.register.search.hits import Hit
from odr.register.search.searching import Found

ATOM = "http://www.w3.org/2005/Atom"
FORMAT, CITED_FORMAT = "court-search/1", "court-cited/1"


def search_json(
    asking: Asking, found: Found, hits: Sequence[Hit], corrected: str | None, base: str, locale: str
) -> dict[str, Any]:
    """The answer of a search: how many in all, a page of them, and how they divide."""
    return {
        "format": FORMAT,
        "question": corrected_text(asking.question),
        "shown_instead": corrected,
        "filters": dict(asking.filters),
        "order": asking.order,
        "total": found.total,
        "decisions": [decision_json(hit, base, locale) for hit in hits],
        "facets": {
            name: [{"value": value, "count": count} for value, count in values] for name, values in found.facets.items()
        },
        "next": None,
    }


def cited_json(found: MostCited, base: str, locale: str) -> dict[str, Any]:
    """What published decisions cite most."""

    def told(one: OftenCited) -> dict[str, Any]:
        words = one.words.render(locale) if isinstance(one.words, Text) else one.words
        return {
            "key": one.key,
            "words": words,
            "url": f"{base}/{one.address}" if one.address is not None else None,
            "count": one.count,
        }

    return {
        "format": CITED_FORMAT,
        "articles": [told(one) for one in found.articles],
        "articles_total": found.articles_all,
        "decisions": [told(one) for one in found.decisions],
        "decisions_total": found.decisions_all,
    }


def decision_json(hit: Hit, base: str, locale: str) -> dict[str, Any]:
    """A decision of a list."""
    facts = hit.facts
    return {
        "address": hit.address,
        "url": f"{base}/{hit.address}",
        "title": hit.title,
        "case_number": facts.number,
        "court": facts.court,
        "kind": hit.kind,
        "language": hit.language,
        "decided_on": hit.decided_on.isoformat(),
        "cause": facts.cause,
        "judges": list(facts.judges),
        "outcome": facts.outcome.value if facts.outcome is not None else None,
        "awarded_minor": facts.awarded,
        "currency": hit.awarded.currency if hit.awarded is not None else None,
        "articles": list(facts.articles),
        "cites": list(facts.cites),
        "version": hit.version,
        "text_sha256": facts.sha256,
        "passages": [[{"words": piece.words, "found": piece.found} for piece in each] for each in hit.passages],
    }


def _title(typed: str, narrowed: Sequence[Text | str]) -> Text:
    if not typed.strip() and not narrowed:
        return T("Published decisions")
    words = side_by_side([*([" ".join(typed.split())] if typed.strip() else []), *narrowed], ";")
    return T("Published decisions: %(what)s", what=words)


def atom(
    hits: Sequence[Hit],
    *,
    typed: str,
    narrowed: Sequence[Text | str],
    host: str,
    page: str,
    mine: str,
    base: str,
    now: datetime,
    locale: str,
) -> bytes:
    """A search as a feed. A version of a decision is an entry of its own, so that readers see that it was corrected."""
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": locale})

    def add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
        made = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        made.text = text or None
        return made

    asked = sha256_hex(page.encode())[:16]
    updated = max((hit.published_at for hit in hits), default=now)
    add(feed, "id", f"tag:{host},2026:decisions:{asked}:{locale}")
    add(feed, "title", _title(typed, narrowed).render(locale))
    add(feed, "updated", updated.astimezone(UTC).isoformat(timespec="seconds"))
    add(feed, "link", rel="self", href=mine)
    add(feed, "link", rel="alternate", href=page, type="text/html")
    add(add(feed, "author"), "name", host)
    for hit in hits:
        entry = add(feed, "entry")
        add(entry, "id", f"tag:{host},2026:decision:{hit.address}:{hit.version}")
        add(entry, "title", hit.title)
        add(entry, "updated", hit.published_at.astimezone(UTC).isoformat(timespec="seconds"))
        add(
            entry,
            "link",
            rel="alternate",
            href=f"{base}/decisions/{hit.address}",
            type="text/html",
            hreflang=hit.language,
        )
        told = T("%(number)s, %(court)s, %(day)s", number=hit.facts.number, court=hit.facts.court, day=hit.decided_on)
        add(entry, "summary", told.render(locale))
    ElementTree.register_namespace("", ATOM)
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written
