"""A public text as data: the register's own JSON, and schema.org for whoever indexes pages."""

from __future__ import annotations

from typing import Any

from odr.ground.canonical import canonical
from odr.register.formats.published import Publication, changed, segments
from odr.register.redaction.structure import PublicText

FORM = "court-decision/1"
"""Name of the JSON's form; a change of meaning gets the next number."""


def as_data(text: PublicText, publication: Publication) -> dict[str, Any]:
    """The decision as plain data: what it is, its blocks with their cells by name, what was replaced and cut."""
    return {
        "form": FORM,
        "id": publication.identifier,
        "version": publication.version,
        "address": publication.address,
        "ecli": publication.ecli or None,
        "title": text.title,
        "number": text.number,
        "court": text.court,
        "kind": text.kind,
        "cause": publication.cause or None,
        "language": text.language,
        "decided_on": text.issued_on.isoformat() if text.issued_on else None,
        "effective_on": publication.effective_on.isoformat() if publication.effective_on else None,
        "published_on": publication.published_on.isoformat(),
        "note": publication.note or None,
        "changed": [
            {
                "kind": each.kind,
                "what": each.private,
                "article": each.article,
                "things": each.things,
                "times": each.times,
            }
            for each in changed(text)
        ],
        "blocks": [
            {
                "part": block.role.value,
                "kind": block.kind.value,
                **({"number": block.number} if block.number is not None else {}),
                "cells": [
                    {
                        "name": block.name_of(at),
                        "runs": [
                            {"words": each.words, **({"mark": each.mark} if each.mark else {})}
                            for each in segments(block, at)
                        ],
                    }
                    for at, cell in enumerate(block.cells)
                    if cell
                ],
            }
            for block in text.blocks
        ],
    }


def as_json(text: PublicText, publication: Publication) -> bytes:
    """:func:`as_data` in its one canonical form (RFC 8785), so that equal texts have equal digests."""
    return canonical(as_data(text, publication))


def as_json_ld(text: PublicText, publication: Publication) -> dict[str, Any]:
    """The page for search engines: schema.org's ``LegislationObject`` is for laws, so a decision is a ``Report`` of a court."""
    return {
        "@context": "https://schema.org",
        "@type": ["Report", "DigitalDocument"],
        "@id": publication.address,
        "url": publication.address,
        "name": text.title,
        "headline": text.title[:110],
        "identifier": [
            {"@type": "PropertyValue", "propertyID": name, "value": value}
            for name, value in (
                ("case number", text.number),
                ("ECLI", publication.ecli),
                ("id", publication.identifier),
            )
            if value
        ],
        "reportNumber": text.number,
        "inLanguage": text.language,
        "dateCreated": text.issued_on.isoformat() if text.issued_on else None,
        "datePublished": publication.published_on.isoformat(),
        "version": publication.version,
        "about": publication.cause or None,
        "author": {"@type": "GovernmentOrganization", "name": text.court},
        "publisher": {"@type": "GovernmentOrganization", "name": text.court},
        "isAccessibleForFree": True,
    }
