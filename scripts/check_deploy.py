"""``check --deploy`` on the example site's production settings, with throw-away values for what comes from outside."""

import os
import secrets
import sys
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.management import execute_from_command_line

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.update(
    DJANGO_SETTINGS_MODULE="example_site.settings.production",
    SECRET_KEY=secrets.token_urlsafe(60),
    ALLOWED_HOSTS="example.org",
    DATABASE_URL="postgres://nobody@127.0.0.1/none",
    LINK_KEYS=secrets.token_urlsafe(48),
    SENSITIVE_KEYS=Fernet.generate_key().decode(),
)
execute_from_command_line(["manage.py", "check", "--deploy", "--fail-level", "WARNING"])
