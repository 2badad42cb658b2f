"""One line for each event whoever watches over the court looks for: who came in and how, who was refused and why.

A person is told by the beginning of their account's reference, a network by a keyed hash: enough to see what belongs
together and to ask the database, and nothing of a case or a name (OWASP ASVS 16.2, 16.3).
"""

from __future__ import annotations

import logging

from flask import g, request

from odr.ground.errors import CourtError, NotFound, NotSignedIn
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.keys import Keyring

log = logging.getLogger(__name__)
SHOWN = 10
"""Characters of an account's reference, and of a network's hash, in a line."""


def whose() -> str | None:
    """The person of this request where one was looked up already; None for a stranger."""
    person = g.get("_login_user")
    reference = getattr(person, "reference", None)
    return reference[:SHOWN] if isinstance(reference, str) else None


def came_in(reference: str, keys: Keyring, *, two_factor: bool) -> None:
    """Somebody has signed in."""
    _tell("signed in", keys, who=reference[:SHOWN], factors=2 if two_factor else 1)


def kept_out(error: CourtError, keys: Keyring, factor: str) -> None:
    """A factor was wrong, or there were too many tries."""
    _tell("sign-in failed", keys, factor=factor, problem=error.problem, status=error.status)


def refused(error: CourtError, keys: Keyring) -> None:
    """Somebody was refused: by a guard, a rule, or a limit. A stranger who asks for a page that needs a person, or for
    one that is not there, is brought to the sign-in page and no event.
    """
    strays = isinstance(error, NotSignedIn | NotFound) and request.method == "GET"
    if strays and whose() is None and "Authorization" not in request.headers:
        return
    _tell("refused", keys, who=whose(), problem=error.problem, status=error.status)


def _tell(event: str, keys: Keyring, **facts: str | int | None) -> None:
    network = keys.mac("security log", rate_limits.network(request.remote_addr or ""))[:SHOWN]
    route = request.url_rule.rule if request.url_rule else "none"
    shown = {name: value for name, value in facts.items() if value is not None}
    log.info(event, extra={"facts": {**shown, "from": network, "route": route, "method": request.method.lower()}})
