"""What people type, in the usual Norwegian writing."""

import contextlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsr_events.registration import values
from nsr_events.registration.values import Wrong


def code(parse, *args, **kwargs):
    """Why a value is refused."""
    with pytest.raises(Wrong) as caught:
        parse(*args, **kwargs)
    return caught.value.code


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("21 00 00 00", "+4721000000"),
        ("400 00 000", "+4740000000"),
        ("+47 21000000", "+4721000000"),
        ("0047 21 00 00 00", "+4721000000"),
        ("4790000000", "+4790000000"),
        ("+46 8 123 456 78", "+46812345678"),
        ("(+44) 20-7946.0000", "+442079460000"),
        ("２１００００００", "+4721000000"),
    ],
)
def test_a_telephone_number_is_stored_as_e164(typed, number):
    assert values.parse_phone(typed) == number


@pytest.mark.parametrize(
    "typed", ["123", "12345678", "+47 1234567", "ring meg", "+0 123 456 789", "21 00 00 00 x 4"]
)
def test_what_is_no_telephone_number_is_refused(typed):
    assert code(values.parse_phone, typed) == "phone"


def test_a_number_is_shown_as_it_is_written_at_home():
    assert values.phone_words("+4721000000") == "21 00 00 00"
    assert values.phone_words("+46812345678") == "+46812345678"
    assert values.phone_words("") == ""


@pytest.mark.parametrize(
    "typed", ["9.3.2027", "09.03.27", "9/3/2027", "9. mars 2027", "9 March 2027", "2027-03-09", "9.mars 2027"]
)
def test_a_date_is_read_as_people_write_it(typed):
    assert values.parse_date(typed).isoformat() == "2027-03-09"


@pytest.mark.parametrize(
    "typed", ["31.2.2027", "i morgen", "9.3", "2027", "0.0.2027", "9. tulleri 2027", "9.3.20277"]
)
def test_what_is_no_date_is_refused(typed):
    assert code(values.parse_date, typed) == "date"


@pytest.mark.parametrize(("typed", "number"), [("12", 12), ("1 000", 1000), ("-3", -3), ("−3", -3), ("٣", 3)])
def test_a_number_is_read_with_blanks_between_thousands(typed, number):
    assert values.parse_number(typed) == number


@pytest.mark.parametrize("typed", ["tolv", "1,5", "1.000", "9" * 13, "1e3", "0x10"])
def test_what_is_no_whole_number_is_refused(typed):
    assert code(values.parse_number, typed) == "number"


@pytest.mark.parametrize("typed", ["a@b.no", "Åse.Ås@example.no", "a@bæ.no", "o'brien+x@sub.example.co.uk"])
def test_addresses_mail_can_go_to(typed):
    if typed.startswith("Å"):
        assert code(values.parse_email, typed) == "email"
    else:
        assert values.parse_email(f" {typed} ") == typed


@pytest.mark.parametrize(
    "typed", ["a", "a@", "@b.no", "a@b", "a b@c.no", "a@b..no", "a@-b.no", "<a@b.no>", "a@b.no,c@d.no"]
)
def test_addresses_mail_cannot_go_to(typed):
    assert code(values.parse_email, typed) == "email"


def identity_number(first_nine):
    """The eleven digits that begin with nine, or None where none exist."""
    digits = [int(digit) for digit in first_nine]
    for weights in ((3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)):
        check = -sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % 11
        if check == 10:
            return None
        digits.append(check)
    return "".join(map(str, digits))


def test_a_text_of_single_digits_costs_little():
    """Counted in steps: two thousand characters that take seconds to read would be a way to stop the site."""
    steps = 0

    def count(frame, happening, argument):
        nonlocal steps
        steps += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        values.holds_national_id("1 " * 1000)
    finally:
        sys.settrace(before)
    assert steps < 300_000


@pytest.mark.parametrize("first_nine", ["010190123", "410190123", "311299456", "710385789"])
@pytest.mark.parametrize("around", ["{}", "Jeg er {}.", "Tlf. 21 00 00 00, {}"])
def test_a_national_identity_number_is_refused_wherever_it_stands(first_nine, around):
    number = identity_number(first_nine) or identity_number(str(int(first_nine) + 1).zfill(9))

    for written in (number, f"{number[:6]} {number[6:]}"):
        assert code(values.clean_text, around.format(written)) == "national_id"


@pytest.mark.parametrize("separator", [" ", "-", ".", "\u00a0", ". "])
def test_separators_hide_no_identity_number(separator):
    number = identity_number("010190123") or identity_number("010190124")
    pieces = separator.join([number[:2], number[2:4], number[4:6], number[6:]])

    assert values.holds_national_id(pieces)
    assert values.holds_national_id(pieces.translate(str.maketrans("0123456789", "０１２３４５６７８９")))


def test_other_long_numbers_pass():
    assert values.clean_text("Faktura 01019012345") == "Faktura 01019012345"
    assert values.clean_text("21 00 00 00 og 40 00 00 00")


@given(st.text(max_size=300))
def test_any_text_is_taken_composed_and_trimmed_or_refused(text):
    with contextlib.suppress(Wrong):
        cleaned = values.clean_text(text, lines=True)
        assert cleaned == values.clean_text(cleaned, lines=True)
        assert not {"\x00", "\r"} & set(cleaned)


@pytest.mark.parametrize(
    "parse", [values.parse_date, values.parse_number, values.parse_phone, values.parse_email]
)
@given(text=st.text(max_size=60))
def test_nothing_but_a_wrong_value_is_raised(parse, text):
    with contextlib.suppress(Wrong):
        parse(text)


def test_control_characters_and_too_long_texts_are_refused():
    assert code(values.clean_text, "a\x00b") == "control"
    assert code(values.clean_text, "a\nb") == "control"
    assert values.clean_text("a\r\nb", lines=True) == "a\nb"
    assert code(values.clean_text, "x" * 201) == "too_long"
    assert values.clean_text("  A\u030ase ") == "Åse"
