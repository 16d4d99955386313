"""Large files straight into the bucket, in parts, by links of five minutes: no byte passes through us until it is read.

What arrived is nobody's file yet: it is checked like every upload, and only the clean copy gets a row.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from media import storage
from media.errors import StorageFailed
from media.models import Upload

PART = 16 << 20
_FAILURES = (BotoCoreError, ClientError)


@dataclass(frozen=True)
class Part:
    number: int
    at: int
    bytes: int
    url: str


def possible() -> bool:
    return settings.MEDIA_DIRECT and storage.speaks_s3()


def parts(upload: Upload) -> list[Part]:
    """Those that are still missing, with fresh links. What arrived before a cut stays."""
    if not possible():
        raise Conflict(_("This storage takes no parts: send the pieces to the upload's own address."))
    if upload.asset_id is not None:
        raise Conflict(_("This upload is over."))
    try:
        _begin(upload)
        there = {part["PartNumber"]: part["Size"] for part in _there(upload)}
        sizes = dict(enumerate(_sizes(upload.length), 1))
        return [_part(upload, number, size) for number, size in sizes.items() if there.get(number) != size]
    except _FAILURES as error:
        raise _failed(error) from error


def complete(upload: Upload) -> None:
    """From parts to one object. Doing it twice is no mistake: the second finds the object."""
    if not upload.parts:
        raise Conflict(_("Nothing has arrived yet."))
    try:
        if default_storage.exists(upload.key):
            return
        there = _there(upload)
        if sum(part["Size"] for part in there) != upload.length:
            raise Conflict(_("Some parts are still missing."))
        told = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in there]
        _client().complete_multipart_upload(**_names(upload), UploadId=upload.parts, MultipartUpload={"Parts": told})
    except _FAILURES as error:
        raise _failed(error) from error


def forget(upload: Upload) -> None:
    if upload.parts and storage.speaks_s3():
        _abort(upload.key, upload.parts)
        storage.remove(upload.key)


def sweep(before: datetime) -> None:
    """Parts that were begun by somebody who died before writing it down cost money and are seen in no listing."""
    if not storage.speaks_s3():
        return
    known = set(Upload.objects.exclude(parts="").values_list("parts", flat=True))
    pages = _client().get_paginator("list_multipart_uploads").paginate(Bucket=_bucket())
    for begun in (begun for page in pages for begun in page.get("Uploads", [])):
        if begun["Initiated"] < before and begun["UploadId"] not in known:
            _abort(begun["Key"], begun["UploadId"])


def _begin(upload: Upload) -> None:
    if upload.parts:
        return
    key = f"temp/{upload.user.public_id}/{uuid.uuid4().hex}.arriving"
    begun = _client().create_multipart_upload(Bucket=_bucket(), Key=key)["UploadId"]
    if not Upload.objects.filter(pk=upload.pk, parts="").update(key=key, parts=begun):
        _abort(key, begun)  # another call was first
    upload.refresh_from_db(fields=["key", "parts"])


def _part(upload: Upload, number: int, size: int) -> Part:
    # The length is signed as well: nobody can send more than was announced.
    asked = {**_names(upload), "UploadId": upload.parts, "PartNumber": number, "ContentLength": size}
    return Part(
        number,
        (number - 1) * PART,
        size,
        _client().generate_presigned_url("upload_part", Params=asked, ExpiresIn=_seconds()),
    )


def _sizes(length: int) -> list[int]:
    whole, rest = divmod(length, PART)
    return [PART] * whole + ([rest] if rest else [])


def _there(upload: Upload) -> list[dict[str, Any]]:
    pages = _client().get_paginator("list_parts").paginate(**_names(upload), UploadId=upload.parts)
    return [part for page in pages for part in page.get("Parts", [])]


def _abort(key: str, begun: str) -> None:
    try:
        _client().abort_multipart_upload(Bucket=_bucket(), Key=key, UploadId=begun)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchUpload":  # complete, or forgotten before
            raise _failed(error) from error
    except BotoCoreError as error:
        raise _failed(error) from error


def _names(upload: Upload) -> dict[str, str]:
    return {"Bucket": _bucket(), "Key": upload.key}


def _client() -> Any:
    return default_storage.connection.meta.client  # type: ignore[attr-defined]


def _bucket() -> str:
    return str(default_storage.bucket_name)  # type: ignore[attr-defined]


def _seconds() -> int:
    return int(default_storage.querystring_expire)  # type: ignore[attr-defined]


def _failed(error: Exception) -> StorageFailed:
    return StorageFailed(_("The storage does not answer. Go on in a moment."), retry_after=5, log=repr(error))
