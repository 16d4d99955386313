"""PostgreSQL and Redis out of Python wheels, for a machine that has neither."""
