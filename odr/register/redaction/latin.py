"""Chinese names in Latin letters: how surnames are read, and every reading of a name's signs."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

SURNAME_READINGS = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "区": "ou", "查": "zha", "任": "ren", "盖": "ge", "朴": "piao", "尉迟": "yuchi", "万俟": "moqi", "缪": "miao", "乐": "yue",
    "折": "she", "逄": "pang", "冼": "xian", "翟": "zhai", "覃": "qin", "长孙": "zhangsun", "澹台": "tantai", "令狐": "linghu", "晏": "yan", "郗": "xi", "宓": "fu", "牟": "mou", "员": "yun",
    "贾": "jia", "柏": "bai", "纪": "ji", "葛": "ge", "宁": "ning", "隗": "wei", "燕": "yan", "应": "ying", "於": "yu", "祭": "zhai", "黑": "he", "繁": "po", "秘": "bi", "洗": "xian", "种": "chong",
    "吕": "lü", "闾丘": "lüqiu",
}  # fmt: skip
"""Surnames that are read otherwise than the sign usually is."""
MOST_READINGS = 24


@lru_cache(maxsize=4096)
def surname_pinyin(surname: str) -> tuple[str, ...]:
    """Readings of a surname in Latin letters, the right one first."""
    found = [SURNAME_READINGS[surname]] if surname in SURNAME_READINGS else []
    found += ["".join(each) for each in readings(surname)]
    return tuple(dict.fromkeys(found))


def readings(han: str) -> list[tuple[str, ...]]:
    """Syllables of each reading of some signs, the usual one first, at most :data:`MOST_READINGS`."""
    return _readings(han)


@lru_cache(maxsize=4096)
def _readings(han: str) -> list[tuple[str, ...]]:
    usual = [each[0] for each in _read(han)]
    signs = (
        [_of_sign(sign, first) for sign, first in zip(han, usual, strict=True)]
        if len(usual) == len(han)
        else [(each,) for each in usual]
    )
    found: list[tuple[str, ...]] = []
    for each in product(*signs):
        found.append(tuple(each))
        if len(found) >= MOST_READINGS:
            break
    return found


@lru_cache(maxsize=8192)
def _of_sign(sign: str, first: str) -> tuple[str, ...]:
    """A sign's readings, the one it has in its word first; the library gives a known word that reading alone."""
    return tuple(dict.fromkeys([first, *_read(sign, heteronym=True)[0]]))


def _read(han: str, *, heteronym: bool = False) -> list[list[str]]:
    # The library's lists take longer to read than all of the court's own: where a name is first read.
    from pypinyin import Style, pinyin

    return pinyin(han, style=Style.NORMAL, heteronym=heteronym, v_to_u=True)
