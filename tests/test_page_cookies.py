"""What signs the cookies of pages is made once, and by the installation's key alone; and whoever asks is told of every cookie."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from itsdangerous import BadSignature

from odr.web.presence import PageCookies


def test_a_signer_is_made_once_for_a_key() -> None:
    """The same as long as the key is; what another key signed is refused."""
    app, cookies = Flask("court"), PageCookies()
    assert cookies.get_signing_serializer(app) is None
    app.secret_key = b"one key"
    first = cookies.get_signing_serializer(app)
    assert first is not None and cookies.get_signing_serializer(app) is first
    signed = first.dumps({"for": 1})
    app.secret_key = b"another"
    second = cookies.get_signing_serializer(app)
    assert second is not None and second is not first
    with pytest.raises(BadSignature):
        second.loads(signed)


COOKIES = {
    "odr/web/presence.py": "keep you signed in",
    "odr/web/guards.py": "tie a form to the page",
    "odr/identity/pages/shared.py": "which accounts came in with this browser",
    "odr/filing/draft/guide_pages.py": "what you answered before you began a claim",
    "odr/assist/kiosk/pages.py": "a terminal of the court",
}
"""Where a cookie is set, and what the page on privacy says of it; the language's stands beside the known device's."""


def test_the_page_on_privacy_names_every_cookie() -> None:
    """Whoever sets another cookie tells it there: “there are no others” is a promise."""
    root = Path(__file__).resolve().parent.parent
    said = (root / "templates/register/privacy.html").read_text(encoding="utf-8")
    setting = {
        str(path.relative_to(root))
        for path in (root / "odr").rglob("*.py")
        if re.search(r"\.set_cookie\(|SESSION_COOKIE_NAME=", path.read_text(encoding="utf-8"))
    }
    assert setting == set(COOKIES)
    assert [words for words in (*COOKIES.values(), "remember your language") if words not in said] == []
