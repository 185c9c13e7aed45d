import pytest

from core.numbers import id_of


@pytest.mark.parametrize(
    ("text", "number"),
    [("17", 17), ("0", 0), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("9" * 9999, None), ("", None), ("-1", None),
     ("1e9", None), ("²", None), ("١٧", None), (" 1", None), ("\x00", None)],
)  # fmt: skip
def test_what_is_sent_as_a_number_is_one_that_a_row_can_have_or_none(text: str, number: int | None) -> None:
    assert id_of(text) == number
