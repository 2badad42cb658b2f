"""Identity as a condition: who acts online is known to the court, or goes on offline and is never silenced.

OLR 7(1), 10; REG 6: whoever acts online registers with their identity first. Sending the papers is theirs to do, and
opens the acts; that the registry has still to look at them costs nobody time. Agreements, the examination and the
decision wait until it has. Who does not register in the days the court sets goes on offline (OLR 10(2)): what they file
on paper or orally the registry takes in for them. That a decision waits for it is a court rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, Party, PartyKind, Role
from odr.docket.queries import parties
from odr.filing import desks
from odr.filing.parties.mandates_on_docket import representatives_of
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.identity.sign_in.linked import vouched_name
from odr.procedure.acts.events import GoesOnOffline, GoesOnOnline
from odr.procedure.acts.table import Act, Topic, bar, guard
from odr.procedure.models import Window, WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

REGISTERING = "join_platform"
"""A party's days to register with their identity (OLR 10)."""
OFFLINE = "offline"
"""Key of a party's details: the entry since which they go on offline."""
SHOWN, ASKED, VERIFIED = "identity_shown", "identity_asked", "verified"


def is_verified(sitting: Sitting, party: Party) -> tuple[bool, Text]:
    """Whether the court knows who the party is, and how or why not.

    By papers the registry saw, in this case or, under the same name and account, in another; by an identity provider
    that gives the same name. An account whose owner was verified shows nobody of another name; one of which only that is
    known, and not the name, shows its owner. A company is known by its licence, never by who signs in for it (REG 6(1)).
    """
    return sitting.once((is_verified, party.id), lambda: _verified(sitting, party))


def _verified(sitting: Sitting, party: Party) -> tuple[bool, Text]:
    if party.details.get(VERIFIED):
        return True, T("Verified")
    account = sitting.session.get(Account, party.account_id) if party.account_id is not None else None
    vouched = vouched_name(account) if account is not None else None
    if vouched is not None:
        words = T("Verified by %(provider)s as %(name)s", provider=vouched[1], name=vouched[0])
        return _plain(vouched[0]) == _plain(party.name), words
    if account is not None and account.identity_verified_at is not None:
        if _verified_elsewhere(account, party) or (party.kind is PartyKind.PERSON and not account.seen_as):
            return True, T("Verified")
        if party.kind is PartyKind.PERSON:
            return False, T("Who signs in was verified under another name; look at the papers of this party")
        return False, T("Who signs in is verified; the licence of the company is still to be seen")
    if party.details.get(SHOWN):
        return False, T("Papers were sent; look at them and verify")
    return False, T("Not verified yet; it is verified in this review")


def _plain(name: str) -> str:
    return name.casefold().replace(" ", "")


def _verified_elsewhere(account: Account, party: Party) -> bool:
    """Whether the registry saw the papers of this very party in another case."""
    seen = [name for kind, name in account.seen_as or [] if kind == party.kind.value]
    return party.name in seen or (party.kind is PartyKind.PERSON and _plain(party.name) in map(_plain, seen))


def note_seen(sitting: Sitting, party: Party) -> None:
    """Remember with the account as whom the registry saw whoever signs in there: another case asks for it without reading
    every case of a company that has thousands.
    """
    if party.account_id is None or not party.details.get(VERIFIED):
        return
    account, mine = sitting.session.get_one(Account, party.account_id), [party.kind.value, party.name]
    if mine not in (account.seen_as or []):
        account.seen_as = [*(account.seen_as or []), mine]


def has_registered(sitting: Sitting, party: Party, account_id: int | None = None) -> bool:
    """Whether a party has done what is theirs: they, or who acts here for them, are known, or their papers lie with the
    registry and it did not ask for others since.
    """
    shown, asked = (party.details.get(key, {}).get("entry", 0) for key in (SHOWN, ASKED))
    if shown > asked or is_verified(sitting, party)[0] or "verified" in party.details.get("guardian", {}):
        return True
    who = account_id if account_id is not None else party.account_id
    account = sitting.session.get(Account, who) if who is not None else None
    return account is not None and account.identity_verified_at is not None and not asked


def unverified_claimant(sitting: Sitting, case: Case) -> Party | None:
    """A claimant whom the registry has not verified yet."""
    return next((p for p in parties(case, Role.CLAIMANT) if not _is_known(sitting, p)), None)


def unidentified(sitting: Sitting, case: Case) -> list[Text]:
    """Who takes part online and is not known yet, in words: nothing is examined with them or decided before."""
    return [
        T(
            "Who %(party)s is has not been verified. The registry verifies it or asks for papers; whoever sends none in time takes part offline [OLR 7, 10].",
            party=party.name,
        )
        for party in parties(case)
        if _is_online(sitting, case, party) and party.role in PARTY_ROLES and not _is_known(sitting, party)
    ]


def _is_online(sitting: Sitting, case: Case, party: Party) -> bool:
    """Whether a party takes part online, themselves or through somebody whom they let act here: a mandate may have been signed
    with no more than a letter to an address that the other side named.
    """
    return party.online or (OFFLINE not in party.details and acts_through_another(sitting, case, party))


def acts_through_another(sitting: Sitting, case: Case, party: Party) -> bool:
    """Whether somebody else acts for a party here now."""
    return any(one.party.id == party.id for one in representatives_of(sitting, case))


def _is_known(sitting: Sitting, party: Party) -> bool:
    if is_verified(sitting, party)[0] or "verified" in party.details.get("guardian", {}):
        return True
    # Who joined by the code of the court's letter is the one the letter reached; their own identity is what is left.
    account = sitting.session.get(Account, party.account_id) if party.account_id is not None else None
    known = account is not None and account.identity_verified_at is not None
    return known and party.role is not Role.CLAIMANT


@bar("OLR 7, 10")
def identity_first(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Text | None:
    """Reason why somebody does nothing online yet: the court does not know who they are. At the counter they may."""
    if act.before_identity or actor.role not in PARTY_ROLES or case.accepted_at is None:
        return None
    party = case.party_if_any(actor.party_id)
    if party is None or (party.account_id != actor.account_id and not actor.is_representative):
        return None  # The registry takes it in for them, and looks at who is there.
    if OFFLINE in party.details:
        return T(
            "You take part offline in this case. File on paper or at the counter, where the registry takes it in for you; or show the registry who you are, and go on online."
        )
    if not has_registered(sitting, party, actor.account_id):
        return T(
            "Show the registry first who you are: send a photograph of your document or licence, and go on at once. Or file on paper or at the counter, where the registry takes it in for you."
        )
    if act.topic is Topic.AGREEMENT and not _is_known(sitting, party):
        return T(
            "Agreements wait until the registry has verified who you are from the papers you sent. Everything else is open to you."
        )
    return None


@guard("OLR 7", "OMR 17")
def everybody_is_known(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why an agreement is not put into a paper of the court: somebody who signed it online is not known."""
    return next(iter(unidentified(sitting, case)), None)


def start_registering(sitting: Sitting, case: Case, party: Party) -> None:
    """Who takes part online and is not known has the days of OLR 10 for it."""
    if REGISTERING not in sitting.pack(case).windows.rules or not _is_online(sitting, case, party):
        return
    if not has_registered(sitting, party) and not sitting.windows(case, REGISTERING, party=party):
        sitting.start_window(case, REGISTERING, party=party, start=sitting.now)


def registered(sitting: Sitting, case: Case, party: Party) -> None:
    """The party did what was theirs: their days are met, and who went on offline is online again."""
    sitting.close_windows(case, REGISTERING, WindowState.MET, party=party)
    if OFFLINE in party.details:
        party.details = {key: value for key, value in party.details.items() if key != OFFLINE}
        party.online = True
        sitting.announce(GoesOnOnline(case, party))


def not_registered(sitting: Sitting, case: Case, window: Window) -> None:
    """Nobody registered in time: the party goes on offline, and the registry takes their papers (OLR 10(2))."""
    party = case.party_if_any(window.party_id)
    if party is None or has_registered(sitting, party):
        return
    party.online = False
    party.details = {**party.details, OFFLINE: {"entry": sitting.next_number(case)}}
    sitting.announce(GoesOnOffline(case, party))
    title = T(
        "%(name)s takes part offline. Take their papers at the counter, and call them in person.", name=party.name
    )
    sitting.open_task(case, Role.CLERK, desks.OFFLINE, title, risk=40, subject=party.reference)
