"""The public files of the court at one moment: published decisions in each form, ledger, hearings, statistics, programs.

All of it from what is published already, and never from a case file. A hearing is in it by its case number, for the days the
list announces it; a withdrawn decision is in it as its line of the ledger only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup, escape
from sqlalchemy import select

from odr.docket.models import Document
from odr.evidence.kit.kit import VERIFIER
from odr.ground.memory.asked_once import AskedOnce
from odr.register.calendar import feeds
from odr.register.calendar.announced import announced
from odr.register.formats.akoma import as_akoma_ntoso
from odr.register.formats.plain import as_text
from odr.register.publication import check_register, public_views as views
from odr.register.publication.models import Publication, PublicationState
from odr.register.publication.public_pdf import said_of
from odr.register.statistics.models import StatisticsReport
from odr.register.statistics.tables import TABLES, as_csv, lines

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

HEARINGS = 500
LOCALES = ("en", "zh-Hans")
AT_ONCE = 100


@dataclass
class PublicFiles:
    """Everything public at one moment: files one by one, so that a court of any size is copied in the memory of a few; and
    what belongs to the index beside them.
    """

    files: Callable[[], Iterator[tuple[str, bytes]]]
    """Every file but the ledger."""
    ledger: Callable[[], Iterator[tuple[str, bytes]]]
    """The parts of the ledger; the proofs in them grow with the log."""
    withdrawn: list[Mapping[str, object]]
    hearings_until: date


def public_files(court: Court, sitting: Sitting, only: Collection[str] | None = None) -> PublicFiles:
    """All of it, as of now: as long as the session of the sitting is open, it stays as it was (``Database.read()``).

    ``only``: of the decisions those at these addresses, as far as they are public.
    """
    gone = sitting.session.execute(
        select(Publication.address, Publication.number).where(views.IN_STATE["withdrawn"]).order_by(Publication.number)
    )
    until = sitting.today
    return PublicFiles(
        lambda: _files(court, sitting, until, only),
        lambda: _ledger(court, sitting),
        [{"address": address, "ledger_number": number} for address, number in gone],
        until,
    )


def _files(court: Court, sitting: Sitting, until: date, only: Collection[str] | None) -> Iterator[tuple[str, bytes]]:
    for row in _published(sitting) if only is None else _named(sitting, only):
        yield from _decision(court, sitting, row)
    rows = announced(sitting, None, HEARINGS).rows
    for locale in LOCALES:
        told = [feeds.plain(one, locale) for one in rows]
        yield f"hearings/{locale}.json", _json({"until": until.isoformat(), "hearings": told})
    report = sitting.session.scalar(select(StatisticsReport).order_by(StatisticsReport.day.desc()).limit(1))
    if report is not None:
        yield "statistics.json", _json(report.body)
        figures = [line for table in TABLES for line in lines(report.body, table)]
        yield "statistics.csv", as_csv(figures).encode()
    yield "check_register.py", Path(check_register.__file__).read_bytes()
    yield "verify.py", VERIFIER.read_bytes()


def _published(sitting: Sitting) -> Iterator[Publication]:
    after = 0
    while True:
        rows = sitting.session.scalars(
            select(Publication)
            .where(views.IN_STATE["published"], Publication.number > after)
            .order_by(Publication.number)
            .limit(AT_ONCE)
        ).all()
        yield from rows
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].number
        let_go(sitting)


def _named(sitting: Sitting, addresses: Collection[str]) -> Iterator[Publication]:
    for address in sorted(addresses):
        row = sitting.session.scalar(select(Publication).where(Publication.address == address))
        if row is not None and row.state is PublicationState.PUBLISHED:
            yield row


def let_go(sitting: Sitting) -> None:
    """Forget what was read: it is written, and wanted no more."""
    sitting.session.expunge_all()
    if isinstance(sitting.session, AskedOnce):
        sitting.session.forget()


def _decision(court: Court, sitting: Sitting, row: Publication) -> Iterator[tuple[str, bytes]]:
    """A published decision in each of its forms."""
    one, name = views.published(sitting.session, row), f"decisions/{row.address}"
    day = one.version.at.astimezone(court.settings.tz).date()
    said = said_of(court, row, one.version.number, day, row.effective_at)
    plain = as_text(one.text, said)
    yield f"{name}.json", _json(views.as_json(one))
    yield f"{name}.txt", plain.encode()
    yield f"{name}.html", _page(row.language, row.address, plain)
    yield f"{name}.akn.xml", as_akoma_ntoso(one.text, said)
    document = sitting.session.scalar(
        select(Document).where(Document.id == one.version.document_id, Document.is_public.is_(True))
    )
    if document is not None:
        yield f"{name}.pdf", document.content


def _ledger(court: Court, sitting: Sitting) -> Iterator[tuple[str, bytes]]:
    after: int | None = 0
    part = 1
    while after is not None:
        told = views.ledger_part(court.notary, sitting.session, after)
        yield f"ledger/{part:06d}.json", _json(told)
        after, part = told["next"], part + 1
        let_go(sitting)


def _json(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _page(language: str, title: str, text: str) -> bytes:
    """A text as a page that needs nothing beside it: no style, no script, no picture."""
    paragraphs = Markup("\n").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in part.split("\n")))
        for part in text.strip().split("\n\n")
    )
    page = Markup(
        '<!DOCTYPE html>\n<html lang="{}"><head><meta charset="utf-8"><title>{}</title>'
        '<meta name="viewport" content="width=device-width"></head><body><main>\n{}\n</main></body></html>\n'
    )
    return page.format(language, title, paragraphs).encode()
