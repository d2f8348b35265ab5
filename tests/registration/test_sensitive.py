"""Sensitive answers: encrypted, bound to their row, alike in length; keys rotate, and none means not asked."""

import datetime as dt
import uuid

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from nsr_events.registration import checks, sensitive
from nsr_events.registration.models import SensitiveAnswers
from tests.factories import make_event, open_registration, register

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
AT = dt.datetime(2027, 3, 3, 12, tzinfo=dt.UTC)


def keys(*names):
    return override_settings(NSR_EVENTS={"SENSITIVE_KEYS": list(names), "LINK_KEYS": ["x" * 40]})


def test_what_is_encrypted_is_read_back_with_its_time():
    uid = uuid.uuid4()
    opened = sensitive.decrypt(sensitive.encrypt(uid, {"q_1": "Nøtter 🥜"}, at=AT), uid)

    assert opened.answers == {"q_1": "Nøtter 🥜"}
    assert opened.at == AT


def test_no_answer_has_no_time():
    uid = uuid.uuid4()

    assert sensitive.decrypt(sensitive.encrypt(uid, {}, at=AT), uid).at is None


def test_a_token_opens_for_its_own_registration_only():
    token = sensitive.encrypt(uuid.uuid4(), {"q_1": "x"})

    with pytest.raises(sensitive.Unreadable):
        sensitive.decrypt(token, uuid.uuid4())


@pytest.mark.parametrize("token", ["", "tull", "gAAAAABrAiDjink6cqkE", "æøå"])
def test_a_damaged_token_is_unreadable_and_nothing_else(token):
    with pytest.raises(sensitive.Unreadable):
        sensitive.decrypt(token, uuid.uuid4())


def test_length_tells_neither_whether_nor_how_much_was_answered():
    uid = uuid.uuid4()
    nothing, much = (sensitive.encrypt(uid, answers) for answers in ({}, {"q_1": "x" * 100}))

    assert len(nothing) == len(much)
    assert len(sensitive.padded(b"x" * 257)) == 512


def test_without_a_key_nothing_is_written_in_clear():
    with keys():
        assert not sensitive.available()
        with pytest.raises(sensitive.Unreadable):
            sensitive.encrypt(uuid.uuid4(), {"q_1": "x"})
    with keys("no-fernet-key"):
        assert not sensitive.available()


@pytest.fixture
def rows(db):
    """Two registrations whose answers the old key encrypted."""
    event = make_event()
    open_registration(event)
    found = []
    for number in (1, 2):
        uid = uuid.uuid4()
        with keys(OLD):
            token = sensitive.encrypt(uid, {"q_1": f"Svar {number}"})
        found.append(register(event, number, uid=uid, sensitive=token))
    return found


def stored(row):
    return SensitiveAnswers.objects.get(registration=row).token


def test_a_new_key_rotates_in_while_both_generations_are_read(rows, capsys):
    with keys(NEW, OLD):
        assert sensitive.decrypt(stored(rows[0]), rows[0].uid).answers == {"q_1": "Svar 1"}
        call_command("nsr_events_rotate_keys")
        call_command("nsr_events_rotate_keys")
    assert capsys.readouterr().out == "re-encrypted 2, unreadable 0\n" * 2
    with keys(NEW):
        assert [sensitive.decrypt(stored(row), row.uid).answers["q_1"] for row in rows] == [
            "Svar 1",
            "Svar 2",
        ]


def test_what_cannot_be_read_is_left_as_it_is(rows):
    before = stored(rows[1])
    SensitiveAnswers.objects.filter(registration=rows[0]).update(token="ødelagt")
    with keys(NEW), pytest.raises(CommandError, match="unreadable 0"):
        call_command("nsr_events_rotate_keys")

    assert stored(rows[0]) == "ødelagt"
    assert stored(rows[1]) == before


def test_rotation_goes_through_every_row_in_batches(rows, monkeypatch):
    monkeypatch.setattr(sensitive, "BATCH", 1)
    with keys(NEW, OLD):
        assert sensitive.rotate() == (2, 0)


def test_rotation_without_a_key_says_so():
    with keys(), pytest.raises(CommandError, match="no usable key"):
        call_command("nsr_events_rotate_keys")


def test_a_marker_is_not_in_the_database(rows):
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM nsr_events_sensitiveanswers")
        assert all("Svar" not in row[0] for row in cursor.fetchall())


def problems(debug=False, **settings):
    with override_settings(NSR_EVENTS=settings, DEBUG=debug):
        return [problem.id for problem in checks.check_keys(None)]


LINK = "a-key-for-links-that-is-long-enough-for-all"


def test_keys_are_checked_at_start():
    assert problems(LINK_KEYS=[LINK], SENSITIVE_KEYS=[NEW]) == []
    assert problems() == ["nsr_events.E030", "nsr_events.E030"]
    assert problems(debug=True) == []
    assert problems(LINK_KEYS=["short"], SENSITIVE_KEYS=[NEW]) == ["nsr_events.E031"]
    assert problems(LINK_KEYS=[LINK], SENSITIVE_KEYS=[LINK]) == ["nsr_events.E032", "nsr_events.E033"]
    assert problems(LINK_KEYS=[LINK, LINK], SENSITIVE_KEYS=[NEW]) == ["nsr_events.E033"]


def test_the_secret_key_is_no_key_for_links(settings):
    settings.NSR_EVENTS = {"LINK_KEYS": [settings.SECRET_KEY], "SENSITIVE_KEYS": [NEW]}

    assert [problem.id for problem in checks.check_keys(None)] == ["nsr_events.E033"]
