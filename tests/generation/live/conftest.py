"""Sockets as a browser opens them, on an application that listens nowhere."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.test import Client

from accounts import api_keys
from accounts.models import Scope, User
from klikyai.asgi import application

HERE = b"http://testserver"
Open = Callable[..., Awaitable[WebsocketCommunicator]]


def aside(function: Callable[..., Any]) -> Callable[..., Any]:
    """Of a coroutine's test: in a thread that may ask the database."""
    return database_sync_to_async(function, thread_sensitive=True)


def cookie(user: User) -> list[tuple[bytes, bytes]]:
    client = Client()
    client.force_login(user)
    return [(b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode())]


def bearer(user: User, scopes: Any = Scope.values) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", f"Bearer {api_keys.issue(user, 'socket', scopes)[1]}".encode())]


@pytest.fixture
async def connect() -> AsyncIterator[Open]:
    opened: list[WebsocketCommunicator] = []

    async def connect(headers: list[tuple[bytes, bytes]], origin: bytes | None = HERE) -> WebsocketCommunicator:
        told = [(b"host", b"testserver"), *headers, *([(b"origin", origin)] if origin is not None else [])]
        socket = WebsocketCommunicator(application, "/ws/", headers=told)
        socket.accepted, _code = await socket.connect(timeout=10)
        opened.append(socket)
        return socket

    yield connect
    for socket in opened:
        if not socket.future.done():
            await socket.disconnect()
    await get_channel_layer().flush()


async def until_closed(socket: WebsocketCommunicator, patience: float = 10) -> int:
    """The code that it was closed with, whatever was said before."""
    async with asyncio.timeout(patience):
        while (message := await socket.receive_output(timeout=patience))["type"] != "websocket.close":
            pass
    return int(message["code"])
