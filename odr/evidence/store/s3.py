"""Files in any S3-compatible store (needs the extra ``boto3``)."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from odr.evidence.store.store import CHUNK, BlobStore, FolderStore, Reader, Stored, storage_full
from odr.ground.db import new_reference
from odr.ground.errors import CourtError, NotFound

PART = 8 * 2**20
"""Bytes a part of a multipart upload; S3 allows 10,000 parts of at least 5 MiB."""
_MISSING = {"NoSuchKey", "NotFound", "404"}
_FULL = {"InsufficientStorage", "QuotaExceeded", "EntityTooLarge", "507", "XMinioStorageFull"}


def open_store(url: str, data_dir: Path) -> BlobStore:
    """The store a setting names: empty for a folder, or ``s3://bucket/prefix?endpoint=https://…&region=…``.

    Credentials come from the environment, as boto3 finds them.
    """
    if not url:
        return FolderStore(data_dir / "blobs")
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderStore(Path(parts.path))
    if parts.scheme != "s3":
        raise ValueError(f"store_url: {parts.scheme or url!r} is neither s3 nor file")
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return S3Store(client(options.get("endpoint"), options.get("region")), parts.netloc, parts.path.strip("/"))


def client(
    endpoint: str | None, region: str | None = None, *, access_key: str | None = None, secret_key: str | None = None
) -> Any:
    """A boto3 client; says what to install when boto3 is missing. Without keys boto3 looks for them in the environment."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise RuntimeError("an S3 store needs boto3: pip install boto3") from error
    # Version 4 by name: for presigned addresses botocore still falls back to the old signature.
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        retries={"max_attempts": 3, "mode": "standard"},
        connect_timeout=5,
        read_timeout=60,
    )
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=region or "us-east-1",
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=config,
    )


class S3Store:
    """Objects under ``prefix`` in a bucket, each created once (``If-None-Match: *``) and checked by SHA-256."""

    def __init__(self, client: Any, bucket: str, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""

    @property
    def place(self) -> tuple[Any, str]:
        """The client and the bucket, for what concerns the whole of it."""
        return self._client, self._bucket

    def write(self, source: Reader) -> Stored:
        key = new_reference()
        first = _exactly(source, PART)
        with _named(self._client):
            if len(first) < PART:
                self._put(key, first)
                return Stored(key, hashlib.sha256(first).hexdigest(), len(first))
            return self._multipart(key, first, source)

    def adopt(self, path: Path, sha256: str, size: int) -> Stored:
        with path.open("rb", buffering=0) as file:
            stored = self.write(file)
        if (stored.sha256, stored.size) != (sha256, size):
            self.erase(stored.key)
            raise OSError("the file changed while it was being stored")
        return stored

    def open(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        if length == 0 or start >= self.size(key):
            return iter(())
        end = "" if length is None else str(start + length - 1)
        with _named(self._client):
            answer = self._client.get_object(**self._at(key), Range=f"bytes={start}-{end}")
        return _drain(answer["Body"])

    def size(self, key: str) -> int:
        with _named(self._client):
            return int(self._client.head_object(**self._at(key))["ContentLength"])

    def erase(self, key: str) -> None:
        self._client.delete_object(**self._at(key))

    def names(self) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        for page in pages:
            yield from (entry["Key"].removeprefix(self._prefix) for entry in page.get("Contents", []))

    def forget_strays(self, before: float) -> int:
        """The bucket gives up unfinished uploads by itself (:func:`odr.evidence.store.bucket.prepare`)."""
        return 0

    def link_for(self, key: str, filename: str, seconds: int) -> str | None:
        params = {
            **self._at(key),
            "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
            "ResponseContentType": "application/octet-stream",
        }
        return str(self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds))

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    def _put(self, key: str, data: bytes) -> None:
        self._client.put_object(**self._at(key), Body=data, ChecksumSHA256=_checksum(data), IfNoneMatch="*")

    def _multipart(self, key: str, first: bytes, source: Reader) -> Stored:
        parts: list[dict[str, Any]] = []
        hasher, size = hashlib.sha256(), 0
        begun = self._client.create_multipart_upload(**self._at(key), ChecksumAlgorithm="SHA256")
        upload = {**self._at(key), "UploadId": begun["UploadId"]}
        try:
            data = first
            while data:
                hasher.update(data)
                size += len(data)
                number, checksum = len(parts) + 1, _checksum(data)
                answer = self._client.upload_part(**upload, PartNumber=number, Body=data, ChecksumSHA256=checksum)
                parts.append({"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": checksum})
                data = _exactly(source, PART)
            self._client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
        except BaseException:
            # Parts that are never completed are billed and invisible: give them up at once.
            with contextlib.suppress(Exception):
                self._client.abort_multipart_upload(**upload)
            raise
        return Stored(key, hasher.hexdigest(), size)


def _checksum(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def _exactly(source: Reader, size: int) -> bytes:
    data = bytearray()
    while len(data) < size and (chunk := source.read(min(CHUNK, size - len(data)))):
        data += chunk
    return bytes(data)


def _drain(body: Any) -> Iterator[bytes]:
    with contextlib.closing(body):
        yield from body.iter_chunks(CHUNK)


@contextlib.contextmanager
def _named(client: Any) -> Iterator[None]:
    """Turn the store's answers "no such key" and "no space" into the court's named breaches."""
    try:
        yield
    except client.exceptions.ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        breach: CourtError | None = NotFound() if code in _MISSING else storage_full() if code in _FULL else None
        if breach is None:
            raise
        raise breach from error
