"""What signs the cookies of pages is made once, and by the installation's key alone."""

from __future__ import annotations

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
