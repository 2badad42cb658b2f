"""Every payload the court ever wrote is read for ever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from odr.ground.canonical import canonical
from odr.ground.text import LOCALES
from odr.procedure.acts.act_versions import NoUpcaster, current_input, read, upcast
from odr.procedure.acts.table import TABLE, UPCASTERS
from odr.procedure.forms.inputs import recorded_references, references_in, schema_for
from tests.golden.payloads import COMMAND, FOLDER, acts, file_of, missing, write_missing


def payloads() -> list[tuple[str, bytes]]:
    """Every golden payload: name and bytes."""
    return [(path.name, path.read_bytes()) for path in sorted(FOLDER.rglob("*.json"))]


def test_every_version_of_every_act_has_its_payload() -> None:
    """Each act's present version and each older one that an upcaster starts from stands in a file of its own."""
    lacking = [file_of(act).name for act in missing()]
    older = [
        f"{act.name}.v{v}.json"
        for act in acts()
        for v in range(1, act.version)
        if not list(FOLDER.rglob(f"{act.name}.v{v}.json"))
    ]
    assert older == [], f"kept from the time of that version; look into the history for {older}"
    assert lacking == [], f"run `{COMMAND}` and commit what it writes: {lacking}"


def test_todays_code_reads_every_payload() -> None:
    """Each payload is canonical, becomes today's input, comes out of it unchanged, and has words in every language."""
    acts()
    wrong = []
    for name, data in payloads():
        payload = json.loads(data)
        act = TABLE.get(payload["act"])
        if act is None:
            wrong.append(f"{name}: no act is called {payload['act']} any more; entries of it would be unreadable")
            continue
        assert name == f"{act.name}.v{payload['version']}.json" and canonical(payload) == data, name
        if _as_kept(read(payload)) != current_input(act, payload["version"], payload["input"]):
            wrong.append(f"{name}: read by today's model, it says something else")
        words = [payload["words"][locale] for locale in LOCALES] + [act.title.render(locale) for locale in LOCALES]
        fields = [set(schema_for(act.input, locale).get("properties", {})) for locale in LOCALES]
        assert all(words), name
        assert payload["format"] == "court-entry/1" or len(set(words)) > 1, f"{name} was written before its Chinese"
        assert payload["version"] < act.version or all(set(payload["input"]) <= known for known in fields), name
    assert wrong == [], (
        "raise the act's version, give an upcaster (odr/procedure/versions.py) and run `" + COMMAND + "`"
    )


def test_an_entry_names_what_its_act_looked_up() -> None:
    """For every act, the references read back from what its entry keeps are those of the input itself: no more, no
    fewer.
    """
    acts()
    wrong = []
    for name, data in payloads():
        payload = json.loads(data)
        given = read(payload)
        kept = current_input(TABLE[payload["act"]], payload["version"], payload["input"])
        if list(recorded_references(type(given), kept)) != [
            (kind, reference) for _, kind, reference in references_in(given)
        ]:
            wrong.append(name)
    assert wrong == []


def _as_kept(given: Any) -> Any:
    return json.loads(json.dumps(given.model_dump(mode="json")))


def test_a_payload_is_never_rewritten(tmp_path: Path) -> None:
    """The command writes what is missing and leaves every file that is there as it is, even one it would write
    otherwise.
    """
    first, *others = acts()
    file_of(first, tmp_path).parent.mkdir()
    file_of(first, tmp_path).write_bytes(b"kept from long ago")
    assert {path.name for path in write_missing(tmp_path)} == {file_of(act).name for act in others}
    assert file_of(first, tmp_path).read_bytes() == b"kept from long ago"
    assert write_missing(tmp_path) == [] and all(
        json.loads(file_of(act, tmp_path).read_bytes())["act"] == act.name for act in others
    )


@pytest.fixture
def three_versions() -> Any:
    """An act of the table as it would be at its third version, with the two steps to it."""
    from dataclasses import replace

    acts()
    name = "three_versions"
    changed = replace(TABLE["withdraw_claim"], name=name, version=3)

    @upcast(name, from_version=1)
    def named(given: dict[str, Any]) -> dict[str, Any]:
        return {"reason": given["why"]}

    @upcast(name, from_version=2)
    def counted(given: dict[str, Any]) -> dict[str, Any]:
        return {**given, "length": len(given["reason"])}

    assert named and counted
    yield changed
    del UPCASTERS[name]


def test_steps_follow_each_other(three_versions: Any) -> None:
    """An input of the first version passes every step to today's; today's own passes none; each step is declared once."""
    assert current_input(three_versions, 1, {"why": "so"}) == {"reason": "so", "length": 2}
    assert current_input(three_versions, 2, {"reason": "so"}) == {"reason": "so", "length": 2}
    assert current_input(three_versions, 3, {"reason": "so", "length": 9}) == {"reason": "so", "length": 9}
    with pytest.raises(ValueError, match="two upcasters"):
        upcast(three_versions.name, from_version=1)(lambda given: given)


def test_a_missing_step_is_named(three_versions: Any) -> None:
    """An entry that nothing turns into today's form is refused by name, not read wrongly; so is one from a later
    version.
    """
    del UPCASTERS[three_versions.name][2]
    with pytest.raises(NoUpcaster, match="version 2"):
        current_input(three_versions, 1, {"why": "so"})
    for version in (0, 4):
        with pytest.raises(NoUpcaster, match=f"no version {version}"):
            current_input(three_versions, version, {})


@given(st.dictionaries(st.text(), st.text()))
def test_todays_input_is_left_alone(values: dict[str, str]) -> None:
    """Reading an entry of today's version changes nothing in what was given."""
    act = acts()[0]
    assert current_input(act, act.version, values) == values
