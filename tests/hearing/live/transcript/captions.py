"""A reader of WebVTT of its own, as strict as the standard: what it reads of captions is what a player shows."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from odr.docket.models import Role
from odr.hearing.live.models import LivePerson
from odr.hearing.live.transcript.reading import Said

_TIME = re.compile(r"(\d{2,}):(\d\d):(\d\d)\.(\d{3}) --> (\d{2,}):(\d\d):(\d\d)\.(\d{3})")


def cues(file: str) -> list[str]:
    """The words of each cue."""
    head, *blocks = re.split(r"\n\n+", file.strip("\n"))
    assert head == "WEBVTT"
    found = []
    for block in blocks:
        if block.split("\n")[0] == "NOTE":
            assert "-->" not in block
            continue
        number, time, *words = block.split("\n")
        words = [re.sub(r"^<v [^<>\n]+>", "", line) for line in words]
        assert number.isdigit() and _TIME.fullmatch(time) and len(words) == 1, block
        assert "-->" not in words[0] and not re.search(r"<|&(?!amp;|lt;|gt;)", words[0]), block
        found.append(words[0].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    return found


def one_said(words: str) -> Said:
    """A sentence of somebody."""
    return Said(
        LivePerson(reference="p", name="P", role=Role.CLAIMANT),
        1,
        0,
        0,
        10,
        datetime(2026, 3, 9, tzinfo=UTC),
        words,
        90,
        False,
    )
