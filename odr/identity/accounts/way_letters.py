"""The owner hears of every way into their account that is made or taken off: whoever sits at an unlocked device can do it, too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum

from sqlalchemy.orm import Session

from odr.ground.text import T, Text
from odr.identity.accounts import outbox
from odr.identity.accounts.account_letters import Letter
from odr.identity.models import Account


class Way(Enum):
    """What became of a way in."""

    APP_SET_UP = "app_set_up"
    APP_REMOVED = "app_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    CODES_RENEWED = "codes_renewed"
    PROVIDER_LINKED = "provider_linked"
    PROVIDER_ENDED = "provider_ended"
    TOKEN_MADE = "token_made"


WORDS: dict[Way, tuple[Text, Callable[[str, datetime], Text]]] = {
    Way.APP_SET_UP: (
        T("An app for your second factor"),
        lambda name, at: T(
            "An app that shows codes was set up for your account at the court on %(at)s. You are asked for a code when you sign in.",
            at=at,
        ),
    ),
    Way.APP_REMOVED: (
        T("Your second factor was taken off"),
        lambda name, at: T(
            "The app that shows codes was taken off your account at the court on %(at)s. Its codes and your recovery codes are no longer asked for.",
            at=at,
        ),
    ),
    Way.PASSKEY_ADDED: (
        T("A passkey for your account"),
        lambda name, at: T(
            "The passkey “%(name)s” was added to your account at the court on %(at)s. Whoever has that device, and can unlock it, can sign in with it alone.",
            name=name,
            at=at,
        ),
    ),
    Way.PASSKEY_REMOVED: (
        T("A passkey was taken off"),
        lambda name, at: T(
            "A passkey was taken off your account at the court on %(at)s. Nobody can sign in with it any longer.",
            at=at,
        ),
    ),
    Way.CODES_RENEWED: (
        T("New recovery codes"),
        lambda name, at: T(
            "New recovery codes were made for your account at the court on %(at)s. The earlier ones no longer work.",
            at=at,
        ),
    ),
    Way.PROVIDER_LINKED: (
        T("Your account is linked"),
        lambda name, at: T(
            "%(name)s was linked to your account at the court on %(at)s. Whoever can sign in there can sign in here.",
            name=name,
            at=at,
        ),
    ),
    Way.PROVIDER_ENDED: (
        T("A link of your account ended"),
        lambda name, at: T(
            "The link of your account at the court with an identity provider was ended on %(at)s. Nobody can sign in by it any longer.",
            at=at,
        ),
    ),
    Way.TOKEN_MADE: (
        T("A token for a program"),
        lambda name, at: T(
            "The API token “%(name)s” was made for your account at the court on %(at)s. A program that has it acts for you until it ends.",
            name=name,
            at=at,
        ),
    ),
}
"""Subject and first sentence, by the name of what was made and the instant."""


def tell(court: outbox.House, session: Session, account: Account, way: Way, at: datetime, name: str = "") -> None:
    """Write to the owner in the transaction that changes the way in; call :func:`outbox.send_soon` once it is committed."""
    subject, told = WORDS[way]
    what_to_do = T(
        "If it was you, you need do nothing. If not, set a new password, end all sessions on the page “Your devices”, and take off what you do not know on the pages “Second factor and passkeys”, “API tokens” and “Your identity”."
    )
    outbox.write(court, session, [Letter(account.email, subject, (told(name, at), what_to_do), account.locale)])
