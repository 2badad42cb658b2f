"""The checks, each a function of a draft alone. Each says only what can be seen for certain, and how it can be mended."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import accumulate
from types import MappingProxyType

from odr.assist.checks import of_file, of_rules
from odr.assist.checks.draft import Draft, Passage, Standing
from odr.assist.checks.nearness import is_one_slip
from odr.assist.checks.numerals import (
    FORMAL_SIGNS,
    PLAIN_SIGNS,
    chinese_whole,
    english_whole,
    figures,
    formal_amount,
    words_of,
)
from odr.assist.checks.statutes import cited, statutes
from odr.docket.models import Role
from odr.ground.text import T, Text
from odr.procedure.hooks import Remark

Check = Callable[[Draft], Iterator[Remark]]
OWN = ("history", "issues", "reasons", "orders")
"""Parts in which the court speaks itself; what parties ask and answer is told in their words."""
ALL = (*OWN, "claims", "answers")
_FIGURE = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d{1,2})?|\d{1,12}(?:\.\d{1,2})?"


# Law


def articles(draft: Draft) -> Iterator[Remark]:
    """An article that does not exist, or of a law that was not in force."""
    known = statutes(draft.pack)
    for passage in draft.of(*OWN, "articles"):
        for one in cited(passage.words, known):
            law = one.statute
            if not 1 <= one.number <= law.last:
                words = T("There is no such article: the last one of this law is art. %(last)s.", last=law.last)
            elif law.until is not None and (draft.oldest or draft.decided_on) >= law.until:
                words = T(
                    "This law was no longer in force when the facts of the case began: it ended on %(day)s.",
                    day=law.until,
                )
            elif draft.decided_on < law.since and not law.amended:
                words = T("This law is not in force yet: it begins on %(day)s.", day=law.since)
            else:
                continue
            yield Remark("articles", passage.place, one.words, words)


# People

_ROLES: Mapping[str, Role] = MappingProxyType(
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
_CALLED = re.compile(
    r"(?<![反本]诉)(?<!上诉人)(原告|被告|第三人)(?:[（(][^）)]{0,20}[)）])?[:：]?\s*"
    r"|(?<!counter)(?<!counter-)(?<!counterclaim )\b(claimant|plaintiff|respondent|defendant|third party)(,?)\s+",
    re.I,
)
_BESIDE = re.compile(r"\s*[,)]")
"""After a name that stands beside a role between commas, ``the respondent, Li Na, says``."""
_ACCORDING = re.compile(r"\b(?:according to|as regards|as to|unlike|from) (?:the )?$", re.I)


def roles(draft: Draft) -> Iterator[Remark]:
    """A party called by the role of another."""
    everybody = sorted({name for names in draft.names.values() for name in names}, key=len, reverse=True)
    for passage in draft.of(*ALL):
        for hit in _CALLED.finditer(passage.words):
            role = _ROLES[(hit[1] or hit[2]).casefold()]
            name = next((name for name in everybody if passage.words.startswith(name, hit.end())), None)
            if name is None or (hit[3] and not _is_apposition(passage.words, hit, name)):
                continue
            if name not in draft.names.get(role, ()):
                is_role = next(one for one, names in draft.names.items() if name in names)
                yield Remark(
                    "roles",
                    passage.place,
                    hit[0] + name,
                    T("On the docket %(name)s is the %(role)s.", name=name, role=is_role.label),
                )


def _is_apposition(words: str, hit: re.Match[str], name: str) -> bool:
    """Whether a name after a role and a comma is that of the role: ``according to the claimant, Li Na paid`` speaks of two."""
    before = _ACCORDING.search(words, max(0, hit.start() - 20), hit.start())
    return before is None and _BESIDE.match(words, hit.end() + len(name)) is not None


def names(draft: Draft) -> Iterator[Remark]:
    """A party's name with a slip in it."""
    everybody = {name for names in draft.names.values() for name in names}
    for passage in draft.of(*ALL):
        for name in everybody:
            yield from _slips(passage, name, everybody)


def _slips(passage: Passage, name: str, everybody: set[str]) -> Iterator[Remark]:
    words = passage.words
    for found in dict.fromkeys(_candidates(words, name)):
        if is_one_slip(found, name) and not any(found in other for other in everybody):
            yield Remark("names", passage.place, found, T("On the docket the name is written %(name)s.", name=name))


def _candidates(words: str, name: str) -> Iterator[str]:
    """Stretches of the text that stand where the name would: of long names anywhere, of short ones after a role."""
    if re.search("[\\u4e00-\\u9fff]", name):
        starts = [hit.end() for hit in _CALLED.finditer(words)]
        if len(name) >= 6:
            starts = [at for at in range(len(words)) if words[at] == name[0] or words[at + 1 : at + 2] == name[1]]
            for at in starts:
                if words[at : at + len(name)] != name:
                    # One sign other, one left out, one too many.
                    yield from (words[at : at + length] for length in (len(name), len(name) - 1, len(name) + 1))
            return
        for at in starts:
            found = words[at : at + len(name)]
            # One sign of two may be anything; of a name of three the surname stays.
            if len(name) >= 3 and found[:1] == name[:1] and "某" not in found:
                yield found
        return
    parts = name.split()
    tokens = list(re.finditer(r"[^\s,;:()“”\"]+", words))
    for at in range(len(tokens) - len(parts) + 1):
        found = words[tokens[at].start() : tokens[at + len(parts) - 1].end()]
        found = re.sub(r"(?:’s|'s|s[’']|[.!?’'…–—\])])+$", lambda end: "s" if end[0][0] == "s" else "", found)
        if len(name) >= 6 and found[:1].isupper() and _one_way(found) != _one_way(name):
            yield found


def _one_way(name: str) -> str:
    """A name without what a keyboard or the end of a line makes of it."""
    return " ".join(name.casefold().replace("’", "'").replace("‘", "'").split())


# Sums

_BOTH_ZH = re.compile(
    rf"(?:人民币)?(?<![{PLAIN_SIGNS}{FORMAL_SIGNS}\d.])([{PLAIN_SIGNS}{FORMAL_SIGNS}]{{2,40}})\s*[（(]\s*(?:人民币|即|¥|￥|RMB|CNY)*\s*({_FIGURE})\s*(?:元)?\s*[)）]"
)
_BOTH_ZH_TURNED = re.compile(
    rf"({_FIGURE})\s*元\s*[（(]\s*(?:大写)?[:：]?\s*(?:人民币)?([{PLAIN_SIGNS}{FORMAL_SIGNS}]{{2,40}})\s*[)）]"
)
_NUMBER_WORDS = "|".join((*words_of("small"), *words_of("tens"), "hundred", "thousand", "million", "and"))
_BOTH_EN = re.compile(
    rf"(?:CNY|RMB|GBP|¥|£)\s*({_FIGURE})\s*\(\s*((?:(?:{_NUMBER_WORDS})[\s-]*)+)(?:yuan|pounds)?(?:\s+only)?\s*\)", re.I
)


def amounts(draft: Draft) -> Iterator[Remark]:
    """A sum whose words and figures differ."""
    for passage in draft.of(*ALL):
        pairs = [(hit, formal_amount(hit[1]), figures(hit[2])) for hit in _BOTH_ZH.finditer(passage.words)]
        pairs += [(hit, formal_amount(hit[2]), figures(hit[1])) for hit in _BOTH_ZH_TURNED.finditer(passage.words)]
        pairs += [
            (hit, words * 100 if (words := english_whole(hit[2])) is not None else None, figures(hit[1]))
            for hit in _BOTH_EN.finditer(passage.words)
        ]
        for hit, written, counted in pairs:
            if counted is not None and written != counted:
                yield Remark(
                    "amounts", passage.place, hit[0], T("The sum in words and the sum in figures are not the same.")
                )


_MORE = MappingProxyType({"万": 10_000, "亿": 100_000_000})
_TOTAL_ZH = re.compile(rf"(?:合计|共计|总计)(?:为|人民币)?\s*({_FIGURE})([万亿]?)元")
_TOTAL_EN = re.compile(
    rf"\b(?:in total|together|altogether|totalling|a total of|in all)\s+(?:of\s+)?(?:CNY|RMB|GBP|¥|£)\s*({_FIGURE})()",
    re.I,
)
_SUM_ZH, _SUM_EN = re.compile(rf"({_FIGURE})([万亿]?)元"), re.compile(rf"(?:CNY|RMB|GBP|¥|£)\s*({_FIGURE})()", re.I)
_ENDS = re.compile(r"[。；]|[.;](?=\s)")
_NO_ADDING = re.compile(
    rf"[每×*％%倍扣减抵折]|单价|各\d|[{PLAIN_SIGNS}]+元"
    r"|\b(?:each|apiece|per|at|times|less|deduct\w*|minus|after|discount\w*|credit\w*|twice|months?|weeks?|x \d+)\b",
    re.I,
)
"""A sentence that multiplies, takes away, or writes a sum in words: what it comes to is not seen by adding its figures."""
MOST_SUMMANDS = 50


def _money(hit: re.Match[str]) -> int:
    return (figures(hit[1]) or 0) * _MORE.get(hit[2], 1)


def sums(draft: Draft) -> Iterator[Remark]:
    """A total that is not the sum of what stands before it in its sentence, of all of it or of the last of it."""
    for passage in draft.of(*ALL):
        words = passage.words
        starts = [0, *(end.end() for end in _ENDS.finditer(words))]
        for total, one in ((_TOTAL_ZH, _SUM_ZH), (_TOTAL_EN, _SUM_EN)):
            sums_told = list(one.finditer(words))
            begins = [hit.start() for hit in sums_told]
            for hit in total.finditer(words):
                start = starts[bisect_right(starts, hit.start()) - 1]
                before = sums_told[bisect_left(begins, start) : bisect_left(begins, hit.start())]
                if not 2 <= len(before) <= MOST_SUMMANDS or _NO_ADDING.search(words, start, hit.start()):
                    continue
                # Of the last two, of the last three, of all.
                if _money(hit) not in list(accumulate(map(_money, reversed(before))))[1:]:
                    excerpt = words[start : hit.end()].strip()
                    yield Remark(
                        "sums", passage.place, excerpt, T("What is added up here does not come to this total.")
                    )


_IN_FIGURES = (
    re.compile(rf"({_FIGURE})([万亿]?)\s*(?:元|yuan|pounds)"),
    re.compile(rf"(?:CNY|RMB|GBP|¥|￥|£)\s*({_FIGURE})()"),
)
_IN_SIGNS = re.compile(rf"[{PLAIN_SIGNS}{FORMAL_SIGNS}]{{2,40}}")


def _told(words: str) -> Iterator[int | None]:
    """Every sum a text speaks of, in figures or in Chinese signs."""
    for pattern in _IN_FIGURES:
        yield from (_money(hit) for hit in pattern.finditer(words))
    yield from (formal_amount(hit[0]) for hit in _IN_SIGNS.finditer(words))


def awards(draft: Draft) -> Iterator[Remark]:
    """A sum ordered that stands nowhere in reasons which do speak of sums."""
    told = {sum_ for passage in draft.of("reasons") for sum_ in _told(passage.words)} - {None}
    if not told or draft.short:
        return
    for award in draft.awards:
        if award not in told and award != sum(draft.awards):
            written = f"{award / 100:,.2f}"
            yield Remark(
                "awards",
                T("Orders"),
                written,
                T("The reasons name sums, and this one that is ordered is not among them."),
            )


# Days

_MONTHS = {name: number for number, name in enumerate(words_of("months"), 1)}
_DAY_ZH = r"(\d{4})年(\d{1,2})月(\d{1,2})日"
_DAY_EN = rf"(\d{{1,2}})\s+({'|'.join(_MONTHS)})\s+(\d{{4}})"
_DAY_ISO = r"\b(\d{4})-(\d{2})-(\d{2})\b"
_SPAN_ZH = re.compile(rf"自({_DAY_ZH})(?:起)?[至到]({_DAY_ZH})")
_SPAN_EN = re.compile(rf"(?:from|between)\s+({_DAY_EN})\s+(?:to|until|and)\s+({_DAY_EN})", re.I)


def _days(words: str) -> Iterator[tuple[str, date | None]]:
    for hit in re.finditer(_DAY_ZH, words):
        yield hit[0], _day(int(hit[1]), int(hit[2]), int(hit[3]))
    for hit in re.finditer(_DAY_EN, words, re.I):
        yield hit[0], _day(int(hit[3]), _MONTHS[hit[2].casefold()], int(hit[1]))
    for hit in re.finditer(_DAY_ISO, words):
        yield hit[0], _day(int(hit[1]), int(hit[2]), int(hit[3]))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def days(draft: Draft) -> Iterator[Remark]:
    """A day that is in no calendar, a stretch that ends before it begins, something told as past that is still to come."""
    for passage in draft.of(*ALL):
        for words, day in _days(passage.words):
            if day is None:
                yield Remark("days", passage.place, words, T("There is no such day in the calendar."))
            elif passage.part == "history" and day > draft.decided_on:
                yield Remark("days", passage.place, words, T("This is told as past, and the day is still to come."))
        if passage.part == "history":
            yield from _heard_before(passage)
        for pattern in (_SPAN_ZH, _SPAN_EN):
            for hit in pattern.finditer(passage.words):
                found = [day for _, day in _days(hit[0])]
                if len(found) == 2 and found[0] is not None and found[1] is not None and found[1] < found[0]:
                    yield Remark("days", passage.place, hit[0], T("This stretch of time ends before it begins."))


_ACCEPTED = (
    re.compile(rf"({_DAY_ZH})[^。；，,日]{{0,10}}?(?:立案|受理)"),
    re.compile(rf"\b(?:accepted|issued|lodged)[^.;]{{0,20}}? on ({_DAY_EN})", re.I),
)
_HEARD = (
    re.compile(rf"({_DAY_ZH})[^。；，,日]{{0,12}}?开庭"),
    re.compile(rf"\bheard[^.;]{{0,20}}? on ({_DAY_EN})", re.I),
)


def _heard_before(passage: Passage) -> Iterator[Remark]:
    """A hearing on a day before the first on which the case was accepted."""
    for accepted, heard in zip(_ACCEPTED, _HEARD, strict=True):
        begun = [day for hit in accepted.finditer(passage.words) for _, day in _days(hit[1]) if day is not None]
        for hit in heard.finditer(passage.words) if begun else ():
            for words, day in _days(hit[1]):
                if day is not None and day < min(begun):
                    yield Remark(
                        "days", passage.place, words, T("This hearing is told as before the day the case was accepted.")
                    )


# The file

_LABEL = re.compile(r"(?<![A-Za-z0-9-])([A-Z]\d{0,2})-(\d{1,4})(?![\dA-Za-z-]|/\d)")
_FACT = re.compile(r"(?:事实|(?<!in )(?<!In )\bfact )\s*(\d{1,3})(?!\d|\s*[年月日元])", re.I)


def exhibits(draft: Draft) -> Iterator[Remark]:
    """An exhibit that is not in the file, was withdrawn, or was never examined."""
    prefixes = {label.partition("-")[0] for label in draft.exhibits} | {"C", "R", "T"}
    for passage in draft.of(*OWN):
        for hit in _LABEL.finditer(passage.words):
            if hit[1] not in prefixes:
                continue
            standing = draft.exhibits.get(hit[0])
            if standing is None:
                yield Remark("exhibits", passage.place, hit[0], T("There is no exhibit with this label in the file."))
            elif standing is Standing.WITHDRAWN:
                yield Remark(
                    "exhibits", passage.place, hit[0], T("This exhibit was withdrawn; the decision cannot rest on it.")
                )
            elif standing is Standing.NOT_EXAMINED and passage.part == "reasons":
                yield Remark(
                    "exhibits",
                    passage.place,
                    hit[0],
                    T("This exhibit was never open to cross-examination; the decision cannot rest on it."),
                )


def facts(draft: Draft) -> Iterator[Remark]:
    """A numbered fact that nobody told."""
    for passage in draft.of(*OWN):
        for hit in _FACT.finditer(passage.words):
            if hit[1] not in draft.facts:
                yield Remark("facts", passage.place, hit[0], T("There is no fact with this number in claim or answer."))


# Reasons

_SIGNS = "".join(words_of("signs_zh"))
_EMPTY = frozenset((*words_of("empty_zh"), *words_of("empty_en")))


def _gist(words: str, *, chinese: bool) -> set[str]:
    if chinese:
        runs = re.findall(f"[^\\W\\da-zA-Z_{_SIGNS}]+", words)
        return {run[at : at + 2] for run in runs for at in range(len(run) - 1)} - _EMPTY
    return {word[:6] for word in re.findall(r"[a-z]{4,}", words.casefold()) if word not in _EMPTY}


SPOKEN = 0.2
"""A fifth of what a question speaks of comes up in reasons that answer it, whatever words it shares by chance."""


def answered(draft: Draft) -> Iterator[Remark]:
    """A question in dispute to which no word of the reasons speaks."""
    reasons = "\n".join(passage.words for passage in draft.of("reasons"))
    if draft.short or not reasons:
        return
    # The name of a law answers nothing.
    spoken_in = re.sub("《[^》]*》", " ", reasons)
    for law in statutes(draft.pack):
        for name in law.names:
            spoken_in = spoken_in.replace(name, " ")
    spoken = _gist(spoken_in, chinese=draft.is_chinese)
    for passage in draft.of("issues"):
        for line in passage.words.splitlines():
            if line.rstrip().endswith((":", "：")):
                continue  # It leads to the questions and asks none.
            asked = _gist(line, chinese=draft.is_chinese)
            if len(asked & spoken) < SPOKEN * len(asked):
                yield Remark(
                    "answered", passage.place, line.strip(), T("No word of the reasons speaks to this question.")
                )


BARE_ZH, BARE_EN = 60, 40
"""Reasons with fewer signs, or words, that name nothing of the case are a formula."""


def formula(draft: Draft) -> Iterator[Remark]:
    """Reasons that would fit every case."""
    found = list(draft.of("reasons"))
    words = "".join(passage.words for passage in found)
    if not found or draft.short:
        return
    length = len(words) if draft.is_chinese else len(words.split())
    names_something = (
        _LABEL.search(words)
        or _FACT.search(words)
        or any(True for _ in _days(words))
        or re.search(r"\d", words)
        or any(True for _ in draft.of("articles"))
        or any(name in words for names in draft.names.values() for name in names)
    )
    if length < (BARE_ZH if draft.is_chinese else BARE_EN) and not names_something:
        yield Remark(
            "formula",
            found[0].place,
            words[:80],
            T("These reasons name no fact, no evidence and no law of this case: say why."),
        )


# The result

_SENTENCE_ZH, _SENTENCE_EN = re.compile("[^。；;]+"), re.compile(r"[^.;]+")
_CLAIM_ZH, _CLAIM_EN = re.compile("诉讼请求|诉请"), re.compile(r"\b(?:claims?|head of claim)\b", re.I)
_REFUSED_ZH = re.compile("应予驳回|予以驳回|不予支持|不能成立")
_UPHELD_ZH = re.compile("予以支持|应予支持|依法支持|于法有据")
_NOT_ZH = re.compile("[不未无难非没]")
_OTHERS_ZH = re.compile(
    "抗辩|反诉|申请|答辩|辩称|(?<!本院)认为|意见|理由是|是否|应否|能否|如果|主张驳回|要求驳回|请求驳回|请求法院|部分|超出|其余|其他|过高"
)
_ANY_TWO = r"(?:(?!not\b|no\b|never\b|hardly\b)\w+\s+){0,2}"
_REFUSED_EN = re.compile(
    rf"\b(?:is|are|must be|will be)\s+{_ANY_TWO}(?:dismissed|refused|rejected)",
    re.I,
)
_UPHELD_EN = re.compile(
    rf"\b(?:is|are)\s+{_ANY_TWO}(?:upheld|well founded|allowed|granted|justified)",
    re.I,
)
_OTHERS_EN = re.compile(
    r"\b(?:counterclaim|defence|objection|application|asks|asked|argues|argued|submits|says|said|contends|contended|maintains"
    r"|maintained|whether|if|remainder|rest|beyond|excess|part)\b",
    re.I,
)


def _refused(draft: Draft, sentence: str) -> str | None:
    """The words of a sentence in which the court refuses what is claimed."""
    claim, verdict = (_CLAIM_ZH, _REFUSED_ZH) if draft.is_chinese else (_CLAIM_EN, _REFUSED_EN)
    first = claim.search(sentence)
    found = verdict.search(sentence, first.end()) if first is not None else None
    if found is None and draft.is_chinese and "驳回" in sentence:
        found = claim.search(sentence, sentence.index("驳回"))
    return sentence[: found.end()] if found is not None else None


def _upheld(draft: Draft, sentence: str) -> str | None:
    """The words of a sentence in which the court upholds what is claimed; nothing where it says that it does not."""
    claim, verdict = (_CLAIM_ZH, _UPHELD_ZH) if draft.is_chinese else (_CLAIM_EN, _UPHELD_EN)
    first = claim.search(sentence)
    if first is None:
        return None
    for found in verdict.finditer(sentence, first.end()):
        clause = max(sentence.rfind(sign, 0, found.start()) for sign in "，,、") + 1
        if not draft.is_chinese or _NOT_ZH.search(sentence, clause, found.start()) is None:
            return sentence[: found.end()]
    return None


def result(draft: Draft) -> Iterator[Remark]:
    """Reasons that say the opposite of what is ordered."""
    if draft.grants == draft.dismisses:
        return
    sentences, others = (_SENTENCE_ZH, _OTHERS_ZH) if draft.is_chinese else (_SENTENCE_EN, _OTHERS_EN)
    said, words = (
        (_refused, T("The reasons refuse what is claimed, and no order dismisses anything."))
        if draft.grants
        else (_upheld, T("The reasons uphold what is claimed, and every order dismisses it."))
    )
    for passage in draft.of("reasons"):
        for sentence in sentences.finditer(passage.words):
            found = said(draft, sentence[0])
            if found is not None and not others.search(found):
                yield Remark("result", passage.place, found.strip(), words)


_APPEAL_ZH = re.compile(
    "如不服本判决[^。]{0,20}?([零一二三四五六七八九十]{1,3}|\\d{1,2})日内[^。]{0,40}上诉|如不服本判决[^。]{0,40}上诉"
)
_FINAL_ZH = re.compile("本判决为终审判决|本判决为终局判决|一审终审")
_APPEAL_EN = re.compile(
    r"appeal(?:ed)?[^.;]{0,40}within\s+(\d{1,2}|[a-z-]{3,12})\s+days|within\s+(\d{1,2}|[a-z-]{3,12})\s+days[^.;]{0,60}\bappeal",
    re.I,
)
_FINAL_EN = re.compile(r"\bthis (?:judgment|decision) is final\b|\bno appeal lies\b", re.I)


def remedy(draft: Draft) -> Iterator[Remark]:
    """What the text says of an appeal against what the rules of the case say; the court's own line is set under it anyway."""
    right = (
        T(
            "Against this decision there is an appeal within %(days)s days; the line below the orders says so.",
            days=draft.appeal_days[0],
        )
        if draft.appeal_days
        else T("Against this decision there is no appeal; the line below the orders says so.")
    )
    for passage in draft.of("reasons", "orders", "history"):
        appeal, final = (_APPEAL_ZH, _FINAL_ZH) if draft.is_chinese else (_APPEAL_EN, _FINAL_EN)
        for hit in appeal.finditer(passage.words):
            days = _count(next((one for one in hit.groups() if one), None))
            if not draft.appeal_days or (days is not None and days not in draft.appeal_days):
                yield Remark("remedy", passage.place, hit[0], right)
        if draft.appeal_days:
            for hit in final.finditer(passage.words):
                yield Remark("remedy", passage.place, hit[0], right)


def _count(written: str | None) -> int | None:
    if written is None:
        return None
    return (
        int(written)
        if written.isdigit()
        else chinese_whole(written)
        if not written.isascii()
        else english_whole(written)
    )


CHECKS: Mapping[str, tuple[Text, Check]] = MappingProxyType(
    {
        "articles": (T("Articles exist and were in force"), articles),
        "names": (T("Names are written as on the docket"), names),
        "roles": (T("Roles are not exchanged"), roles),
        "amounts": (T("Sums in words and in figures agree"), amounts),
        "sums": (T("Totals add up"), sums),
        "awards": (T("Sums ordered stand in the reasons"), awards),
        "days": (T("Days exist and are in order"), days),
        "exhibits": (T("Exhibits are in the file and were examined"), exhibits),
        "facts": (T("Facts named by number were told"), facts),
        "answered": (T("Every question in dispute is answered"), answered),
        "formula": (T("The reasons speak of this case"), formula),
        "result": (T("Reasons and orders agree"), result),
        "remedy": (T("What is said of an appeal is right"), remedy),
        "heads": (T("Heads of the claim named by number were asked for"), of_file.heads),
        "weighed": (T("What is said of an exhibit is what was found on it"), of_file.weighed),
        "language": (T("The text is in the language of the decision"), of_rules.language),
        "procedure": (T("The procedure named is that of the case"), of_rules.procedure),
        "costs": (T("What is said of the court fee is what was decided"), of_rules.costs),
        "late": (T("What is said of paying late is right"), of_rules.late),
        "guiding": (T("Guiding cases parties rely on are answered"), of_file.guiding),
    }
)
"""Each check with what it looks at, as the desk lists it."""


def check(draft: Draft) -> list[Remark]:
    """Everything the checks find, in the order of the checks; the same words in one place once."""
    found: dict[tuple[str, str, str], Remark] = {}
    for _, look in CHECKS.values():
        for remark in look(draft):
            found.setdefault((remark.kind, remark.place.render("en"), remark.excerpt), remark)
    return list(found.values())
