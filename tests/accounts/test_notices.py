"""Every letter about an account says in our words what happened, and what to do if it was somebody else."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.conf import settings as house
from django.core import mail
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from accounts.models import User

OURS = house.BASE_DIR / "templates"
THEIRS = Path(str(find_spec("allauth").origin)).parent / "templates"  # type: ignore[union-attr]
# Reset is by code here, and a sign-up's confirmation is theirs only by including ours.
UNUSED = {"password_reset_key", "email_confirmation_signup"}
NOTICES = sorted(
    str(path.relative_to(OURS)).removesuffix("_message.txt")
    for path in OURS.rglob("email/*_message.txt")
    if "base_notification" in path.read_text()
)


def names(templates: Path) -> set[str]:
    ends = ("_subject.txt", "_message.txt")
    found = {path.relative_to(templates) for end in ends for path in templates.rglob(f"email/*{end}")}
    return {str(path) for path in found if path.name.rpartition("_")[0] not in UNUSED}


def test_no_letter_is_in_the_words_of_the_library() -> None:
    assert names(THEIRS) - names(OURS) == set()
    assert len(NOTICES) >= 12


@pytest.mark.parametrize("prefix", NOTICES)
@pytest.mark.parametrize(("language", "words"), [("en", "set another password"), ("de", "neues Passwort")])
def test_a_notice_tells_what_happened_and_the_way_out(
    db: None, rf: RequestFactory, prefix: str, language: str, words: str
) -> None:
    facts = {"house": house.SITE_URL, "ip": "192.0.2.1", "user_agent": "<b>Odd & old</b>", "timestamp": timezone.now()}
    named = {"from_email": "a@example.org", "to_email": "b@example.org", "deleted_email": "c@example.org"}
    with translation.override(language):
        letter: Any = get_adapter(rf.get("/")).render_mail(prefix, "alice@example.org", {**facts, **named})
    text, html = str(letter.body), str(letter.alternatives[0].content)
    assert f"{house.SITE_URL}/accounts/password/reset/" in text
    assert words in text
    assert "192.0.2.1" in text
    assert "<b>Odd & old</b>" in text
    assert "<b>Odd" not in html
    assert "&lt;b&gt;Odd" in html
    assert letter.subject


def test_a_changed_password_is_told_to_its_owner(client: Client, alice: User) -> None:
    client.force_login(alice)
    old, new = "correct horse alice", "another horse entirely"
    client.post("/accounts/password/change/", {"oldpassword": old, "password1": new, "password2": new})
    letter = mail.outbox[-1]
    assert (letter.subject, letter.to) == ("Your password was changed", ["alice@example.org"])
    assert f"{house.SITE_URL}/accounts/password/reset/" in str(letter.body)


@pytest.mark.parametrize(
    ("path", "email", "subject", "link"),
    [
        ("signup", "alice@example.org", "You have an account already", "password/reset"),
        ("password/reset", "nobody@example.org", "There is no account with this address", "signup"),
    ],
)
def test_whoever_is_mistaken_is_told_where_to_go(
    client: Client, alice: User, path: str, email: str, subject: str, link: str
) -> None:
    client.post(f"/accounts/{path}/", {"email": email})
    assert mail.outbox[-1].subject == subject
    assert f"/accounts/{link}/" in str(mail.outbox[-1].body)
