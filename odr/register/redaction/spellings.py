"""Every way a known name, number or address is written, as patterns over the folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from odr.procedure.rules.redaction import Private
from odr.register.redaction.folding import folded, is_han, tight
from odr.register.redaction.known import Known, Standing
from odr.register.redaction.latin import MOST_READINGS, readings, surname_pinyin
from odr.register.redaction.naming import DOTS, HanName, core_of, latin_core_words, split_name
from odr.register.redaction.surnames import WORDLIKE

DIGITS = dict(
    zip(
        "0123456789",
        ("0零〇", "1一幺壹", "2二两贰", "3三叁", "4四肆", "5五伍", "6六陆", "7七柒", "8八捌", "9九玖"),
        strict=True,
    )
)


PARTING = "()[]{}<>+【】〔〕〖〗「」『』《》〈〉"
"""Brackets and plus signs that somebody puts into a name, as they are folded."""
_PARTED = f"[{re.escape(PARTING)}]{{0,2}}"


@dataclass(frozen=True)
class Spelling:
    """A pattern over the folded text. ``script``: "han" stands anywhere, "latin" only as a word of its own, "digits"
    anywhere where it is long, "parted" and "latin parted" where brackets or plus signs stand within the name, and every bracket
    is closed around a part of it.
    """

    pattern: str
    script: str
    standing: Standing = Standing.FIXED
    is_whole: bool = False
    """The whole name, which is looked for across the end of a line even where it is a word too."""


def _syllables(latin: tuple[str, ...]) -> str:
    """Syllables as they are typed: with a tone's number, ü as u, v, yu or ue."""
    return "".join(re.escape(folded(each)).replace("lu", "l(?:u|v|yu|ue)" if "ü" in each else "lu").replace(
        "nu", "n(?:u|v|yu|ue)" if "ü" in each else "nu") + "[0-5]?" for each in latin)  # fmt: skip


def spellings(known: Known) -> Iterator[Spelling]:
    """All spellings of something the docket knows."""
    for name in known.names:
        if known.kind is Private.PERSON:
            yield from _person(name)
        elif known.kind is Private.ORGANISATION:
            yield from _organisation(name)
        elif known.kind is Private.ADDRESS:
            yield from _address(name)
        elif known.kind is Private.EMAIL:
            yield from _email(name)
        else:
            yield from _datum(name)


def _literal(name: str, standing: Standing = Standing.FIXED) -> Iterator[Spelling]:
    plain = folded(name)
    if plain:
        yield Spelling(re.escape(plain), "han" if is_han(plain) else "latin", standing)


def _person(name: str) -> Iterator[Spelling]:
    plain = folded(name)
    if not is_han(name):
        yield from _latin_person(name)
        return
    yield Spelling(re.escape(plain), "han", Standing.PROPOSED if plain in WORDLIKE else Standing.FIXED, is_whole=True)
    yield from _parted(plain, Standing.OPEN if plain in WORDLIKE else Standing.PROPOSED)
    parts = [part for part in re.split(f"[{DOTS}]", tight(name).words) if part]
    if len(parts) > 1:
        yield from _latin_of(parts)
        for at, part in enumerate(parts):
            if len(part) > 1:
                yield Spelling(
                    re.escape(folded(part)), "part", Standing.FIXED if at == 0 and len(part) > 2 else Standing.PROPOSED
                )
        return
    han = split_name(name)
    if han is None:
        yield from _latin_of([plain])
        return
    if len(han.given) > 1:
        standing = Standing.OPEN if han.given in WORDLIKE else Standing.PROPOSED
        yield Spelling(re.escape(folded(han.given)), "han", standing)
    yield Spelling(f"[小阿]{re.escape(folded(han.given[-1]))}(?![\u4e00-\u9fff]某)", "nick", Standing.OPEN)
    yield from _in_latin(han)
    if len(han.surname) > 1:  # 欧阳文: somebody may be called 欧 and read so
        yield from _in_latin(HanName(han.surname[0], han.surname[1:] + han.given))


def _parted(plain: str, standing: Standing = Standing.PROPOSED) -> Iterator[Spelling]:
    """李（雷）, （李）雷, 李+雷: the whole name, with brackets or plus signs within."""
    signs = [sign for sign in plain if sign not in PARTING]
    if len(signs) > 1:
        yield Spelling(_PARTED.join(map(re.escape, signs)), "parted", standing)


def _in_latin(han: HanName) -> Iterator[Spelling]:
    """A name in Latin letters: every reading, in both orders, with a comma or without."""
    given = [_syllables(each) for each in readings(han.given)]
    for surname in surname_pinyin(han.surname):
        first = _syllables((surname,)) if len(han.surname) == 1 else _syllables(_apart(surname, han.surname))
        for last in given:
            for one, other in ((first, last), (last, first)):
                yield Spelling(f"{one},?{other}", "latin")
                yield Spelling(f"{one}{_PARTED}{other}", "latin parted", Standing.PROPOSED)


def _apart(latin: str, han: str) -> tuple[str, ...]:
    """The syllables of a compound surname, as far as they can be told apart."""
    for each in readings(han):
        if "".join(each) == latin:
            return each
    return (latin,)


def _latin_of(parts: list[str]) -> Iterator[Spelling]:
    """Latin spellings of a name of several parts: all together, and the first alone where it is long."""
    each = [[_syllables(one) for one in readings(folded(part))[:4]] for part in parts]
    for whole in list(product(*each))[:MOST_READINGS]:
        yield Spelling("".join(whole), "latin")
        if len(whole) > 1:
            yield Spelling("".join(reversed(whole)), "latin")
    if len(parts) > 1 and len(parts[0]) > 1:
        for first in each[0]:
            yield Spelling(first, "latin")


def _latin_person(name: str) -> Iterator[Spelling]:
    words = re.findall(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*", name)
    plain = [re.escape(folded(word)) for word in words]
    if not plain:
        yield from _literal(name)
        return
    yield Spelling("".join(plain), "latin", is_whole=len(plain) > 1 or "-" in words[0])
    if len(plain) > 1:
        yield Spelling(plain[-1] + ",?" + "".join(plain[:-1]), "latin")
        yield Spelling(plain[0] + plain[-1], "latin")
        yield Spelling(plain[0][0] + plain[-1], "initial")
        for word, pattern in zip(words, plain, strict=True):
            if len(word) > 2:
                yield Spelling(pattern, "word", Standing.PROPOSED if word is not words[-1] else Standing.FIXED)
    # Who has two family names is often called by one of them.
    for part in words[-1].split("-") if "-" in words[-1] else ():
        if len(part) > 2:
            yield Spelling(re.escape(folded(part)), "word", Standing.PROPOSED)


def _organisation(name: str) -> Iterator[Spelling]:
    yield from _literal(name)
    if not is_han(name):
        words = latin_core_words(name)
        whole = "".join(re.escape(folded(word)) for word in words)
        if len(words) > 1:
            yield Spelling(whole, "latin")
            yield Spelling(re.escape(folded(words[0])), "word", Standing.PROPOSED)
        else:
            yield Spelling(whole, "word")
        return
    plain = tight(name).words
    yield from _parted(folded(name))
    for short in {re.sub("股份|有限|责任", "", plain), re.sub(r"[（(][^）)]*[）)]", "", plain)} - {plain}:
        yield from _literal(short)
    core = core_of(name)
    if len(core) > 1:
        at = plain.find(core)
        yield from _literal(plain[at:])
        yield from _literal(re.sub("股份|有限|责任", "", plain[at:]))
        yield Spelling(re.escape(folded(core)), "han", Standing.OPEN if core in WORDLIKE else Standing.PROPOSED)
        for each in readings(folded(core))[:4]:
            yield Spelling(_syllables(each), "latin", Standing.PROPOSED)


def district_of(address: str) -> tuple[str, str]:
    """An address in two: down to district or county, and the rest."""
    plain = tight(address).words
    kept = re.match(
        r"(?:中国)?(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区|特别行政区))?(?:[\u4e00-\u9fff]{1,8}?(?:市|自治州|盟|地区))?"
        r"(?:[\u4e00-\u9fff]{1,8}?(?:新区|区|县|旗|市(?!场)))?",
        plain,
    )
    end = kept.end() if kept and kept.end() < len(plain) else 0
    return plain[:end], plain[end:]


def _address(name: str) -> Iterator[Spelling]:
    if not is_han(name):
        yield from _literal(name)
        parts = [part.strip() for part in re.split(r"[,;\n]", name)]
        for part in parts:
            if len(folded(part)) > 4 and any(sign.isdigit() for sign in part):
                yield from _literal(part)
        if len(parts) > 1:
            yield Spelling("[,;\\n]*".join(re.escape(folded(part)) for part in parts if folded(part)), "latin")
        return
    whole, (_, tail) = tight(name).words, district_of(name)
    for each in {whole, tail}:
        if len(each) > 2:
            yield Spelling(_counted(each), "han")
    house = re.match(r"(.{2,}?\d+(?:号|弄|组|室|幢|栋))(.+)$", tail)
    if house:
        yield Spelling(_counted(house[1]), "han")
        if len(house[2]) > 4:
            yield Spelling(_counted(house[2]), "han", Standing.PROPOSED)


def _counted(address: str) -> str:
    """An address as a pattern: its digits in either script, commas between."""
    return "[,，、]?".join(f"[{DIGITS[sign]}]" if sign in DIGITS else re.escape(sign) for sign in folded(address))


def _email(name: str) -> Iterator[Spelling]:
    user, _, host = name.partition("@")
    start, end = re.escape(folded(user)), re.escape(folded(host.replace(".", "")))
    if not end:
        yield from _datum(name)
        return
    dotted = "(?:dot|点)?".join(re.escape(folded(part)) for part in host.split("."))
    yield Spelling(rf"{start}[(\[{{]?(?:@|at|艾特|#)[)\]}}]?(?:{end}|{dotted})", "latin")
    if len(user) > 4:
        yield Spelling(start, "token", Standing.PROPOSED)


def _datum(name: str) -> Iterator[Spelling]:
    plain = folded(name)
    if plain and all(sign in "0123456789x()+," for sign in plain) and sum(map(str.isdigit, plain)) > 4:
        signs = [sign for sign in plain if sign in "0123456789x"]
        if len(signs) > 11 and "".join(signs).startswith("86"):
            signs = signs[2:]
        yield Spelling("[()+,]*".join(f"[{DIGITS[sign]}]" if sign in DIGITS else sign for sign in signs), "digits")
        return
    if plain:
        yield Spelling(re.escape(plain), "han" if is_han(plain) else "token")
