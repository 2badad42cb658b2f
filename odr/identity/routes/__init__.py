"""Pages of accounts: coming in, what one keeps there, and proving again who one is."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("identity", __name__)

from odr.identity.routes import accounts, entering, keeping, mandates, passkeys, provider, proving, refusals  # noqa: E402, F401 - they enter their routes
