"""What somebody before the screen feels: first paint, click to card, preview to eye, a wall of 100,000.

    python -m benchmarks.screen

A real daphne and a real Chromium on the same cores, one clock for both: a preview is timed from just before it
is published until the frame that shows it.
"""

import base64
import io
import os
import statistics
import time
from datetime import timedelta
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.house import house, people, report, web
from tests.browser.chromium import ARGUMENTS, CHROMIUM

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
CARDS = 20
PREVIEWS = 60
WALL = 100_000
DEEP = 5_000
PAGES = ("/", "/studio/text_to_image/", "/library/", "/wallet/", "/developer/", "/status/")
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"
LONG = """
window.long = [];
new PerformanceObserver((list) => {
  for (const frame of list.getEntries()) {
    const ours = frame.scripts.reduce((sum, script) => sum + script.duration, 0);
    if (ours > 50) window.long.push(Math.round(ours));
  }
}).observe({ type: "long-animation-frame" });
"""
SEEN = """
window.seen = {};
new MutationObserver(() => {
  const shown = document.querySelector('.paper img.preview.in:last-of-type');
  if (shown) requestAnimationFrame(() => (window.seen[shown.src] ??= Date.now()));
}).observe(document.querySelector('print-stage'), { subtree: true, childList: true, attributes: true });
"""
CLICK = """() => {
  const began = performance.now();
  document.querySelector('[data-shutter]').click();
  document.querySelector('.roll li .thumb').getBoundingClientRect();
  return performance.now() - began;
}"""


def main() -> None:
    with house(), web() as (port, _pid), sync_playwright() as playwright:
        [(user, _key)] = people(1, credits=100_000)
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS).new_page()
        url = f"http://127.0.0.1:{port}"
        _enter(page, url, user)
        found: dict[str, Any] = {f"{path} first paint, ms p50": _paint(page, url + path) for path in PAGES}
        page.goto(f"{url}/studio/text_to_image/")
        page.locator("#prompt").fill("a red boat")
        page.wait_for_timeout(1000)
        page.evaluate(CLICK)
        found["preview to screen, ms p50 p95"] = _both(_previews(page, user))
        found["click to card, ms p50 p95"] = _both([page.evaluate(CLICK) for _each in range(CARDS)])
        found |= _wall(page, url, user)
        report("screen", found)


def _enter(page: Page, url: str, user: Any) -> None:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])


def _paint(page: Page, url: str) -> float:
    took = []
    for _each in range(3):
        page.goto(url)
        page.wait_for_timeout(200)
        took.append(page.evaluate(PAINT))
    return round(statistics.median(took))


def _previews(page: Page, user: Any) -> list[float]:
    """At the pace of a worker, each its own picture."""
    from generation import broadcast
    from generation.models import Job

    expect(page.locator(".said")).not_to_contain_text("asking")
    page.wait_for_timeout(500)
    page.evaluate(SEEN)
    job = str(Job.objects.filter(user=user).latest("pk").public_id)
    sent = {}
    for step in range(PREVIEWS):
        picture = _picture(step)
        sent[picture] = time.time() * 1000
        broadcast.show_preview(user.pk, job, step, PREVIEWS, picture)
        page.wait_for_timeout(270)
    seen = page.evaluate("window.seen")
    assert len(seen) >= PREVIEWS - 2, f"{len(seen)} of {PREVIEWS} were seen"
    return [at - sent[picture] for picture, at in seen.items()]


def _picture(step: int) -> str:
    content = io.BytesIO()
    Image.effect_noise((64, 64), 20 + step).convert("RGB").save(content, "WEBP", quality=70)
    return f"data:image/webp;base64,{base64.b64encode(content.getvalue()).decode()}"


def _wall(page: Page, url: str, user: Any) -> dict[str, Any]:
    _hang(user)
    picture = Image.new("RGB", (256, 256), "#456")
    content = io.BytesIO()
    picture.save(content, "WEBP")
    page.route(
        "**/content?variant=thumbnail", lambda route: route.fulfill(body=content.getvalue(), content_type="image/webp")
    )
    page.set_viewport_size({"width": 1440, "height": 900})
    page.add_init_script(LONG)
    page.goto(f"{url}/library/")
    page.wait_for_timeout(1000)
    most, deepest = 0, 0
    until = time.monotonic() + 120
    while deepest < DEEP and time.monotonic() < until:
        page.mouse.wheel(0, 1800)
        page.wait_for_timeout(30)
        most = max(most, page.evaluate("document.querySelectorAll('.sheet-wall *').length"))
        marks = page.evaluate("[...document.querySelectorAll('.sheet-wall a img')].map((one) => one.alt)")
        deepest = max([deepest, *(int(mark.removeprefix("frame ")) for mark in marks if mark.startswith("frame "))])
    long = page.evaluate("window.long")
    page.unroute_all(behavior="ignoreErrors")
    return {
        f"wall of {WALL}: deepest frame seen": deepest,
        "most elements in the wall": most,
        "frames longer than 50 ms by our scripts": long,
    }


def _hang(user: Any) -> None:
    from django.utils import timezone

    from media.models import Asset

    now = timezone.now()
    for start in range(0, WALL, 5_000):
        Asset.objects.bulk_create(
            Asset(
                user=user, kind="image", mime="image/png", path=f"none/{n}", bytes=10, sha256="0" * 64, width=256,
                height=256, colour="#336699", origin=f"bench:{n}", ready=True, name=f"frame {n}",
                created_at=now - timedelta(seconds=n),
            )
            for n in range(start, start + 5_000)
        )  # fmt: skip


def _both(took: list[float]) -> list[float]:
    return [round(value, 1) for value in (statistics.median(took), statistics.quantiles(took, n=20)[-1])]


if __name__ == "__main__":
    main()
