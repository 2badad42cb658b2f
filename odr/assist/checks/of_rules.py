"""What a text says of its language, the procedure, the court fee and late performance, beside what the docket and the rules make of
them. The court sets its own lines on all this under every decision; a sentence that says otherwise contradicts the paper it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from odr.assist.checks.draft import Draft, Passage
from odr.assist.checks.numerals import figures
from odr.assist.checks.statutes import cited, statutes
from odr.docket.models import Role, Track
from odr.ground.text import T, side_by_side
from odr.procedure.hooks import Remark

OWN = ("history", "issues", "reasons", "orders")
_SENTENCES = re.compile(r"[^。；;\n]*?(?:[。；;\n]|[.?!](?=\s+[A-Z“]|\s*$)|$)")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|「[^」]*」|《[^》]*》|[（(][^（）()]*[)）]|https?://\S+|\S+@\S+")
_HAN, _WORD = re.compile("[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{2,}")
FEWEST = 5
"""Words, or twice as many characters, of another language that make a sentence of it and no name, title or term."""


def sentences(words: str) -> Iterator[str]:
    """The sentences of a text, in either language."""
    return (found[0].strip() for found in _SENTENCES.finditer(words) if found[0].strip())


def _without_names(draft: Draft, words: str) -> str:
    for names in draft.names.values():
        for name in names:
            words = words.replace(name, " ")
    return _QUOTED.sub(" ", words)


def language(draft: Draft) -> Iterator[Remark]:
    """A sentence in another language than the decision's, outside quotation marks and brackets."""
    for passage in draft.of(*OWN):
        for sentence in sentences(passage.words):
            rest = _without_names(draft, sentence)
            han, words = len(_HAN.findall(rest)), len(_WORD.findall(rest))
            foreign = words >= FEWEST and words > han if draft.is_chinese else han >= 2 * FEWEST and han > 2 * words
            if foreign:
                yield Remark(
                    "language",
                    passage.place,
                    sentence[:80],
                    T("This is not in the language of the decision; what is quoted stands in quotation marks."),
                )


# Procedure

_TRACKS: Mapping[Track, re.Pattern[str]] = MappingProxyType(
    {
        Track.ORDINARY: re.compile(r"普通程序|\bordinary (?:procedure|track)\b", re.I),
        Track.SIMPLE: re.compile(r"简易程序|\b(?:simple|simplified|summary) (?:procedure|track)\b", re.I),
        Track.SMALL: re.compile(r"小额诉讼|小额程序|\bsmall[- ]claims? (?:procedure|track)\b", re.I),
        Track.FAST: re.compile(r"\bfast[- ]track\b", re.I),
        Track.MULTI: re.compile(r"\bmulti[- ]track\b", re.I),
    }
)


def procedure(draft: Draft) -> Iterator[Remark]:
    """The history names procedures, and that of the case is not among them."""
    history = list(draft.of("history"))
    named = [
        (passage, hit[0], track)
        for passage in history
        for track, words in _TRACKS.items()
        if (hit := words.search(passage.words)) is not None
    ]
    if draft.track is not None and named and draft.track not in {track for _, _, track in named}:
        passage, words, _ = named[-1]
        yield Remark(
            "procedure",
            passage.place,
            words,
            T("The case follows another procedure: %(track)s.", track=draft.track.label),
        )


# Late performance

_DOUBLED = re.compile(
    r"加倍支付[^。；]{0,10}(?:利息|债务利息)|\b(?:double|doubled|twice the) (?:the )?interest\b", re.I
)
_PROCEDURE_LAW = "民事诉讼法"


def late(draft: Draft) -> Iterator[Remark]:
    """What the text says of paying late: by another article than the rules of the case name, or where no rule says it."""
    known = statutes(draft.pack)
    for passage in draft.of("reasons", "orders", "history"):
        for sentence in sentences(passage.words):
            hit = _DOUBLED.search(sentence)
            if hit is None:
                continue
            if draft.late is None:
                yield Remark(
                    "late", passage.place, hit[0], T("The rules of this case know no such interest for paying late.")
                )
                continue
            numbers = [one.number for one in cited(sentence, known) if one.statute.names[0] == _PROCEDURE_LAW]
            if numbers and draft.late.isdisjoint(numbers):
                right = side_by_side([str(one) for one in sorted(draft.late)])
                yield Remark(
                    "late",
                    passage.place,
                    sentence[:80],
                    T(
                        "For paying late it is art. %(right)s of the law; the line below the orders says so.",
                        right=right,
                    ),
                )


# The court fee

_FIGURE = r"(\d{1,3}(?:[,，]\d{3})+(?:\.\d{1,2})?|\d{1,12}(?:\.\d{1,2})?)"
_FEE = re.compile(
    rf"(?:案件受理费|诉讼费用?)(?:为|共计|共|合计)?(?:人民币)?\s*{_FIGURE}\s*元"
    rf"|\bcourt fee (?:of|is|amounts to|comes to) (?:CNY|RMB|GBP|¥|£)?\s*{_FIGURE}",
    re.I,
)
_SPEAKS = re.compile(r"受理费|诉讼费|\bcourt fee\b|\bcosts\b", re.I)
_OTHER_FEES = re.compile(
    r"减半|反诉|保全|鉴定|公告费|预交|退还|减交|免交|请求|要求|主张|halved|counterclaim|preserv|asks|claims that|submits",
    re.I,
)
_BEARS = re.compile(
    r"由(?P<zh>原告|被告|第三人)(?:[^，,。；;、和与及原被第]{0,40})负担"
    r"|\bborne by the (?P<en>claimant|plaintiff|respondent|defendant|third party)\b(?! and)"
    r"|\bthe (?P<en2>claimant|plaintiff|respondent|defendant|third party)(?:,? [^,.;]{1,60})? (?:bears|pays) the (?:whole )?(?:court fee|costs)\b",
    re.I,
)
_ROLE = MappingProxyType(
    {
        "原告": Role.CLAIMANT,
        "被告": Role.RESPONDENT,
        "第三人": Role.THIRD_PARTY,
        "claimant": Role.CLAIMANT,
        "plaintiff": Role.CLAIMANT,
        "respondent": Role.RESPONDENT,
        "defendant": Role.RESPONDENT,
        "third party": Role.THIRD_PARTY,
    }
)


def costs(draft: Draft) -> Iterator[Remark]:
    """Another court fee than the one reckoned, or somebody said to bear it who bears nothing of it."""
    if draft.fee is None:
        return
    for passage in draft.of("reasons", "orders"):
        for sentence in sentences(passage.words):
            if _SPEAKS.search(sentence) and not _OTHER_FEES.search(sentence):
                yield from _fee(draft, passage, sentence)


def _fee(draft: Draft, passage: Passage, sentence: str) -> Iterator[Remark]:
    assert draft.fee is not None
    for hit in _FEE.finditer(sentence):
        told = figures(hit[1] or hit[2])
        if told is not None and told != draft.fee.minor:
            yield Remark("costs", passage.place, hit[0], T("The court fee is %(fee)s.", fee=draft.fee))
    for hit in _BEARS.finditer(sentence):
        role = _ROLE[(hit["zh"] or hit["en"] or hit["en2"]).casefold()]
        if draft.fee.minor and not draft.bears.get(role):
            yield Remark(
                "costs",
                passage.place,
                hit[0],
                T("In the decision on costs the %(role)s bears nothing.", role=role.label),
            )
