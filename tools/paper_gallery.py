#!/usr/bin/env python3
"""`make gallery`: every paper of the court as a picture in both languages, docs/papers/, and docs/papers.md, which says by
which act and when each is made. Needs pdftoppm. Look at each before it is kept.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image
from sqlalchemy import select

from odr.app import create_court
from odr.docket.models import DocketEntry, Document
from odr.docket.papers import typeset
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.typeset import PaperLocale
from odr.identity.models import Account
from odr.procedure.acts.reference import row
from odr.procedure.acts.table import TABLE
from odr.procedure.court import Court
from odr.training.paper_gallery import Shown, papers_in
from odr.training.seed import seed
from odr.training.story import Story, in_story_time
from odr.training.training_staff import make_accounts

DOCS = Path(__file__).resolve().parents[1] / "docs"
ZONE = ZoneInfo("Asia/Shanghai")
DPI, COLOURS = "58", 28
OF_DEMONSTRATION = {
    "record": "Record of the hearing",
    "proof_of_service": "Proof of service",
    "service_copy": "What was sent to a party",
    "publication": "A published decision",
    "receipt": "Receipt for court fees",
}
"""Papers that no single act words: taken from the disputes of the training court."""
LANGUAGES: tuple[PaperLocale, ...] = ("zh-Hans", "en")


def opened(folder: Path) -> Court:
    """A training court of its own, in summer 2026."""
    settings = Settings(mode="training", data_dir=folder, argon2_cheap=True)
    return create_court(settings, FixedClock(datetime(2026, 6, 15, 10, tzinfo=ZONE)))


def worded(folder: Path) -> Iterator[tuple[Shown, bytes]]:
    """Every paper on the invented case, set in its language."""
    court = opened(folder)
    with court.database.write() as session:
        make_accounts(court, session)
    with court.database.read() as session:
        people = {account.email.partition("@")[0]: account.id for account in session.scalars(select(Account))}
    for language in LANGUAGES:
        told, clock = in_story_time(court, datetime(2026, 4, 1, 9, tzinfo=ZONE))
        for one in papers_in(Story(told, clock, people), language):
            yield one, typeset(court.ports.typesetter, one.paper, language, at=court.clock.machine_now())


def demonstrated(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """One paper of each other kind, with the act whose entry it stands with."""
    court = opened(folder)
    seed(court)
    with court.database.read() as session:
        for kind in OF_DEMONSTRATION:
            query = select(Document, DocketEntry.act).join(
                DocketEntry,
                (DocketEntry.case_id == Document.case_id) & (DocketEntry.number == Document.entry_number),
            )
            found = session.execute(query.where(Document.kind == kind).order_by(Document.id)).first()
            if found is not None:
                yield kind, found[1], found[0].content
    for letter in sorted(folder.rglob("letter.pdf"))[:1]:
        yield "letter", "accept_claim", letter.read_bytes()


def pages(pdf: bytes) -> list[Image.Image]:
    """The first two pages of a paper as pictures."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["pdftoppm", "-r", DPI, "-l", "2", "-png", "-", f"{folder}/page"]
        subprocess.run(command, input=pdf, check=True)
        return [Image.open(io.BytesIO(path.read_bytes())) for path in sorted(Path(folder).glob("*.png"))]


def beside(pictures: list[Image.Image]) -> Image.Image:
    """Pages side by side, in few colours."""
    sheet = Image.new("RGB", (sum(p.width for p in pictures), max(p.height for p in pictures)), "white")
    at = 0
    for picture in pictures:
        sheet.paste(picture, (at, 0))
        at += picture.width
    return sheet.quantize(COLOURS)


def when(act: str) -> str:
    """The first sentence of what the act does, as its own words have it."""
    words = (TABLE[act].handler.__doc__ or "").strip().partition("\n\n")[0]
    return " ".join(words.split()).replace("|", "/")


def main() -> None:
    """Write the pictures and the page that lists them."""
    out = DOCS / "papers"
    out.mkdir(exist_ok=True)
    for old in out.glob("*.png"):
        old.unlink()
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        made: dict[str, list[tuple[Shown, bytes]]] = {}
        for one, pdf in worded(Path(first)):
            made.setdefault(one.name, []).append((one, pdf))
        for name, both in made.items():
            beside([page for _, pdf in both for page in pages(pdf)[: 2 if name == "judgment" else 1]]).save(
                out / f"{name}.png", optimize=True
            )
            title, act = both[0][0].title, both[0][0].act
            lines.append(listed(name, f"{title.render('en')} {title.render('zh-Hans')}", act))
        for kind, act, pdf in demonstrated(Path(second)):
            beside(pages(pdf)).save(out / f"{kind}.png", optimize=True)
            lines.append(listed(kind, OF_DEMONSTRATION.get(kind, "First letter by post"), act))
    head = "# The court’s papers\n\nWritten by `make gallery` from the court itself: each paper on an invented case, Chinese and English side by side. "
    about = "The language of a paper is that of its case, never of a screen ([decision 62](decisions/0062-language-of-a-case.md)).\n\n"
    table = "\n".join([row("Paper", "Act that makes it", "When"), "|---|---|---|", *lines])
    (DOCS / "papers.md").write_text(head + about + table + "\n", encoding="utf-8")


def listed(name: str, title: str, act: str) -> str:
    """A line of the list."""
    return row(f"[{title}](papers/{name}.png)", f"`{act}` {TABLE[act].title.render('en')}", when(act))


if __name__ == "__main__":
    main()
