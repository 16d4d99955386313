"""A database that is there is never made anew because something beside it is missing."""

from pathlib import Path

import pytest

from klikyai.services.postgres import Postgres
from klikyai.services.process import ServiceError


def test_a_lost_password_costs_no_database(tmp_path: Path) -> None:
    postgres = Postgres(tmp_path / "postgres")
    postgres.data.mkdir(parents=True)
    (postgres.data / "PG_VERSION").write_text("18\n")
    (postgres.data / "rows").write_text("years of work")
    with pytest.raises(ServiceError, match="its password is gone"):
        postgres.start()
    assert (postgres.data / "rows").read_text() == "years of work"
