"""Who one is, proved in the form of the act itself: an identity code, or the password of who has no second factor.

What is typed beside an act confirms the session it comes in, as the page that asks for it does: once, for a quarter of an
hour, by the account the session is of. Nothing else reads these two fields, and nothing keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from flask import current_app, g
from sqlalchemy.orm import Session

from odr.ground.errors import CourtError, StepUpNeeded
from odr.ground.text import T, Text
from odr.identity.accounts import accounts
from odr.identity.accounts.accounts import Means
from odr.identity.models import Account
from odr.identity.sign_in import one_time_codes, sessions
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.passwords import Passwords
from odr.procedure.court import Court
from odr.web import security_log
from odr.web.presence import Person

CODE, PASSWORD = "identity_code", "identity_password"
FIELDS = (CODE, PASSWORD)
MOST_TYPED = 200
"""Characters of a code or password that are looked at."""


@dataclass(frozen=True)
class Asked:
    """What a form asks to prove who one is: by which field, and what was wrong with what was typed into it."""

    name: str
    fault: Text | None

    @property
    def by_code(self) -> bool:
        """Whether a code is asked for: of who has a second factor."""
        return self.name == CODE


class NotProved(StepUpNeeded):
    """What was typed proves nothing: the form comes back with every word and says so at the field."""

    status = 422
    problem = "not-proved"

    def __init__(self, found: CourtError | None) -> None:
        super().__init__(
            found.message if found is not None else T("Write it: without it this is not done."),
            found.way_out if found is not None else None,
        )


def means(court: Court) -> Means:
    """What the accounts work with, made once an application."""
    found: Means | None = current_app.extensions.get("identity_means")
    if found is None:
        settings = court.settings
        found = Means(court.database, keyring(settings.secret_key), Passwords(settings.argon2_cheap), settings.base_url)
        current_app.extensions["identity_means"] = found
    return found


def field_for(session: Session, person: Person) -> str:
    """By which field somebody proves who they are: a code, where a second factor is asked of them."""
    enrolled = one_time_codes.is_enrolled(session, session.get_one(Account, person.account_id))
    return CODE if enrolled else PASSWORD


def is_answered(form: Mapping[str, str]) -> bool:
    """Whether a form has one of the two fields, filled in or not."""
    return any(name in form for name in FIELDS)


def prove(court: Court, person: Person, name: str, typed: str, address: str, now: datetime) -> Person:
    """Take the code or password of a signed-in person and confirm their session (step-up). Raises NotProved, which the
    form shows at its field; a code counts as a try whether right or wrong, and is taken once.
    """
    assert person.session_id is not None, "a program proves with a header"
    known = means(court)
    try:
        if not typed.strip():
            raise NotProved(None)
        if name == CODE:
            one_time_codes.check(court.database, known.keyring, person.account_id, typed[:MOST_TYPED], now)
        else:
            accounts.recheck(known, person.account_id, typed[:MOST_TYPED], address=address, now=now)
    except NotProved as empty:
        g.identity_fault = empty.message
        raise
    except CourtError as error:
        security_log.kept_out(error, known.keyring, "code" if name == CODE else "password")
        g.identity_fault = error.message
        raise NotProved(error) from error
    with court.database.write() as session:
        sessions.confirm(session, person.session_id, now, two_factor=name == CODE)
    return replace(person, strong_at=now, two_factor=person.two_factor or name == CODE)
