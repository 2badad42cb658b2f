"""What travels between a client and the peer: nested form fields, refusals, keys and their permissions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

Object = dict[str, Any]
"""A Stripe object as JSON."""

_VERSION = re.compile(r"20\d\d-(0[1-9]|1[0-2])-([0-2]\d|3[01])(\.[a-z_]+)?(; ?[a-z_]+=v\d+)*")

PERMISSIONS = frozenset(
    {
        "rak_checkout_session_read",
        "rak_checkout_session_write",
        "rak_payment_intent_read",
        "rak_charge_read",
        "rak_charge_write",
        "rak_dispute_read",
        "rak_dispute_write",
        "rak_event_read",
    }
)
"""What the restricted key of a court must be allowed; refunds come under ``rak_charge_write``."""


@dataclass
class PeerError(Exception):
    """A refusal as Stripe words it: HTTP status, kind, message, and where the mistake is."""

    status: int
    message: str
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    extra: Object = field(default_factory=dict)

    def body(self) -> Object:
        """The JSON that says so."""
        error: Object = {
            "type": self.type,
            "message": self.message,
            "code": self.code,
            "param": self.param,
            **self.extra,
        }
        return {"error": {key: value for key, value in error.items() if value is not None}}


def public(value: Any) -> Any:
    """A copy without the peer's own notes, whose names begin with an underscore."""
    if isinstance(value, dict):
        return {name: public(item) for name, item in value.items() if not name.startswith("_")}
    return [public(item) for item in value] if isinstance(value, list) else value


def missing(param: str) -> PeerError:
    """A required parameter was not sent."""
    return PeerError(400, f"Missing required param: {param}.", code="parameter_missing", param=param)


def no_such(kind: str, identifier: str, param: str = "id") -> PeerError:
    """There is no object of that kind and id."""
    return PeerError(404, f"No such {kind}: '{identifier}'", code="resource_missing", param=param)


def decode(form: str) -> Object:
    """Fields like ``line_items[0][quantity]=1`` as nested objects; lists become objects keyed by position."""
    decoded: Object = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        head, *rest = re.split(r"[\[\]]+", name.rstrip("]"))
        keys = [head, *rest]
        at = decoded
        for key in keys[:-1]:
            at = at.setdefault(key, {})
            if not isinstance(at, dict):
                raise PeerError(400, f"Invalid nested parameter: {name}", param=name)
        last = keys[-1]
        at[last or str(len(at))] = value
    return decoded


def items(value: Any, param: str) -> list[Any]:
    """A list that arrived as an object keyed by position."""
    if value in (None, ""):
        return []
    if not isinstance(value, dict):
        raise PeerError(400, f"Invalid array: {param}", param=param)
    return [value[key] for key in sorted(value, key=lambda key: (len(key), key))]


def integer(value: Any, param: str, *, least: int = 0) -> int:
    """A whole number that arrived as text."""
    if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,12}", value):
        raise PeerError(400, f"Invalid integer: {value}", code="parameter_invalid_integer", param=param)
    number = int(value)
    if number < least:
        raise PeerError(
            400, f"This value must be greater than or equal to {least}.", code="parameter_invalid_integer", param=param
        )
    return number


def metadata(value: Any) -> dict[str, str]:
    """Up to 50 keys of 40 characters with values of 500."""
    if value in (None, ""):
        return {}
    if not isinstance(value, dict):
        raise PeerError(400, "Invalid object", param="metadata")
    if len(value) > 50:
        raise PeerError(400, "Metadata can have at most 50 keys.", param="metadata")
    for key, text in value.items():
        if len(key) > 40 or not isinstance(text, str) or len(text) > 500:
            raise PeerError(
                400, f"Metadata values can have up to 500 characters, keys up to 40: {key}", param=f"metadata[{key}]"
            )
    return dict(value)


def only(params: Mapping[str, Any], known: str) -> None:
    """Refuse parameters that the endpoint does not know, as Stripe does."""
    for name in params:
        if name not in known.split() and name != "expand":
            raise PeerError(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def check_version(version: str | None) -> str:
    """The API version asked for. Raises PeerError for one that cannot be."""
    version = version or "2026-10-28.endive"
    if not _VERSION.fullmatch(version):
        raise PeerError(400, f"Invalid Stripe API version: {version}")
    return version


def check_key(header: str, keys: Mapping[str, frozenset[str] | None], permission: str) -> None:
    """The key must be known, and a restricted one must hold the permission."""
    scheme, _, key = header.partition(" ")
    if scheme not in ("Bearer", "Basic") or not key:
        raise PeerError(401, "You did not provide an API key.")
    if key not in keys:
        raise PeerError(401, f"Invalid API Key provided: {_masked(key)}")
    allowed = keys[key]
    if allowed is not None and permission not in allowed:
        message = f"The provided key '{_masked(key)}' does not have the required permissions for this endpoint."
        raise PeerError(403, f"{message} Having the '{permission}' permission would allow this request to continue.")


def _masked(key: str) -> str:
    return key[:8] + "*" * 8 + key[-4:] if len(key) > 16 else key[:4] + "*" * 8
