"""What the documents point at is there; what they say of settings is true."""

import re
from pathlib import Path

import pytest

from tests.klikyai.test_production import NEEDED

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_needed_setting_is_named() -> None:
    text = (ROOT / "docs/operating.md").read_text()
    assert [name for name in NEEDED if name not in text] == []


@pytest.mark.parametrize("target", ["run", "test", "check", "nightly", "bench"])
def test_commands_of_the_readme_exist(target: str) -> None:
    assert f"make {target}" in (ROOT / "README.md").read_text()
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
