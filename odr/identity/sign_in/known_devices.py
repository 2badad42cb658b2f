"""Devices from which somebody has come in before: a stranger's wrong guesses do not keep their owner out there.

The device carries a sealed cookie that says nothing but which accounts came in with it. It opens nothing: it decides
only whose tries are counted together, and whether the owner is told that somebody came in.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from odr.identity.sign_in.keys import Keyring

LASTS = 365 * 24 * 3600
"""Seconds the cookie stays."""
MOST = 5
"""Accounts a device is known for; the latest."""
_PURPOSE = "known device"


@dataclass(frozen=True)
class KnownDevice:
    """A device by its own number, and the accounts that came in with it."""

    number: str
    accounts: tuple[int, ...] = ()

    def knows(self, account_id: int) -> bool:
        """Whether the account has come in with it."""
        return account_id in self.accounts

    def after(self, account_id: int) -> KnownDevice:
        """The device once an account has come in."""
        others = tuple(one for one in self.accounts if one != account_id)
        return KnownDevice(self.number, (account_id, *others)[:MOST])


def cookie_name(secure: bool) -> str:
    """As the session's: bound to this host where the court is reached by https."""
    return "__Host-device" if secure else "device_token"


def read(ring: Keyring, cookie: str | None) -> KnownDevice:
    """The device of a cookie; a new one for none, or one that is not ours."""
    sealed = ring.unseal(_PURPOSE, cookie) if cookie and len(cookie) < 2000 else None
    if sealed is None:
        return KnownDevice(secrets.token_hex(16))
    number, *accounts = json.loads(sealed)
    return KnownDevice(number, tuple(accounts))


def written(ring: Keyring, device: KnownDevice) -> str:
    """The cookie of a device."""
    return ring.seal(_PURPOSE, json.dumps([device.number, *device.accounts]))
