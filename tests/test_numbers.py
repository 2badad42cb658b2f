"""A number that no column holds is no number of ours: 404 in a path, not heeded in a query, refused in a form."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from odr.app import create_app
from odr.ground.errors import InvalidInput
from odr.procedure.forms.faults import too_large_in, validate
from odr.procedure.forms.inputs import CourtModel
from odr.web.numbers import number_in
from tests.evidence.test_case_file import signed_in
from tests.parsed import files, nodes_of
from tests.scene import Scene

ROOT = Path(__file__).resolve().parents[1]
HUGE = (2**63, 10**18, 10**40)
NUMBER = re.compile(r"<int(?:\([^)]*\))?:[^>]+>")
PARAMETER = re.compile(r"<[^>]+>")


@pytest.mark.parametrize("who", ["li", "clerk", "admin"])
def test_no_number_of_a_path_breaks_a_route(small_scene: Scene, who: str) -> None:
    """Every route with a number, by everybody who may come near it: never an error of ours."""
    small_scene.pend()
    app, case = create_app(court=small_scene.court), small_scene.case().reference
    rules = [rule for rule in app.url_map.iter_rules() if NUMBER.search(rule.rule)]
    assert len(rules) > 20
    client = signed_in(small_scene, who)
    for rule in rules:
        for huge in HUGE:
            path = PARAMETER.sub("1", NUMBER.sub(str(huge), rule.rule).replace("<reference>", case))
            for method in rule.methods or ():
                assert client.open(path, method=method).status_code < 500, (method, path)


def test_no_number_of_a_query_breaks_a_page(small_scene: Scene) -> None:
    """Whatever the page makes of it."""
    small_scene.pend()
    case = small_scene.case().reference
    for who, path in (
        ("li", f"/cases/{case}/docket?after="),
        ("li", f"/api/v1/cases/{case}?after="),
        ("li", "/digests/x?after="),
        ("li", "/decisions?before="),
        ("clerk", "/service-desk/ledger?days="),
        ("admin", "/administration/people?after="),
    ):
        for huge in (*HUGE, -(10**30), "٣", "1_0"):
            assert signed_in(small_scene, who).get(f"{path}{huge}").status_code < 500, (path, huge)


def test_a_number_is_read_strictly() -> None:
    """Plain digits, and few enough."""
    given = MultiDict({"a": "12", "b": str(2**63), "c": "٣", "d": "-4", "e": " 7 "})
    assert [number_in(given, name, 1) for name in "abcdef"] == [12, 1, 1, -4, 7, 1]


def test_no_input_of_an_act_takes_a_number_that_no_column_holds(small_scene: Scene) -> None:
    """Each field of each act that is a number, given one too large, is refused at itself."""
    seen = 0
    for act in small_scene.court.table:
        for name, info in act.input.model_fields.items():
            if info.annotation not in (int, int | None):
                continue
            try:
                validate(act.input, {name: 2**63})
            except InvalidInput as error:
                bounded = any(fault.location[:1] == (name,) for fault in error.faults)
            else:
                bounded = False
            made = act.input.model_construct(**{**dict.fromkeys(act.input.model_fields), name: 2**63})
            assert bounded or (name,) in list(too_large_in(made)), (act.name, name)
            seen += 1
    assert seen > 5


class Amounts(CourtModel):
    """Numbers without bounds of their own, in every place a form has them."""

    one: int
    several: list[int] = []
    deep: dict[str, int] = {}


@pytest.mark.parametrize(
    "given", [{"one": 2**63}, {"one": 1, "several": [1, -(2**63)]}, {"one": 1, "deep": {"a": 2**70}}]
)
def test_a_form_refuses_a_number_that_no_column_holds_at_its_place(given: dict[str, Any]) -> None:
    """Also where the field itself has no bound."""
    with pytest.raises(InvalidInput) as refused:
        validate(Amounts, given)
    assert [fault.location[0] for fault in refused.value.faults] == [list(given)[-1]]
    assert validate(Amounts, {"one": 10**18}).one == 10**18


def test_pages_read_numbers_in_one_way() -> None:
    """``type=int`` of Werkzeug takes a number of any length: nobody uses it."""
    found = []
    for path in files():
        for node in nodes_of(path):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("get", "getlist")
                and any(
                    k.arg == "type" and isinstance(k.value, ast.Name) and k.value.id == "int" for k in node.keywords
                )
            ):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []
