"""Fetch the vendored files that vendor.toml lists, or compare them with their checksums (--check).

Each package is fetched whole with ``npm pack``, its checksum compared, and only the named files are kept.
After raising a version: run with --update, look at the difference, commit files and vendor.toml together.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "vendor.toml"


def main() -> int:
    """Fetch, or with --check only compare; exit status 1 when a checksum differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare checksums, fetch nothing")
    parser.add_argument("--update", action="store_true", help="write the new checksums into vendor.toml")
    options = parser.parse_args()
    packages = tomllib.loads(LIST.read_text())["package"]
    if not options.check:
        for package in packages:
            fetch(package, update=options.update)
        packages = tomllib.loads(LIST.read_text())["package"]
    entries = [entry for package in packages for entry in package["files"]]
    wrong = [entry for entry in entries if sha256(ROOT / entry["to"]) != entry["sha256"]]
    for entry in wrong:
        print(f"{entry['to']}: differs from its checksum in vendor.toml", file=sys.stderr)
    return 1 if wrong else 0


def without_map(content: bytes, name: str) -> bytes:
    """Take out the line that names a source map, which is not kept here: hashed static files would miss it."""
    if not name.endswith((".css", ".js", ".cjs", ".mjs")):
        return content
    return re.sub(rb"\n?/[/*]# sourceMappingURL=[^\n]*\s*$", b"", content)


def fetch(package: dict, *, update: bool) -> None:
    """Fetch one package and put its files where they belong."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"{package['name']}@{package['version']}"
        subprocess.run(
            ["npm", "pack", "--silent", "--pack-destination", folder, name],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        archive = next(Path(folder).glob("*.tgz"))
        accept(sha256(archive), package["sha256"], update=update, what=name)
        with tarfile.open(archive) as tar:
            for entry in package["files"]:
                content = without_map(tar.extractfile(f"package/{entry['from']}").read(), entry["from"])
                found = hashlib.sha256(content).hexdigest()
                accept(found, entry["sha256"], update=update, what=entry["to"])
                target = ROOT / entry["to"]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)


def accept(found: str, expected: str, *, update: bool, what: str) -> None:
    """Stop at a checksum that differs, or write it into vendor.toml."""
    if found == expected:
        return
    if not update:
        raise SystemExit(f"{what}: expected sha256 {expected}, found {found}")
    text = LIST.read_text()
    LIST.write_text(text.replace(expected, found, 1))
    print(f"{what}: {found}")


def sha256(path: Path) -> str:
    """The checksum of a file; nothing for a missing one."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
