"""Crowds of people in a seeded simulation of the real scheduler; the whole sizes are nightly and in `make bench`."""

import logging
from collections import Counter

import pytest

from generation import scheduling
from generation.models import Model
from tests.generation.simulated import equals, hog, jain, mixed, turns_of_newcomers

log = logging.getLogger(__name__)
pytestmark = pytest.mark.django_db


def next_person_starts_at_once(jobs: int, newcomers: int) -> None:
    turns = turns_of_newcomers(hog(jobs, newcomers), jobs)
    log.info("a hog of %d, %d who come: turns of the hog before theirs %s", jobs, newcomers, dict(Counter(turns)))
    assert len(turns) == newcomers
    assert max(turns) == 0


def test_the_next_person_starts_within_one_turn(patient: Model) -> None:
    next_person_starts_at_once(30, 5)


def test_without_turns_the_hog_takes_it_all(patient: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    fair = "h.rank, t.served, t.waiting, h.created_at"
    unfair = scheduling.HEADS_OF_ALL.replace(fair, "h.created_at")
    assert unfair != scheduling.HEADS_OF_ALL
    monkeypatch.setattr(scheduling, "HEADS_OF_ALL", unfair)
    assert max(turns_of_newcomers(hog(20, 2), 20)) > 5


def test_ten_equals_get_equal_work(patient: Model) -> None:
    assert jain(equals(6)) >= 0.95


def overtaking_has_bounds(jobs: int) -> None:
    kind, blind = mixed(jobs, affinity=True), mixed(jobs, affinity=False)
    overtaken = Counter(head.id for head in kind.overtaken)
    worst = max(overtaken.values())
    log.info("loads %d with affinity, %d without; overtaken at most %d times", kind.loads, blind.loads, worst)
    assert len(kind.starts) == len(blind.starts) == 10 * jobs
    assert kind.loads < blind.loads
    assert worst <= scheduling.OVERTAKES
    assert max(head.waits for head in kind.overtaken) <= scheduling.PATIENCE


def test_a_warm_model_is_used_within_bounds(patient: Model) -> None:
    overtaking_has_bounds(4)


@pytest.mark.nightly
def test_the_next_person_starts_within_one_turn_of_a_hog_of_five_hundred(patient: Model) -> None:
    next_person_starts_at_once(500, 40)


@pytest.mark.nightly
def test_ten_equals_get_equal_work_for_long(patient: Model) -> None:
    fair = jain(equals(40))
    log.info("Jain %.3f", fair)
    assert fair >= 0.95


@pytest.mark.nightly
def test_a_warm_model_is_used_within_bounds_for_long(patient: Model) -> None:
    overtaking_has_bounds(30)
