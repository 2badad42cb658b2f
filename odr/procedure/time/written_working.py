"""The working of a computation as data, so that it can be kept on the record and read again.

A window or an assessment stores every step of its working. The steps are texts
in the reader's language, so what is stored is the message and its parameters,
never a rendered sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from odr.ground.text import LastDay, Money, SideBySide, Text


@dataclass(frozen=True)
class Bilingual(Text):
    """A text that brings its own translations: a title out of a rule pack.

    ``translations`` maps a BCP 47 tag to the sentence. A pack is data and may
    arrive without a catalogue, so its titles do not depend on one.
    """

    translations: Mapping[str, str] = field(default_factory=dict)

    def render(self, locale: str) -> str:
        """The sentence in ``locale``; English where the pack has no other."""
        return self.translations.get(locale, self.msgid)

    def __hash__(self) -> int:
        return hash((self.msgid, tuple(sorted(self.translations.items()))))


def bilingual(en: str, zh: str) -> Bilingual:
    """A pack's text in the two languages of the court."""
    return Bilingual(en, {}, {"zh-Hans": zh})


def text_to_json(text: Text) -> dict[str, Any]:
    """A text as JSON: message, parameters, and a pack's own translations."""
    written: dict[str, Any] = {"text": text.msgid}
    if text.params:
        written["params"] = {name: _value_to_json(value) for name, value in text.params.items()}
    if isinstance(text, Bilingual):
        written["translations"] = dict(text.translations)
    if isinstance(text, SideBySide):
        written["items"] = [_value_to_json(item) for item in text.items]
    return written


def text_from_json(written: Mapping[str, Any]) -> Text:
    """The text that :func:`text_to_json` wrote."""
    params = {name: _value_from_json(value) for name, value in written.get("params", {}).items()}
    if "translations" in written:
        return Bilingual(written["text"], params, dict(written["translations"]))
    if "items" in written:
        return SideBySide(written["text"], params, tuple(_value_from_json(item) for item in written["items"]))
    return Text(written["text"], params)


def _value_to_json(value: Any) -> Any:
    if isinstance(value, Text):
        return text_to_json(value)
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency}
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, LastDay) and value.closes is not None:
        # The version before reads the day and knows no hour.
        return {"on": value.isoformat(), "closes": value.closes.isoformat()}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    return value


def _value_from_json(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "text" in value:
        return text_from_json(value)
    if "minor" in value:
        return Money(value["minor"], value["currency"])
    if "at" in value:
        return datetime.fromisoformat(value["at"])
    if "closes" in value:
        return LastDay.of(datetime.fromisoformat(f"{value['on']}T{value['closes']}"))
    return date.fromisoformat(value["on"])
