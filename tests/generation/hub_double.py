"""A model hub on this machine: says what a repository has, gives the files in pieces, and breaks off when told to."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

COMMIT = "c0ffee" + "0" * 34
LARGE = (".safetensors", ".bin")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Hub(ThreadingHTTPServer):
    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.folder = folder
        self.asked: list[tuple[str, str]] = []
        self.breaks_off_after: dict[str, int] = {}  # path → bytes, once
        self.resumed: list[int] = []  # at which byte
        self.answers_with: int = 200
        self.lies_about = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def listing(self) -> dict[str, Any]:
        files = [file for file in sorted(self.folder.rglob("*")) if file.is_file()]
        return {"id": "tiny/model", "sha": COMMIT, "siblings": [self._sibling(file) for file in files]}

    def _sibling(self, file: Path) -> dict[str, Any]:
        path, content = str(file.relative_to(self.folder)), file.read_bytes()
        found: dict[str, Any] = {"rfilename": path, "size": len(content), "blobId": digest(content)}
        if path.endswith(LARGE):
            sha = "0" * 64 if path == self.lies_about else digest(content)
            found["lfs"] = {"size": len(content), "sha256": sha, "pointerSize": 130}
        return found


class Answer(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(with_content=False)

    def do_GET(self) -> None:
        self._answer(with_content=True)

    def _answer(self, *, with_content: bool) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append((self.command, path))
        if self.server.answers_with != 200:
            return self._send(self.server.answers_with, b"{}", {}, with_content)
        if path.startswith("/api/models/tiny/model"):
            said = json.dumps(self.server.listing()).encode()
            return self._send(200, said, {"Content-Type": "application/json"}, with_content)
        found = re.fullmatch(rf"/tiny/model/resolve/{COMMIT}/(.+)", path)
        if not found or not (self.server.folder / found[1]).is_file():
            return self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, with_content)
        return self._file(found[1], with_content)

    def _file(self, path: str, with_content: bool) -> None:
        content = (self.server.folder / path).read_bytes()
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{digest(content)}"', "Accept-Ranges": "bytes"}
        start = int((re.match(r"bytes=(\d+)-", self.headers.get("Range", "")) or [0, 0])[1])
        if start:
            self.server.resumed.append(start)
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self._send(206 if start else 200, content[start:], headers, with_content, path)

    def _send(self, status: int, content: bytes, headers: dict[str, str], with_content: bool, path: str = "") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if with_content:
            most = self.server.breaks_off_after.pop(path, len(content))
            self.wfile.write(content[:most])
            self.close_connection = True


@contextmanager
def running(folder: Path) -> Iterator[Hub]:
    hub = Hub(folder)
    thread = Thread(target=hub.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join()
