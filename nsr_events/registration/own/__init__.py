"""The participant's own pages under ``/me/``: without an account, by a secret link (registration, section 10)."""
