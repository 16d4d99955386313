"""`make screenshots`: a fresh studio is started, used as a person would, and photographed in every state.

Prints how long a first visit took until its first picture, and what the album weighs.
"""

import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, CHROMIUM

HERE = Path(__file__).resolve().parents[2]
ALBUM = HERE / "docs" / "screenshots"
THEMES = ("dark", "light")
SIZES = {1440: (900, 1), 390: (844, 2)}
MOST = 6 * 2**20
CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b")
PROMPTS = (
    "a blue fish underwater, paper cut", "an orange cat in the garden, crayon drawing",
    "a white house on the beach", "a red rocket in outer space", "a green tree in the desert at sunset",
    "a red sailboat on the sea at sunset, watercolour",
)  # fmt: skip
Shown = Callable[[Page, str], None]


@contextmanager
def house() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="album-") as place:
        surroundings = os.environ | {"VAR_DIR": place, "PORT": str(port), "WELCOME_CREDITS": "200"}
        command = [sys.executable, "manage.py", "up"]
        process = subprocess.Popen(
            command, cwd=HERE, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield _awake(f"http://localhost:{port}", process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _awake(url: str, process: "subprocess.Popen[bytes]") -> str:
    for _each in range(600):
        assert process.poll() is None, "the studio did not start"
        try:
            urllib.request.urlopen(f"{url}/readyz", timeout=5)
        except OSError:
            time.sleep(0.5)
        else:
            return url
    raise AssertionError("the studio did not wake up")


def first_visit(page: Page, url: str) -> float:
    """From the front page to the first finished picture, as somebody would who reads."""
    began = time.monotonic()
    page.goto(url)
    page.get_by_role("link", name="Begin with an e-mail address").click()
    page.get_by_label("Email").fill("eve@example.org")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(_code(page, url))
    page.get_by_role("button", name="Continue").click()
    make(page, "a yellow moon at night, night glow")
    return time.monotonic() - began


def _code(page: Page, url: str) -> str:
    mail = page.context.new_page()
    mail.goto(f"{url}/dev/mail/")
    found = CODE.search(mail.locator("pre").first.inner_text())
    mail.close()
    assert found
    return found[0]


def make(page: Page, prompt: str) -> None:
    page.locator("#prompt").fill(prompt)
    page.locator("[data-shutter]").click()
    page.locator(".caption .words", has_text=prompt).wait_for()
    page.locator("[data-deed=download]").wait_for(timeout=60_000)


def compare(page: Page, url: str) -> None:
    """The same in three colours and three styles."""
    page.locator("summary", has_text="Try many at once").click()
    page.locator("#axis-x").select_option("style")
    page.locator("#values-x").fill("watercolour, crayon, neon")
    page.locator("#prompt").fill("a {red|blue|yellow} sailboat on the sea")
    page.locator("[data-word]", has_text="9").wait_for()
    page.locator("[data-shutter]").click()
    page.locator("comparison-sheet td button img:not(.preview)").nth(8).wait_for(timeout=120_000)
    page.goto(url + STUDIO)


def furnish(page: Page, url: str) -> None:
    for prompt in PROMPTS:
        make(page, prompt)
    compare(page, url)
    page.locator("[data-presets] summary").click()
    page.get_by_label("Name of the preset").fill("Boats at sunset")
    page.keyboard.press("Enter")
    page.locator("[data-presets] li").wait_for()
    page.goto(f"{url}/library/")
    drawn = sorted((HERE / "static" / "img" / "front").glob("*.webp"))
    page.locator("#file").set_input_files(drawn)
    page.get_by_text(f"Added: {len(drawn)}.").wait_for(timeout=60_000)


def recorded(page: Page, url: str) -> None:
    """A picture forming, as the person before it sees it."""
    page.goto(f"{url}/studio/text_to_image/")
    page.locator("summary", has_text="Advanced").click()
    page.locator("[name=steps]").fill("40")
    page.locator("[name=style][value=flat]").check(force=True)
    page.locator("#prompt").fill("a red boat on the sea at sunset")
    page.wait_for_timeout(500)
    frames: list[tuple[float, Image.Image]] = []
    watching = page.context.new_cdp_session(page)

    def seen(event: dict[str, Any]) -> None:
        picture = Image.open(io.BytesIO(b64decode(event["data"]))).convert("RGB")
        frames.append((event["metadata"]["timestamp"], picture.resize((720, 450), Image.Resampling.LANCZOS)))
        watching.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    watching.on("Page.screencastFrame", seen)
    watching.send("Page.startScreencast", {"format": "jpeg", "quality": 85, "maxWidth": 1440, "maxHeight": 900})
    page.wait_for_timeout(400)
    page.locator("[data-shutter]").click()
    page.locator("[data-deed=download]").wait_for(timeout=60_000)
    page.wait_for_timeout(900)
    watching.send("Page.stopScreencast")
    _save(frames)


def _save(frames: Sequence[tuple[float, Image.Image]]) -> None:
    """At most eight a second, none longer than half a second, so that a busy machine makes no dull film."""
    kept = [frames[0]]
    for frame in frames[1:]:
        if frame[0] - kept[-1][0] >= 0.12:
            kept.append(frame)
    spans = [min(500, round(1000 * (after[0] - before[0]))) for before, after in pairwise(kept)] + [2000]
    pictures = [picture for _at, picture in kept]
    pictures[0].save(
        ALBUM / "forming.webp", save_all=True, append_images=pictures[1:], duration=spans, loop=0, quality=60, method=4
    )


def goes(path: str) -> Shown:
    def show(page: Page, url: str) -> None:
        page.goto(url + path)

    return show


def does(path: str, *deeds: Callable[[Page], object]) -> Shown:
    def show(page: Page, url: str) -> None:
        page.goto(url + path)
        page.wait_for_timeout(300)
        for deed in deeds:
            deed(page)

    return show


def _largest(page: Page, url: str) -> None:
    page.goto(f"{url}/library/?kind=image")
    page.locator(".sheet-wall a").first.click()
    page.wait_for_load_state("networkidle")


def _refused(page: Page, url: str) -> None:
    page.route("**/api/v1/jobs", lambda route: route.abort())
    does(STUDIO, lambda p: p.locator("#prompt").fill("a boat"), lambda p: p.locator("[data-shutter]").click())(
        page, url
    )
    page.wait_for_timeout(300)
    page.unroute("**/api/v1/jobs")


def _more(page: Page) -> None:
    page.locator("[data-shutter]:enabled").wait_for()  # before that no button is heard
    button = page.locator("[data-more]")
    if button.is_visible() and button.get_attribute("aria-expanded") == "false":
        button.click()


def _brush(page: Page) -> None:
    page.locator("[data-deed=paint]").click()
    page.wait_for_url("**/inpaint/**")
    _more(page)
    page.locator("mask-editor").scroll_into_view_if_needed()
    sheet = page.locator("mask-editor").bounding_box()
    assert sheet
    page.mouse.move(sheet["x"] + 60, sheet["y"] + 60)
    page.mouse.down()
    page.mouse.move(sheet["x"] + 180, sheet["y"] + 130, steps=8)
    page.mouse.up()


STUDIO = "/studio/text_to_image/"
OUTSIDE: dict[str, Shown] = {
    "front": goes("/"), "signup": goes("/accounts/signup/"), "signin": goes("/accounts/login/"),
    "lost": goes("/nowhere/"),
}  # fmt: skip
INSIDE: dict[str, Shown] = {
    "studio": goes(STUDIO),
    "studio-sheet": does(STUDIO, _more),
    "studio-history": does(STUDIO, _more, lambda page: page.locator("[data-history] summary").click()),
    "studio-presets": does(STUDIO, _more, lambda page: page.locator("[data-presets] summary").click()),
    "studio-share": does(STUDIO, lambda page: page.locator("[data-deed=share]").click()),
    "studio-compare": does(
        STUDIO, lambda page: page.locator(".roll li button").nth(1).click(),
        lambda page: page.locator("[data-deed=compare]").click(),
    ),
    "studio-enlarge": does(STUDIO, lambda page: page.locator("[data-deed=enlarge]").click()),
    "studio-keys": does(STUDIO, lambda page: page.keyboard.press("?")),
    "studio-refused": _refused,
    "studio-source": goes("/studio/image_to_image/"),
    "studio-mask": does(STUDIO, _brush),
    "library": goes("/library/"),
    "library-chosen": does(
        "/library/", *[lambda page: page.keyboard.press("ArrowRight"), lambda page: page.keyboard.press("x")] * 3
    ),
    "library-nothing": goes("/library/?search=nothing"),
    "print": _largest,
    "wallet": goes("/wallet/"), "wallet-buy": goes("/wallet/buy/"), "account": goes("/account/"),
    "developer": goes("/developer/"), "security": goes("/account/security/"), "sessions": goes("/accounts/sessions/"),
    "data": goes("/account/data/"), "status": goes("/status/"), "mail": goes("/dev/mail/"),
    "components": goes("/dev/components/"), "404": goes("/library/nowhere/"),
}  # fmt: skip


def photograph(context: BrowserContext, url: str, states: dict[str, Shown], suffix: str) -> None:
    page = context.new_page()
    for name, show in states.items():
        show(page, url)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(250)
        with Image.open(io.BytesIO(page.screenshot())) as picture:
            picture.convert("RGB").save(ALBUM / f"{name}-{suffix}.webp", quality=72, method=5)
    page.close()


def main() -> None:
    shutil.rmtree(ALBUM, ignore_errors=True)
    ALBUM.mkdir(parents=True)
    with house() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        print(f"first visit to first picture: {first_visit(page, url):.1f} s (load {os.getloadavg()[0]:.1f})")
        page.screenshot()
        furnish(page, url)
        recorded(page, url)
        everywhere(browser, url, context.storage_state())
        browser.close()
    weight = sum(file.stat().st_size for file in ALBUM.iterdir())
    print(f"{len(list(ALBUM.iterdir()))} pictures, {weight / 2**20:.1f} MiB of {MOST // 2**20}")
    assert weight <= MOST


def everywhere(browser: Browser, url: str, state: object) -> None:
    for width, (height, density) in SIZES.items():
        for theme in THEMES:
            for states, known in ((OUTSIDE, None), (INSIDE, state)):
                context = browser.new_context(
                    viewport={"width": width, "height": height}, device_scale_factor=density, storage_state=known,
                    reduced_motion="reduce", has_touch=width < 600,
                )  # type: ignore[arg-type]  # fmt: skip
                context.add_cookies([{"name": "theme", "value": theme, "url": url}])
                photograph(context, url, states, f"{theme}-{width}")
                context.close()


if __name__ == "__main__":
    main()
