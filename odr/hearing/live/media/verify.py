#!/usr/bin/env python3
# ruff: noqa: T201, UP017 - runs by itself on other people's machines, from Python 3.9 on
"""Checks a recording of a hearing without trusting the court: Python's standard library, nothing else.

A recording is a folder with a folder for each segment: `chain`, one link a line, and `<person>.rtp`. Each link holds the
digest of the line before it and of the bytes that were written since. The digests the court noted in its public log
while the hearing went on, and after each segment, are given by --noted: without them this program shows only that the
parts fit together, not that they are those of that day.

核验庭审录音录像，无需信任法院：仅使用Python标准库。庭审进行中以及每段结束时，法院将校验值载入公开日志；请以--noted提供。
未提供的，本程序只能说明各部分相互吻合，不能说明其为当日所录。

    python3 verify.py [--noted SEGMENT:LINK:DIGEST ...] FOLDER
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

NOTHING = "0" * 64
REASONS: dict[str, tuple[str, str]] = {
    "altered": ("bytes are not those that were recorded", "内容与所录不符"),
    "short": ("the end of it is missing", "末尾缺失"),
    "long": ("it goes on after the last link", "末尾之后另有内容"),
    "missing": ("the recording of this person is not there", "该人的录音录像缺失"),
    "unlisted": ("no link speaks of it", "校验链未提及"),
    "link": ("a link does not follow the one before it", "校验链中断"),
    "unreadable": ("a link cannot be read", "校验链无法读取"),
    "unfinished": (
        "it has no closing link: it was cut off afterwards, or is still being recorded",
        "无结束校验值：被截断或者仍在录制",
    ),
    "closing": ("the closing link does not fit what comes before it", "结束校验值与其前内容不符"),
    "place": ("it is a segment of another number or hearing", "该段属于其他编号或者其他庭审"),
    "order": ("it does not follow the segment before it", "与前一段不衔接"),
    "noted": ("it is not what the court noted in its log", "与法院日志所载不符"),
    "empty": ("there is no segment", "没有任何一段"),
}


class Finding(NamedTuple):
    """Something that is not as it was recorded; ``part`` is a person or a link, ``detail`` where and when."""

    segment: int | None
    reason: str
    part: str = ""
    detail: str = ""

    def __str__(self) -> str:
        english, chinese = REASONS[self.reason]
        where = f"segment {self.segment}" if self.segment is not None else "recording"
        rest = "".join(f", {each}" for each in (self.part, self.detail) if each)
        return f"{where}{rest}: {english} / {chinese}"


class Gap(NamedTuple):
    """What the recording itself says is missing: no change, but nothing was recorded then."""

    after: int
    since: int
    until: int | None

    def __str__(self) -> str:
        end = at(self.until) if self.until is not None else "the end / 至结束"
        return f"gap after segment {self.after}, from {at(self.since)} to {end} / 第{self.after}段之后中断"


class Noted(NamedTuple):
    """A digest from the court's log: the chain of ``segment`` had this one after so many links."""

    segment: int
    links: int
    digest: str


class Report(NamedTuple):
    """What came of a check."""

    findings: list[Finding]
    gaps: list[Gap]
    segments: list[int]
    not_given: list[int]
    """Sealed segments of which only the chain is there."""
    noted: int
    """Digests from outside that were found where they should be."""

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


class Chain(NamedTuple):
    """A segment's links with the digest of each."""

    links: list[dict[str, Any]]
    digests: list[str]


def at(milliseconds: int) -> str:
    """A moment in words."""
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def read_chain(data: bytes, segment: int, findings: list[Finding]) -> Chain:
    """The links as far as they can be read."""
    links: list[dict[str, Any]] = []
    digests: list[str] = []
    lines = data.split(b"\n")
    if lines[-1]:
        findings.append(Finding(segment, "unreadable", f"link {len(lines) - 1}"))
    for number, line in enumerate(lines[:-1]):
        try:
            link = json.loads(line)
            if not isinstance(link, dict) or not shaped(link):
                raise ValueError("no link")
        except (ValueError, RecursionError):
            findings.append(Finding(segment, "unreadable", f"link {number}"))
            break
        if link["n"] != number or (digests and link["prev"] != digests[-1]):
            findings.append(Finding(segment, "link", f"link {number}", at(link["at"])))
        links.append(link)
        digests.append(hashlib.sha256(line).hexdigest())
    return Chain(links, digests)


def shaped(link: dict[str, Any]) -> bool:
    """Whether a link has what every link of its kind has."""
    streams = link.get("streams", {} if link.get("kind") == "begin" else None)
    if not all(is_number(link.get(name)) for name in ("n", "at")) or not isinstance(link.get("prev"), str):
        return False
    if (
        link["at"] > 2**45
        or not isinstance(streams, dict)
        or not all(isinstance(each, dict) for each in streams.values())
    ):
        return False
    needs = {"data": ("from", "length"), "cut": ("from", "length"), "end": ("bytes",)}.get(link.get("kind", ""), ())
    if not all(is_number(each.get(name)) for each in streams.values() for name in needs):
        return False
    if link.get("kind") == "begin":
        return isinstance(link.get("hearing"), str) and is_number(link.get("segment")) and shaped_gap(link.get("gap"))
    return link.get("kind") in ("data", "end", "cut") and (link["kind"] != "cut" or is_number(link.get("last")))


def shaped_gap(gap: Any) -> bool:
    """Whether a gap says from when to when."""
    return gap is None or (
        isinstance(gap, dict) and all(is_number(gap.get(name)) for name in ("since", "until", "after"))
    )


def is_number(value: Any) -> bool:
    """A whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def check_streams(folder: Path, segment: int, chain: Chain, findings: list[Finding]) -> bool:
    """Every person's bytes against the links; False where a sealed segment is given without its content."""
    files = {path.stem: path for path in folder.glob("*.rtp")}
    persons = {person for link in chain.links if link["kind"] in ("data", "cut") for person in link["streams"]}
    sealed = bool(chain.links) and chain.links[0].get("sealed") is True
    if sealed and persons and not files:
        return False
    for name in sorted(set(files) - persons):
        findings.append(Finding(segment, "unlisted", name))
    for person in sorted(persons):
        if person not in files:
            findings.append(Finding(segment, "missing", person))
        else:
            check_stream(files[person], person, segment, chain, findings)
    return True


def check_stream(path: Path, person: str, segment: int, chain: Chain, findings: list[Finding]) -> None:
    """One person's file: what is altered, between which seconds, and what is missing or too much at its end."""
    whole = hashlib.sha256()
    end, since = 0, chain.links[0]["at"]
    size = path.stat().st_size
    last: dict[str, Any] = {}
    with path.open("rb") as file:
        for link in chain.links:
            part = link.get("streams", {}).get(person) if link["kind"] in ("data", "cut") else None
            if part is not None:
                if part["from"] != end:
                    findings.append(Finding(segment, "link", f"link {link['n']}", f"{person} from {part['from']}"))
                file.seek(part["from"])
                data = file.read(part["length"])
                when = f"{at(since)} – {at(link['at'])}"
                if len(data) < part["length"]:
                    findings.append(Finding(segment, "short", person, when))
                    return
                if hashlib.sha256(data).hexdigest() != part.get("sha256"):
                    findings.append(Finding(segment, "altered", person, when))
                whole.update(data)
                end = part["from"] + part["length"]
            since = link["at"]
            last = link
    if size > end:
        findings.append(Finding(segment, "long", person, f"{size - end} bytes"))
    if last.get("kind") == "end":
        total = last["streams"].get(person, {})
        if total.get("bytes") != end or total.get("sha256") != whole.hexdigest():
            findings.append(Finding(segment, "closing", person))


def check_closing(segment: int, chain: Chain, findings: list[Finding]) -> None:
    """The last link is an end, or says itself that the room was cut off; there is none before it."""
    kinds = [link["kind"] for link in chain.links]
    if not kinds or kinds[-1] not in ("end", "cut"):
        findings.append(Finding(segment, "unfinished"))
        return
    if any(kind in ("end", "cut") for kind in kinds[:-1]) or kinds[0] != "begin" or "begin" in kinds[1:]:
        findings.append(Finding(segment, "closing"))
    last = chain.links[-1]
    if last["kind"] == "end":
        persons = {person for link in chain.links[:-1] for person in link.get("streams", {})}
        if last.get("links") != len(kinds) or set(last["streams"]) != persons:
            findings.append(Finding(segment, "closing"))


def check_place(folder: str, chain: Chain, hearing: str | None, before: str | None, findings: list[Finding]) -> None:
    """The segment is the one its folder says, of the same hearing, and begins where the one before it ended."""
    segment, begin = int(folder), chain.links[0]
    if begin.get("segment") != segment or (hearing is not None and begin.get("hearing") != hearing):
        findings.append(Finding(segment, "place", detail=f"{begin.get('hearing')} {begin.get('segment')}"))
    if begin["prev"] != (NOTHING if before is None else before):
        findings.append(Finding(segment, "order"))


def verify(folder: Path, noted: list[Noted] | None = None, hearing: str | None = None) -> Report:
    """Check a hearing's recording; ``noted`` are digests from the court's log, ``hearing`` the name it should have."""
    findings: list[Finding] = []
    gaps: list[Gap] = []
    not_given: list[int] = []
    chains: dict[int, Chain] = {}
    before: str | None = None
    names = sorted((path.name for path in folder.iterdir() if re.fullmatch(r"\d{4,}", path.name)), key=int)
    if not names:
        findings.append(Finding(None, "empty"))
    for name in names:
        segment = int(name)
        path = folder / name / "chain"
        chain = read_chain(path.read_bytes() if path.is_file() else b"", segment, findings)
        chains[segment] = chain
        if not chain.links or chain.links[0]["kind"] != "begin":
            findings.append(Finding(segment, "unfinished"))
            continue
        hearing = hearing or chain.links[0]["hearing"]
        check_place(name, chain, hearing, before, findings)
        check_closing(segment, chain, findings)
        if not check_streams(folder / name, segment, chain, findings):
            not_given.append(segment)
        before = chain.digests[-1]
        gap = chain.links[0].get("gap")
        if gap:
            gaps = [each for each in gaps if each.after != gap["after"]] + [
                Gap(gap["after"], gap["since"], gap["until"])
            ]
        if chain.links[-1]["kind"] == "cut":
            gaps.append(Gap(segment, chain.links[-1]["last"], None))
    found = check_noted(chains, noted or [], findings)
    return Report(findings, gaps, [int(name) for name in names], not_given, found)


def check_noted(chains: dict[int, Chain], noted: list[Noted], findings: list[Finding]) -> int:
    """How many digests from outside stand where they should; the others are findings."""
    found = 0
    for each in noted:
        digests = chains[each.segment].digests if each.segment in chains else []
        if 0 < each.links <= len(digests) and digests[each.links - 1] == each.digest:
            found += 1
        else:
            findings.append(Finding(each.segment, "noted", f"link {each.links - 1}"))
    return found


def read_noted(text: str) -> Noted:
    """``SEGMENT:LINKS:DIGEST``. Raises ``ValueError``."""
    matched = re.fullmatch(r"(\d{1,9}):(\d{1,9}):([0-9a-f]{64})", text)
    if matched is None:
        raise ValueError(f"not SEGMENT:LINKS:DIGEST: {text}")
    return Noted(int(matched[1]), int(matched[2]), matched[3])


def main(arguments: list[str] | None = None) -> int:
    """Command line: 0 where everything holds, 1 where something does not, 2 where nothing from outside was given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).resolve().parent / "data")
    parser.add_argument("--noted", action="append", default=[], type=read_noted, metavar="SEGMENT:LINKS:DIGEST")
    parser.add_argument("--hearing", help="name of the hearing you expect / 预期的庭审")
    given = parser.parse_args(arguments)
    report = verify(given.folder, given.noted, given.hearing)
    for finding in report.findings:
        print(f"WRONG / 不符  {finding}")
    for gap in report.gaps:
        print(f"GAP / 中断  {gap}")
    for segment in report.not_given:
        print(f"segment {segment}: sealed, only its chain is here / 不公开部分，仅有校验链")
    if not report.holds:
        return 1
    print(f"{len(report.segments)} segments hold / {len(report.segments)}段相互吻合")
    if not given.noted:
        print("No digest from the court's log was given: this shows only that the parts fit together.")
        print("未提供法院日志所载校验值：仅能说明各部分相互吻合。")
        return 2
    print(f"{report.noted} digests of the court's log are in it / 与法院日志所载{report.noted}个校验值相符")
    return 0


if __name__ == "__main__":
    sys.exit(main())
