"""Health of a process without a port: can it reach what it works from?"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from redis import Redis

from klikyai import env

Redis.from_url(env.text("REDIS_URL"), socket_timeout=2, socket_connect_timeout=2).ping()
