"""``docs/letters.md``: every letter the court writes about a case, in both languages."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from odr.procedure.acts.reference import SERVED, row
from odr.procedure.acts.table import Act, ActTable, Everyone
from odr.service.packet.occasions import Occasion, occasion_of

HEAD = """# Letters

Written by `make docs` from the table of acts and the occasions of service. Change those, not this page: a test compares.

Whoever is served gets a letter that says what came and what to do about it. The kind of paper decides how it may be
served: somebody may have agreed to get notices electronically, and nothing else (OLR 30). Each letter names its
addressee, what came and its kind, the case, the sum where there is one, the day by which something is asked (in its own words for
whoever gets a time limit; the page of the case is no place to look it up), and a code by which
anybody checks that it is the court's and goes on from there (`odr/service/packet/letter_facts.py`). A mail has no link and no
attachment; a text message or a message to a messenger is one message with act, day, case and code. How they are worded:
[style.md](style.md).
"""


def letters_page(table: ActTable) -> str:
    """The whole page in Markdown."""
    parts = [HEAD]
    served = [act for act in table if act.serves is not Everyone.NOBODY]
    for room in sorted({act.room for act in served}):
        parts.append(f"## {room.capitalize()}\n")
        for act in sorted((each for each in served if each.room == room), key=lambda each: each.name):
            parts += _letter(f"`{act.name}`", occasion_of(act), _to_whom(act))
    parts.append(
        "## Without an act of their own\n\nWhat the court sends where the letter is not that of one act alone.\n"
    )
    for occasion in occasions():
        parts += _letter(f"`{occasion.key}`", occasion, "whom it names")
    return "\n".join(parts).rstrip() + "\n"


def _to_whom(act: Act) -> str:
    return SERVED[act.serves]


def occasions() -> list[Occasion]:
    """The occasions that no act declares, by their keys: constants of the rooms' modules, all of which are loaded."""
    found: dict[str, Occasion] = {}
    for name in sorted(name for name in sys.modules if name.startswith("odr.")):
        for value in vars(sys.modules[name]).values():
            if isinstance(value, Occasion):
                found[value.key] = value
    return [found[key] for key in sorted(found)]


def _letter(name: str, occasion: Occasion, to_whom: str) -> Iterator[str]:
    yield f"### {name}\n\nTo {to_whom}; {occasion.kind.label.render('en')} ({occasion.kind.label.render('zh-Hans')}).\n"
    if occasion.runs:
        yield f"With its service begins the time limit [`{occasion.runs}`](clock.md#{occasion.runs}), if the procedure knows it.\n"
    if occasion.for_information:
        yield "For information alone: where it reaches nobody, no task is opened.\n"
    yield row("What came", "What to do about it")
    yield "|---|---|"
    for locale in ("en", "zh-Hans"):
        next_step = occasion.what_next.render(locale) if occasion.what_next is not None else "–"
        yield row(occasion.title.render(locale), next_step)
    if occasion.when_due is not None:
        yield "\nFor whoever gets a time limit by it:\n"
        for locale in ("en", "zh-Hans"):
            yield f"- {occasion.when_due.render(locale)}"
    if occasion.when_off is not None:
        yield "\nWhere it puts off what was fixed:\n"
        for locale in ("en", "zh-Hans"):
            yield f"- {occasion.when_off.render(locale)}"
    if occasion.when_held is not None:
        yield "\nFor whoever it calls to come at one hour:\n"
        for locale in ("en", "zh-Hans"):
            yield f"- {occasion.when_held.render(locale)}"
    yield ""
