"""Coming in without the pages of signing in, which tests/e2e walks through: a session is opened and its cookie given to
the browser.
"""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from odr.identity.models import Account
from odr.identity.sign_in.sessions import open_session
from odr.procedure.court import Court
from odr.web.presence import session_cookie_name
from odr.web.reader_language import COOKIE


def let_in(court: Court, account_id: int, context: BrowserContext, origin: str, locale: str = "") -> None:
    """Somebody sits down at a browser, signed in just now, second factor and all; she reads ``locale`` where it is
    given.
    """
    with court.database.write() as session:
        account = session.get_one(Account, account_id)
        token, _ = open_session(
            session, account, court.clock.machine_now(), device="test", address="::1", two_factor=True
        )
    cookies = {session_cookie_name(False): token, **({COOKIE: locale} if locale else {})}
    context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in cookies.items()])
