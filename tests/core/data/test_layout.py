import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.base.errors import DataError
from core.data.dataset_names import UniqueNames, clean_name
from core.data.layout import find_layout


def placements(*photos):
    """Where each photo goes: split, or split=label."""
    return {p.file: f"{p.split}={p.label}" for p in find_layout(photos).placed}


@pytest.mark.parametrize("wrap", ["", "books/", "a/b c/"])
def test_classes_are_found_wherever_they_lie(wrap):
    files = [f"{wrap}{name}/{n}.jpg" for name in ("red", "blue") for n in range(2)]
    assert set(placements(*files).values()) == {"train=red", "train=blue"}
    layout = find_layout(files)
    assert layout.folders == {"train/red": f"{wrap}red", "train/blue": f"{wrap}blue"}
    assert f"{layout.base}/" == wrap or (layout.base, wrap) == ("", "")


@pytest.mark.parametrize("wrap", ["", "books/", "a/b/"])
@pytest.mark.parametrize("train", ["train", "Training", "seg_train/seg_train"])
def test_beside_train_every_folder_is_a_test_set(wrap, train):
    found = placements(
        f"{wrap}{train}/red/1.jpg",
        f"{wrap}{train}/blue/1.jpg",
        f"{wrap}{train}/stray.jpg",
        f"{wrap}test/a.jpg",
        f"{wrap}outdoors/a.jpg",
        f"{wrap}cover.jpg",
        "elsewhere/x/1.jpg",
    )
    outside = {} if wrap else {"elsewhere/x/1.jpg": "elsewhere="}
    assert found == {
        f"{wrap}{train}/red/1.jpg": "train=red",
        f"{wrap}{train}/blue/1.jpg": "train=blue",
        f"{wrap}test/a.jpg": "test=",
        f"{wrap}outdoors/a.jpg": "outdoors=",
        **outside,
    }


def test_without_train_only_folders_called_like_test_sets_are_some():
    found = placements(
        "photos/red/1.jpg",
        "photos/red/more/1.jpg",
        "photos/blue/1.jpg",
        "photos/val/1.jpg",
        "test_hard/1.jpg",
        "Test/1.jpg",
    )
    assert found == {
        "photos/red/1.jpg": "train=red",
        "photos/red/more/1.jpg": "train=red",
        "photos/blue/1.jpg": "train=blue",
        "photos/val/1.jpg": "val=",
        "test_hard/1.jpg": "test_hard=",
        "Test/1.jpg": "Test=",
    }


def test_folders_of_a_test_set_tell_labels_or_are_sets_of_their_own():
    found = placements(
        "train/Red book/1.jpg",
        "train/blue/1.jpg",
        "test/red_book/1.jpg",
        "test/Blue/x/2.jpg",
        "test/3.jpg",
        "test/night/4.jpg",
        "valid/valid/blue/5.jpg",
    )
    assert found == {
        "train/Red book/1.jpg": "train=Red book",
        "train/blue/1.jpg": "train=blue",
        "test/red_book/1.jpg": "test=red_book",  # no class: told, and labelled as none of them
        "test/Blue/x/2.jpg": "test=blue",
        "test/3.jpg": "test=",
        "test/night/4.jpg": "test=night",
        "valid/valid/blue/5.jpg": "valid=blue",
    }


def test_names_that_mean_something_else_are_not_given_to_test_sets():
    found = placements("train/a/1.jpg", "train/b/1.jpg", "validation/1.jpg", "Train/2.jpg")
    assert found["validation/1.jpg"] == "validation_2="
    assert found["Train/2.jpg"] == "Train_2="


def test_classes_whose_names_look_alike_stay_apart():
    found = placements("my book/1.jpg", "my_book/1.jpg", "MY BOOK/1.jpg")
    assert sorted(found.values()) == ["train=MY BOOK", "train=my book", "train=my_book"]


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ((), "found none"),
        (("1.jpg", "2.jpg"), "found none"),
        (("red/1.jpg", "2.jpg"), "found only red/"),
        (("all/red/1.jpg", "test/1.jpg"), "found only all/red/"),
        (("test/1.jpg", "val/1.jpg"), "found none"),
    ],
)
def test_fewer_than_two_classes_are_refused(files, word):
    with pytest.raises(DataError, match=word):
        find_layout(files)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("keras", "keras"),
        ("two words", "two_words"),
        ("本 棚", "本_棚"),
        ("u\u0308ber", "über"),
        ("हिन्दी", "हिन्दी"),
        ("a#b,c;d:e\\f?*", "a_b_c_d_e_f"),
        ("..hidden", "hidden"),
        ("\x1b[31m", "31m"),
        ("\udcff", "unnamed"),
        ("", "unnamed"),
        ("x" * 500, "x" * 60),
    ],
)
def test_clean_names(name, clean):
    assert clean_name(name) == clean


@given(st.text())
def test_any_name_becomes_one_that_stays_as_it_is(name):
    clean = clean_name(name)
    assert clean and clean_name(clean) == clean
    assert not clean.startswith((".", "_")) and not any(c.isspace() or c in "/\\#" for c in clean)


def test_a_name_is_given_once():
    names = UniqueNames(["train"])
    assert [names.reserve(n) for n in ("a", "A", "a", "Train")] == ["a", "A_2", "a_3", "Train_2"]


@pytest.mark.parametrize(
    ("folders", "found"),
    [
        # Names of splits are whole words, and none beside classes unless they say nothing else.
        ("beaker test_tube", "train=beaker train=test_tube"),
        ("valid invalid", "train=invalid train=valid"),
        ("bus car train", "train=bus train=car train=train"),
        ("eval_board main_board", "train=eval_board train=main_board"),
        ("red blue test_hard", "test_hard= train=blue train=red"),
        ("train/a train/b test_tube", "test_tube= train=a train=b"),
        # Splits in the folders' own names, or in every class.
        ("train_a train_b test_a test_b", "test=a test=b train=a train=b"),
        ("a/train b/train b/test", "test=b train=a train=b"),
        # Wrappers, masks, folders that are put by, and a project's own pictures.
        ("a/images a/masks b/images b/masks", "train=a train=b"),
        ("Images/a Images/b Annotations/a", "train=a train=b"),
        ("train/a/images train/b/images _old/c", "train=a train=b"),
        ("x/data/a x/data/b docs", "train=a train=b"),
        ("train_1/a train_1/b train_2/a test/b", "test=b train=a train=b"),
        # What a test set holds besides.
        ("train/a train/b test/a test/c", "test=a test=c train=a train=b"),
        ("train/a train/b test/day test/night", "test_day= test_night= train=a train=b"),
        ("train/Cat train/dog test/cat", "test=Cat train=Cat train=dog"),
        ("train/Cat train/cat test/cat", "test=cat train=Cat train=cat"),
    ],
)
def test_folders_are_read_as_people_mean_them(folders, found):
    layout = find_layout([f"{folder}/{n}.jpg" for folder in folders.split() for n in range(4)])
    assert " ".join(sorted({f"{p.split}={p.label}" for p in layout.placed})) == found
    assert layout.possible == ()


@pytest.mark.parametrize(
    "folders",
    ["harjoitus/a harjoitus/b testi/a testi/b", "fold1/a fold1/b fold2/a fold2/b"]
    + ["train_station/day train_station/night bus_station/day bus_station/night"],
)
def test_where_classes_hold_the_same_folders_it_asks(folders):
    photos = [f"{folder}/{n}.jpg" for folder in folders.split() for n in range(2)]
    assert [each.option for each in find_layout(photos).possible] == [
        "--folder '*=class'",
        "--folder '*=train'",
    ]


def test_a_person_has_the_last_word():
    photos = [f"{folder}/{n}.jpg" for folder in ("test", "control", "docs") for n in range(2)]
    found = find_layout(photos, {"test": "class", "docs": "out"})
    assert {p.label for p in found.placed} == {"test", "control"}
    assert set(found.unplaced.values()) == {"left out by choice"}
    with pytest.raises(DataError, match="gone: no photo folder with that name"):
        find_layout(photos, {"gone": "class"})
