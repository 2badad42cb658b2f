"""Forms come from models, keep what was typed, and say what is wrong in our own words."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel, Field, ValidationError, model_validator

import odr
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import Money, T, Text
from odr.procedure.acts.table import TABLE
from odr.procedure.forms import fields as forms
from odr.procedure.forms.faults import SENTENCES, faults_of, validate
from odr.procedure.forms.fields import Option
from odr.procedure.forms.inputs import CourtModel, CourtMoney, CourtText, RefTo, Widget, field
from tests.face.stage import CHOICES, TYPED, Everything, environment


class Relief(CourtModel):
    """One thing asked for."""

    kind: Annotated[Literal["money", "act"], field(T("Result"), options={"money": T("Amount"), "act": T("Step")})] = (
        "money"
    )
    what: Annotated[str, CourtText(1, 100), field(T("Name"))]
    amount: Annotated[CourtMoney | None, field(T("Amount"))] = None

    @model_validator(mode="after")
    def _needs_amount(self) -> Relief:
        if self.kind == "money" and self.amount is None:
            raise InvalidInput.at("amount", T("Enter an amount above zero."))
        return self


class Claim(CourtModel):
    """Rows and a plain field."""

    title: Annotated[str, CourtText(1, 50), field(T("Name"))]
    relief: Annotated[list[Relief], Field(min_length=1, max_length=3), field(T("Step"))]


class Admit(CourtModel):
    """One way to answer."""

    title: ClassVar[Text] = T("Complete")
    kind: Literal["admit"] = "admit"
    words: Annotated[str | None, CourtText(0, 50), field(T("Name"))] = None


class Deny(CourtModel):
    """The other way."""

    title: ClassVar[Text] = T("Excluded")
    kind: Literal["deny"] = "deny"
    why: Annotated[str, CourtText(1, 50), field(T("Rule"))]


class Answer(CourtModel):
    """An answer with its parts chosen on the page before."""

    how: Annotated[Admit | Deny, Field(discriminator="kind"), field(T("Result"))]


def wrong(model: type[BaseModel], values: dict[str, Any]) -> list[FieldFault]:
    """Faults of a form that must have some."""
    with pytest.raises(InvalidInput) as refused:
        forms.parse(model, values)
    return refused.value.faults


WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20).filter(str.strip)
ROWS = st.lists(st.tuples(WORDS, st.integers(1, 10**9)), min_size=1, max_size=3)


@given(ROWS, st.data())
def test_rows_come_back_as_they_went_out(rows: list[tuple[str, int]], data: st.DataObject) -> None:
    """A filled group is read as its rows in their order, wherever blank rows stand between them."""
    values: dict[str, Any] = {"title": "x"}
    number = 0
    for what, minor in rows:
        if data.draw(st.booleans()):
            values |= {f"relief-{number}-kind": "money", f"relief-{number}-what": " ", f"relief-{number}-amount": ""}
            number += 1
        values |= {
            f"relief-{number}-kind": "money",
            f"relief-{number}-what": what,
            f"relief-{number}-amount": forms.money_text(minor, "CNY"),
        }
        number += data.draw(st.integers(1, 3))
    claim = forms.parse(Claim, values)
    assert [r.amount for r in claim.relief] == [Money(minor, "CNY") for _, minor in rows]
    assert forms.parse(Claim, forms.flatten(claim.model_dump(mode="json"))) == claim


def test_a_fault_stands_at_the_row_that_was_typed() -> None:
    """A blank row dropped in between does not move a fault to its neighbour."""
    values = {
        "title": "x",
        "relief-0-what": "a",
        "relief-0-amount": "5",
        "relief-1-kind": "money",
        "relief-1-what": "",
        "relief-2-what": "c",
        "relief-2-amount": "1,00",
    }
    fields = forms.fields_of(Claim, "en", values, wrong(Claim, values))
    assert [where for where, _ in forms.summary(fields)] == ["relief-2-amount"]


def test_a_rule_of_the_model_speaks_at_its_row() -> None:
    """A model's own check, raised inside a row, arrives at that row's field."""
    values = {"title": "x", "relief-0-what": "a", "relief-0-amount": "5", "relief-1-what": "b"}
    assert [f.location for f in wrong(Claim, values)] == [("relief", 1, "amount")]


def test_every_fault_is_told_at_once() -> None:
    """All faults are listed together: nobody mends one only to meet the next."""
    assert {f.location for f in wrong(Claim, {"title": "", "relief-0-what": "", "relief-0-amount": "x"})} == {
        ("title",),
        ("relief", 0, "what"),
        ("relief", 0, "amount"),
    }


def test_nothing_typed_is_lost() -> None:
    """A form that comes back holds every value that was sent, right or wrong."""
    fields = forms.fields_of(Everything, "en", TYPED, wrong(Everything, TYPED), CHOICES)
    kept: dict[str, Any] = {}

    def take(listed: list[forms.FormField]) -> None:
        for one in listed:
            kept[one.name] = one.value
            kept.update(zip((f"{one.name}-day", f"{one.name}-month", f"{one.name}-year"), one.parts, strict=True))
            if one.chosen:
                kept[one.name] = list(one.chosen) if one.kind is Widget.CHECKBOXES else one.chosen[0]
            for row in one.rows:
                take(row.fields)

    take(fields)
    assert {name: kept[name] for name in TYPED} == TYPED


def test_a_day_that_cannot_be_split_is_kept_in_its_box() -> None:
    """A draft that holds “soon” as a day shows “soon” again."""
    found = forms.fields_of(Everything, "en", {"facts-0-happened_on": "soon"}, [], CHOICES)
    group = next(f for f in found if f.name == "facts")
    assert group.rows[0].fields[0].parts == ("soon", "", "")


def test_add_gives_an_empty_row_and_remove_takes_the_right_one() -> None:
    """The buttons of a group work on the page alone; what stands in the other rows stays."""
    values = {"title": "x", "relief-0-what": "a", "relief-1-what": "b"}
    group = forms.fields_of(Claim, "en", values | {"add": "relief"})[1]
    assert [row.fields[1].value for row in group.rows] == ["a", "b", ""]
    assert not group.can_add
    group = forms.fields_of(Claim, "en", values | {"remove": "relief-0"})[1]
    assert [row.fields[1].value for row in group.rows] == ["b"]
    assert not group.can_remove
    assert forms.group_action(values) is None


def test_a_group_that_needs_a_row_shows_one() -> None:
    """An empty form of a claim asks for its first row at once."""
    assert len(forms.fields_of(Claim, "en")[1].rows) == 1


def test_too_few_rows_is_said_at_the_group() -> None:
    """A form without any row says so where the rows would stand."""
    values = {"title": "x"}
    assert forms.summary(forms.fields_of(Claim, "en", values, wrong(Claim, values))) == [
        ("relief", "Give at least one: Step")
    ]


def test_a_fault_at_no_field_is_still_told() -> None:
    """A fault the form has no place for stands before all fields."""
    fields = forms.fields_of(Claim, "en", {"title": "x"}, [FieldFault(("elsewhere",), T("Leave this empty."))])
    assert (fields[0].kind, fields[0].error) == (Widget.NOTICE, "Leave this empty.")


def test_a_part_chosen_before_brings_its_fields() -> None:
    """A discriminated union asks which part first, then only for that part's fields, at their own places."""
    assert [o.value for o in forms.fields_of(Answer, "en")[0].options] == ["admit", "deny"]
    chosen = forms.fields_of(Answer, "en", {"how-kind": "deny"})[0]
    assert [(c.name, c.kind) for c in chosen.children] == [("how-kind", Widget.HIDDEN), ("how-why", Widget.TEXT)]
    assert chosen.children[0].value == "deny"
    assert forms.parse(Answer, {"how-kind": "deny", "how-why": "no"}).how == Deny(why="no")
    values = {"how-kind": "deny", "how-why": ""}
    assert forms.summary(forms.fields_of(Answer, "en", values, wrong(Answer, values))) == [("how-why", "Fill in: Rule")]
    assert [f.location for f in wrong(Answer, {"how-kind": "nonsense"})] == [("how",)]


def test_a_cleared_default_is_not_put_back_in_silence() -> None:
    """A number that stood in the form and was cleared is asked for, not filled from the model."""
    values = TYPED | {"days": ""}
    assert ("days",) in {f.location for f in wrong(Everything, values)}


def test_an_unticked_box_is_no() -> None:
    """A box a browser does not send was not ticked."""
    assert forms.collect(Everything, {"name": "x"})["agree"] is False
    assert forms.collect(Everything, {"agree": "true"})["agree"] is True


class Pick(CourtModel):
    """A reference that is chosen."""

    exhibit: Annotated[str, RefTo("face_test_exhibit"), field(T("Exhibit"))]


def test_options_come_from_their_source() -> None:
    """A reference is chosen among what its source offers; more than a few become a list."""

    @forms.choice_source("face_test_exhibit")
    def offered(court: Any, case: Any, actor: Any) -> list[Option]:
        return [Option(f"e{n}", T("Page %(number)s", number=n)) for n in range(actor)]

    try:
        few = forms.fields_of(Pick, "zh-Hans", {}, [], forms.choices_for(Pick, None, None, 2))[0]
        many = forms.fields_of(Pick, "en", {}, [], forms.choices_for(Pick, None, None, 9))[0]
    finally:
        del forms.SOURCES["face_test_exhibit"]
    assert (few.kind, [o.label for o in few.options]) == (Widget.RADIOS, ["第0页", "第1页"])
    assert many.kind is Widget.SELECT


def test_what_explains_an_option_stands_in_a_list_too() -> None:
    """Options of the same words are told apart by their line of explanation: as buttons, and where there are too many for buttons."""
    page = environment("en", extra={"one.html": '{% from "macros/forms.html" import fields %}{{ fields(all) }}'})
    drawn = {}
    for count in (2, 9):

        @forms.choice_source("face_test_exhibit")
        def offered(court: Any, case: Any, actor: Any) -> list[Option]:
            return [Option(f"e{n}", T("Fee"), T("Page %(number)s", number=n)) for n in range(actor)]

        try:
            made = forms.fields_of(Pick, "en", {}, [], forms.choices_for(Pick, None, None, count))
        finally:
            del forms.SOURCES["face_test_exhibit"]
        drawn[count] = page.get_template("one.html").render(all=made)
    assert "<select" not in drawn[2] and "<select" in drawn[9]
    assert all(drawn[count].count(f"Page {n}<") == 1 for count in drawn for n in range(count))


# Every error pydantic can make of our inputs has a sentence.

NODES: dict[str, set[str]] = {
    "str": {"string_type", "string_unicode", "string_too_short", "string_too_long", "string_pattern_mismatch"},
    "int": {
        "int_type",
        "int_parsing",
        "int_parsing_size",
        "int_from_float",
        "finite_number",
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
        "multiple_of",
    },
    "decimal": {
        "decimal_type",
        "decimal_parsing",
        "decimal_max_digits",
        "decimal_max_places",
        "decimal_whole_digits",
        "finite_number",
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
        "multiple_of",
    },
    "bool": {"bool_type", "bool_parsing"},
    "enum": {"enum"},
    "literal": {"literal_error"},
    "list": {"list_type", "too_short", "too_long"},
    "tuple": {"tuple_type", "too_short", "too_long", "missing"},
    "dict": {"dict_type", "too_short", "too_long"},
    "model": {"model_type", "model_attributes_type"},
    "model-fields": {"missing", "extra_forbidden", "model_attributes_type"},
    "tagged-union": {"union_tag_invalid", "union_tag_not_found"},
    "datetime": {
        "datetime_type",
        "datetime_parsing",
        "datetime_from_date_parsing",
        "datetime_object_invalid",
        "timezone_aware",
    },
    "date": {"date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"},
    "none": {"none_required"},
}
SILENT = {
    "nullable",
    "default",
    "model-field",
    "function-before",
    "function-after",
    "function-wrap",
    "function-plain",
    "definitions",
    "definition-ref",
    "any",
    "no-info",
    "with-info",
    "computed-field",
}
"""Nodes that make no error of their own; a function's are our own sentences, or value_error."""


def inputs() -> list[type[CourtModel]]:
    """Every input of the court."""
    for module in pkgutil.walk_packages(odr.__path__, "odr."):
        if module.name.rsplit(".", 1)[-1] in {"inputs", "acts", "steps"}:
            with contextlib.suppress(ImportError):
                importlib.import_module(module.name)
    found: list[type[CourtModel]] = []
    waiting = [CourtModel]
    while waiting:
        for child in waiting.pop().__subclasses__():
            found.append(child)
            waiting.append(child)
    return found


def nodes(schema: Any) -> Iterator[str]:
    """Types of every node in a core schema."""
    if isinstance(schema, dict):
        kind = schema.get("type")
        if isinstance(kind, str) and kind not in {"no-info", "with-info"}:
            yield kind
        for name, value in schema.items():
            if name not in {"serialization", "metadata", "config", "expected", "members", "default"}:
                yield from nodes(value)
    elif isinstance(schema, list | tuple):
        for value in schema:
            yield from nodes(value)


def test_every_error_of_an_input_has_a_sentence() -> None:
    """No person meets pydantic's own English: each error any act's input can give has words of ours."""
    models = {*inputs(), *(act.input for act in TABLE)}
    assert len(models) > 10
    kinds = {kind for model in models for kind in nodes(model.__pydantic_core_schema__)} - SILENT
    assert kinds <= set(NODES), f"say which errors these nodes make: {sorted(kinds - set(NODES))}"
    assert {code for kind in kinds for code in NODES[kind]} | {"value_error", "assertion_error"} <= set(SENTENCES)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "what", "amount", "minor"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(Everything.model_fields, JSON) | {"stray": JSON}))
def test_whatever_a_program_sends_is_refused_in_words(data: dict[str, Any]) -> None:
    """Any JSON at all is taken or refused with sentences for a person; never an exception of another kind."""
    try:
        validate(Everything, data)
    except InvalidInput as refused:
        assert refused.faults
        assert all(
            fault.message.render("zh-Hans") != "" and "%(" not in fault.message.render("zh-Hans")
            for fault in refused.faults
        )
    with contextlib.suppress(ValidationError):
        Everything.model_validate(data)


def test_a_fault_names_the_field_of_the_form_not_of_the_library() -> None:
    """Tags that pydantic puts into locations of unions are not in ours."""
    with pytest.raises(ValidationError) as raised:
        Answer.model_validate({"how": {"kind": "deny"}})
    assert [(f.location, str(f.message)) for f in faults_of(Answer, raised.value)] == [
        (("how", "why"), "Fill in: Rule")
    ]
