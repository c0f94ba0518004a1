"""What the servers serve: the guestbook with two more routes, and the same three answers as an ASGI application."""

import asyncio
import random
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from guestbook import app as wsgi
from guestbook.models import Entry
from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

THREADS = 4
SLOW_SECONDS = (0.1, 0.5)  # of differing length, so that a signal never falls between all of them
HERE = Path(__file__).parent
PAGE = Environment(loader=FileSystemLoader(HERE), autoescape=True).get_template("page.html")
ENTRIES = [
    Entry(
        id=number,
        author="Ada",
        message="<b>hello</b>" * 8,
        created_at=datetime(2026, 1, 31, 12, number, tzinfo=UTC),
    )
    for number in range(20)
]


@wsgi.get("/page")
def wsgi_page() -> str:
    """Render twenty entries without asking a database."""
    return PAGE.render(entries=ENTRIES)


@wsgi.get("/slow")
def wsgi_slow() -> str:
    """Take long enough to be interrupted."""
    time.sleep(random.uniform(*SLOW_SECONDS))
    return "ok"


async def up(_request: Request) -> PlainTextResponse:
    """Answer the health check."""
    return PlainTextResponse("ok")


async def page(_request: Request) -> HTMLResponse:
    """Render twenty entries without asking a database."""
    return HTMLResponse(PAGE.render(entries=ENTRIES))


async def slow(_request: Request) -> PlainTextResponse:
    """Take long enough to be interrupted."""
    await asyncio.sleep(random.uniform(*SLOW_SECONDS))
    return PlainTextResponse("ok")


asgi = Starlette(routes=[Route("/up", up), Route("/page", page), Route("/slow", slow)])

# How a server that speaks only ASGI runs a WSGI application.
wsgi_as_asgi = WSGIMiddleware(cast(WSGIApp, wsgi), workers=THREADS)
