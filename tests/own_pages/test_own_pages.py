"""A site with page types of its own passes the page tests, in a process of its own with its own settings."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = ["tests/own_pages/site", "tests/pages"]
NOT_ITS_OWN = ["tests/pages/test_budgets.py", "tests/pages/test_registry.py"]
"""Budgets are measured on our types (each type more is a query more); the registry is about our own code."""


def test_the_page_tests_pass_with_page_types_of_a_site(tmp_path):
    environment = {**os.environ, "TEST_DATABASE_URL": "", "DATA_DIR": str(tmp_path)}
    environment = {key: value for key, value in environment.items() if not key.startswith("PYTEST_")}
    left_out = [f"--ignore={path}" for path in NOT_ITS_OWN]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--ds=tests.own_pages.settings",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    run = subprocess.run(
        [*command, "-p", "no:xdist", "-m", "not browser", *left_out, *SITE],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert " passed" in run.stdout
