"""Which of a claim's numbered facts each file of a draft is to show (EV 19).

A row of a form keeps its number when others are taken out, and a row left blank is no
fact. So the form ties a file to the row; the claim, which is numbered in the order
given, ties it to the fact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from odr.filing.draft.inputs import FactsStep
from odr.filing.inputs import ClaimInput, FactInput
from odr.ground.text import T
from odr.procedure.forms.fields import FormField, Option
from odr.procedure.forms.form_data import Raw, kept_rows

MOST_WORDS = 160
"""Letters of a fact that stand beside its box."""


MOST_PROVED = 1000
"""Letters of facts that can stand as what a file proves; longer ones are put in short by whoever writes."""


@dataclass(frozen=True)
class Told:
    """A fact of a form: its row, its number in the claim, what it says."""

    row: int
    number: int
    what: str

    @property
    def key(self) -> str:
        """What the form's boxes carry; the number itself as long as no row was taken out."""
        return str(self.row + 1)


def facts_told(values: Mapping[str, Any]) -> list[Told]:
    """The facts that a form tells, numbered as the claim numbers them."""
    raw = Raw(values)
    rows = kept_rows(FactsStep.model_fields["facts"], FactInput, raw, "facts")
    told = [Told(row, number, raw.one(f"facts-{row}-what").strip()) for number, row in enumerate(rows, 1)]
    return [one for one in told if one.what]


def options_of(told: Sequence[Told]) -> list[Option]:
    """The boxes from which one chooses, for each file."""
    return [
        Option(
            one.key,
            f"{one.number}. {one.what if len(one.what) <= MOST_WORDS else one.what[: MOST_WORDS - 1].rstrip() + '…'}",
        )
        for one in told
    ]


def numbered(values: Mapping[str, Any], told: Sequence[Told]) -> dict[str, Any]:
    """Form values in which each file names the facts by their numbers in the claim; what was taken out since is named
    no more.
    """
    numbers = {one.key: str(one.number) for one in told}
    raw, found = Raw(values), dict(values)
    for row in raw.rows("exhibits"):
        name = f"exhibits-{row}-facts"
        if name in values:
            found[name] = [numbers[key] for key in raw.all(name) if key in numbers]
    return found


def filled(values: Mapping[str, Any], told: Sequence[Told] = ()) -> dict[str, Any]:
    """Form values in which nothing is asked twice. A file whose origin was left empty comes from where the file before it
    does: a dozen photographs say it once. A file that is to show some of the facts, and no other words, proves what these
    facts say (EV 19).
    """
    raw, found, before = Raw(values), dict(values), ""
    for row in raw.rows("exhibits"):
        name = f"exhibits-{row}"
        # Where the court fetched one says nothing of the files after it.
        is_fetched = bool(raw.one(f"{name}-fetched"))
        before = before if is_fetched else raw.one(f"{name}-source").strip() or before
        if not raw.one(f"{name}-upload").strip():
            continue
        if before and not is_fetched:
            found[f"{name}-source"] = before
        if not raw.one(f"{name}-proves").strip():
            ticked = set(raw.all(f"{name}-facts"))
            words = "\n".join(one.what for one in told if one.key in ticked)
            found[f"{name}-proves"] = words if len(words) <= MOST_PROVED else ""
    return found


def proved_by_facts(fields: Sequence[FormField], locale: str) -> None:
    """In a form where facts can be ticked: each file's own words on what it shows may be left out."""
    hint = T("Leave it empty if the facts ticked above say it.").render(locale)
    for each in (inner for field in fields for row in field.rows for inner in row.fields):
        if each.name.endswith("-proves"):
            each.required, each.hint = False, hint
        elif each.name.endswith("-facts"):
            each.hint = None  # Each box begins with its number.


def shown_by(claim: ClaimInput) -> dict[int, list[str]]:
    """Number of a fact → the names of the files that are to show it."""
    found: dict[int, list[str]] = {}
    for line in claim.exhibits:
        for number in sorted(set(line.facts)):
            found.setdefault(number, []).append(line.title)
    return found
