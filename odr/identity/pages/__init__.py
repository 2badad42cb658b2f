"""Pages of accounts: coming in, what one keeps there, and proving again who one is."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("identity", __name__)

from odr.identity.pages import accounts, mandates, own_account, passkeys, provider, sign_in, sign_in_needed, step_up  # noqa: E402, F401 - they enter their routes
