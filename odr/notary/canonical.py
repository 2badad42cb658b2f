"""JSON in its one canonical form (RFC 8785), so that a receipt has one hash."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import TypeAlias

JSON: TypeAlias = "bool | int | str | Sequence[JSON] | Mapping[str, JSON] | None"
"""What a receipt may hold: no floating point, since its text differs from program to program."""

LARGEST_INTEGER = 2**53 - 1


def canonical(value: JSON) -> bytes:
    """The RFC 8785 bytes of ``value``.

    Raises ``ValueError`` for floats, integers beyond 2^53-1 and lone surrogates.
    """
    # Names in ASCII sort the same by code point as by UTF-16, and the library then sorts them itself, far faster.
    plain = _is_plain(value)
    text = json.dumps(
        value if plain else _ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=plain
    )
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("a lone surrogate has no canonical form") from error


def member(value: JSON) -> str:
    """The text of one value as it stands in a canonical object. Raises ``ValueError``, for a lone surrogate only when
    it is encoded.
    """
    if type(value) is str:
        return encode_basestring(value)
    if type(value) is int and -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
        return str(value)
    return canonical(value).decode()


def _is_plain(value: JSON) -> bool:
    """Whether it is an object of ASCII names whose values are texts, whole numbers in range, nothing, or such objects."""
    if type(value) is not dict:
        return False
    for name, item in value.items():
        if type(name) is not str or not name.isascii():
            return False
        if type(item) is int:
            if not -LARGEST_INTEGER <= item <= LARGEST_INTEGER:
                return False
        elif not (item is None or type(item) is str or type(item) is bool or _is_plain(item)):
            return False
    return True


def _ordered(value: JSON) -> JSON:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise ValueError("integer too large for canonical JSON")
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("a name in JSON is a string")
        # RFC 8785 3.2.3: names are ordered by UTF-16 code units, which is not code point order.
        names = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {name: _ordered(value[name]) for name in names}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_ordered(item) for item in value]
    raise ValueError(f"{type(value).__name__} has no canonical form here")
