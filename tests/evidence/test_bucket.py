"""A bucket from which whoever holds the court's key removes nothing for good, on a real store."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from odr.app import create_app
from odr.evidence.store.bucket import FORBIDDEN, locked_for, policy, prepare
from odr.evidence.store.s3 import PART, S3Store, client
from odr.ground.db import new_reference
from odr.ground.errors import NotFound
from odr.operations.doctor import State, check_store
from tests.peers.s3 import S3Peer
from tests.scene import Scene


@pytest.fixture
def place(s3_peer: S3Peer, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, str, str]]:
    """A connection, a bucket that is not there yet, and the address of it; the keys stand in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_peer.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_peer.secret_key)
    connection = client(s3_peer.endpoint, s3_peer.region)
    name = f"court-{new_reference()}"
    yield connection, name, f"s3://{name}/evidence?endpoint={s3_peer.endpoint}&region={s3_peer.region}"
    connection.close()


def test_what_is_erased_can_be_brought_back_and_no_version_goes(place: tuple[Any, str, str]) -> None:
    """A file small and one in parts: erased, each is gone for the court and stands underneath; its version is not removed,
    its lock not lifted, by anybody who comes through the bucket.
    """
    connection, name, _ = place
    store = S3Store(connection, name, "evidence")
    prepare(store, 35)
    prepare(store, 35)
    for content in (b"small", b"x" * (PART + 1000)):
        kept = store.write(io.BytesIO(content))
        assert b"".join(store.open(kept.key)) == content
        store.erase(kept.key)
        with pytest.raises(NotFound):
            store.open(kept.key)
        key = f"evidence/{kept.key}"
        (version,) = [v for v in connection.list_object_versions(Bucket=name)["Versions"] if v["Key"] == key]
        for extra in ({}, {"BypassGovernanceRetention": True}):
            with pytest.raises(connection.exceptions.ClientError, match="AccessDenied"):
                connection.delete_object(Bucket=name, Key=key, VersionId=version["VersionId"], **extra)
        back = connection.get_object(Bucket=name, Key=key, VersionId=version["VersionId"])
        assert back["Body"].read() == content and back["ObjectLockMode"] == "GOVERNANCE"
    assert list(store.names()) == [] and locked_for(store) == 35


def test_the_bucket_says_what_was_asked_of_it(place: tuple[Any, str, str]) -> None:
    """Versions, the end of erased ones, and the policy lie on it."""
    connection, name, _ = place
    store = S3Store(connection, name)
    prepare(store, 7)
    assert connection.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    (rule,) = connection.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 7
    assert locked_for(store) == 7
    (said,) = json.loads(connection.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    (asked,) = json.loads(policy(name))["Statement"]
    assert said["Effect"] == asked["Effect"] == "Deny" and said["Action"] == asked["Action"] == FORBIDDEN


def test_the_check_up_worries_about_a_bucket_that_locks_nothing(
    small_scene: Scene, place: tuple[Any, str, str]
) -> None:
    """Until `flask store prepare` has been there; a court whose files lie in a folder has no bucket to prepare."""
    connection, name, address = place
    runner = create_app(court=small_scene.court).test_cli_runner()
    refused = runner.invoke(args=["store", "prepare"])
    assert refused.exit_code == 1 and "names no bucket" in refused.output
    connection.create_bucket(Bucket=name)
    settings = small_scene.court.settings.model_copy(update={"store_url": address})
    assert [one.state for one in check_store(settings)] == [State.GOOD, State.WORRY]
    small_scene.court.settings = settings
    assert runner.invoke(args=["store", "prepare", "--days", "0"]).exit_code == 1
    done = runner.invoke(args=["store", "prepare", "--days", "9"])
    assert done.exit_code == 0 and "locked for 9 days" in done.output, done.output
    assert [one.state for one in check_store(settings)] == [State.GOOD]
