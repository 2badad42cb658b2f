"""Where the court keeps its rule packs, and which version governs what.

A pack is a folder ``<id>/<version>/`` of TOML files. A version may say
``based_on`` and then writes only the keys it changes or has ``removed``. What cannot be a rule
is refused with the path of the key, before the court opens. Beside the packaged versions
stand those that two administrators put in force (``activation``); a running court takes them in.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from odr.ground.text import T
from odr.procedure.rules.base import Rule
from odr.procedure.rules.pack import NoSuchRule, PackError, RulePack, read_pack

__all__ = [
    "PACKAGED",
    "Change",
    "ChangeKind",
    "NoSuchRule",
    "PackError",
    "PackRegistry",
    "RulePack",
    "pack_diff",
    "read_pack",
]

PACKAGED = Path(__file__).resolve().parents[1] / "packs"


Files = Mapping[str, str]
"""A version's files: name → TOML text."""
Laid = Mapping[str, Files]
"""Versions of the court's own by ``<id>/<version>``."""
Source = Callable[[bool], Laid | None]
"""Gives the versions that were put in force, or None while they are the same as before; ``True`` asks it to look now.
"""


class PackRegistry:
    """Every version of every pack, checked."""

    def __init__(self, packs: Sequence[RulePack], source: Source | None = None, folders: Sequence[Path] = ()) -> None:
        self._packs = _by_id(packs)
        self._joined: dict[tuple[str, date, date], RulePack] = {}
        self._source, self._folders = source, tuple(folders)

    @classmethod
    def load(cls, *folders: Path, laid: Laid | None = None, source: Source | None = None) -> PackRegistry:
        """Read the packaged rules, any folders of the court's own versions, and those ``laid`` before it.

        ``source`` tells of versions put in force while the court sits. Raises
        :class:`PackError` for the first key that cannot be a rule.
        """
        known = laid if laid is not None else (source(True) if source else None)
        return cls(_read(folders, known or {}), source, folders)

    def renew(self, now: bool = True) -> None:
        """Take in what was put in force meanwhile; ``now=False`` leaves it to the source whether it is time to look."""
        found = self._source(now) if self._source else None
        if found is not None:
            self._packs, self._joined = _by_id(_read(self._folders, found)), {}

    def ids(self) -> list[str]:
        """The packs there are."""
        return sorted(self._packs)

    def versions(self, pack_id: str) -> list[RulePack]:
        """All versions of a pack, oldest first."""
        self.renew(now=False)
        if pack_id not in self._packs:
            raise NoSuchRule(T("There is no rule pack called %(pack)s.", pack=pack_id))
        return list(self._packs[pack_id])

    def get(self, pack_id: str, version: date | str) -> RulePack:
        """One version, as a computation recorded it."""
        wanted = date.fromisoformat(version) if isinstance(version, str) else version
        found = self._one(pack_id, wanted)
        if found is None:
            # Another process may just have put it in force.
            self.renew()
            found = self._one(pack_id, wanted)
        if found is not None:
            return found
        raise NoSuchRule(T("The rule pack %(pack)s has no version %(version)s.", pack=pack_id, version=str(wanted)))

    def _one(self, pack_id: str, version: date) -> RulePack | None:
        return next((pack for pack in self.versions(pack_id) if pack.version == version), None)

    def in_force(self, pack_id: str, on: date) -> RulePack:
        """The version in force on a day; the oldest for days before it."""
        versions = self.versions(pack_id)
        return next((pack for pack in reversed(versions) if pack.effective_from <= on), versions[0])

    def for_case(self, pack_id: str, filed_on: date, on: date | None = None) -> RulePack:
        """The rules of a case filed on a day, for an act on another.

        Sections that apply ``filed_from`` stay as they were on the day of
        filing; those that apply ``acts_from`` are taken as they stand ``on``.
        """
        return self._together(self.in_force(pack_id, filed_on), on)

    def governing(self, pack_id: str, version: str, on: date) -> RulePack:
        """The rules for an act on a day, in a case that keeps ``version``."""
        return self._together(self.get(pack_id, version), on)

    def _together(self, filed: RulePack, on: date | None) -> RulePack:
        acting = self.in_force(filed.id, on) if on else filed
        if acting.effective_from <= filed.effective_from:
            return filed
        key = (filed.id, filed.version, acting.version)
        if key not in self._joined:
            self._joined[key] = filed.with_acts_of(acting)
        return self._joined[key]


def sections_of(pack: RulePack) -> Iterator[tuple[str, Any]]:
    """Name and content of each section that says from when it applies."""
    for name in RulePack.model_fields:
        section = getattr(pack, name)
        if isinstance(section, Rule) and hasattr(section, "applies_to"):
            yield name, section


def _by_id(packs: Sequence[RulePack]) -> dict[str, list[RulePack]]:
    found: dict[str, list[RulePack]] = {}
    for pack in sorted(packs, key=lambda one: (one.id, one.effective_from, one.version)):
        found.setdefault(pack.id, []).append(pack)
    return found


Raw = dict[tuple[str, date], dict[str, Any]]


def _read(folders: Sequence[Path], laid: Laid) -> list[RulePack]:
    """The packaged packs, and those of folders and of the court's own beside or in place of them."""
    own: Raw = {}
    for root in folders:
        _take_all(own, root)
    for named, files in laid.items():
        _take(own, named, files)
    raw = {**_packaged_raw(), **own}
    kept = [pack for pack in _packaged() if (pack.id, pack.version) not in own]
    return [*kept, *(read_pack(_with_base(raw, key), f"{key[0]} {key[1]}") for key in sorted(own))]


@cache
def _packaged_raw() -> Raw:
    raw: Raw = {}
    _take_all(raw, PACKAGED)
    return raw


@cache
def _packaged() -> tuple[RulePack, ...]:
    """The packs that come with the program, which do not change while it runs: read and checked once."""
    raw = _packaged_raw()
    return tuple(read_pack(_with_base(raw, key), f"{key[0]} {key[1]}") for key in sorted(raw))


def _take_all(raw: Raw, root: Path) -> None:
    for folder in sorted(path for path in root.glob("*/*") if path.is_dir()):
        _take(raw, f"{folder.parent.name}/{folder.name}", files_in(folder))


def _take(raw: Raw, named: str, files: Files) -> None:
    sections = sections_in(named.partition("/")[0], files)
    raw[_identity(sections, named)] = sections


def files_in(folder: Path) -> dict[str, str]:
    """The TOML files of a version's folder. Raises :class:`PackError` for one that is no text."""
    try:
        return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))}
    except UnicodeDecodeError as error:
        raise PackError(folder.parent.name, folder.name, str(error)) from error


def sections_in(pack_id: str, files: Files) -> dict[str, Any]:
    """What the files of a version say together. Raises :class:`PackError` for what is no TOML, or stands twice."""
    sections: dict[str, Any] = {}
    for file, text in sorted(files.items()):
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise PackError(pack_id, file, str(error)) from error
        for name, section in content.items():
            if name in sections:
                raise PackError(pack_id, name, f"stands in two files, the second is {file}")
            sections[name] = section
    return sections


def _identity(sections: Mapping[str, Any], named: str) -> tuple[str, date]:
    pack_id, version = sections.get("id"), sections.get("version")
    if not isinstance(version, date) or f"{pack_id}/{version.isoformat()}" != named:
        raise PackError(named.partition("/")[0], "id, version", f"must agree with the folder {named}")
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
    # What is under it is kept for other versions: nothing is taken out of a table they share.
    merged = copy.deepcopy(merged) if removed else merged
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
            kind = (
                ChangeKind.ADDED
                if path not in before
                else ChangeKind.REMOVED
                if path not in after
                else ChangeKind.CHANGED
            )
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
