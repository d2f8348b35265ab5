#!/bin/sh
# The suite on both ends of the supported range. Says which interpreter is missing.
set -eu
status=0

lane() { # interpreter, Django, pytest arguments...
  python=$1 django=$2
  shift 2
  if ! command -v "$python" >/dev/null; then
    echo "missing: $python (for Django $django)"
    status=1
    return
  fi
  venv=".venv-$python"
  [ -d "$venv" ] || "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet -e ".[dev]" "django~=$django"
  "$venv/bin/python" -m pytest -n 2 --dist loadgroup "$@" || status=1
}

lane python3.11 5.2.0
lane python3.11 5.2.0 --postgres -m postgres
lane python3.13 6.1.0
lane python3.13 6.1.0 --postgres -m "not browser"
exit $status
