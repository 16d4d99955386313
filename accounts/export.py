"""Everything of a person in one zip, made while it is sent: nothing is gathered in memory or on disk first."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from accounts import signals
from accounts.models import Phone, User

Content = bytes | Iterable[bytes]


class _Outlet(io.RawIOBase):
    """Where the archive is written to, and taken from piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        pieces, self.pieces = self.pieces, []
        return b"".join(pieces)


def archive(user: User) -> Iterator[bytes]:
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in _everything(user):
            with packed.open(name, "w", force_zip64=True) as file:
                for piece in [content] if isinstance(content, bytes) else content:
                    file.write(piece)
                    yield outlet.taken()
            yield outlet.taken()
    yield outlet.taken()


def _everything(user: User) -> Iterator[tuple[str, Content]]:
    yield "account.json", as_json(_account(user))
    for _receiver, files in signals.exporting.send(User, user=user):
        yield from cast(list[tuple[str, Content]], files or [])


def as_json(facts: Any) -> bytes:
    return json.dumps(facts, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False).encode()


def _account(user: User) -> dict[str, Any]:
    return {
        "made_at": timezone.now(),
        "id": user.public_id,
        "name": user.name,
        "joined": user.date_joined,
        "emails": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "phones": list(Phone.objects.filter(user=user).values("number", "verified")),
        "keys": list(user.api_keys.values("name", "prefix", "scopes", "created_at", "expires_at", "used_at")),
        "sessions": list(UserSession.objects.filter(user=user).values("ip", "user_agent", "created_at")),
        "second_factors": list(Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")),
        "connected": list(SocialAccount.objects.filter(user=user).values("provider", "uid", "date_joined")),
    }
