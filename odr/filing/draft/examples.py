"""Examples for the questions people find hard: what is weak, what is better, and why. They bind nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from odr.ground.text import T, Text


@dataclass(frozen=True)
class Example:
    """One answer in two ways."""

    weak: Text
    better: Text
    why: Text


@dataclass(frozen=True)
class Question:
    """A question with its examples; ``step`` is the step of the claim that asks it, if it is one of those."""

    key: str
    title: Text
    examples: tuple[Example, ...]
    step: str | None = None


QUESTIONS: tuple[Question, ...] = (
    Question(
        "facts",
        T("What happened?"),
        (
            Example(
                T("The shop cheated me and everybody knows it."),
                T(
                    "On 6 November 2025 I ordered 30 bottles. On 11 November they came. The label names an additive that the page did not name."
                ),
                T("One thing in each box, with its day. What somebody did can be shown; what somebody is cannot."),
            ),
            Example(
                T("They never answered."),
                T(
                    "On 12 and 15 November I wrote to the shop in the chat and asked for the price back. There was no answer until 20 November."
                ),
                T(
                    "The other side can say yes or no to a day and a sentence. What it does not dispute need not be proved."
                ),
            ),
        ),
        "facts",
    ),
    Question(
        "relief",
        T("What should the court order?"),
        (
            Example(
                T("I want justice and damages."),
                T("Pay money: 3,240.00, the price of 30 bottles. Do something: take the bottles back at its cost."),
                T(
                    "The court can give only what is asked for, and no more. One line for each thing, and what each sum is for."
                ),
            ),
            Example(
                T("All my costs."),
                T("Pay money: 45.00 for sending the goods back, as the receipt of 13 November shows."),
                T(
                    "A sum with a receipt is granted more easily than a round one. The fee is worked out from what you ask for."
                ),
            ),
        ),
        "relief",
    ),
    Question(
        "exhibits",
        T("What does this file show?"),
        (
            Example(
                T("Evidence 1"),
                T("Chat with the shop, 12 to 20 November 2025, whole, exported by the app"),
                T("Name what it is, with whom and when. Send the whole of it: a cut piece is asked about first."),
            ),
            Example(
                T("Proof that they lied"),
                T("The page of the offer on 6 November 2025; shows fact 1, that no additive was named"),
                T("Say which of the facts a file shows. Whether it is enough, the judge decides."),
            ),
        ),
        "exhibits",
    ),
    Question(
        "respondents",
        T("Who is the other side?"),
        (
            Example(
                T("The internet shop"),
                T("Shop “Haiyun” on Baihua Market; order BH-2025-1106-8842"),
                T(
                    "The name as you saw it and the order number are enough: the court asks the platform who is behind it."
                ),
            ),
        ),
        "respondents",
    ),
    Question(
        "answer",
        T("How do I answer a claim?"),
        (
            Example(
                T("None of this is true."),
                T(
                    "Fact 1 is right. Fact 2 is not: the page named the additive since 3 November; see R-1. Fact 3 I do not know."
                ),
                T("Fact by fact. What you agree with costs you nothing; what you dispute needs a reason."),
            ),
        ),
    ),
    Question(
        "opinion",
        T("What do I say about the other side’s evidence?"),
        (
            Example(
                T("It is fake."),
                T("C-2 is a real chat, but the messages of 13 November are missing. I ask for the whole export."),
                T(
                    "Say whether it is real, whether it was got lawfully, and whether it has to do with the dispute. Then what follows."
                ),
            ),
        ),
    ),
    Question(
        "offer",
        T("How do I make an offer?"),
        (
            Example(
                T("Pay me something and we are done."),
                T("2,500.00 by 30 May, and the bottles stay here. If it is late, all 3,240.00 falls due."),
                T("A sum, a day, and what happens if it is late. Offers are never shown to the judge."),
            ),
        ),
    ),
)


def by_step() -> Mapping[str, Sequence[Example]]:
    """Examples for the steps of a claim."""
    return {question.step: question.examples for question in QUESTIONS if question.step is not None}
