"""Where media lies: a folder, S3 (or MinIO), or Google Cloud Storage."""

from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from klikyai import env

SIGNED_SECONDS = 300


def media() -> dict[str, Any]:
    kind = env.text("MEDIA_STORAGE", "local")
    makers = {"local": _local, "s3": _s3, "gcs": _gcs}
    if kind not in makers:
        raise ImproperlyConfigured("MEDIA_STORAGE must be local, s3 or gcs")
    return makers[kind]()


def _local() -> dict[str, Any]:
    return {"BACKEND": "django.core.files.storage.FileSystemStorage"}


def _s3() -> dict[str, Any]:
    from botocore.config import Config  # type: ignore[import-untyped]  # heavy, and only for those with a bucket

    given = env.required(["MEDIA_BUCKET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
    options = {
        "bucket_name": given["MEDIA_BUCKET"],
        "access_key": given["AWS_ACCESS_KEY_ID"],
        "secret_key": given["AWS_SECRET_ACCESS_KEY"],
        "endpoint_url": env.text("MEDIA_ENDPOINT") or None,
        "region_name": env.text("AWS_REGION") or None,
        "default_acl": None,
        "file_overwrite": True,  # names are ours and never come twice; asking first would cost a round trip
        "querystring_auth": True,
        "querystring_expire": SIGNED_SECONDS,
        # A storage that is gone is told within seconds, not after a minute for each of five tries.
        "client_config": Config(
            signature_version="s3v4", connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 2}
        ),
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def _gcs() -> dict[str, Any]:
    if find_spec("google") is None or find_spec("google.cloud.storage") is None:
        raise ImproperlyConfigured("MEDIA_STORAGE=gcs needs google-cloud-storage: pip install google-cloud-storage")
    from_env = env.required(["MEDIA_BUCKET"])
    options = {"bucket_name": from_env["MEDIA_BUCKET"], "querystring_auth": True, "expiration": SIGNED_SECONDS}
    return {"BACKEND": "storages.backends.gcloud.GoogleCloudStorage", "OPTIONS": options}


def origins() -> list[str]:
    """Where else than on our own pages' origin content may come from or go to: a policy has to name it."""
    endpoints = {"s3": env.text("MEDIA_ENDPOINT") or "https://*.amazonaws.com", "gcs": "https://storage.googleapis.com"}
    places = [env.text("MEDIA_ORIGIN"), endpoints.get(env.text("MEDIA_STORAGE", "local"), "")]
    return ["/".join(place.split("/")[:3]) for place in places if place]
