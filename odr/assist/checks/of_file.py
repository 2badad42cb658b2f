"""What a text says of heads of the claim, and of what the court makes of exhibits, beside the file and the findings in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from odr.assist.checks.draft import Draft, Standing
from odr.assist.checks.numerals import chinese_whole
from odr.ground.text import T
from odr.procedure.hooks import Remark

_HEAD = re.compile(
    r"第(?P<zh>[一二三四五六七八九十]{1,3}|\d{1,3})项(?:诉讼)?请求|诉讼请求(?:的)?第(?P<zh2>[一二三四五六七八九十]{1,3}|\d{1,3})项"
    r"|\bhead (?P<en>\d{1,3}) of the (?:claim|counterclaim)|\bclaim no\. ?(?P<en2>\d{1,3})"
    r"|\b(?P<en3>first|second|third|fourth|fifth|sixth|seventh|eighth) head of (?:the )?claim",
    re.I,
)
_ORDINALS = MappingProxyType(
    dict(zip(("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"), range(1, 9), strict=True))
)


def heads(draft: Draft) -> Iterator[Remark]:
    """A head of the claim that nobody asked for under this number."""
    if not draft.heads:
        return
    for passage in draft.of("history", "issues", "reasons", "orders"):
        for hit in _HEAD.finditer(passage.words):
            written = next(one for one in hit.groups() if one).casefold()
            number = int(written) if written.isdigit() else _ORDINALS.get(written) or chinese_whole(written)
            if number not in draft.heads:
                yield Remark("heads", passage.place, hit[0], T("Nothing is asked for under this number."))


# Guiding cases

_GUIDING = re.compile(
    r"指导性?案例\s*(?:第\s*)?(?P<zh>[零〇一二三四五六七八九十百]{1,7}|\d{1,4})\s*号|\bguiding case (?:no\.? ?|number )?(?P<en>\d{1,4})\b",
    re.I,
)


def guiding_cases(words: str) -> Iterator[int]:
    """The guiding cases a text names, by their numbers."""
    for hit in _GUIDING.finditer(words):
        written = hit["zh"] or hit["en"]
        number = int(written) if written.isdigit() else chinese_whole(written)
        if number is not None:
            yield number


def guiding(draft: Draft) -> Iterator[Remark]:
    """A guiding case a party relies on and the reasons do not answer (SIM 10); a search that has to be on file and is not (SIM 7)."""
    answered = {number for passage in draft.of("reasons") for number in guiding_cases(passage.words)}
    for number, who in sorted(draft.guiding.items()):
        if number not in answered:
            yield Remark(
                "guiding",
                T("Reasons"),
                str(number),
                T("%(who)s relies on this guiding case: the reasons say whether it is followed, and why.", who=who),
            )
    if draft.search_due:
        yield Remark(
            "guiding",
            T("The file of the case"),
            T("Search for similar cases").render(draft.language),
            T("The case was put before a meeting: a search for similar cases has to be on file."),
        )


# What the court makes of exhibits

_ONE = r"[A-Z]\d{0,2}-\d{1,4}(?![\dA-Za-z-])"
_ROW = rf"(?:exhibits? )?{_ONE}(?:(?:[、，,和与及或]|,? and |,? or |, )\s*(?:exhibits? )?{_ONE})*"
"""One exhibit or several in a row: what is said of such a row is said of each."""
_AGREED = re.compile(
    rf"(?:双方|各方|当事人|原、?被告)(?:当事人)?(?:均)?对(?P<zh>{_ROW})(?:均)?(?:没有|无|未提出|不持)异议"
    rf"|(?P<zh2>{_ROW})[，,]?(?:双方|各方|当事人)(?:当事人)?(?:均)?(?:没有|无|未提出|不持)异议"
    rf"|\b(?:the parties (?:do|did) not dispute|neither (?:side|party) disputes?) (?P<en>{_ROW})"
    rf"|(?P<en2>{_ROW}) (?:is|are|was|were) (?:undisputed|not (?:in dispute|disputed))",
    re.I,
)
_RELIES = re.compile(r"予以(?:采信|采纳|确认|认定)|\b(?:relies|relied) on\b|\badopts?\b", re.I)
_REFUSES = re.compile(
    r"不予(?:采信|采纳|确认|认定)|\b(?:does|did) not (?:rely on|adopt)\b|\brejects?\b|\bis not adopted\b", re.I
)
_OTHERS = re.compile(
    "异议|意见|主张|抗辩|辩称|认为|申请|部分|如果|objection|argument|application|defence|says|submits|part of|whether|if",
    re.I,
)
_SENTENCE = re.compile(r"[^。\n]+?(?:[。\n]|\.(?=\s)|$)")
_CLAUSE = re.compile(r"[^，,；;：:。]+")


def weighed(draft: Draft) -> Iterator[Remark]:
    """An exhibit said to be undisputed that somebody disputes; relied on in the text and not in the finding, or the other way."""
    for passage in draft.of("reasons"):
        for hit in _AGREED.finditer(passage.words):
            row = next(one for one in hit.groups() if one)
            for label in re.findall(_ONE, row):
                if label in draft.disputed:
                    yield Remark(
                        "weighed",
                        passage.place,
                        hit[0],
                        T("Somebody disputes %(label)s: the reasons have to answer that.", label=label),
                    )
        for sentence in _SENTENCE.findall(passage.words):
            for label, relied in _said(sentence):
                found = draft.relied.get(label)
                if found is not None and found is not relied and draft.exhibits.get(label) is Standing.EXAMINED:
                    yield Remark(
                        "weighed",
                        passage.place,
                        sentence.strip()[:120],
                        T("The finding on %(label)s says that the court relies on it.", label=label)
                        if found
                        else T("The finding on %(label)s says that the court does not rely on it.", label=label),
                    )


def _said(sentence: str) -> Iterator[tuple[str, bool]]:
    """Of which exhibits a sentence says that the court relies on them, or does not: those in one row in the clause of the
    verb, or where it names none, in the clause before.
    """
    # A row is no clause: its own commas part nothing.
    plain = re.sub(_ROW, lambda row: " ".join(re.findall(_ONE, row[0])) + " ", sentence, flags=re.I)
    before = ""
    for clause in _CLAUSE.findall(plain):
        refuses = _REFUSES.search(clause) is not None
        if refuses or _RELIES.search(clause) is not None:
            where = clause if re.search(_ONE, clause) else before
            rows = re.findall(rf"{_ONE}(?: {_ONE})*", where)
            if len(rows) == 1 and not (_OTHERS.search(clause) or (where is before and _said_by_others(before))):
                yield from ((label, not refuses) for label in rows[0].split())
        if re.search(_ONE, clause):
            before = clause
        elif not clause.strip():
            continue


def _said_by_others(clause: str) -> bool:
    """Whether the clause before speaks of what a party says against the exhibit, and not of there being nothing said."""
    return _OTHERS.search(re.sub("(?:没有|无|未提出|不持)异议", "", clause)) is not None
