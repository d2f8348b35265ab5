"""Keeps the message catalogues whole: ``python scripts/catalogues.py`` collects and compiles, ``--check`` compares.

Bokmål is complete. Nynorsk is complete for what participants meet; the organisers' workspace is in bokmål and English
(the sources are English). Collecting needs gettext's ``xgettext``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
APPS = ("nsr_events", "example_site")
LANGUAGES = ("nb", "nn")
PARTICIPANT = re.compile(
    r"^(?:templates/nsr_events/(?!.*admin/)|pages/(?!(?:models|blocks|life|reports|fields|relinking)\.py)|calendars/"
    r"|templates/(?:base\.html|example_site/)"
    r"|registration/(?:own/|sentences|wording|refusals|receipts|form|offering|fields|views|texts|mail_values|mails\.|applicants|answers_shown))"
)
"""Sources that visitors and participants meet; what stands elsewhere only may lack nynorsk."""


def collect(app: Path) -> None:
    """Bring the ``.po`` files of an app up to date with its sources."""
    (app / "locale").mkdir(exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "django",
        "makemessages",
        "--no-obsolete",
        "--no-wrap",
        "--add-location",
        "file",
    ]
    languages = [part for code in LANGUAGES for part in ("--locale", code)]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "", "PYTHONPATH": str(ROOT)}
    subprocess.run([*command, *languages], cwd=app, check=True, env=environment, stdout=subprocess.DEVNULL)


def catalogue(app: Path, language: str) -> Path:
    """The path of an app's ``.po`` file."""
    return app / "locale" / language / "LC_MESSAGES" / "django.po"


def compile_all(app: Path) -> None:
    """Write the ``.mo`` files, which are committed so that the wheel installs without gettext."""
    for language in LANGUAGES:
        path = catalogue(app, language)
        entries = polib.pofile(str(path), wrapwidth=0)
        # The creation date would change the file at every run.
        entries.metadata = {key: value for key, value in entries.metadata.items() if "Date" not in key}
        entries.save(str(path))
        entries.save_as_mofile(str(path.with_suffix(".mo")))


def problems(app: Path) -> list[str]:
    """Say what is missing, unsure or out of date in an app's catalogues."""
    found = [problem for language in LANGUAGES for problem in _incomplete(app, language)]
    if shutil.which("xgettext"):
        found += _out_of_date(app)
    elif os.environ.get("CI"):
        found.append("xgettext is not installed, so the catalogues could not be compared with the sources")
    else:
        print("skipped: comparing the catalogues with the sources needs gettext's xgettext")
    return found


def _incomplete(app: Path, language: str) -> list[str]:
    path = catalogue(app, language)
    entries = polib.pofile(str(path))
    wanted = [entry for entry in entries if language == "nb" or _meets_participants(entry)]
    missing = [
        f"{path.relative_to(ROOT)}: {entry.msgid!r} has no translation"
        for entry in wanted
        if not entry.translated()
    ]
    compiled = {
        (e.msgctxt, e.msgid): e.msgstr or e.msgstr_plural for e in polib.mofile(str(path.with_suffix(".mo")))
    }
    written = {(e.msgctxt, e.msgid): e.msgstr or e.msgstr_plural for e in entries.translated_entries()}
    return (
        missing
        if compiled == written
        else [*missing, f"{path.relative_to(ROOT)}: the .mo file is out of date"]
    )


def _meets_participants(entry) -> bool:
    return any(PARTICIPANT.search(source) for source, _line in entry.occurrences)


def _out_of_date(app: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / app.name
        shutil.copytree(app, copy, ignore=shutil.ignore_patterns("__pycache__", "static"))
        collect(copy)
        return [
            f"{app.name}/{language}: run scripts/catalogues.py, {len(changed)} messages differ, such as {changed[0]!r}"
            for language in LANGUAGES
            if (changed := sorted(_ids(copy, language) ^ _ids(app, language)))
        ]


def _ids(app: Path, language: str) -> set[str]:
    return {entry.msgid for entry in polib.pofile(str(catalogue(app, language)))}


def main() -> int:
    """Collect and compile, or check; returns the exit code."""
    apps = [ROOT / name for name in APPS]
    if "--check" not in sys.argv:
        for app in apps:
            collect(app)
            compile_all(app)
        return 0
    found = [problem for app in apps for problem in problems(app)]
    print("\n".join(found) or "catalogues are complete")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
