"""By what a name is replaced: surname and 某 (JDP 9), an organisation's kind of business, or letters that say nothing."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from odr.procedure.rules.redaction import Private, Style
from odr.register.redaction.folding import folded, is_han, tight
from odr.register.redaction.latin import surname_pinyin
from odr.register.redaction.surnames import CITIES, COMPOUND, ENGLISH_FORMS, ENGLISH_TRADES, FORMS, TRADES

DOTS = "·•・‧∙⋅･●"
_DOTTED = re.compile(f"[{DOTS}]")
_REGION = re.compile(
    r"^(?:中国|中华|[\u4e00-\u9fff]{2,6}?(?:省|自治区|特别行政区))?(?:[\u4e00-\u9fff]{2,6}?(?:市|自治州|盟))?"
    r"(?:[\u4e00-\u9fff]{1,6}?(?:区|县|旗))?"
)


@dataclass(frozen=True)
class HanName:
    """A Chinese name in its two parts; a name with dots or of another tradition has no surname."""

    surname: str
    given: str


def split_name(name: str) -> HanName | None:
    """Surname and given name of a Han name; None where it is written with dots or is no such name."""
    plain = tight(name).words
    if _DOTTED.search(plain) or not is_han(plain) or not 2 <= len(plain) <= 4 or not all(map(is_han, plain)):
        return None
    for length in (2, 1):
        if plain[:length] in COMPOUND and len(plain) > length:
            return HanName(plain[:length], plain[length:])
    return HanName(plain[0], plain[1:])


def kept_of_person(name: str, language: str) -> str:
    """What stays of a person's name: the surname of a Han name, the first sign of any other (JDP 9)."""
    name = name.strip()
    if not is_han(name):
        return next((sign for sign in name if sign.isalpha()), name[:1]).upper()
    han = split_name(name)
    return han.surname if han else tight(name).words[0]


def masked_person(name: str, language: str) -> str:
    """李某, 欧阳某, 阿某; of a Latin name its first letter (JDP 9(1)–(3)); "Li Mou" in an English text."""
    kept = kept_of_person(name, language)
    if not is_han(kept):
        return kept
    return f"{kept}某" if language == "zh-Hans" else f"{surname_pinyin(kept)[0].capitalize()} Mou"


def core_of(name: str) -> str:
    """The proper part of an organisation's name: without region, business and form. "" where nothing is left."""
    rest = _without_region(re.sub(r"[（(][^）)]*[）)]", "", tight(name).words))
    at = [place for word in (*TRADES, *FORMS) if (place := rest.find(word)) > 0]
    return rest[: min(at)] if at else ""


def _without_region(name: str) -> str:
    match = _REGION.match(name)
    if match and match[0] and len(name) - len(match[0]) >= 4:
        return name[match.end() :]
    for city in CITIES:
        if name.startswith(city) and len(name) - len(city) >= 4:
            return name[len(city) :]
    return name


def masked_organisation(name: str, language: str) -> str:
    """某信息技术公司: what stays is the business and the form; "Mou Technology Co." in English."""
    if not is_han(name):
        return masked_latin_organisation(name)
    rest = re.sub(r"[（(][^）)]*[）)]", "", tight(name).words)
    form = next((each for each in FORMS if rest.endswith(each)), "")
    short = re.sub("股份|有限|责任", "", form) or "单位"
    body = rest[: len(rest) - len(form)] if form else rest
    at = min(((place, -len(word), word) for word in TRADES if (place := body.find(word)) > 0), default=None)
    trade = at[2] if at else ""
    if language == "zh-Hans":
        return f"某{trade}{short}"
    return " ".join(
        ("Mou", *([_ENGLISH.get(trade, "")] if _ENGLISH.get(trade) else []), _ENGLISH_FORM.get(short, "Co."))
    )


_ENGLISH = {
    "信息技术": "Information Technology",
    "网络科技": "Network Technology",
    "电子商务": "E-Commerce",
    "科技": "Technology",
    "技术": "Technology",
    "网络": "Network",
    "商贸": "Trading",
    "贸易": "Trading",
    "食品": "Food",
    "药业": "Pharmaceutical",
    "医药": "Pharmaceutical",
    "服饰": "Fashion",
    "服装": "Clothing",
    "物流": "Logistics",
    "快递": "Express",
    "速递": "Express",
    "教育": "Education",
    "文化": "Culture",
    "传媒": "Media",
    "保险": "Insurance",
    "银行": "Bank",
    "旅游": "Travel",
}
_ENGLISH_FORM = {"店": "Shop", "网店": "Shop", "旗舰店": "Shop", "银行": "Bank", "医院": "Hospital", "平台": "Market"}


def masked_latin_organisation(name: str) -> str:
    """ "Haiyun Technology Co., Ltd." → "Mou Technology Co."."""
    words = " ".join(latin_core_words(name)).casefold()
    found = next((each for each in ENGLISH_TRADES if re.search(rf"\b(?:{each})\b", words)), "")
    match = re.search(rf"\b(?:{found})\b", words) if found else None
    return f"Mou {match[0].title()} Co." if match else "Mou Co."


def latin_core_words(name: str) -> list[str]:
    """The words of a Latin organisation's name without its legal form."""
    words = re.findall(r"[^\W_]+", name)
    while len(words) > 1 and words[-1].casefold() in ENGLISH_FORMS:
        words.pop()
    return words


def pseudonyms(taken: Iterable[str]) -> Iterable[str]:
    """Letters that say nothing: AA, BB, … without those that are taken."""
    used = set(taken)
    for length in (2, 3, 4, 5):
        for letter in string.ascii_uppercase:
            if (name := letter * length) not in used:
                yield name


@dataclass(frozen=True)
class Person:
    """Somebody to be named anew: kind, the register's name, and the key under which the new name is handed on."""

    kind: Private
    name: str

    @property
    def key(self) -> str:
        """The folded name."""
        return folded(self.name)


def rename(people: Sequence[Person], style: Style, language: str, naming: Mapping[str, str]) -> dict[str, str]:
    """A new name for each, by :attr:`Person.key`; those that would read the same get a number in the order they come.

    ``naming`` is what an earlier decision of the same dispute used: it holds on, and its names are taken.
    """
    made = {each.key: naming[each.key] for each in people if each.key in naming}
    taken = set(naming.values())
    new = [each for each in dict.fromkeys(people) if each.key not in made]
    if style is Style.PSEUDONYM:
        initials = {"".join(word[0] for word in each.name.split()).upper() for each in people if each.name.split()}
        letters = iter(pseudonyms(taken | initials))
        for each in new:
            made.setdefault(each.key, next(letters))
        return made
    plain: dict[str, str] = {}
    for each in new:
        plain.setdefault(
            each.key,
            masked_person(each.name, language)
            if each.kind is Private.PERSON
            else masked_organisation(each.name, language),
        )
    for key, mask in plain.items():
        alone = list(plain.values()).count(mask) == 1 and mask not in taken
        number, name = 1, mask
        while not alone and (name == mask or name in taken):
            name = f"{mask}{number}" if is_han(mask) or len(mask) == 1 else f"{mask} {number}"
            number += 1
        made[key] = name
        taken.add(name)
    return made
