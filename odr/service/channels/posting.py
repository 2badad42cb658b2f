"""Posting JSON to a carrier's gateway: to the address in the settings and nowhere else, with what was answered."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

MOST_READ = 65_536


def post_json(url: str, body: bytes, headers: Mapping[str, str], *, timeout: float) -> tuple[int, bytes]:
    """Status and beginning of the answer. ``http.client`` follows no redirect. Raises OSError or HTTPException where no
    answer comes.
    """
    address = urlsplit(url)
    host, port = address.hostname or "", address.port
    connection: http.client.HTTPConnection
    if address.scheme == "https":
        connection = http.client.HTTPSConnection(host, port, timeout=timeout, context=ssl.create_default_context())
    else:
        connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("POST", address.path or "/", body, {"Content-Type": "application/json", **headers})
        response = connection.getresponse()
        return response.status, response.read(MOST_READ)
    finally:
        connection.close()
