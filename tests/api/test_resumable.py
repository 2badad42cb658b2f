"""Resumable uploads by programs: tus 1.0 under a bearer token, with the same promises as for a browser."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import requests

from odr.identity.sign_in.program_tokens import Scope
from tests.api.caller import Caller, caller
from tests.patience import PATIENCE
from tests.scene import Scene

DATA = b"What the program sends, page after page.\n" * 5000


def tus(program: Caller, method: str, path: str, data: bytes = b"", **headers: str) -> requests.Response:
    """One request of the protocol as the program's person."""
    given = {
        "Tus-Resumable": "1.0.0",
        "Authorization": f"Bearer {program.token}",
        "Content-Type": "application/offset+octet-stream",
    }
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, f"{program.origin}{path}", data=data, headers=given, timeout=PATIENCE)


def test_a_program_sends_a_file_in_pieces(api_scene: tuple[Scene, Any], callers: dict[str, Caller]) -> None:
    """Begun, asked for, continued with a checksum, damaged, and anchored: the same file, by the token alone."""
    li, haiyun = callers["li"], callers["haiyun"]
    options = requests.options(f"{li.origin}/api/v1/uploads", timeout=PATIENCE)
    assert (options.status_code, options.headers["Tus-Version"]) == (204, "1.0.0")
    name = base64.b64encode(b"pages.txt").decode()
    made = tus(li, "POST", "/api/v1/uploads", Upload_Length=str(len(DATA)), Upload_Metadata=f"filename {name}")
    place = made.headers["Location"]
    assert made.status_code == 201 and place.startswith("/api/v1/uploads/")
    assert tus(li, "PATCH", place, DATA[:70_000], Upload_Offset="0").headers["Upload-Offset"] == "70000"
    piece = DATA[70_000:150_000]
    wrong, right = (base64.b64encode(hashlib.sha256(part).digest()).decode() for part in (DATA, piece))
    assert tus(li, "PATCH", place, piece, Upload_Offset="70000", Upload_Checksum=f"sha256 {wrong}").status_code == 460
    assert tus(li, "PATCH", place, piece, Upload_Offset="70000", Upload_Checksum=f"sha256 {right}").status_code == 204
    assert tus(li, "PATCH", place, piece, Upload_Offset="70000").status_code == 409
    assert tus(haiyun, "HEAD", place).status_code == tus(haiyun, "DELETE", place).status_code == 404
    assert tus(li, "HEAD", place).headers["Upload-Offset"] == "150000"
    done = tus(li, "PATCH", place, DATA[150_000:], Upload_Offset="150000")
    assert (
        done.headers["Upload-Receipt"]
        and done.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(DATA).digest()).decode()}:"
    )
    assert tus(li, "DELETE", place).status_code == 409


def test_a_token_that_may_not_upload_opens_none(api_scene: tuple[Scene, Any], callers: dict[str, Caller]) -> None:
    """A token for reading is refused on every method, a missing one before the body."""
    scene, _ = api_scene
    li = callers["li"]
    place = tus(li, "POST", "/api/v1/uploads", Upload_Length="9").headers["Location"]
    reader = caller(scene, li.origin, li.contract, "li", scopes=[Scope.READ])
    for method, path in (("POST", "/api/v1/uploads"), ("HEAD", place), ("PATCH", place), ("DELETE", place)):
        assert tus(reader, method, path, Upload_Length="9", Upload_Offset="0").status_code == 403
        assert requests.request(method, f"{li.origin}{path}", timeout=PATIENCE).status_code == 401
    assert tus(li, "DELETE", place).status_code == 204
    assert tus(li, "HEAD", place).status_code == 404
