"""Do the rows of parties agree with the docket? Rebuilt from the entries that added, renamed or released each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Role
from odr.filing import names
from odr.procedure.acts.table import TABLE, Milestone
from odr.procedure.audit.entry_facts import EntryFacts, entry_facts

if TYPE_CHECKING:
    from odr.procedure.court import Court

ACTS = (
    names.LODGE_CLAIM,
    names.CORRECT_CLAIM,
    names.ACCEPT_CLAIM,
    names.WITHDRAW_CLAIM,
    names.JOIN_CASE,
    names.RULE_ON_JOINDER,
    names.BRING_IN_PARTY,
    names.RECORD_REGISTRATION,
    names.DECIDE_REGISTRATION,
    names.TAKE_IN_CASE,
    names.CORRECT_REGISTRY_MISTAKE,
)


@dataclass
class Member:
    """A party as the docket tells it: the name it has now, and the entry that last said something of it."""

    name: str
    number: int
    joined: bool = False
    left: bool = False


def audit_parties(court: Court, session: Session, case: Case) -> Iterator[str]:
    """Parties that stand in no entry, are missing, are called otherwise, or left or stayed otherwise than the docket says.

    A case severed from another, or taken over from a mediation, names its first parties in the entries of that other
    case: here only those are compared whom a later entry of its own tells of. Addresses, telephone numbers and
    accounts are told outside the docket and are not rebuilt.
    """
    told = Membership()
    first = session.scalar(select(DocketEntry.act).where(DocketEntry.case_id == case.id, DocketEntry.number == 1))
    for entry in entry_facts(session, case, *ACTS, *_replacing(), *((first,) if first else ())):
        told.read(entry)
    rows = {party.label: party for party in case.parties}
    for label, member in told.members.items():
        row = rows.get(label)
        if row is None:
            yield f"entry {member.number}: {label} is in the case, and has no row"
        elif row.name != member.name:
            yield f"entry {member.number}: {label} is called {member.name}, the row says {row.name}"
        elif (row.left_at is not None) != member.left:
            state = "has left" if member.left else "is in"
            yield f"entry {member.number}: {label} {state} the case, the row says otherwise"
    if told.is_whole:
        yield from (f"{label} ({rows[label].name}) stands in no entry" for label in sorted(rows.keys() - told.members))


def _replacing() -> list[str]:
    """The acts by which somebody stands in a party's place, of whatever room."""
    return [act.name for act in TABLE if Milestone.PARTY_REPLACED in act.means]


class Membership:
    """Who is in the case after the entries read so far; ``is_whole`` where the first one named everybody."""

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}
        self.registered: dict[str, str] = {}
        self.is_whole = False

    def read(self, entry: EntryFacts) -> None:
        """What an entry says of the parties."""
        given, result = entry.given(), entry.result
        if entry.number == 1:
            self.is_whole = self._opened(entry.number, given)
        elif entry.act == names.CORRECT_CLAIM and given and "fellows" in result:
            self._as_said(entry.number, Role.RESPONDENT, given["respondents"], result["respondents"])
            self._as_said(entry.number, Role.CLAIMANT, given["fellows"], result["fellows"], own=1)
        elif entry.act == names.CORRECT_CLAIM and given:
            self._listed(entry.number, Role.RESPONDENT, given["respondents"])
            self._listed(entry.number, Role.CLAIMANT, given["fellows"], own=1)
        elif entry.act in (names.ACCEPT_CLAIM, names.WITHDRAW_CLAIM):
            for label in result.get("left", ()):
                self.members[label].left, self.members[label].number = True, entry.number
        elif entry.act == names.JOIN_CASE:
            self._joined(entry.payload["actor"]["party"])
        elif entry.act in (names.RULE_ON_JOINDER, names.BRING_IN_PARTY) and "party" in result:
            self._named(entry.number, result["party"], result["name"])
        elif entry.act == names.RECORD_REGISTRATION and "member" in result:
            self.registered[result["member"]] = given.get("name", "")
        elif entry.act == names.DECIDE_REGISTRATION and "party" in result:
            self._named(entry.number, result["party"], self.registered.get(result["member"], ""), joined=True)
        elif entry.act == names.TAKE_IN_CASE:
            for one in given.get("parties", ()):
                # Who was in this case already keeps the name they had here.
                if self.is_whole and one["after"] not in self.members:
                    self._named(entry.number, one["after"], one["name"])
        elif result.get("after") and (entry.act in _replacing() or result.get("what") == "name"):
            self._named(entry.number, result["party"], result["after"])

    def _opened(self, number: int, given: Mapping[str, Any]) -> bool:
        """The first entry of a claim, or of a case that begins with something else: both sides by name."""
        mine = given.get("claimant") or given.get("applicant")
        others = given.get("respondents") or ([given["other"]] if given.get("other") else None)
        if not mine or not others:
            return False
        self._named(number, f"{Role.CLAIMANT.value}/1", mine["name"], joined=True)
        self._listed(number, Role.RESPONDENT, others)
        self._listed(number, Role.CLAIMANT, given.get("fellows") or [], own=1)
        return True

    def _listed(self, number: int, role: Role, listed: list[Mapping[str, Any]], own: int = 0) -> None:
        """A whole list anew: those who are in the case take its names in order, further ones come in, surplus ones leave.

        ``own`` parties of the role stand before the list. A number once given is never given again, and whoever
        claims along and has joined already keeps their name.
        """
        labels = [label for label in self.members if label.startswith(f"{role.value}/")]
        known = [label for label in labels[own:] if not self.members[label].left]
        for place, one in enumerate(listed):
            if place >= len(known):
                labels.append(f"{role.value}/{len(labels) + 1}")
                self._named(number, labels[-1], one["name"])
            elif role is Role.RESPONDENT or not self.members[known[place]].joined:
                self._named(number, known[place], one["name"])
        for label in known[len(listed) :]:
            self.members[label].left, self.members[label].number = True, number

    def _as_said(
        self, number: int, role: Role, listed: list[Mapping[str, Any]], labels: list[str], own: int = 0
    ) -> None:
        """A whole list anew, with the place each one of it has: whoever has none any more leaves."""
        for label, one in zip(labels, listed, strict=True):
            if label not in self.members or not self.members[label].joined:
                self._named(number, label, one["name"])
        every = [label for label in self.members if label.startswith(f"{role.value}/")]
        for label in every[own:]:
            if label not in labels and not self.members[label].left:
                self.members[label].left, self.members[label].number = True, number

    def _joined(self, label: str | None) -> None:
        if label in self.members:
            self.members[label].joined = True

    def _named(self, number: int, label: str, name: str, *, joined: bool = False) -> None:
        before = self.members.get(label)
        self.members[label] = Member(name, number, joined or (before is not None and before.joined))
