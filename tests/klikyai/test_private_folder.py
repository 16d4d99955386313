"""What a house keeps is for its own user alone; also where that user is not root."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from klikyai.services.process import free_port
from tests.klikyai.test_canaries import call, manage
from tests.klikyai.test_up import ROOT, SERVICES, House

pytestmark = pytest.mark.processes
NOBODY = 65534
# A pixel, as small as PNG can say it.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c626001000000ffff03000006000557bfabd40000000049454e44ae426082"
)


def open_to_others(folder: Path) -> list[str]:
    paths = (folder, *folder.rglob("*"))
    return [f"{path} {path.lstat().st_mode & 0o777:o}" for path in paths if readable(path)]


def readable(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISLNK(mode) and bool(mode & 0o077)


def upload(house: House, key: str) -> str:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    body += PIXEL + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Authorization": f"Bearer {key}"}
    return call(house, "/api/v1/assets", body, **headers)


def test_nothing_under_the_folder_is_open_to_others(tmp_path: Path) -> None:
    house = House(tmp_path / "var", free_port())
    # As an earlier version made it.
    house.var.mkdir(mode=0o755)
    try:
        house.start()
        key = manage(house, "newuser", "eve@example.org", "--api-key", "x").split('"api_key": "')[1].split('"')[0]
        answer = upload(house, key)
        call(house, "/_allauth/app/v1/auth/code/request", {"email": "eve@example.org"})
        assert '"success":true' in answer, answer
        assert list((house.var / "media").rglob("*.png"))
        assert list((house.var / "mail").iterdir())
        assert list((house.var / "redis").glob("appendonly*"))
        assert open_to_others(house.var) == []
    finally:
        house.kill_everything()
