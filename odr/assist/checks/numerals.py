"""Numbers as papers write them: Chinese figures for money, Chinese and English words, amounts in figures."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path

_FORMAL = {c: n for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")} | {"〇": 0, "两": 2, "貳": 2, "陸": 6}
_PLAIN = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"拾": 10, "佰": 100, "仟": 1000, "十": 10, "百": 100, "千": 1000}
_GROUPS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
PLAIN_SIGNS = "〇一二三四五六七八九十百千两"
FORMAL_SIGNS = "零壹贰貳叁肆伍陆陸柒捌玖拾佰仟万萬亿億圆元角分整正"


def words_of(list_name: str) -> tuple[str, ...]:
    """A list of ``words.toml``, in its order."""
    found: dict[str, str] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
    return tuple(found[list_name].split())


_ENGLISH = {word: number for number, word in enumerate(words_of("small"))} | {
    word: 10 * number for number, word in enumerate(words_of("tens"), 2)
}
_SCALES = {"thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}


def figures(written: str) -> int | None:
    """An amount in figures, ``1,234.5``, in hundredths; None for what is none or has more than two decimals."""
    plain = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", written))
    if re.fullmatch(r"\d{1,15}(\.\d{1,2})?", plain) is None:
        return None
    whole, _, part = plain.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def chinese_whole(written: str) -> int | None:
    """A whole number in Chinese, formal or plain: 壹仟零贰拾 → 1020, 一千一百七十九 → 1179; None for what is none."""
    total = section = digit = 0
    if not written:
        return None
    for sign in written:
        if sign in _FORMAL or sign in _PLAIN:
            digit = _FORMAL.get(sign, _PLAIN.get(sign, 0))
        elif sign in _UNITS:
            section += (digit or 1) * _UNITS[sign]
            digit = 0
        elif sign in _GROUPS:
            section += digit
            total = (
                (total + section) * _GROUPS[sign]
                if _GROUPS[sign] > 10_000 and total
                else total + (section or 1) * _GROUPS[sign]
            )
            section = digit = 0
        else:
            return None
    return total + section + digit


def formal_amount(written: str) -> int | None:
    """Money in Chinese figures, 壹仟贰佰元伍角整, in hundredths; None for what is none."""
    found = re.fullmatch(r"([^圆元角分整正]+)(?:圆|元|$)(?:([^角分整正])角)?(?:零?([^角分整正])分)?(?:整|正)?", written)
    if found is None:
        return None
    whole = chinese_whole(found[1])
    parts = [_FORMAL.get(sign, None) if sign else 0 for sign in (found[2], found[3])]
    if whole is None or None in parts:
        return None
    return whole * 100 + (parts[0] or 0) * 10 + (parts[1] or 0)


def english_whole(written: str) -> int | None:
    """A whole number in English words, ``one thousand two hundred and five`` → 1205; None for what is none."""
    words = [word for word in re.split(r"[\s-]+", written.casefold().strip()) if word and word != "and"]
    if not words:
        return None
    total = section = 0
    for word in words:
        if word in _ENGLISH:
            section += _ENGLISH[word]
        elif word == "hundred":
            section = (section or 1) * 100
        elif word in _SCALES:
            total += (section or 1) * _SCALES[word]
            section = 0
        else:
            return None
    return total + section
