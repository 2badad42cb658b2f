"""Decision paths for the usual troubles: questions in plain words, and where each answer leads.

They decide nothing. The same data stands before filing, where anybody may walk it, and beside the registry's review, which sees
what somebody with such a claim was told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from pydantic import model_validator

from odr.procedure.rules.base import Applies, Article, Key, Rule, Words

LONGEST_PATH = 8
"""Questions of one path: more is a form, and nobody finishes it."""


class PathAnswer(Rule):
    """One answer to a question, and where it leads: to another question, or to an end."""

    label: Words
    to: Key | None = None
    ends: Key | None = None

    @model_validator(mode="after")
    def _leads_to_one(self) -> Self:
        if (self.to is None) == (self.ends is None):
            raise ValueError("an answer leads to a question or to an end, and to one of them only")
        return self


class PathQuestion(Rule):
    """What is asked, and why it matters."""

    ask: Words
    why: Words | None = None
    answers: tuple[PathAnswer, ...]

    @model_validator(mode="after")
    def _is_a_choice(self) -> Self:
        if len(self.answers) < 2:
            raise ValueError("a question has at least two answers")
        return self


class PathWarning(Rule):
    """What somebody should know before going on, with the article that says it."""

    words: Words
    article: Article


class PathEnd(Rule):
    """Where a path leads: a claim of one cause, or somewhere else."""

    title: Words
    says: Words
    cause: Key | None = None
    bring: tuple[Key, ...] = ()
    """Of the cause's checklist for the claimant: what matters most here."""
    warns: tuple[PathWarning, ...] = ()
    mediates: bool = False
    """Whether mediation before a claim is offered first."""
    address: str = ""
    """A page of the court on which one goes on, where that is no claim."""

    @model_validator(mode="after")
    def _brings_to_a_claim(self) -> Self:
        if self.bring and self.cause is None:
            raise ValueError("evidence is brought to a claim: name its cause")
        if self.address and not self.address.startswith("/"):
            raise ValueError("an address is a page of this court")
        return self


class Trouble(Rule):
    """One usual trouble with its questions and ends."""

    title: Words
    about: Words
    first: Key
    questions: dict[Key, PathQuestion]
    ends: dict[Key, PathEnd]

    @model_validator(mode="after")
    def _is_walkable(self) -> Self:
        reached: set[str] = set()
        ended: set[str] = set()
        for path in self._paths(self.first, ()):
            reached.update(path[:-1])
            ended.add(path[-1])
        if reached != set(self.questions) or ended != set(self.ends):
            lost = (set(self.questions) - reached) | (set(self.ends) - ended)
            raise ValueError(f"no path leads to {sorted(lost)}")
        return self

    def _paths(self, key: str, before: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if key in before or len(before) >= LONGEST_PATH:
            raise ValueError(f"the path through {key} goes in a circle or is too long")
        if key not in self.questions:
            raise ValueError(f"no question is called {key}")
        for answer in self.questions[key].answers:
            if answer.to is not None:
                yield from self._paths(answer.to, (*before, key))
            else:
                if answer.ends not in self.ends:
                    raise ValueError(f"no end is called {answer.ends}")
                yield (*before, key, str(answer.ends))

    def walk(
        self, answers: tuple[int, ...]
    ) -> tuple[list[tuple[PathQuestion, PathAnswer]], PathQuestion | None, PathEnd | None]:
        """What was asked and answered so far, and the question or end that comes next. Raises ValueError for answers that are none."""
        passed: list[tuple[PathQuestion, PathAnswer]] = []
        question = self.questions[self.first]
        for number in answers:
            if not 0 <= number < len(question.answers):
                raise ValueError("no such answer")
            answer = question.answers[number]
            passed.append((question, answer))
            if answer.ends is not None:
                if len(passed) != len(answers):
                    raise ValueError("nothing is asked after the end")
                return passed, None, self.ends[answer.ends]
            question = self.questions[str(answer.to)]
        return passed, question, None


class Troubles(Rule):
    """The paths of a court."""

    applies_to: Applies
    list: dict[Key, Trouble]

    def ends_for(self, cause: str) -> Iterator[PathEnd]:
        """The ends that lead to a claim of a cause: what whoever files one may have been told."""
        for trouble in self.list.values():
            yield from (end for end in trouble.ends.values() if end.cause == cause)
