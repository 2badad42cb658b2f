"""Pages of accounts: coming in, what one keeps there, and proving again who one is."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("identity", __name__)

from odr.identity.pages import (  # noqa: E402 - they enter their routes
    accounts as accounts,
    mandates as mandates,
    own_account as own_account,
    passkeys as passkeys,
    provider as provider,
    sign_in as sign_in,
    sign_in_needed as sign_in_needed,
    step_up as step_up,
    way_back as way_back,
)
