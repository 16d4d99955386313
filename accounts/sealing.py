"""What the database keeps but no thief of a dump may read. The first key writes, all read, so keys can be rotated."""

import json
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.MFA_KEYS])


class Sealed:
    """Sessions: they carry codes on their way, and second factors that are being set up."""

    def dumps(self, session: Any) -> bytes:
        return box().encrypt(json.dumps(session, separators=(",", ":")).encode())

    def loads(self, sealed: bytes) -> Any:
        return json.loads(box().decrypt(sealed))
