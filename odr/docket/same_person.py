"""Whether a party of one case is somebody known from another: by account where both have one, else by what they are called."""

from __future__ import annotations

from odr.docket.models import Party


def plain(words: str | None) -> str:
    """A name or an address as it is compared: however it is spaced, in capitals or not."""
    return " ".join((words or "").split()).casefold()


def is_person(party: Party, name: str, account: int | None = None) -> bool:
    """Whether a party is who has this account, or, where one of the two is not known, this name: a claim may have come on
    paper.
    """
    if party.account_id is not None and account is not None:
        return party.account_id == account
    return plain(party.name) == plain(name)


def same_person(one: Party, other: Party) -> bool:
    """Whether two parties are one person; many people have the same name, so where accounts do not tell, kind and name do."""
    told_by_account = one.account_id is not None and other.account_id is not None
    return is_person(one, other.name, other.account_id) and (told_by_account or one.kind is other.kind)
