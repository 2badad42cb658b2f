"""The court looks at what an action in the public interest needs beyond every other claim (CPL 58; CPI 282, 289)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import Case, Role, Stage
from odr.filing import desks
from odr.filing.claim.procedure_bars import ask_for_panel
from odr.filing.claim.public_interest.queries import (
    bringer_of,
    decided_before,
    finding_of,
    may_go_on,
    not_entitled,
    not_published,
    public_interest_of,
)
from odr.filing.inputs import Reasons
from odr.filing.registry.review import files_of
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import Actor
from odr.procedure.acts.events import ClaimAccepted
from odr.procedure.acts.table import Act, Milestone, Recorded, Topic, act, bar, guard
from odr.procedure.forms.inputs import CourtModel, field
from odr.procedure.rules.base import law
from odr.procedure.rules.cases import Condition

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

SHOWN = {"yes": T("Yes"), "no": T("No")}
CONDITION_WORDS = {
    Condition.ENTITLED: T("The law lets whoever claims bring this action before this court"),
    Condition.PUBLISHED: T("Nobody sues whom the law names first, and that was published beforehand"),
    Condition.HARM: T("There is first evidence that the public is harmed"),
    Condition.UNDECIDED: T("No judgment in effect has decided on such an action about the same conduct"),
}
Shown = Literal["yes", "no"]


@guard("CPL 58")
def is_in_public_interest(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to look at: the claim is brought for somebody's own right."""
    return (
        None
        if public_interest_of(sitting, case) is not None
        else T("This is not an action in the public interest: it is brought for somebody’s own right.")
    )


class PublicInterestInput(CourtModel):
    """Condition by condition, what the court found."""

    entitled: Annotated[
        Shown, field(T("Does the law let whoever claims bring this action before this court?"), options=SHOWN)
    ]
    published: Annotated[
        Shown,
        field(
            T("Does nobody sue whom the law names first, and was that published beforehand?"),
            T("For whoever the law names first there is nothing to publish: answer yes."),
            options=SHOWN,
        ),
    ]
    harm: Annotated[Shown, field(T("Do the papers show at first sight that the public is harmed?"), options=SHOWN)]
    undecided: Annotated[
        Literal["yes", "allowed", "no"],
        field(
            T("Is there no judgment in effect in another such action about the same conduct?"),
            options={
                "yes": T("There is none"),
                "allowed": T(
                    "There is one, and a law or judicial interpretation lets this action be brought all the same"
                ),
                "no": T("There is one, and the action may not be brought again"),
            },
        ),
    ]
    reasons: Reasons


def what_is_on_record(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """What the claim and other cases show, before the court says what it found."""
    told = [one for one in (not_entitled(sitting, case), not_published(sitting, case)) if one is not None]
    if not files_of(sitting, case):
        told.append(T("No file came with the claim."))
    if before := decided_before(sitting, case):
        numbers = side_by_side(one.number or one.reference for one in before)
        told.append(
            T(
                "Such actions against the same respondent were decided: %(cases)s. See whether the conduct is the same.",
                cases=numbers,
            )
        )
    return told


def _against_the_record(sitting: Sitting, case: Case, given: PublicInterestInput) -> Iterator[FieldFault]:
    """What cannot be found, because the claim itself shows that it is not so."""
    if given.entitled == "yes" and (why := not_entitled(sitting, case)) is not None:
        yield FieldFault(("entitled",), why)
    if given.published == "yes" and (why := not_published(sitting, case)) is not None:
        yield FieldFault(("published",), why)
    if given.harm == "yes" and not files_of(sitting, case):
        yield FieldFault(("harm",), T("No file came with the claim, so no evidence shows the harm."))
    if given.undecided == "allowed" and not decided_before(sitting, case):
        yield FieldFault(("undecided",), T("No judgment in such an action against this respondent is in effect."))


@act(
    title=T("Look at an action in the public interest"),
    input=PublicInterestInput,
    by={Role.CLERK, Role.JUDGE},
    at={Stage.LODGED, Stage.PENDING},
    guard=is_in_public_interest,
    says=what_is_on_record,
    source=law("CPL 58", "CPI 282, 289"),
    desk=desks.PUBLIC_INTEREST,
    topic=Topic.CLAIM,
    in_record=False,
    help=T("Without it the claim is not accepted by the registry, and no hearing is opened."),
)
def find_public_interest(
    sitting: Sitting, case: Case, given: PublicInterestInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Find which conditions of an action in the public interest are there (CPL 58; CPI 282, 289). What is missing can be mended on
    a return, or the claim is put before a judge to be refused; of an accepted one the judge dismisses the action.

    Raises InvalidInput for what the claim itself shows not to be so.
    """
    faults = list(_against_the_record(sitting, case, given))
    if faults:
        raise InvalidInput(faults)
    lacks = [one for one in Condition if getattr(given, one.value) == "no"]
    sitting.close_tasks(case, desks.PUBLIC_INTEREST)
    rules = public_interest_of(sitting, case)
    assert rules is not None
    result = {
        "lacks": [one.value for one in lacks],
        "articles": [rules.conditions[one] for one in lacks],
        "exception": given.undecided == "allowed",
        "reasons": given.reasons,
    }
    if not lacks:
        return Recorded(T("Nothing is missing for an action in the public interest"), result)
    missing = side_by_side((CONDITION_WORDS[one] for one in lacks), ";")
    return Recorded(
        T("For an action in the public interest this is not shown: %(conditions)s", conditions=missing), result
    )


@guard("CPL 58", "CPI 282, 289")
def conditions_were_found(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the registry does not accept an action in the public interest: its conditions were not looked at, or one is
    missing. At the end of its time the clock accepts it all the same (REG 8), and a judge looks.
    """
    if actor.role is not Role.CLERK or public_interest_of(sitting, case) is None or may_go_on(sitting, case):
        return None
    return _what_is_missing(sitting, case)


@bar("CPL 58", "CPI 282, 289")
def no_hearing_without_conditions(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Text | None:
    """Reason why no hearing is opened in an action in the public interest: what it needs was not found."""
    if Milestone.EXAMINATION_OPENED not in act.means or public_interest_of(sitting, case) is None:
        return None
    return None if may_go_on(sitting, case) else _what_is_missing(sitting, case)


def _what_is_missing(sitting: Sitting, case: Case) -> Text:
    found = finding_of(sitting, case)
    if found is None:
        return T("It is an action in the public interest: say first what you found of its conditions.")
    missing = side_by_side((CONDITION_WORDS[one] for one in found.lacks), ";")
    return T("For an action in the public interest this is not shown: %(conditions)s", conditions=missing)


def what_was_not_shown(sitting: Sitting, case: Case, actor: Actor) -> Mapping[str, Text | str]:
    """To refuse such a claim: what was not shown, with its article, to be read and changed by who proposes it."""
    found, rules = finding_of(sitting, case), public_interest_of(sitting, case)
    if found is None or rules is None or not found.lacks:
        return {}
    first, bringer = found.lacks[0], bringer_of(sitting, case)
    elsewhere = bringer is not None and not bringer.heard and first is Condition.ENTITLED
    article = bringer.article if bringer is not None and elsewhere else rules.conditions[first]
    told: dict[str, Text | str] = {"reasons": _what_is_missing(sitting, case), "article": article}
    if bringer is not None and elsewhere and bringer.elsewhere is not None:
        told["elsewhere"] = bringer.elsewhere
    return told


def on_accepted(sitting: Sitting, event: ClaimAccepted) -> None:
    """The judge convenes the panel that alone hears it (LAJ 16). Taken in by the clock before anybody looked, the judge looks (REG 8)."""
    case = event.case
    if public_interest_of(sitting, case) is None:
        return
    ask_for_panel(sitting, case)
    if not may_go_on(sitting, case):
        title = T("Check whether this action in the public interest may be brought. If not, dismiss it.")
        sitting.open_task(case, Role.JUDGE, desks.PUBLIC_INTEREST, title, risk=60)
