"""Lists in forms: empty lines stand ready where they are usually needed, and the focus goes where something came or went."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from odr.ground.text import T
from odr.procedure.forms.fields import FormField, fields_of
from odr.procedure.forms.form_data import collect
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.settlement.inputs import TermsInput


class Line(CourtModel):
    """One line."""

    what: Annotated[str, CourtText(1, 50), field(T("Name"))]


class Lines(CourtModel):
    """A list that may be empty."""

    lines: Annotated[list[Line], Field(max_length=5), field(T("Step"))] = []


def lines(values: dict[str, Any]) -> FormField:
    return fields_of(Lines, "en", values, [])[0]


TWO = {"lines-0-what": "first", "lines-1-what": "second"}


def test_the_focus_goes_to_the_line_that_was_added() -> None:
    """Whoever adds a line goes on in it; a page that is only shown again opens nowhere in particular."""
    assert [row.focus for row in lines({**TWO, "add": "lines"}).rows] == [False, False, True]
    assert not any(row.focus for row in lines(TWO).rows)


def test_the_focus_goes_to_what_stands_where_a_line_was_taken_away() -> None:
    """The next line, else the one before it, else the button that adds one: never to the top of the page."""
    after_first = lines({**TWO, "remove": "lines-0"})
    assert [(row.fields[0].value, row.focus) for row in after_first.rows] == [("second", True)]
    after_last = lines({**TWO, "remove": "lines-1"})
    assert [(row.fields[0].value, row.focus) for row in after_last.rows] == [("first", True)]
    emptied = lines({"lines-0-what": "first", "remove": "lines-0"})
    assert emptied.rows == [] and emptied.focus and emptied.can_add


def test_lines_of_payment_stand_ready_and_empty_ones_are_none() -> None:
    """Nobody has to press "Add" to write when they pay; what is left empty is no payment, and a removed line stays away."""
    offered = next(f for f in fields_of(TermsInput, "en", {}, []) if f.name == "instalments")
    assert len(offered.rows) == 3 and offered.can_add
    typed = {"instalments-0-amount": "6000", "instalments-1-amount": "", "instalments-2-amount": ""}
    assert len(collect(TermsInput, {"amount": "6000", **typed})["instalments"]) == 1
    emptied = {"instalments-0-amount": "", "remove": "instalments-0"}
    assert next(f for f in fields_of(TermsInput, "en", emptied, []) if f.name == "instalments").rows == []
