"""The act by which the clerk brings into the record what somebody files who is not online (CPL 123; CPI 265; OLR 10,
11).
"""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case, Party, Role, Stage
from odr.filing import names
from odr.filing.counter.inputs import Confirmation, FilingTaken, Manner
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.availability import refusal, window_for
from odr.procedure.acts.events import TimeGivenBack
from odr.procedure.acts.table import Act, Recorded, act
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

NOT_CLOSED = set(Stage) - {Stage.CLOSED}
FIRST = names.LODGE_CLAIM


def may_be_taken(act: Act) -> bool:
    """Whether an act can be filed at the counter: not what is said in settlement, which the clerk never sees, nor who
    may act for whom.
    """
    return act.name == FIRST or (
        act.listed
        and act.room != "settlement"
        and act.name not in (names.APPOINT_REPRESENTATIVE, names.REVOKE_REPRESENTATIVE)
    )


@act(
    title=T("File for a party who is not online"),
    input=FilingTaken,
    by={Role.CLERK, Role.CLOCK},
    at=NOT_CLOSED,
    to={Stage.PRONOUNCED, Stage.PAYMENT_ORDER},
    listed=False,
    while_stayed=True,
    source=law("CPL 85, 123", "CPI 265", "OLR 10, 11"),
    in_record=False,
    version=2,
)
def take_filing(sitting: Sitting, case: Case, given: FilingTaken, *, actor: Actor, now: datetime) -> Recorded:
    """Record that a named person filed orally or on paper and confirmed it; their act follows as an entry of their own
    (CPL 123; CPI 265).

    Everything that holds for the act online holds here: who, when, in what stage. A
    paper counts from the day on which it came, also where it is scanned later; whether it is in time is told
    by the day on which it was handed to the post (CPL 85(4)).
    """
    party: Party = sitting.resolved("party", given.party)
    taken = sitting.court.table[given.act]
    if taken.in_writing and given.manner is Manner.ORAL:
        raise InvalidInput.at("manner", ONLY_IN_WRITING)
    acting = Actor(party.role, given.writer, party.name, case.id, party.id, strong_at=sitting.court.clock.machine_now())
    came = _came(sitting, given, now)
    if taken.name != FIRST:
        _check(sitting, case, taken, acting, _posted(sitting, given) or came)
    model = taken.input.model_validate(given.given)
    sitting.then(taken.name, model, actor=acting, effective_at=came)
    words = T(
        "%(act)s, for %(name)s: %(manner)s by %(clerk)s; %(confirmation)s",
        act=taken.title,
        name=party.name,
        manner=SAID[given.manner],
        clerk=given.clerk,
        confirmation=CONFIRMED[given.confirmation],
    )
    kept: dict[str, Any] = given.model_dump(mode="json", exclude={"writer", "given"})
    return Recorded(
        words,
        {"party": party.label, "act": taken.name, "sha256": sha256_hex(canonical(model.model_dump(mode="json")))},
        kept=kept,
    )


@upcast(names.TAKE_FILING, from_version=1)
def without_postmark(given: dict[str, Any]) -> dict[str, Any]:
    """At first the counter did not ask for the postmark."""
    return {**given, "posted_on": None}


ONLY_IN_WRITING = T("Spoken words have no effect here: have them write and sign it, and file the paper.")

SAID = {
    Manner.ORAL: T("spoken, and written down"),
    Manner.PAPER: T("on paper, taken in and scanned"),
    Manner.TERMINAL: T("written at a terminal of the court, helped"),
}
CONFIRMED = {
    Confirmation.SIGNATURE: T("confirmed by signature on paper"),
    Confirmation.LINK: T("confirmed on their own telephone"),
}


def _came(sitting: Sitting, given: FilingTaken, now: datetime) -> datetime | None:
    """The instant from which a paper counts: the end of the day on which it came; None where it is now."""
    if given.received_on is None or given.manner is not Manner.PAPER:
        return None
    tz = sitting.court.settings.tz
    if given.received_on > now.astimezone(tz).date():
        raise InvalidInput.at("received_on", T("This day is still to come."))
    end = datetime.combine(given.received_on, time(23, 59, 59), tz)
    return min(end, now)


def _posted(sitting: Sitting, given: FilingTaken) -> datetime | None:
    """The end of the day of the postmark, by which a time limit is kept (CPL 85(4)); None where nothing was posted."""
    if given.posted_on is None:
        return None
    return datetime.combine(given.posted_on, time(23, 59, 59), sitting.court.settings.tz)


def _check(sitting: Sitting, case: Case, taken: Act, acting: Actor, came: datetime | None) -> None:
    """As for the party themselves, on the day their paper came; a time limit that ended since is met all the same.
    Raises what stands in the way.
    """
    if not may_be_taken(taken):
        raise ActNotOpen(T("This cannot be filed at the counter."))
    breach = (
        refusal(sitting.court.look(sitting.session, came), taken, case, acting)
        if came is not None
        else refusal(sitting, taken, case, acting)
    )
    window = window_for(sitting, taken, case, acting) if taken.window else None
    in_time = (
        came is not None
        and window is not None
        and window.state is WindowState.LAPSED
        and window.due_at is not None
        and came <= window.due_at
    )
    if in_time and window is not None:
        window.state = WindowState.OPEN
        # What the clock made of the silence is undone with it: a decision that took effect binds nobody (CPL 85, 171).
        sitting.announce(TimeGivenBack(case, case.party(acting.party_id or 0), window.kind, window.subject))
        breach = refusal(sitting.court.look(sitting.session, came), taken, case, acting)
    if breach is not None:
        raise breach
