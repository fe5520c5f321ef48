"""Words in the chosen language."""

import pytest

from core.base import language as words
from core.base.download import RetryPolicy, download
from core.base.errors import InputError
from core.data.archive import Limits
from core.recipe.batch import load_recipe_batch
from core.store.run import Run
from core.transfer.submissions import import_table
from core.transfer.unpack import ImportRequest, import_runs
from tests.bad_server import bad_server
from tests.conftest import fixed_clock
from tests.corpus.builders import write_run_zip
from tests.factory import write_run
from tests.pages.untranslated import JAPANESE


@pytest.fixture(autouse=True)
def english_again(monkeypatch):
    monkeypatch.setattr(words, "_get_language", lambda: "en")


def test_english_is_what_stands_in_the_code():
    assert words._("{n} of {total}", n=3, total=4) == "3 of 4"
    assert words._("braces {stay}") == "braces {stay}"


def test_the_chosen_language_is_spoken():
    words.set_language_getter(lambda: "ja")
    assert words._("Train") == "学習"


def test_a_count_is_known_by_its_plural(japanese_catalogue):
    japanese_catalogue({"{count} photos": "写真{count}枚"})
    assert words.ngettext("1 photo", "{count} photos", 1) == "写真1枚"


def test_a_text_without_an_entry_stays_english():
    words.set_language_getter(lambda: "ja")
    assert words._("no such text {n}", n=1) == "no such text 1"


def test_an_unknown_language_is_english():
    words.set_language_getter(lambda: "xx")
    assert words.language() == "en"


@pytest.mark.parametrize(("count", "text"), [(0, "0 photos"), (1, "1 photo"), (2, "2 photos")])
def test_counts(count, text):
    assert words.ngettext("1 photo", "{count} photos", count) == text


def test_a_language_can_be_set_temporarily():
    with words.use_language("ja"):
        assert words._("Train") == "学習"
    assert words.language() == "en"


@pytest.fixture
def japanese_catalogue(monkeypatch):
    """Lets a test speak Japanese with a catalogue of its own."""

    def use(entries: dict[str, str]) -> None:
        forget()
        monkeypatch.setattr(words, "catalogue", lambda language: entries)
        words.set_language_getter(lambda: "ja")

    def forget() -> None:
        words._templates.cache_clear()
        words._translated.cache_clear()

    yield use
    forget()


def test_english_messages_are_translated(japanese_catalogue):
    japanese_catalogue(
        {"frozen": "固定", "{n} of {total} are {state}.": "{total}のうち{n}が{state}です。"}
    )
    assert words.translate("frozen") == "固定"
    assert words.translate("3 of 4 are frozen.") == "4のうち3が固定です。"
    assert words.translate("3 of 4 are mine.") == "4のうち3がmineです。"
    assert words.translate("nobody knows this") == "nobody knows this"


def test_english_messages_stay_as_they_are(japanese_catalogue):
    japanese_catalogue({"frozen": "固定"})
    words.set_language_getter(lambda: "en")
    assert words.translate("frozen") == "frozen"


def test_the_text_with_most_words_of_its_own_is_taken(japanese_catalogue):
    japanese_catalogue({"{x} photos": "写真{x}", "{x} of the difficult photos": "難しい写真の{x}"})
    assert words.translate("7 of the difficult photos") == "難しい写真の7"
    assert words.translate("7 photos") == "写真7"


def test_a_text_of_few_words_swallows_no_sentence(japanese_catalogue):
    japanese_catalogue({"{n} of {total}": "{total}の{n}"})
    assert (
        words.translate("Most people think of other things") == "Most people think of other things"
    )


def test_sentences_are_translated_one_by_one(japanese_catalogue):
    japanese_catalogue(
        {"It is {x}.": "{x}です。", "Look at the maps. Then stop.": "マップを見て終わり。"}
    )
    told = words.translate("It is a. Look at the maps. Then stop. It is b.")
    assert told == "aです。マップを見て終わり。bです。"
    assert words.translate("It is a. Who knows?") == "aです。Who knows?"


def test_a_format_is_no_part_of_a_name(japanese_catalogue):
    japanese_catalogue({"exactly {share:.0%} of it all": "ちょうど全体の{share:.0%}"})
    assert words.translate("exactly 5% of it all") == "ちょうど全体の5%"


def test_a_place_before_a_line_stays_and_may_be_taken_off(japanese_catalogue):
    japanese_catalogue(
        {
            "{path}: does not contain zip of yours": "{path}: zipがありません",
            "missing": "ありません",
        }
    )
    assert (
        words.translate("/my runs/a.zip: does not contain zip of yours")
        == "/my runs/a.zip: zipがありません"
    )
    assert words.translate("does not contain zip of yours") == "zipがありません"
    assert words.translate("ada.zip: the-run: missing") == "ada.zip: the-run: ありません"
    assert words.translate("my photo.jpg: missing") == "my photo.jpg: ありません"
    assert words.translate("nobody knows: missing") == "nobody knows: missing"


def test_what_stands_in_brackets_may_be_another_programs_words(japanese_catalogue):
    japanese_catalogue(
        {"{path}: damaged ({reason})": "{path}: 壊れています（{reason}）", "no list": "違います"}
    )
    assert words.translate("a.json: damaged (no list)") == "a.json: 壊れています（違います）"
    assert words.translate("a.json: damaged (line 1, bad)") == "a.json: 壊れています（line 1, bad）"
    assert words.translate("it is all: damaged (no list)") == "it is all: damaged (no list)"


def test_somebodys_own_names_stay_as_they_are(japanese_catalogue):
    japanese_catalogue(
        {"test": "テスト", "{path}: no column {column} ({state})": "{path}: 列{column}（{state}）"}
    )
    assert words.translate("test: no column test (test)") == "test: 列test（テスト）"


# --- what went wrong, from the code that says so --------------------------------------------------


def translate_to_japanese(error: object) -> str:
    with words.use_language("ja"):
        return words.translate(str(error))


def test_a_refused_import_is_told_in_japanese(tmp_path):
    write_run_zip(tmp_path, lambda files: files.pop("summary.json"))
    (tmp_path / "photo.zip").write_bytes(b"no zip")
    names = ("ada.zip", "photo.zip")
    entries = import_runs(
        [ImportRequest(tmp_path / name, name) for name in names],
        tmp_path / "runs",
        tmp_path,
        fixed_clock,
    )
    assert [entry.outcome for entry in entries] == ["refused", "refused"]
    with words.use_language("ja"):
        told = list(import_table(entries).iloc[:, -1])
    assert told[0] == "拒否: summary.json: 見つかりません"
    assert told[1].startswith("拒否: 読み取れるzipファイルではありません（")


def test_a_zip_that_is_larger_than_allowed_is_told_in_japanese(tmp_path):
    write_run_zip(tmp_path)
    (entry,) = import_runs(
        [ImportRequest(tmp_path / "ada.zip", "ada.zip")],
        tmp_path / "runs",
        tmp_path,
        fixed_clock,
        limits=Limits(total_bytes=1000),
    )
    assert translate_to_japanese(entry.reason) == "展開すると0.0 GBになります。上限は1e-06 GBです"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[]", "summary.json: 壊れています（オブジェクトではありません）"),
        ("{", "summary.json: 壊れています（Expecting property name"),
        ('{"sets": 3}', "summary.json: 壊れています（classes: "),
    ],
)
def test_a_damaged_run_is_told_in_japanese(tmp_path, tiny, content, told):
    run: Run = write_run(tmp_path / "my runs", tiny)
    (run.path / "summary.json").write_text(content)
    with pytest.raises(InputError) as caught:
        run.summary()
    assert translate_to_japanese(caught.value).startswith(f"{run.path}/{told}")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[1]", "「キー: 値」の行を並べてください"),
        ("base: quick\nvary: {}\n", "vary: `キー: [値, 値]`の行か、名前付きの変更のリスト"),
        ("base: quick\nvary: [{seed: 1}]\n", "vary.0: 名前付きの変更にしてください: {name: ..., "),
        ("base: quick\nvary: {seed: [1, 1]}\n", "vary: 'mine, seed 1'は'mine, seed 1'と同じ"),
        ("base: quick\nvary: {seed: [x]}\n", "vary: seed: 整数にしてください（入力値: 'x'）"),
    ],
)
def test_a_bad_batch_is_told_in_japanese(tmp_path, content, told):
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        load_recipe_batch(path)
    assert translate_to_japanese(caught.value).startswith(f"{path}: {told}")


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ("404", "HTTPエラー404（Not Found）"),
        ("html", "サーバーが、ファイルではなくWebページを送ってきました（2回試しました）"),
        ("403", "HTTPエラー403（Forbidden）"),
        ("long", "サーバーが、このファイルの大きさ（10バイト）を超えて送ってきました"),
    ],
)
def test_a_failed_download_is_told_in_japanese(tmp_path, order, told):
    with bad_server() as server:
        server.files["a.bin"] = b"0123456789"
        server.responses["a.bin"] = [order]
        with pytest.raises(InputError) as caught:
            download(
                f"{server.url}/a.bin",
                tmp_path / "p",
                10,
                lambda part: None,
                RetryPolicy(timeout=20, max_failures=2, first_delay=0.01),
            )
    assert translate_to_japanese(caught.value) == f"{server.url}/a.bin: {told}"


def test_nobody_who_answers_is_told_in_japanese(tmp_path):
    with bad_server() as gone:
        pass
    with pytest.raises(InputError) as caught:
        download(
            f"{gone.url}/a.bin",
            tmp_path / "p",
            10,
            lambda part: None,
            RetryPolicy(timeout=20, max_failures=1),
        )
    assert JAPANESE.search(translate_to_japanese(caught.value))


def test_a_value_of_one_sentence_does_not_take_in_the_next():
    two = "On far, 3 of 3 criteria are good. On near, 2 of 3 criteria are good, but {}."
    with words.use_language("ja"):
        told = words.translate(two.format("it is from the same shoot"))
        parts = (
            words.translate("On far, 3 of 3 criteria are good."),
            words.translate("On near, 2 of 3 criteria are good, but it is from the same shoot."),
        )
    assert told == "".join(parts) and "criteria" not in told
