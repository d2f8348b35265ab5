"""Rules that hold for every file: what the house forbids is looked for, not hoped for."""

import gzip
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = [ROOT / "nsr_events", ROOT / "example_site"]
TEMPLATES = sorted(path for package in PACKAGES for path in package.rglob("templates/**/*.html"))
MODULES = sorted(
    path for package in PACKAGES for path in package.rglob("*.py") if "migrations" not in path.parts
)
SCRIPTS = sorted((ROOT / "nsr_events" / "static").rglob("*.js"))
STYLES = sorted(path for package in PACKAGES for path in package.rglob("*.css") if ".min." not in path.name)

FORBIDDEN_IN_TEMPLATES = {
    "inline style": r"\sstyle\s*=",
    "style element": r"<style\b",
    "inline script": r"<script(?![^>]*\ssrc=)",
    "event handler": r"\son[a-z]+\s*=\s*[\"']",
    "unescaped output": r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq\b",
    "another origin": r"(?:src|@import)\s*=?\s*[\"']https?://",
}


def relative(path):
    """The path a person would name."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("rule", FORBIDDEN_IN_TEMPLATES)
def test_no_template_breaks_the_content_policy_or_skips_escaping(rule):
    pattern = re.compile(FORBIDDEN_IN_TEMPLATES[rule])

    assert TEMPLATES
    assert [relative(path) for path in TEMPLATES if pattern.search(path.read_text())] == []


def test_only_the_json_ld_tag_marks_text_as_safe():
    found = [relative(path) for path in MODULES if re.search(r"\bmark_safe\(|SafeString\(", path.read_text())]

    assert found == ["nsr_events/templatetags/nsr_events.py"]


def test_no_style_sheet_or_script_fetches_from_another_origin():
    foreign = re.compile(r"url\(\s*[\"']?https?:|@import|importScripts|fetch\(\s*[\"']https?:")

    assert [relative(path) for path in [*STYLES, *SCRIPTS] if foreign.search(path.read_text())] == []


def test_classes_of_the_package_begin_with_ne():
    not_rules = re.compile(r"/\*.*?\*/|url\([^)]*\)", re.DOTALL)
    sheets = [path.read_text() for path in (ROOT / "nsr_events" / "static" / "nsr_events").glob("*.css")]
    names = {
        name
        for css in sheets
        for name in re.findall(r"\.([a-z][\w-]*)(?=[\s,.:>{\[)~+])", not_rules.sub("", css))
    }

    assert {name for name in names if not name.startswith(("ne-", "is-")) and name != "ne"} == set()


def test_own_styles_and_scripts_of_a_public_page_are_light():
    static = ROOT / "nsr_events" / "static" / "nsr_events"
    styles = b"".join(
        (static / name).read_bytes() for name in ("events.css", "programme.css", "programme-grid.css")
    )
    scripts = b"".join(path.read_bytes() for path in (static / "js").glob("*.js"))

    assert len(gzip.compress(styles)) <= 12_000
    assert len(gzip.compress(scripts)) <= 10_000


def test_no_query_filters_or_orders_by_a_multilingual_field():
    fields = "name|title|abstract|theme|status_note|audience|fee_note|biography|directions|accessibility|map_alt|where"
    models = r"\b(?:Event|EventDay|Session|Track|Series|EventType|Region)\.objects"
    wrong = re.compile(
        rf"{models}[^\n]*\.(?:filter|exclude|order_by|get)\([^)\n]*\b(?:{fields})(?:__\w+)?\s*[=)\"']"
    )

    assert [relative(path) for path in MODULES if wrong.search(path.read_text())] == []


def test_nothing_names_the_machine_it_was_written_on():
    private = re.compile(r"/work/|/root/|/tmp/[a-z]|/home/[a-z]")
    git = ["git", "ls-files", "*.py", "*.md", "*.html", "*.toml", "*.sh", "*.css", "*.js", "*.po", "Makefile"]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    own = [ROOT / name for name in listed if (ROOT / name).exists() and ROOT / name != Path(__file__)]

    assert own
    assert [relative(path) for path in own if private.search(path.read_text())] == []
