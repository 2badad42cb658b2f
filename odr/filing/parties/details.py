"""What a party's details say of the person, and what of their part in one case: the one goes with the person, the other
stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odr.docket.models import Party
from odr.filing.parties.foreign_papers import CHAIN
from odr.filing.parties.known_identity import ASKED, OFFLINE, SHOWN, VERIFIED
from odr.procedure.papers.form import PERSON

GUARDIAN, LEGAL_AID, REPRESENTS, ALONE = "guardian", "legal_aid", "represents_since", "acts_alone"

OF_PAPERS = frozenset({PERSON, VERIFIED, SHOWN, "identified_entry"})
"""What papers showed of a party: of somebody of another kind they show nothing."""

OF_ONE_PERSON = OF_PAPERS | {ASKED, OFFLINE, CHAIN, GUARDIAN, LEGAL_AID}
"""What holds of the person itself: what papers showed, who acts in their place, what they were granted."""


def of_nobody_else(details: Mapping[str, Any]) -> dict[str, Any]:
    """What is left of a party's details when somebody else takes their place: neither what holds of the person before, nor
    that others chose them to conduct the case (CPL 56).
    """
    return {key: value for key, value in details.items() if key not in OF_ONE_PERSON and key != REPRESENTS}


def of_the_person(details: Mapping[str, Any]) -> dict[str, Any]:
    """What goes with a person into a case of its own: a child is a child there too, and who was seen is known."""
    return {key: value for key, value in details.items() if key in OF_ONE_PERSON}


def elsewhere(details: Mapping[str, Any]) -> dict[str, Any]:
    """What goes along where a case is heard within another: everything, but who conducts this one for whom; nobody of the
    other case chose them.
    """
    return {key: value for key, value in details.items() if key not in (REPRESENTS, ALONE)}


def claims_themselves(party: Party) -> bool:
    """Whether a claimant claims by their own word: who lodged the claim, who joined, and whom the registry saw. Nobody sues in
    another's name (CPL 122).
    """
    return party.ordinal == 1 or party.joined_at is not None or VERIFIED in party.details
