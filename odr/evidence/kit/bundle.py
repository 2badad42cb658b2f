"""All exhibits of a case as one paginated PDF for one reader: index, links, bookmarks, a sheet for each exhibit and its
pages.

The court's typesetter makes the frame: index, sheets and free pages. Strangers'
files become pages in a child process with limits, and another binds them into the
frame; the process that holds the court's keys parses none of them.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party, Role
from odr.docket.papers import BundleEntry, BundlePaper, BundleSection, Words, typeset
from odr.evidence.exhibits.access import why_closed
from odr.evidence.exhibits.checklist import Happening, chronology
from odr.evidence.exhibits.preview import TEXT_BYTES, NoPreview, PreviewLimits, fill, opened_left, run_child
from odr.evidence.intake.media import Group
from odr.evidence.kit.kit import LeftOut
from odr.evidence.models import Exhibit, ExhibitState
from odr.evidence.store.ports import PREVIEWER, desk_of
from odr.ground.errors import CourtError
from odr.ground.text import T, Text, words_of
from odr.ground.typeset import PaperLocale, Typesetter, tamed
from odr.identity.actors import Actor
from odr.procedure.time.written_working import bilingual

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

CHILD = Path(__file__).with_name("bundle_child.py")
MOST_PAGES = 300
"""Pages of one exhibit; of a longer one the sheet says that the rest is in the file."""
PAGE_LIMITS = PreviewLimits(memory=2**30, cpu=60, wall=120.0, output=256 * 2**20)
BIND_LIMITS = PreviewLimits(memory=3 * 2**30, cpu=600, wall=900.0, output=4 * 2**30, files=4096)
ORDER = (Role.CLAIMANT, Role.RESPONDENT, Role.THIRD_PARTY)
"""Whose exhibits come first: the order in which they are examined (EV 62)."""
QUESTIONS = {
    "made_with": T("Made or saved with"),
    "made_at": T("When"),
    "kept": T("Kept since"),
    "changed": T("Cut, converted or forwarded"),
    "original": T("The original"),
}
"""What is told of an exhibit's origin, in the words of a page."""
NOT_SHOWN = T("This kind of file cannot be printed. The file itself is in the case; its digest stands above.")
BROKEN = T("No pages could be made of this file. The file itself is unharmed; its digest stands above.")
CUT = T("Only the beginning is shown here. The whole is in the file.")
ERASED = T("The file was erased under a rule.")
STATES = {ExhibitState.LATE: T("Late"), ExhibitState.WITHDRAWN: T("Withdrawn"), ExhibitState.EXCLUDED: T("Excluded")}


@dataclass(frozen=True)
class Bound:
    """A bundle on the disk: where, how many pages, and what in it is only named."""

    place: Path
    pages: int
    left_out: Sequence[LeftOut]


@dataclass(frozen=True)
class _Part:
    entry: BundleEntry
    place: Path | None = None


def exhibits_in_order(case: Case, rows: Sequence[Exhibit]) -> list[tuple[Party, list[Exhibit]]]:
    """Exhibits by party as they are examined: claimant, respondent, third party, each by number (EV 62)."""
    owners = sorted(
        case.parties, key=lambda p: (ORDER.index(p.role), p.ordinal) if p.role in ORDER else (len(ORDER), p.id)
    )
    found = [(party, sorted((e for e in rows if e.party_id == party.id), key=lambda e: e.number)) for party in owners]
    return [(party, mine) for party, mine in found if mine]


def make_bundle(
    sitting: Sitting, case: Case, viewer: Actor, locale: PaperLocale, folder: Path, tell: Callable[[int], None]
) -> Bound:
    """Bind what the viewer may see into ``folder/shown``. ``tell`` hears of the bytes worked through. Raises CourtError
    where it cannot be bound.
    """
    rows = list(sitting.session.scalars(select(Exhibit).where(Exhibit.case_id == case.id).order_by(Exhibit.id)))
    left: list[LeftOut] = []
    done = 0
    groups: list[tuple[Party, list[_Part]]] = []
    for party, mine in exhibits_in_order(case, rows):
        parts = []
        for exhibit in mine:
            part, why = _part(sitting, viewer, party, exhibit, folder)
            parts.append(part)
            if why is not None:
                left.append(LeftOut(f"exhibit {exhibit.label}", words_of(why), exhibit.upload.sha256))
            done += exhibit.upload.size
            tell(done)
        groups.append((party, parts))
    frame = _frame(sitting, case, viewer, groups, locale)
    (folder / "frame").write_bytes(frame)
    return Bound(folder / "shown", _bind(folder, [part for _, parts in groups for part in parts]), left)


def _part(sitting: Sitting, viewer: Actor, party: Party, exhibit: Exhibit, folder: Path) -> tuple[_Part, Text | None]:
    """An exhibit's sheet and pages; and why only the sheet, where that is so."""
    upload = exhibit.upload
    entry = BundleEntry(
        exhibit.label,
        exhibit.title,
        exhibit.submitted_at.astimezone(sitting.court.settings.tz).date(),
        party.name,
        upload.sha256,
        _facts(sitting, exhibit),
        shows=", ".join(str(number) for number in exhibit.facts) or None,
    )
    why = why_closed(viewer, exhibit)
    if why is None and (upload.blob is None or upload.blob.erased_at is not None):
        why = ERASED
    if why is not None:
        return _Part(replace(entry, note=why)), why
    group = upload.media.group
    try:
        if group in (Group.TEXT, Group.ACTIVE):
            shown = PREVIEWER.make(
                upload.media, upload.size, lambda: desk_of(sitting.court).contents(upload)
            ).data.decode("utf-8", "replace")
            return _Part(replace(entry, text=shown, note=CUT if upload.size > TEXT_BYTES else None)), None
        if group in (Group.IMAGE, Group.PDF):
            place, pages = _pages(sitting, exhibit, "image" if group is Group.IMAGE else "pdf", folder)
            return _Part(replace(entry, slots=pages, note=CUT if pages >= MOST_PAGES else None), place), None
    except NoPreview:
        return _Part(replace(entry, note=BROKEN)), BROKEN
    return _Part(replace(entry, note=NOT_SHOWN)), NOT_SHOWN


def _facts(sitting: Sitting, exhibit: Exhibit) -> list[tuple[Words, Words]]:
    upload = exhibit.upload
    told: list[tuple[Words, Words | None]] = [
        (T("State"), STATES.get(exhibit.state)),
        (T("Kind of evidence"), exhibit.category.label),
        (T("What it is to show"), exhibit.proves),
        (T("Facts it is to show"), ", ".join(str(number) for number in exhibit.facts) or None),
        (T("What is in it, in short"), exhibit.summary),
        (T("Where it comes from"), exhibit.source),
        (T("Language and translation"), exhibit.language),
        *((words, exhibit.provenance.get(key)) for key, words in QUESTIONS.items()),
        (T("File"), T("%(name)s, %(size)s bytes", name=upload.filename, size=upload.size)),
        (
            T("Received by the court"),
            upload.completed_at.astimezone(sitting.court.settings.tz) if upload.completed_at else None,
        ),
        (T("Entry"), str(exhibit.entry_number)),
    ]
    return [(name, value) for name, value in told if value]


def _pages(sitting: Sitting, exhibit: Exhibit, kind: str, folder: Path) -> tuple[Path, int]:
    """Pages of a file as a PDF of our own making. Raises NoPreview."""
    upload = exhibit.upload
    if upload.size > PAGE_LIMITS.input:
        raise NoPreview
    with tempfile.TemporaryDirectory(prefix="odr-pages-", dir=folder) as own:
        place = Path(own)
        fill(place / "original", desk_of(sitting.court).contents(upload), upload.size)
        run_child(CHILD, [kind, str(MOST_PAGES)], place, PAGE_LIMITS)
        pages = _count(place, MOST_PAGES)
        kept = folder / f"kept-{exhibit.id}"
        with opened_left(place / "shown") as made, kept.open("wb") as file:
            while piece := made.read(1 << 20):
                file.write(piece)
    return kept, pages


def _count(folder: Path, most: int) -> int:
    with opened_left(folder / "pages") as file:
        said = file.read(12)
    if not said.isdigit() or not 1 <= int(said) <= most:
        raise NoPreview
    return int(said)


def _frame(
    sitting: Sitting, case: Case, viewer: Actor, groups: Sequence[tuple[Party, Sequence[_Part]]], locale: PaperLocale
) -> bytes:
    settings, setter = sitting.court.settings, sitting.court.ports.typesetter
    introduction = T(
        "All exhibits of the case for %(name)s, up to entry %(number)s of the docket. What may not be shown is named with the reason.",
        name=viewer.name,
        number=case.entry_count,
    )
    paper = BundlePaper(
        court=bilingual(settings.court_name, settings.court_name_zh),
        subject=_named(setter, sitting.subject_of(case)),
        case_number=case.number,
        issued_on=sitting.now.astimezone(settings.tz).date(),
        signatories=(),
        introduction=(
            introduction,
            T("A copy for reading. What proves an exhibit is its file with the receipt, not this print."),
        ),
        sections=[
            BundleSection(_heading(setter, party), [_set(setter, part.entry) for part in parts])
            for party, parts in groups
        ],
        days=[(each.on, _happened(setter, each), str(each.entry)) for each in chronology(sitting, case, viewer)],
    )
    return typeset(setter, paper, locale, at=sitting.court.clock.machine_now(), archival=False)


def _happened(setter: Typesetter, each: Happening) -> str:
    """A line of the chronology: the fact, and the labels of the exhibits that are said to show it."""
    told = printable(setter, each.what)
    return f"{told} ({', '.join(e.label for e in each.exhibits)})" if each.exhibits else told


def _heading(setter: Typesetter, party: Party) -> Text:
    return T("%(name)s (%(role)s)", role=party.role.label, name=printable(setter, party.name))


def _set(setter: Typesetter, entry: BundleEntry) -> BundleEntry:
    def plain(value: Words) -> Words:
        return printable(setter, value) if isinstance(value, str) else value

    facts = [
        (name, _printable_text(setter, value) if isinstance(value, Text) else plain(value))
        for name, value in entry.facts
    ]
    return replace(
        entry,
        title=plain(entry.title),
        filed_by=plain(entry.filed_by or ""),
        facts=facts,
        text=printable(setter, entry.text) if entry.text else None,
    )


def _printable_text(setter: Typesetter, value: Text) -> Text:
    return Text(
        value.msgid,
        {key: printable(setter, each) if isinstance(each, str) else each for key, each in value.params.items()},
    )


def _named(setter: Typesetter, subject: Text) -> Text:
    """The same with names that can be printed."""
    params = {
        place: _named(setter, value) if isinstance(value, Text) else printable(setter, str(value))
        for place, value in subject.params.items()
    }
    return Text(subject.msgid, params)


def printable(setter: Typesetter, text: str) -> str:
    """The text with a box for every character no face of the court's can print: a bundle does not fail for one party's
    emoji.
    """
    text = tamed(text)
    missing = setter.missing(text)
    return text.translate({ord(c): "□" for c in missing}) if missing else text


def _bind(folder: Path, parts: Sequence[_Part]) -> int:
    plan = []
    for number, part in enumerate(parts):
        if part.place is not None:
            part.place.rename(folder / f"part-{number}")
        plan.append({"number": number, "pages": part.entry.slots})
    (folder / "plan.json").write_text(json.dumps({"papers": plan}))
    try:
        run_child(CHILD, ["bind", "0"], folder, BIND_LIMITS)
        return _count(folder, 1_000_000)
    except NoPreview:
        raise CourtError(T("The pages could not be bound together. Ask again, or tell the clerk.")) from None


def pieces(place: Path) -> Iterator[bytes]:
    """The bytes of a bound bundle."""
    with open(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
        while piece := file.read(1 << 20):
            yield piece
