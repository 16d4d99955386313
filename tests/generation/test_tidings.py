"""Whoever went away while it took long is told by one letter, in their language, without a word of what they asked."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as house
from django.core import mail
from django.core.mail import BadHeaderError
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts import api_keys, limits
from accounts.models import Scope, User
from generation import broadcast, execution, lifecycle, tidings
from generation.models import Job, Model, Tiding
from media.models import Asset
from tests.generation.asking import ask
from tests.generation.conftest import grant

pytestmark = pytest.mark.django_db(transaction=True)


def long_ago(job: Job, minutes: float = 5) -> Job:
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(minutes=minutes))
    return job


def done(user: User, prompt: str = "a red boat", minutes: float = 5, **params: Any) -> Job:
    job = long_ago(ask(user, prompt, **params), minutes)
    execution.work_off("images")
    return job


def later(**span: float) -> None:
    """So long ago was everything told."""
    Tiding.objects.exclude(told_at=None).update(told_at=timezone.now() - timedelta(**span))


@contextmanager
def listening(user: User) -> Iterator[None]:
    ear = limits.connection().pubsub()
    ear.subscribe(f"{house.CHANNEL_PREFIX}__group__{broadcast.group(user.pk)}")
    assert ear.get_message(timeout=2)["type"] == "subscribe"
    try:
        yield
    finally:
        ear.close()


def test_one_picture_that_took_long_is_told_with_the_way_to_it(rich: User, patient: Model) -> None:
    done(rich, "a secret plan")
    assert [tidings.tell(), tidings.tell()] == [1, 0]
    letter = mail.outbox[0]
    picture = Asset.objects.of(rich).get()
    assert (letter.subject, letter.to) == ("Your picture is ready", ["alice@example.org"])
    assert f"Look at it: {house.SITE_URL}/library/{picture.public_id}/" in letter.body
    html = letter.alternatives[0].content  # type: ignore[attr-defined]
    assert f'href="{house.SITE_URL}/library/{picture.public_id}/"' in html
    assert f'href="{house.SITE_URL}/letters/stop/' in html
    assert not [text for text in (letter.subject, letter.body, html) if "secret" in text or "/shared/" in text]


def test_many_are_one_letter_in_the_language_of_their_person(rich: User, patient: Model) -> None:
    User.objects.update(language="de")
    for job in [ask(rich), ask(rich, "fails"), ask(rich, n=2)]:
        long_ago(job)
    execution.work_off("images")
    assert tidings.tell() == 1
    assert mail.outbox[0].subject == "Deine 3 Bilder sind fertig"
    assert "Ein Auftrag hat nicht geklappt" in mail.outbox[0].body
    assert f"{house.SITE_URL}/library/\n" in mail.outbox[0].body


@pytest.mark.parametrize(("minutes", "letters"), [(1, 0), (5, 1)])
def test_only_what_took_long_is_told(rich: User, patient: Model, minutes: float, letters: int) -> None:
    done(rich, minutes=minutes)
    assert tidings.tell() == letters


@pytest.mark.parametrize(("wanted", "letters"), [(False, 0), (True, 1)])
def test_only_whoever_wants_it_is_told(rich: User, patient: Model, wanted: bool, letters: int) -> None:
    User.objects.update(mail_when_done=wanted)
    done(rich)
    assert tidings.tell() == letters


def test_what_was_stopped_is_not_told(rich: User, patient: Model) -> None:
    lifecycle.cancel(long_ago(ask(rich)))
    assert (Tiding.objects.count(), tidings.tell()) == (0, 0)


def test_programs_wait_by_other_means(rich: User, patient: Model) -> None:
    key, _secret = api_keys.issue(rich, "tests", Scope.values)
    Job.objects.filter(pk=long_ago(ask(rich)).pk).update(api_key=key)
    execution.work_off("images")
    assert tidings.tell() == 0


@pytest.mark.parametrize("guarded", [True, False])
def test_whoever_has_a_page_open_saw_it(rich: User, patient: Model, monkeypatch: Any, guarded: bool) -> None:
    if not guarded:
        monkeypatch.setattr(broadcast, "listens", lambda _user: False)
    done(rich)
    with listening(rich):
        assert tidings.tell() == (0 if guarded else 1)
    assert tidings.tell() == 0  # it was seen then


@pytest.mark.parametrize("guarded", [True, False])
def test_a_second_letter_waits_ten_minutes(rich: User, patient: Model, monkeypatch: Any, guarded: bool) -> None:
    if not guarded:
        monkeypatch.setattr(tidings, "APART", timedelta(0))
    done(rich)
    tidings.tell()
    done(rich)
    assert tidings.tell() == (0 if guarded else 1)
    later(minutes=11)
    done(rich)
    assert tidings.tell() == 1
    assert mail.outbox[-1].subject == ("Your 2 pictures are ready" if guarded else "Your picture is ready")


@pytest.mark.parametrize("guarded", [True, False])
def test_a_letter_waits_for_what_is_still_at_work(rich: User, patient: Model, monkeypatch: Any, guarded: bool) -> None:
    if not guarded:
        monkeypatch.setattr(tidings, "PATIENCE", timedelta(0))
    done(rich)
    ask(rich)
    assert tidings.tell() == (0 if guarded else 1)
    Tiding.objects.update(at=timezone.now() - timedelta(hours=2))
    assert tidings.tell() == (1 if guarded else 0)


@pytest.mark.parametrize("guarded", [True, False])
def test_whoever_comes_second_meanwhile_finds_nothing(
    rich: User, patient: Model, monkeypatch: Any, guarded: bool
) -> None:
    """A letter may take longer than the pause until somebody looks again."""
    done(rich)
    if not guarded:
        monkeypatch.setattr(tidings, "_claim", lambda user: list(Job.objects.filter(user=user)))
    write, told = tidings._write, []

    def slowly(*args: Any) -> None:
        monkeypatch.setattr(tidings, "_write", write)
        told.append(tidings.tell())
        write(*args)

    monkeypatch.setattr(tidings, "_write", slowly)
    tidings.tell()
    assert (told, len(mail.outbox)) == (([0], 1) if guarded else ([1], 2))


REFUSED = smtplib.SMTPRecipientsRefused({"alice@example.org": (550, b"no such mailbox")})
FULL = smtplib.SMTPRecipientsRefused({"alice@example.org": (452, b"mailbox full")})
NOT_TAKEN = [smtplib.SMTPServerDisconnected(), FULL, smtplib.SMTPDataError(451, b"later"), TimeoutError()]


@contextmanager
def refusing(monkeypatch: Any, error: Exception) -> Iterator[list[str]]:
    """The mail server says this to letters for Alice, and takes all others."""
    asked: list[str] = []
    send = mail.EmailMultiAlternatives.send

    def answers(letter: Any, *all: Any) -> int:
        asked.extend(letter.to)
        if letter.to == ["alice@example.org"]:
            raise error
        return send(letter, *all)

    with monkeypatch.context() as patch:
        patch.setattr(mail.EmailMultiAlternatives, "send", answers)
        yield asked


def soon(**span: float) -> None:
    """So much earlier was everything tried."""
    Tiding.objects.update(try_at=F("try_at") - timedelta(**span))


@pytest.mark.parametrize("error", NOT_TAKEN)
def test_a_letter_that_is_not_taken_now_is_sent_later(
    rich: User, patient: Model, monkeypatch: Any, error: Exception
) -> None:
    done(rich)
    with refusing(monkeypatch, error):
        assert tidings.tell() == 0
    soon(minutes=3)
    assert [tidings.tell(), tidings.tell(), len(mail.outbox)] == [1, 0, 1]


@pytest.mark.parametrize("error", [REFUSED, smtplib.SMTPDataError(554, b"no"), UnicodeError(), BadHeaderError()])
def test_a_letter_that_is_never_taken_is_tried_once(
    rich: User, patient: Model, monkeypatch: Any, error: Exception
) -> None:
    done(rich)
    with refusing(monkeypatch, error) as asked:
        tidings.tell()
        soon(hours=5)
        tidings.tell()
    assert (len(asked), Tiding.objects.count()) == (1, 0)


def test_a_full_mailbox_is_tried_ever_more_seldom(rich: User, patient: Model, monkeypatch: Any) -> None:
    done(rich)
    tried = []
    with refusing(monkeypatch, FULL) as asked:
        for _minute in range(60):
            tidings.tell()
            tried.append(len(asked))
            soon(minutes=1)
    assert tried[-1] <= 6


@pytest.mark.parametrize("error", [REFUSED, FULL, smtplib.SMTPServerDisconnected()])
def test_one_that_is_refused_holds_up_nobody(
    rich: User, bob: User, patient: Model, monkeypatch: Any, error: Exception
) -> None:
    monkeypatch.setattr(tidings, "AT_ONCE", 1)
    grant(bob, 10)
    done(rich)
    done(bob)
    with refusing(monkeypatch, error):
        tidings.tell()
        tidings.tell()
    assert [letter.to for letter in mail.outbox] == [["bob@example.org"]]


def test_a_server_that_is_away_is_asked_once_a_round(rich: User, bob: User, patient: Model, monkeypatch: Any) -> None:
    grant(bob, 10)
    done(rich)
    done(bob)
    with refusing(monkeypatch, TimeoutError()) as asked:
        tidings.tell()
        assert asked == ["alice@example.org"]
        tidings.tell()
    assert asked == ["alice@example.org", "bob@example.org", "alice@example.org"]


class Killed(BaseException):
    pass


@pytest.mark.parametrize("sent", [False, True])
def test_whoever_falls_while_sending_loses_no_letter(rich: User, patient: Model, monkeypatch: Any, sent: bool) -> None:
    """Should it have gone out, it comes again under its name, by which mail programs know it."""
    done(rich)
    write = tidings._write

    def falls(*args: Any) -> None:
        if sent:
            write(*args)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(tidings, "_write", falls)
        with pytest.raises(Killed):
            tidings.tell()
    assert tidings.tell() == 0
    soon(minutes=6)
    assert [tidings.tell(), tidings.tell()] == [1, 0]
    names = [letter.extra_headers["Message-ID"] for letter in mail.outbox]
    assert (len(names), len(set(names))) == (1 + sent, 1)


def way_out(letter: Any) -> str:
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(letter.extra_headers["List-Unsubscribe"].strip("<>"))
    assert link in letter.body
    assert f'href="{link}"' in letter.alternatives[0].content
    return link.removeprefix(house.SITE_URL)


def test_one_press_in_the_letter_ends_them(rich: User, bob: User, patient: Model) -> None:
    done(rich)
    tidings.tell()
    door, stranger = way_out(mail.outbox[0]), Client(enforce_csrf_checks=True)
    assert "<button" in stranger.get(door).content.decode()
    assert User.objects.get(pk=rich.pk).mail_when_done  # a look at the link is no press
    assert stranger.post(door, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert [User.objects.get(pk=user.pk).mail_when_done for user in (rich, bob)] == [False, True]
    later(minutes=11)
    done(rich)
    assert tidings.tell() == 0


def test_a_link_that_we_did_not_send_ends_nothing(rich: User, patient: Model) -> None:
    done(rich)
    tidings.tell()
    door = way_out(mail.outbox[0])
    for wrong in (f"/letters/stop/{rich.public_id}/", f"{door[:-2]}x/", "/letters/stop/x/", f"{door[:14]}:{door[14:]}"):
        assert Client().post(wrong).status_code == 404, wrong
    assert User.objects.get(pk=rich.pk).mail_when_done


def test_a_job_that_ends_twice_is_noted_once(rich: User, patient: Model) -> None:
    job = done(rich)
    tidings.note(Job.objects.get(pk=job.pk))
    assert Tiding.objects.filter(job=job).count() == 1
    later(days=2)
    Tiding.objects.update(at=timezone.now() - timedelta(days=2))
    tidings.tell()
    assert not Tiding.objects.exists()
