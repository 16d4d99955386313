"""Reads the letters that Django's file backend wrote."""

import email
import email.policy
from dataclasses import dataclass
from pathlib import Path

SHOWN = 20
BETWEEN = b"-" * 79


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    date: str
    text: str


def newest(folder: Path) -> list[Letter]:
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)[:SHOWN]
    letters = [_letter(part) for file in files for part in reversed(file.read_bytes().split(BETWEEN)) if part.strip()]
    return letters[:SHOWN]


def _letter(raw: bytes) -> Letter:
    message = email.message_from_bytes(raw.lstrip(), policy=email.policy.default)
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return Letter(str(message["To"]), str(message["Subject"]), str(message["Date"]), text)
