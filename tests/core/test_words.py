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


def test_a_count_is_known_by_its_plural(known):
    known({"{count} photos": "写真{count}枚"})
    assert words.say_count(1, "1 photo", "{count} photos") == "写真1枚"


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


@pytest.fixture
def known(monkeypatch):
    """Lets a test speak Japanese with a catalogue of its own."""

    def use(entries: dict[str, str]) -> None:
        forget()
        monkeypatch.setattr(words, "catalogue", lambda language: entries)
        words.listen(lambda: "ja")

    def forget() -> None:
        words._templates.cache_clear()
        words._retold.cache_clear()

    yield use
    forget()


def test_what_was_said_in_english_is_said_again(known):
    known({"frozen": "固定", "{n} of {total} are {state}.": "{total}のうち{n}が{state}です。"})
    assert words.retell("frozen") == "固定"
    assert words.retell("3 of 4 are frozen.") == "4のうち3が固定です。"
    assert words.retell("3 of 4 are mine.") == "4のうち3がmineです。"
    assert words.retell("nobody knows this") == "nobody knows this"


def test_english_is_said_again_as_it_is(known):
    known({"frozen": "固定"})
    words.listen(lambda: "en")
    assert words.retell("frozen") == "frozen"


def test_the_text_with_most_words_of_its_own_is_taken(known):
    known({"{x} photos": "写真{x}", "{x} of the difficult photos": "難しい写真の{x}"})
    assert words.retell("7 of the difficult photos") == "難しい写真の7"
    assert words.retell("7 photos") == "写真7"


def test_a_text_of_few_words_swallows_no_sentence(known):
    known({"{n} of {total}": "{total}の{n}"})
    assert words.retell("Most people think of other things") == "Most people think of other things"


def test_sentences_are_said_again_one_by_one(known):
    known({"It is {x}.": "{x}です。", "Look at the maps. Then stop.": "マップを見て終わり。"})
    told = words.retell("It is a. Look at the maps. Then stop. It is b.")
    assert told == "aです。マップを見て終わり。bです。"
    assert words.retell("It is a. Who knows?") == "aです。Who knows?"


def test_a_format_is_no_part_of_a_name(known):
    known({"exactly {share:.0%} of it all": "ちょうど全体の{share:.0%}"})
    assert words.retell("exactly 5% of it all") == "ちょうど全体の5%"
