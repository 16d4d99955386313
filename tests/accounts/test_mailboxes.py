import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.mailboxes import mailbox
from accounts.models import User

ONE = [
    "ALICE@example.org",
    "Alice@Example.org",
    "ALICE@EXAMPLE.ORG",
    "alıce@example.org",
    "ALİCE@example.org",
    "álicè@example.org",
    "ａlice@example.org",
]
GOOGLE = ["alice.b@gmail.com", "a.l.i.c.e.b@gmail.com", "aliceb@googlemail.com"]
OTHERS = ["alice+work@example.org", "al.ice@example.org", "alice@example.com", "alicé@exämple.com"]


@pytest.mark.parametrize("spelling", ONE)
def test_spellings_of_one_mailbox(spelling: str) -> None:
    assert mailbox(spelling) == "alice@example.org"


@pytest.mark.parametrize("spelling", GOOGLE)
def test_dots_do_not_count_where_google_says_so(spelling: str) -> None:
    assert mailbox(spelling) == "aliceb@gmail.com"


def test_other_mailboxes_stay_others() -> None:
    assert len({mailbox(address) for address in [*OTHERS, "alice@example.org"]}) == len(OTHERS) + 1


def test_the_database_refuses_a_second_account(alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("alıce@example.org")


@pytest.mark.parametrize("email", ["alice@example.org", "alıce@example.org", "new@example.org"])
def test_sign_up_answers_everybody_alike(client: Client, alice: User, email: str) -> None:
    answer = client.post("/accounts/signup/", {"email": email})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    assert mail.outbox[-1].to[0].endswith("example.org")
    assert email.encode() in client.get("/accounts/confirm-email/").content
    assert User.objects.filter(email_key="alice@example.org").count() == 1
