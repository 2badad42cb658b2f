"""The machine's proposal: every place of a decision that may have to be hidden, found by docket, pattern, context and model.

It decides nothing: what the docket knows is fixed, a pattern is proposed, and about whoever nobody knows a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from odr.procedure.rules.redaction import NAMES, Private, RedactionRules, Who
from odr.register.redaction.context import find_context
from odr.register.redaction.docket import find_known, is_hidden
from odr.register.redaction.finds import Find, Weight, settled
from odr.register.redaction.folding import fold, folded
from odr.register.redaction.known import Candidate, Choice, Known, Source, Standing
from odr.register.redaction.names_model import NamesModel, find_by_model
from odr.register.redaction.naming import Person, rename
from odr.register.redaction.patterns import find_patterns
from odr.register.redaction.structure import Part, PublicText


@dataclass(frozen=True)
class Pointed:
    """Words somebody pointed at, as they stand in the original: a clerk at the desk, or a party that objects."""

    words: str
    kind: Private
    what: str = ""


def propose(
    text: PublicText,
    known: Sequence[Known],
    rules: RedactionRules,
    *,
    naming: Mapping[str, str] | None = None,
    pointed: Sequence[Pointed] = (),
    model: NamesModel | None = None,
) -> tuple[Candidate, ...]:
    """Every candidate, in reading order; those of one person or thing share a number.

    ``naming`` is what an earlier decision of the dispute used (:func:`~odr.register.redaction.known.naming_of`).
    """
    shown = {folded(name) for each in known if not is_hidden(each, rules) for name in each.names}
    others = [*find_patterns(text, rules)]
    if rules.used.who is not Who.ORDERED:
        others += [*find_context(text), *(find_by_model(text, model) if model is not None else ())]
    finds = [each for each in others if each.standing is Standing.KEPT or folded(_surface(text, each)) not in shown]
    finds += find_known(text, known, rules)
    finds += [find for each in pointed for find in _find_pointed(text, each)]
    finds = [each for each in finds if _may_be_hidden(text, each)]
    held = [each for each in settled(finds) if each.source is not Source.PERSON or _says_something(text, each)]
    return _candidates(text, held, known, rules, naming or {})


def _says_something(text: PublicText, find: Find) -> bool:
    """Whether more than spaces and commas is left of what somebody pointed at."""
    return any(sign.isalnum() for sign in _surface(text, find))


def _may_be_hidden(text: PublicText, find: Find) -> bool:
    """Where those of the court sign, nothing is hidden, whatever the docket says of a name."""
    return text.blocks[find.block].role is not Part.SIGNATURES or find.standing is Standing.KEPT


def _surface(text: PublicText, find: Find) -> str:
    return text.blocks[find.block].cells[find.cell][find.start : find.end]


def _find_pointed(text: PublicText, pointed: Pointed) -> Iterable[Find]:
    plain = folded(pointed.words)
    for block, cell, words in text.cells():
        view = fold(words)
        at = view.words.find(plain) if plain else -1
        while at >= 0:
            start, end = view.span(at, at + len(plain))
            person = Person(pointed.kind, pointed.words) if pointed.kind in NAMES else None
            yield Find(
                block,
                cell,
                start,
                end,
                pointed.kind,
                Source.PERSON,
                Standing.PROPOSED,
                Weight.POINTED,
                f"pointed:{plain}",
                pointed.what,
                person,
            )
            at = view.words.find(plain, at + len(plain))


_ORDER = {Source.DOCKET: 0, Source.PATTERN: 1, Source.PERSON: 2, Source.CONTEXT: 3, Source.MODEL: 4}


def _candidates(
    text: PublicText, finds: Sequence[Find], known: Sequence[Known], rules: RedactionRules, naming: Mapping[str, str]
) -> tuple[Candidate, ...]:
    people = [Person(each.kind, each.names[0]) for each in known if each.kind in NAMES and is_hidden(each, rules)]
    people += [find.person for find in finds if find.person is not None and find.person not in people]
    earlier = {key.partition(":")[2]: name for key, name in naming.items() if key.partition(":")[0] == text.language}
    renamed = rename(list(dict.fromkeys(people)), rules.used.style, text.language, earlier)
    numbers: dict[str, int] = {}
    for find in sorted(finds, key=lambda f: (_ORDER[f.source], f.standing is Standing.KEPT)):
        if find.thing != "number":
            numbers.setdefault(find.thing, len(numbers) + 1)
    return tuple(_candidate(text, find, numbers[find.thing], renamed, rules) for find in finds if find.thing in numbers)


def _candidate(
    text: PublicText, find: Find, number: int, renamed: Mapping[str, str], rules: RedactionRules
) -> Candidate:
    surface = _surface(text, find)
    sign = rules.sign * 3
    if find.person is not None:
        name = "" if find.continues else renamed[find.person.key]
        default = Choice.REPLACE
        article, provisional = rules.used.style_article, rules.used.provisional
    else:
        cut = rules.cuts.get(find.kind)
        name = "" if find.continues else find.remains if find.remains is not None else sign
        default = Choice.REPLACE if find.remains else Choice.CUT
        article = cut.article if cut else rules.sign_article
        provisional = cut.provisional if cut else False
    if find.standing is Standing.KEPT:
        name, default, article, provisional = surface, Choice.LEAVE, rules.never.article, rules.never.provisional
    return Candidate(
        number,
        find.block,
        find.cell,
        find.start,
        find.end,
        surface,
        find.kind,
        find.source,
        article,
        name,
        find.standing,
        None if find.standing is Standing.OPEN else default,
        find.what,
        f"{text.language}:{find.person.key}" if find.person is not None and not find.continues else "",
        provisional,
        "" if find.continues or find.remains == "" else sign,
    )


def remaining(public: PublicText, known: Sequence[Known], rules: RedactionRules) -> tuple[Candidate, ...]:
    """What the docket knows and can still be found in a public text: there must be none.

    A new name that reads like an old one (a party registered as 李某) is none.
    """
    return tuple(
        each
        for each in propose(public, known, rules)
        if each.choice is Standing.FIXED
        and not any(
            mark.cell == each.cell and mark.start <= each.start and each.end <= mark.end
            for mark in public.blocks[each.block].marks
        )
    )
