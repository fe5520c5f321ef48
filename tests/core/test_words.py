"""Words in the chosen language."""

import pytest

from core import words


@pytest.fixture(autouse=True)
def english_again(monkeypatch):
    monkeypatch.setattr(words, "_asked", lambda: "en")


def test_english_is_what_stands_in_the_code():
    assert words.say("{n} of {total}", n=3, total=4) == "3 of 4"
    assert words.say("braces {stay}") == "braces {stay}"


def test_the_chosen_language_is_spoken():
    words.listen(lambda: "ja")
    assert words.say("Train") == "学習"
    assert words.say_count(3, "1 photo", "{count} photos") == "写真3枚"


def test_a_text_without_an_entry_stays_english():
    words.listen(lambda: "ja")
    assert words.say("no such text {n}", n=1) == "no such text 1"


def test_an_unknown_language_is_english():
    words.listen(lambda: "xx")
    assert words.language() == "en"


@pytest.mark.parametrize(("count", "text"), [(0, "0 photos"), (1, "1 photo"), (2, "2 photos")])
def test_counts(count, text):
    assert words.say_count(count, "1 photo", "{count} photos") == text


def test_a_language_can_be_settled_for_a_while():
    with words.spoken("ja"):
        assert words.say("Train") == "学習"
    assert words.language() == "en"
