"""A real nginx in front, as docs/operating.md says, where one can be had."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.house import until

CONF = """
daemon off;
{user}
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  client_max_body_size 260m;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{app};
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_request_buffering off;
      proxy_max_temp_file_size 0;
    }}
    {protected}
    location /open/ {{ alias {media}/; }}
  }}
}}
"""


def found() -> str | None:
    if shutil.which("nginx") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", "nginx-light"], capture_output=True, check=False)
    return shutil.which("nginx")


@contextmanager
def nginx(program: str, app: int, media: Path) -> Iterator[tuple[int, int]]:
    """Its port and its process."""
    folder = media.parent / "nginx"
    folder.mkdir()
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    conf = folder / "nginx.conf"
    conf.write_text(CONF.format(user=user, folder=folder, port=port, app=app, protected=protected(media), media=media))
    process = subprocess.Popen([program, "-c", str(conf), "-p", str(folder)], stderr=subprocess.DEVNULL)
    try:
        until(lambda: _listens(port))
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def protected(media: Path) -> str:
    """The very lines that we tell people to use, with their folder."""
    told = (Path(__file__).parents[1] / "docs" / "operating.md").read_text()
    block = told[told.index("location /protected/") :]
    return block[: block.index("```")].replace("/data/media/", f"{media}/")


def _listens(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
