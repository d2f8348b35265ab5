"""Mail providers that everybody may have an address at: two people there are no colleagues."""

PUBLIC_DOMAINS = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.no", "live.com", "live.no", "msn.com",
    "yahoo.com", "yahoo.no", "ymail.com", "icloud.com", "me.com", "mac.com", "online.no", "broadpark.no", "frisurf.no",
    "getmail.no", "lyse.net", "altibox.no", "proton.me", "protonmail.com", "pm.me", "aol.com", "gmx.com", "gmx.net",
    "mail.com", "zoho.com", "fastmail.com", "tutanota.com", "tuta.com", "start.no",
    "c2i.net", "epost.no", "haugnett.no", "outlook.no", "telia.no", "runbox.com", "runbox.no", "yandex.com", "mail.ru",
})  # fmt: skip


def is_public_domain(domain: str) -> bool:
    """Whether anybody may have an address at ``domain``."""
    return domain in PUBLIC_DOMAINS
