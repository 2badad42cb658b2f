"""The bucket of an object store, made so that whoever holds the court's key removes nothing for good.

Every object keeps its versions and is locked for some days: what is erased, or overwritten
by a thief, stays underneath and can be brought back by who owns the bucket. After those
days the store itself removes what was erased, so that an erasure ordered by a rule of
retention is one in the end, as with backups.
"""

from __future__ import annotations

import json
from typing import Any

from odr.evidence.store.s3 import S3Store

DAYS = 35
"""How long what was erased can be brought back, unless told otherwise."""
FORBIDDEN = ["s3:DeleteObjectVersion", "s3:BypassGovernanceRetention", "s3:PutObjectRetention"]
"""What nobody does through the bucket, the court least of all; the bucket's owner takes the policy off first."""


def policy(bucket: str) -> str:
    """The bucket's policy: no version is removed and no lock shortened."""
    statement = {
        "Sid": "NothingGoesForGood",
        "Effect": "Deny",
        "Principal": "*",
        "Action": FORBIDDEN,
        "Resource": [f"arn:aws:s3:::{bucket}/*"],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def prepare(store: S3Store, days: int) -> None:
    """Make the bucket where it is missing, and lay versions, lock, end of erased versions and policy on it. Needs the rights
    of the bucket's owner; may be repeated. Raises what boto3 raises where the store does not do one of these.
    """
    client, bucket = store.place
    if not _is_there(client, bucket):
        client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    retention = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": days}}
    client.put_object_lock_configuration(
        Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention}
    )
    rule = {
        "ID": "erased",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    client.put_bucket_policy(Bucket=bucket, Policy=policy(bucket))


def locked_for(store: S3Store) -> int | None:
    """Days for which each new object is locked, 0 for none; None where the store does not tell the court."""
    client, bucket = store.place
    try:
        told = client.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    except client.exceptions.ClientError as error:
        missing = error.response["Error"]["Code"] == "ObjectLockConfigurationNotFoundError"
        return 0 if missing else None
    return int(told.get("Rule", {}).get("DefaultRetention", {}).get("Days", 0))


def _is_there(client: Any, bucket: str) -> bool:
    return bucket in {each["Name"] for each in client.list_buckets().get("Buckets", [])}
