"""Named breaches. Each says which fact broke, what the person may do next, and how HTTP answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from odr.ground.text import T, Text

if TYPE_CHECKING:
    pass


class Cited(str):
    """Articles as programs write them (``"CPL 130; EV 55"``), with the ``words`` in which a reader can look them up."""

    words: Text

    def __new__(cls, articles: str, words: Text) -> Self:
        cited = super().__new__(cls, articles)
        cited.words = words
        return cited


class CourtError(Exception):
    """A rule stood in the way: ``message`` is for the person, ``way_out`` says what one may do next, ``source`` on
    which articles it rests.
    """

    status = 400
    problem = "court-error"

    def __init__(self, message: Text, way_out: Text | None = None, source: Cited | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.way_out = way_out
        self.source = source


class NotUnderstood(CourtError):
    """What a program sent has not the form that the court's description of its interface asks for."""

    problem = "invalid-input"


class NotFound(CourtError):
    """There is no such thing, or this person may not know that there is: the answer is the same."""

    status = 404
    problem = "not-found"

    def __init__(self, message: Text | None = None) -> None:
        super().__init__(message or T("There is nothing here, or it is not yours to see."))


class Forbidden(CourtError):
    """The person is known to the case but their role may not do this."""

    status = 403
    problem = "forbidden"


class NotSignedIn(CourtError):
    """Nobody is signed in, and this needs a person."""

    status = 401
    problem = "not-signed-in"


class ActNotOpen(CourtError):
    """The act exists but not now: wrong stage, closed window, failed guard."""

    status = 409
    problem = "act-not-open"
    open_acts: tuple[str, ...] = ()
    """What the actor may do instead; told to programs."""


class OutOfTime(ActNotOpen):
    """The party's window has closed."""

    problem = "out-of-time"


class CaseMovedOn(CourtError):
    """What the act answers has changed since the person looked."""

    status = 409
    problem = "case-moved-on"


class TooMany(CourtError):
    """A limit on attempts was reached."""

    status = 429
    problem = "too-many-attempts"


class StorageFull(CourtError):
    """Nothing was accepted because it could not be kept."""

    status = 507
    problem = "storage-full"


class Unavailable(CourtError):
    """What the court stands on does not answer, or is busy: nothing was done, and the same may be sent again soon."""

    status = 503
    problem = "unavailable"

    def __init__(self, retry_after: int = 30) -> None:
        super().__init__(
            T("The court cannot be reached for the moment. Nothing you sent was acknowledged."),
            T(
                "Try again in a few minutes. If it was the last day of a time limit, the page of outages says what follows."
            ),
        )
        self.retry_after = retry_after
        """Seconds after which trying again makes sense."""


class NoTurn(Unavailable):
    """As many long files as the court takes in at one time are coming in, and this one waited for its turn in vain."""

    def __init__(self) -> None:
        super().__init__()
        self.message = T("The court is taking in as many large files as it can. What you just sent was not kept.")
        self.way_out = T("Send it again in a few minutes.")


class NoOwnTurn(NoTurn):
    """One account sends as many long files at this moment as it may: the others' threads are others'."""

    def __init__(self) -> None:
        super().__init__()
        self.message = T(
            "You are sending as many large files as one account may send at a time. This one was not kept."
        )
        self.way_out = T("Send it again when one of the others is here.")


class FieldFault:
    """One thing wrong with one field of an input; ``location`` is the path in the model."""

    __slots__ = ("location", "message")

    def __init__(self, location: Sequence[str | int], message: Text) -> None:
        self.location = tuple(location)
        self.message = message


class InvalidInput(CourtError):
    """The input cannot be taken as it is; every fault is named at its field."""

    status = 422
    problem = "invalid-input"

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__(faults[0].message if faults else T("Something in the input is wrong."))
        self.faults = list(faults)

    @classmethod
    def at(cls, field: str, message: Text) -> InvalidInput:
        """A single fault at one field."""
        return cls([FieldFault((field,), message)])


class StepUpNeeded(CourtError):
    """Identity must be confirmed again before this act."""

    status = 403
    problem = "confirm-identity"
