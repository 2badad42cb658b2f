"""The operator says whose signed records the court takes."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from odr.app import create_app
from tests.scene import Scene


def test_a_platform_is_accredited_once_and_revoked_once(small_scene: Scene) -> None:
    """A key that is none, a name taken and a name unknown are refused in a sentence; the list keeps who was revoked."""
    run = create_app(court=small_scene.court).test_cli_runner().invoke
    public = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
    accredit = ["platform", "accredit", "baihua", "Baihua Market", "--public-key"]

    assert "not the base64 of an Ed25519" in run(args=[*accredit, "AA=="]).output
    assert run(args=[*accredit, public]).output == "accredited baihua\n"
    assert "stands in the list already" in run(args=[*accredit, public]).output
    assert "baihua\tBaihua Market\tsince" in run(args=["platform", "list"]).output

    assert run(args=["platform", "revoke", "baihua"]).output == "revoked baihua\n"
    again = run(args=["platform", "revoke", "baihua"])
    assert (again.exit_code, again.output) == (1, "Error: no accredited platform is called baihua\n")
    assert "baihua\tBaihua Market\trevoked" in run(args=["platform", "list"]).output
