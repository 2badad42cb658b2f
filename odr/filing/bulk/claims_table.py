"""Claims as a table (RFC 4180): one line a claim, the columns of a template, either language."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from odr.docket.models import PartyKind
from odr.filing.draft.particulars import asked
from odr.filing.models import ReliefKind
from odr.ground.errors import InvalidInput
from odr.ground.text import LOCALES, T, Text
from odr.procedure.rules.pack import RulePack

FACTS, RELIEFS = 8, 4
MOST_LINES = 1000
MOST_BYTES = 5_000_000


@dataclass(frozen=True)
class Column:
    """A column: its key in the heading, its name for people, and the field of the claim it fills."""

    key: str
    title: Text
    field: str


def columns(pack: RulePack, causes: Iterable[str]) -> list[Column]:
    """The columns of a table with claims of these causes, in the template's order."""
    made = [
        Column("cause", T("Kind of dispute"), "matter-cause"),
        Column("platform", T("Website or app"), "matter-platform"),
        Column("shop", T("Name of the shop or account"), "matter-shop"),
        Column("order_number", T("Order number"), "matter-order_number"),
        Column("respondent_name", T("Other side: name"), "respondents-0-name"),
        Column("respondent_kind", T("Other side: person, company or other organisation"), "respondents-0-kind"),
        Column("respondent_email", T("Other side: e-mail address"), "respondents-0-email"),
        Column("respondent_phone", T("Other side: telephone"), "respondents-0-phone"),
        Column("respondent_address", T("Other side: postal address"), "respondents-0-address"),
    ]
    for n in range(1, FACTS + 1):
        made.append(Column(f"fact_{n}", T("Fact %(number)s", number=n), f"facts-{n - 1}-what"))
        made.append(Column(f"fact_{n}_on", T("Fact %(number)s: day", number=n), f"facts-{n - 1}-happened_on"))
    for n in range(1, RELIEFS + 1):
        made.append(Column(f"relief_{n}_kind", T("Request %(number)s: kind", number=n), f"relief-{n - 1}-kind"))
        made.append(Column(f"relief_{n}_what", T("Request %(number)s: what for", number=n), f"relief-{n - 1}-what"))
        made.append(Column(f"relief_{n}_amount", T("Request %(number)s: amount", number=n), f"relief-{n - 1}-amount"))
    about = dict.fromkeys((one.key, one.label) for cause in causes for one in asked(pack.cause(cause)))
    return made + [
        Column(f"about_{key}", T("About this kind of dispute: %(label)s", label=label), f"particulars-{key}")
        for key, label in about
    ]


def template(pack: RulePack, cause: str, locale: str) -> bytes:
    """A table with headings and one line begun, for one cause; opens in any spreadsheet."""
    listed = columns(pack, [cause])
    first = {
        "cause": cause if locale == "en" else pack.cause(cause).title.render(locale),
        "respondent_kind": "company" if locale == "en" else "公司",
    }
    return written(
        [one.key if locale == "en" else one.title.render(locale) for one in listed],
        [[first.get(one.key, "") for one in listed]],
    )


def written(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as bytes: UTF-8 with the mark that spreadsheets want, and no cell a spreadsheet would take for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows([[f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def read(pack: RulePack, data: bytes, causes: Iterable[str]) -> list[dict[str, str]]:
    """The lines of a table as form values of a claim, blank lines left out.

    Raises InvalidInput at ``table`` for a file that is no such table, and names the
    column that nobody asked for.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput.at("table", T("The table is too large. Send at most 5 MB."))
    known = _by_heading(columns(pack, causes))
    try:
        rows = list(csv.reader(io.StringIO(_text(data), newline=""), strict=True))
    except csv.Error:
        raise InvalidInput.at(
            "table", T("This is not a table of values separated by commas. Save it as CSV and send it again.")
        ) from None
    if not rows:
        raise InvalidInput.at("table", T("The table is empty."))
    headings = [heading.strip() for heading in rows[0]]
    fields = [known.get(heading.casefold()) for heading in headings]
    for heading, column in zip(headings, fields, strict=True):
        if heading and column is None:
            raise InvalidInput.at(
                "table",
                T(
                    "The court does not know the column “%(heading)s”. Use the headings of the template.",
                    heading=heading[:80],
                ),
            )
    found = [
        {c.field: cell.strip() for c, cell in zip(fields, row, strict=False) if c is not None and cell.strip()}
        for row in rows[1:]
    ]
    kept = [_named(pack, line) for line in found if line]
    if not kept:
        raise InvalidInput.at("table", T("The table has headings but no line below them."))
    if len(kept) > MOST_LINES:
        raise InvalidInput.at(
            "table", T("Send at most %(most)s claims at once; there are %(have)s.", most=MOST_LINES, have=len(kept))
        )
    return kept


def _text(data: bytes) -> str:
    for coding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(coding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput.at(
        "table", T("The characters of this file cannot be read. Save it as CSV in UTF-8 and send it again.")
    )


def _by_heading(listed: Iterable[Column]) -> dict[str, Column]:
    return {
        heading.casefold(): column
        for column in listed
        for heading in (column.key, *(column.title.render(locale) for locale in LOCALES))
    }


def _named(pack: RulePack, line: Mapping[str, str]) -> dict[str, str]:
    """The line with what people call kinds turned into the court's own keys; what is unknown is left for the check of
    the line.
    """
    kinds = {label.render(locale).casefold(): member.value for member, label in _kinds() for locale in LOCALES}
    causes = {
        cause.title.render(locale).casefold(): key for key, cause in pack.causes.list.items() for locale in LOCALES
    }
    found = dict(line)
    for name, value in line.items():
        if name == "matter-cause":
            found[name] = causes.get(value.casefold(), value)
        elif name.endswith("-kind"):
            found[name] = kinds.get(value.casefold(), value.casefold())
    # A sum alone asks for money: the kind need not be written.
    for n in range(RELIEFS):
        if found.get(f"relief-{n}-amount"):
            found.setdefault(f"relief-{n}-kind", ReliefKind.MONEY.value)
    return found


def _kinds() -> list[tuple[PartyKind | ReliefKind, Text]]:
    short: list[tuple[PartyKind | ReliefKind, Text]] = [
        (PartyKind.COMPANY, T("Company")),
        (PartyKind.PERSON, T("Person")),
        (PartyKind.ORGANISATION, T("Organisation")),
        (ReliefKind.MONEY, T("Money")),
    ]
    return [*short, *((party, party.label) for party in PartyKind), *((relief, relief.label) for relief in ReliefKind)]


def column_of(location: Sequence[str | int]) -> str:
    """The column a fault of a claim stands in: ``("facts", 0, "what")`` → ``fact_1``."""
    flat = "-".join(str(step) for step in location)
    match list(location):
        case ["matter", name]:
            return str(name)
        case ["respondents", _, name]:
            return f"respondent_{name}"
        case ["facts", int(n), "what"]:
            return f"fact_{n + 1}"
        case ["facts", int(n), _]:
            return f"fact_{n + 1}_on"
        case ["relief", int(n), name]:
            return f"relief_{n + 1}_{name}"
        case ["particulars", name]:
            return f"about_{name}"
        case ["facts"]:
            return "fact_1"
        case ["relief"]:
            return "relief_1_what"
        case ["respondents"]:
            return "respondent_name"
    return flat
