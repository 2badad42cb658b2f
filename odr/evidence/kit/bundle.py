"""All exhibits of a case as one paginated PDF for one reader: index, links, bookmarks, a sheet for each exhibit and its
pages.

The court's typesetter makes the frame: index, sheets and free pages. Strangers' files become pages in a child process
with limits, and another binds them into the frame; the process that holds the court's keys parses none of them.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case, Party, Role
from odr.docket.papers import BundleEntry, BundlePaper, BundleSection, Words, typeset
from odr.evidence.exhibits.access import files_of, is_sealed, shown_to, why_closed
from odr.evidence.exhibits.checklist import Happening, chronology
from odr.evidence.exhibits.preview import TEXT_BYTES, NoPreview, PreviewLimits, fill, opened_left, run_child
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.intake.media import Group
from odr.evidence.kit.kit import LeftOut
from odr.evidence.models import Exhibit, ExhibitState, Upload
from odr.evidence.store.ports import PREVIEWER, desk_of
from odr.ground.errors import CourtError
from odr.ground.text import SideBySide, T, Text, side_by_side, words_of
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
PROVENANCE = {
    "made_with": T("Made or saved with"),
    "made_at": T("When"),
    "kept": T("Kept since"),
    "changed": T("Cut, converted or forwarded"),
    "original": T("The original"),
    "compared": T("Held against the original"),
}
"""What a party states about an exhibit's provenance, as the sheet calls it."""
OF_COURT = T("The court")
"""From whom an exhibit comes that the court made itself."""
NOT_SHOWN = T("This kind of file cannot be printed. The file itself is in the case; its digest stands above.")
UNREADABLE = T("No pages could be made of this file. The file itself is unharmed; its digest stands above.")
SHORTENED = T("Only the beginning is shown here. The whole is in the file.")
ERASED = T("The file was erased under a rule.")
STATES = {ExhibitState.LATE: T("Late"), ExhibitState.WITHDRAWN: T("Withdrawn"), ExhibitState.EXCLUDED: T("Excluded")}


@dataclass(frozen=True)
class Bound:
    """A bundle on the disk: where, how many pages, and of which exhibits it holds the sheet alone."""

    place: Path
    pages: int
    left_out: Sequence[LeftOut]


@dataclass(frozen=True)
class _Part:
    """An exhibit in the bundle: its sheet, and the PDF of its pages where it has any."""

    entry: BundleEntry
    place: Path | None = None


def exhibits_in_order(case: Case, rows: Sequence[Exhibit]) -> list[tuple[Party | None, list[Exhibit]]]:
    """Exhibits by party as they are examined: claimant, respondent, third party, each by number, then what the court made
    itself (EV 62).
    """

    def place(party: Party) -> tuple[int, int]:
        return (ORDER.index(party.role), party.ordinal) if party.role in ORDER else (len(ORDER), party.id)

    whose: list[Party | None] = [*sorted(case.parties, key=place), None]
    by_party = [
        (
            party,
            sorted(
                (row for row in rows if row.owner_id == (party.id if party is not None else None)),
                key=lambda exhibit: exhibit.number,
            ),
        )
        for party in whose
    ]
    return [(party, exhibits) for party, exhibits in by_party if exhibits]


def make_bundle(
    sitting: Sitting, case: Case, viewer: Actor, locale: PaperLocale, folder: Path, progress: Callable[[int], None]
) -> Bound:
    """Bind what the viewer may see into ``folder/shown``.

    ``progress`` is called with the bytes of all exhibits worked through so far. Raises CourtError where the pages cannot
    be bound.
    """
    rows = exhibits_of(sitting.session, case)
    left_out: list[LeftOut] = []
    done = 0
    groups: list[tuple[Party | None, list[_Part]]] = []
    for party, exhibits in exhibits_in_order(case, rows):
        parts = []
        for exhibit in exhibits:
            part, why = _part(sitting, viewer, party, exhibit, exhibit.upload, folder)
            parts += [part, *_further(sitting, viewer, party, exhibit, folder)]
            if why is not None:
                left_out.append(
                    LeftOut(
                        f"exhibit {exhibit.label}", words_of(why), None if is_sealed(exhibit) else exhibit.upload.sha256
                    )
                )
            done += exhibit.upload.size
            progress(done)
        groups.append((party, parts))
    (folder / "frame").write_bytes(_frame(sitting, case, viewer, groups, locale))
    pages = _bind(folder, [part for _, parts in groups for part in parts])
    return Bound(folder / "shown", pages, left_out)


def _further(sitting: Sitting, viewer: Actor, party: Party | None, exhibit: Exhibit, folder: Path) -> list[_Part]:
    """The further pictures of an exhibit, and the copies which the viewer sees in place of what is kept from them."""
    return [
        _part(sitting, viewer, party, exhibit, upload, folder)[0]
        for place, upload, _ in shown_to(viewer, exhibit)
        if place > 1
    ]


def _part(
    sitting: Sitting, viewer: Actor, party: Party | None, exhibit: Exhibit, upload: Upload, folder: Path
) -> tuple[_Part, Text | None]:
    """A file of an exhibit as sheet and pages; and why only the sheet, where that is so."""
    sheet = _sheet(sitting, party, exhibit, upload)
    why = why_closed(viewer, exhibit, upload)
    if why is None and (upload.blob is None or upload.blob.erased_at is not None):
        why = ERASED
    if why is not None:
        return _Part(replace(sheet, note=why)), why
    group = upload.media.group
    try:
        if group in (Group.TEXT, Group.ACTIVE):
            preview = PREVIEWER.make(upload.media, upload.size, lambda: desk_of(sitting.court).contents(upload))
            text, note = preview.data.decode("utf-8", "replace"), SHORTENED if upload.size > TEXT_BYTES else None
            return _Part(replace(sheet, text=text, note=note)), None
        if group in (Group.IMAGE, Group.PDF):
            place, pages = _pages(sitting, upload, "image" if group is Group.IMAGE else "pdf", folder)
            return _Part(replace(sheet, slots=pages, note=SHORTENED if pages >= MOST_PAGES else None), place), None
    except NoPreview:
        return _Part(replace(sheet, note=UNREADABLE)), UNREADABLE
    return _Part(replace(sheet, note=NOT_SHOWN)), NOT_SHOWN


def _sheet(sitting: Sitting, party: Party | None, exhibit: Exhibit, upload: Upload) -> BundleEntry:
    place = files_of(exhibit).index(upload) + 1
    return BundleEntry(
        exhibit.label if place == 1 else f"{exhibit.label}/{place}",
        exhibit.title,
        exhibit.submitted_at.astimezone(sitting.court.settings.tz).date(),
        party.name if party is not None else OF_COURT,
        upload.sha256,
        _facts(sitting, exhibit, upload),
        shows=_fact_numbers(exhibit),
    )


def _fact_numbers(exhibit: Exhibit) -> Text | None:
    return side_by_side(exhibit.facts) if exhibit.facts else None


def _facts(sitting: Sitting, exhibit: Exhibit, upload: Upload) -> list[tuple[Words, Words]]:
    tz = sitting.court.settings.tz
    facts: list[tuple[Words, Words | None]] = [
        (T("State"), STATES.get(exhibit.state)),
        (T("Kind of evidence"), exhibit.category.label),
        (T("What it is to show"), exhibit.proves),
        (T("Facts it is to show"), _fact_numbers(exhibit)),
        (T("What is in it, in short"), exhibit.summary),
        (T("Where it comes from"), exhibit.source),
        (T("Language and translation"), exhibit.language),
        *((words, exhibit.provenance.get(key)) for key, words in PROVENANCE.items()),
        (T("File"), T("%(name)s, %(size)s bytes", name=upload.filename, size=upload.size)),
        (T("Received by the court"), upload.completed_at.astimezone(tz) if upload.completed_at else None),
        (T("Entry"), str(exhibit.entry_number)),
    ]
    return [(name, value) for name, value in facts if value]


def _pages(sitting: Sitting, upload: Upload, kind: str, folder: Path) -> tuple[Path, int]:
    """A PDF of our own making with the pages of a file, and how many they are. Raises NoPreview."""
    if upload.size > PAGE_LIMITS.input:
        raise NoPreview
    with tempfile.TemporaryDirectory(prefix="odr-pages-", dir=folder) as own:
        place = Path(own)
        fill(place / "original", desk_of(sitting.court).contents(upload), upload.size)
        run_child(CHILD, [kind, str(MOST_PAGES)], place, PAGE_LIMITS)
        pages = _count(place, MOST_PAGES)
        own_pdf = folder / f"kept-{upload.id}"
        with opened_left(place / "shown") as made, own_pdf.open("wb") as file:
            while piece := made.read(1 << 20):
                file.write(piece)
    return own_pdf, pages


def _count(folder: Path, most: int) -> int:
    """How many pages the child says it made. Raises NoPreview for what cannot be so: the child is not trusted."""
    with opened_left(folder / "pages") as file:
        digits = file.read(12)
    if not digits.isdigit() or not 1 <= int(digits) <= most:
        raise NoPreview
    return int(digits)


def _frame(
    sitting: Sitting,
    case: Case,
    viewer: Actor,
    groups: Sequence[tuple[Party | None, Sequence[_Part]]],
    locale: PaperLocale,
) -> bytes:
    settings, setter = sitting.court.settings, sitting.court.ports.typesetter
    introduction = T(
        "All exhibits of the case for %(name)s, up to entry %(number)s of the docket. What may not be shown is named with the reason.",
        name=viewer.name,
        number=case.entry_count,
    )
    paper = BundlePaper(
        court=bilingual(settings.court_name, settings.court_name_zh),
        subject=_printable_text(setter, sitting.subject_of(case)),
        case_number=case.number,
        issued_on=sitting.today,
        signatories=(),
        introduction=(
            introduction,
            T("A copy for reading. What proves an exhibit is its file with the receipt, not this print."),
        ),
        sections=[
            BundleSection(_heading(setter, party), [_printable_entry(setter, part.entry) for part in parts])
            for party, parts in groups
        ],
        days=[(each.on, _day_line(setter, each), str(each.entry)) for each in chronology(sitting, case, viewer)],
    )
    return typeset(setter, paper, locale, at=sitting.court.clock.machine_now(), archival=False)


def _day_line(setter: Typesetter, happening: Happening) -> Words:
    """A line of the chronology: the fact, and the labels of the exhibits that are said to show it."""
    fact = printable(setter, happening.what)
    labels = side_by_side(exhibit.label for exhibit in happening.exhibits)
    return T("%(what)s (%(where)s)", what=fact, where=labels) if happening.exhibits else fact


def _heading(setter: Typesetter, party: Party | None) -> Text:
    if party is None:
        return OF_COURT
    return T("%(name)s (%(role)s)", role=party.role.label, name=printable(setter, party.name))


def _printable_entry(setter: Typesetter, entry: BundleEntry) -> BundleEntry:
    """The sheet with words that can be printed, whatever the parties wrote."""
    return replace(
        entry,
        title=_printable_words(setter, entry.title),
        filed_by=_printable_words(setter, entry.filed_by or ""),
        facts=[(name, _printable_words(setter, value)) for name, value in entry.facts],
        text=printable(setter, entry.text) if entry.text else None,
    )


def _printable_words(setter: Typesetter, words: Words) -> Words:
    if isinstance(words, Text):
        return _printable_text(setter, words)
    return printable(setter, words) if isinstance(words, str) else words


def _printable_text(setter: Typesetter, text: Text) -> Text:
    """A sentence of the court's with parameters that can be printed."""
    parts = {name: _printable_part(setter, value) for name, value in text.params.items()}
    if isinstance(text, SideBySide):
        return replace(text, items=tuple(_printable_part(setter, item) for item in text.items))
    return replace(text, params=parts)


def _printable_part(setter: Typesetter, value: Any) -> Any:
    if isinstance(value, Text):
        return _printable_text(setter, value)
    return printable(setter, value) if isinstance(value, str) else value


def printable(setter: Typesetter, text: str) -> str:
    """The text with a box for every character no face of the court's can print: a bundle does not fail for one party's
    emoji.
    """
    text = tamed(text)
    missing = setter.missing(text)
    return text.translate({ord(c): "□" for c in missing}) if missing else text


def _bind(folder: Path, parts: Sequence[_Part]) -> int:
    """Have a child put the parts' pages into ``folder/frame``; gives how many pages ``folder/shown`` then has.

    Raises CourtError where it cannot.
    """
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
    """The bytes of a bound bundle; a link in its place is not followed. Raises OSError for one."""
    with open(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
        while piece := file.read(1 << 20):
            yield piece
