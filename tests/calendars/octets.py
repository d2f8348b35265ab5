"""A lint of a calendar's bytes, by RFC 5545 section 3.1 and the rules of our own feeds."""

from __future__ import annotations

import re

MOST_OCTETS = 75


def complaints(data: bytes) -> list[str]:
    """Return what is wrong with the bytes, as sentences; empty when nothing is."""
    lines = data.split(b"\r\n")
    found = [
        (data.startswith(b"\xef\xbb\xbf"), "a byte order mark"),
        (not data.startswith(b"BEGIN:VCALENDAR\r\n"), "does not begin with BEGIN:VCALENDAR"),
        (not data.endswith(b"\r\nEND:VCALENDAR\r\n"), "does not end with END:VCALENDAR and CRLF"),
        (bool(re.search(rb"(?<!\r)\n|\r(?!\n)", data)), "a bare CR or LF"),
        (any(len(line) > MOST_OCTETS for line in lines), "a line over 75 octets"),
        (b"" in lines[:-1], "an empty line"),
        (any(_splits_a_character(line) for line in lines), "a fold inside a character"),
        (bool(re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", data)), "a control character"),
        (not _is_utf8(data), "no UTF-8"),
    ]
    return [sentence for wrong, sentence in found if wrong] + _rule_complaints(unfolded(data))


def unfolded(data: bytes) -> list[str]:
    """Return the content lines."""
    return re.sub(rb"\r\n[ \t]", b"", data).decode("utf-8", "replace").split("\r\n")[:-1]


def values(data: bytes, name: str) -> list[str]:
    """Return the values of a property wherever it stands, parameters left out."""
    pattern = re.compile(rf'{name}(?:;[A-Z-]+=(?:"[^"]*"|[^";:,]*))*:(.*)', re.DOTALL)
    return [match[1] for line in unfolded(data) if (match := pattern.fullmatch(line))]


def _rule_complaints(lines: list[str]) -> list[str]:
    text = "\n".join(lines)
    defined = set(re.findall(r"^TZID:(.+)$", text, re.M))
    used = set(re.findall(r"^DT(?:START|END);TZID=([^:;]+):", text, re.M))
    uids = re.findall(r"^UID:(.+)$", text, re.M)
    found = [
        (bool(re.search(r"^(?:DTSTART|DTEND):\d{8}T\d{6}$", _events_only(text), re.M)), "a floating time"),
        (bool(re.search(r"^(?:DTSTART|DTEND):\d{8}$", text, re.M)), "a date without VALUE=DATE"),
        (bool(re.search(r"^RDATE", text, re.M)), "an RDATE"),
        (defined != used, f"zones defined {sorted(defined)}, used {sorted(used)}"),
        (len(uids) != len(set(uids)), "a UID twice"),
        (
            bool(re.search(r"^(?:ORGANIZER|ATTENDEE|BEGIN:VALARM|METHOD)|^[^:]*:mailto:", text, re.M)),
            "a person or a METHOD",
        ),
        (bool(re.search(r"^[A-Z-]+(?:;[^:]*)?:$", text, re.M)), "an empty property"),
        (
            lines.count("BEGIN:VEVENT") != len(re.findall(r"^DTSTAMP:\d{8}T\d{6}Z$", text, re.M)),
            "a DTSTAMP missing",
        ),
    ]
    return [sentence for wrong, sentence in found if wrong]


def _events_only(text: str) -> str:
    """The text without zone definitions, whose onsets are local times by definition."""
    return re.sub(r"BEGIN:VTIMEZONE.*?END:VTIMEZONE", "", text, flags=re.S)


def _splits_a_character(line: bytes) -> bool:
    return len(line) > 1 and line[:1] in b" \t" and 0x80 <= line[1] < 0xC0


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
