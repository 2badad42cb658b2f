"""Words from which an offer may start: they blame nobody, admit nothing, and leave the other side room."""

from __future__ import annotations

from dataclasses import dataclass

from odr.ground.text import T, Text


@dataclass(frozen=True)
class Wording:
    """A template: when it fits, and the words."""

    key: str
    title: Text
    words: Text


def wordings() -> list[Wording]:
    """The templates, from the plainest to the one that only asks."""
    return [
        Wording(
            "done",
            T("To be done with it"),
            T(
                "I would like to settle this without a decision. With this payment the matter would be closed for both of us, whoever may have been right."
            ),
        ),
        Wording(
            "middle",
            T("To meet in the middle"),
            T(
                "We see this differently, and each of us may have a point. I suggest that we meet in the middle, so that neither has to wait for a judgment."
            ),
        ),
        Wording(
            "time",
            T("To pay, but over time"),
            T(
                "I can pay, but not all at once. These are the dates that I can keep; tell me if others would suit you better."
            ),
        ),
        Wording(
            "goods",
            T("To put it right in another way"),
            T(
                "Perhaps something other than money helps more: what is offered below would put it right as far as it can be. Tell me what is missing."
            ),
        ),
        Wording(
            "sorry",
            T("To say that one regrets it"),
            T(
                "I regret that this became so unpleasant. I say it to make peace and without admitting a fault, and I hope that this offer helps to end it."
            ),
        ),
        Wording(
            "ask",
            T("To ask what the other side needs"),
            T(
                "I do not know yet what matters most to you. Please read this as a beginning, and tell me what would settle it for you."
            ),
        ),
    ]


def words_for(key: str, locale: str) -> str | None:
    """The words of a template in the reader's language."""
    return next((w.words.render(locale) for w in wordings() if w.key == key), None)
