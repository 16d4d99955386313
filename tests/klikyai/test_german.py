"""The second language is whole: every sentence of the code, with the same blanks; what runs is what is written."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation.template import templatize

from accounts.models import User

LOCALE = settings.BASE_DIR / "locale/de/LC_MESSAGES"
APPS = ("accounts", "billing", "generation", "klikyai", "media")
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "gettext_noop"}
BLANKS = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


@pytest.fixture(scope="module")
def german() -> polib.POFile:
    return polib.pofile(str(LOCALE / "django.po"))


def in_python(code: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(code)):
        named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS
        if named and node.args and isinstance(node.args[0], ast.Constant) and node.func.id != "pgettext":  # type: ignore[attr-defined]
            yield str(node.args[0].value)


def in_template(text: str) -> Iterator[str]:
    for found in re.finditer(
        r"(?<![a-z])(?:_|gettext|ngettext)\((u?\"\"\".*?\"\"\"|u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\")",
        templatize(text),
        re.S,
    ):
        yield str(ast.literal_eval(found[1]))


def sentences() -> Iterator[tuple[str, Path]]:
    for app in APPS:
        for file in (settings.BASE_DIR / app).rglob("*.py"):
            yield from ((words, file) for words in in_python(file.read_text()))
    for file in [*(settings.BASE_DIR / "templates").rglob("*.html"), *(settings.BASE_DIR / "templates").rglob("*.txt")]:
        yield from ((words, file) for words in in_template(file.read_text()))


def test_every_sentence_is_there(german: polib.POFile) -> None:
    known = {entry.msgid for entry in german}
    found = list(sentences())
    assert len(found) > 1000
    assert {words: str(file) for words, file in found if words.strip() and words not in known} == {}


def test_every_sentence_has_its_german_with_the_same_blanks(german: polib.POFile) -> None:
    wrong = [entry.msgid for entry in german if not entry.translated() or entry.fuzzy or entry.obsolete]
    for entry in german:
        pairs = (
            [(entry.msgid, entry.msgstr)] if not entry.msgid_plural else [(entry.msgid_plural, entry.msgstr_plural[1])]
        )
        wrong += [ours for ours, theirs in pairs if sorted(BLANKS.findall(ours)) != sorted(BLANKS.findall(theirs))]
    assert wrong == []


def test_what_runs_is_what_is_written(german: polib.POFile) -> None:
    compiled = {
        (entry.msgctxt, entry.msgid): (entry.msgstr, entry.msgstr_plural)
        for entry in polib.mofile(str(LOCALE / "django.mo"))
    }
    assert compiled == {(entry.msgctxt, entry.msgid): (entry.msgstr, entry.msgstr_plural) for entry in german}


@pytest.mark.django_db
def test_a_page_speaks_what_its_reader_chose(client: Client, alice: User) -> None:
    assert "Sign in" in client.get("/accounts/login/").content.decode()
    client.force_login(alice)
    assert client.post("/language/", {"language": "de", "next": "/account/"})["Location"] == "/account/"
    page = client.get("/account/").content.decode()
    assert '<html lang="de"' in page
    assert "Abmelden" in page
    alice.refresh_from_db()
    assert alice.language == "de"
    client.post("/language/", {"language": "tlh"})
    assert "Abmelden" in client.get("/account/").content.decode()


@pytest.mark.django_db
def test_a_browser_that_asks_for_german_gets_it(client: Client) -> None:
    page = client.get("/accounts/login/", headers={"Accept-Language": "de-CH,de;q=0.9,en;q=0.5"})
    assert "Anmelden" in page.content.decode()


@pytest.mark.django_db
def test_letters_are_in_the_language_of_whoever_reads_them(alice: User, mailoutbox: list[object]) -> None:
    client = Client(headers={"Accept-Language": "de"})
    client.post("/accounts/signup/", {"email": "neu@example.org"})
    letter = mailoutbox[-1]
    html = letter.alternatives[0].content  # type: ignore[attr-defined]
    assert '<html lang="de"' in html
    code = re.search(r"^([A-Z0-9-]{5,})$", letter.body, re.M)  # type: ignore[attr-defined]
    assert code
    assert f'letter-spacing:3px">{code[1]}<' in html
    assert User.objects.get(email="neu@example.org").language == "de"
