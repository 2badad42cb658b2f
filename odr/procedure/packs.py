"""Where the court keeps its rule packs, and which version governs what.

A pack is a folder ``<id>/<version>/`` of TOML files. A version may say
``based_on`` and then writes only the keys it changes or has ``removed``. What cannot be a rule
is refused with the path of the key, before the court opens.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from odr.procedure.pack import NoSuchRule, PackError, RulePack, read_pack
from odr.procedure.rules import Applies, Rule
from odr.text import T

__all__ = ["PACKAGED", "Change", "ChangeKind", "NoSuchRule", "PackError", "PackRegistry", "RulePack", "pack_diff", "read_pack"]

PACKAGED = Path(__file__).resolve().parent / "packs"


class PackRegistry:
    """Every version of every pack, checked."""

    def __init__(self, packs: Sequence[RulePack]) -> None:
        self._packs: dict[str, list[RulePack]] = {}
        for pack in sorted(packs, key=lambda one: (one.id, one.effective_from, one.version)):
            self._packs.setdefault(pack.id, []).append(pack)

    @classmethod
    def load(cls, *folders: Path) -> PackRegistry:
        """Read the packaged rules and any folders of the court's own versions.

        Raises :class:`PackError` for the first key that cannot be a rule.
        """
        return cls(_read((PACKAGED, *folders)) if folders else _packaged())

    def ids(self) -> list[str]:
        """The packs there are."""
        return sorted(self._packs)

    def versions(self, pack_id: str) -> list[RulePack]:
        """All versions of a pack, oldest first."""
        if pack_id not in self._packs:
            raise NoSuchRule(T("There is no rule pack called %(pack)s.", pack=pack_id))
        return list(self._packs[pack_id])

    def get(self, pack_id: str, version: date | str) -> RulePack:
        """One version, as a computation recorded it."""
        wanted = date.fromisoformat(version) if isinstance(version, str) else version
        for pack in self.versions(pack_id):
            if pack.version == wanted:
                return pack
        raise NoSuchRule(T("The rule pack %(pack)s has no version %(version)s.", pack=pack_id, version=str(wanted)))

    def in_force(self, pack_id: str, on: date) -> RulePack:
        """The version in force on a day; the oldest for days before it."""
        versions = self.versions(pack_id)
        return next((pack for pack in reversed(versions) if pack.effective_from <= on), versions[0])

    def for_case(self, pack_id: str, filed_on: date, on: date | None = None) -> RulePack:
        """The rules of a case filed on a day, for an act on another.

        Sections that apply ``filed_from`` stay as they were on the day of
        filing; those that apply ``acts_from`` are taken as they stand ``on``.
        """
        filed = self.in_force(pack_id, filed_on)
        acting = self.in_force(pack_id, on) if on else filed
        if acting is filed:
            return filed
        newer = {name: section for name, section in sections_of(acting) if section.applies_to is Applies.ACTS_FROM}
        kept = {name: getattr(filed, name) for name in RulePack.model_fields}
        return RulePack.model_validate({**kept, **newer, "sources": {**filed.sources, **acting.sources}})


@cache
def _packaged() -> tuple[RulePack, ...]:
    """The packs that come with the program, which do not change while it runs: read and checked once."""
    return tuple(_read((PACKAGED,)))


def _read(roots: Sequence[Path]) -> list[RulePack]:
    raw: dict[tuple[str, date], dict[str, Any]] = {}
    for root in roots:
        for folder in sorted(path for path in root.glob("*/*") if path.is_dir()):
            sections = _read_folder(folder)
            raw[_identity(sections, folder)] = sections
    return [read_pack(_with_base(raw, key), f"{key[0]} {key[1]}") for key in sorted(raw)]


def sections_of(pack: RulePack) -> Iterator[tuple[str, Any]]:
    """Name and content of each section that says from when it applies."""
    for name in RulePack.model_fields:
        section = getattr(pack, name)
        if isinstance(section, Rule) and hasattr(section, "applies_to"):
            yield name, section


def _read_folder(folder: Path) -> dict[str, Any]:
    sections: dict[str, Any] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise PackError(folder.parent.name, path.name, str(error)) from error
        for name, section in content.items():
            if name in sections:
                raise PackError(folder.parent.name, name, f"stands in two files, the second is {path.name}")
            sections[name] = section
    return sections


def _identity(sections: Mapping[str, Any], folder: Path) -> tuple[str, date]:
    pack_id, version = sections.get("id"), sections.get("version")
    if pack_id != folder.parent.name or not isinstance(version, date) or version.isoformat() != folder.name:
        raise PackError(folder.parent.name, "id, version", f"must agree with the folder {folder.parent.name}/{folder.name}")
    return str(pack_id), version


def _with_base(raw: Mapping[tuple[str, date], dict[str, Any]], key: tuple[str, date]) -> dict[str, Any]:
    """A version's keys over those of the version it is based on, as far down as that goes."""
    sections = dict(raw[key])
    base, removed = sections.pop("based_on", None), sections.pop("removed", [])
    if base is None:
        return sections
    if not isinstance(base, date) or (key[0], base) not in raw or base >= key[1]:
        raise PackError(key[0], "based_on", f"names no earlier version: {base}")
    merged = _merge(_with_base(raw, (key[0], base)), sections)
    for path in removed:
        _remove(merged, key[0], path)
    return merged


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are merged key by key; anything else is replaced."""
    merged = dict(under)
    for name, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merge(merged[name], value) if both else value
    return merged


def _remove(sections: dict[str, Any], pack: str, path: str) -> None:
    *parents, last = path.split(".")
    table: Any = sections
    for name in parents:
        table = table.get(name, {})
    if last not in table:
        raise PackError(pack, "removed", f"there is no {path} to remove")
    del table[last]


class ChangeKind(StrEnum):
    """What happened to a key between two versions."""

    ADDED = "added"
    """The later version says something new."""
    REMOVED = "removed"
    """The later version no longer says it."""
    CHANGED = "changed"
    """Both say it, differently."""


@dataclass(frozen=True)
class Change:
    """One difference between two versions, at the path of its key."""

    path: str
    kind: ChangeKind
    before: str | None
    after: str | None


def pack_diff(a: RulePack, b: RulePack) -> list[Change]:
    """Everything the version ``b`` says differently from ``a``, key by key."""
    before, after = (dict(_leaves(pack.model_dump(mode="json"), "")) for pack in (a, b))
    changes = []
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old != new:
            kind = ChangeKind.ADDED if path not in before else ChangeKind.REMOVED if path not in after else ChangeKind.CHANGED
            changes.append(Change(path, kind, old, new))
    return changes


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _leaves(one, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            # A list of named things is compared by name, so that one insertion is one change.
            name = one["key"] if isinstance(one, dict) and "key" in one else place
            yield from _leaves(one, f"{path}.{name}")
    elif value is not None:
        yield path, str(value)
