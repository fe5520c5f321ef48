"""Layouts are drawn, with annotations in any format, and what was read is compared with what was
drawn."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.data.layout import find_layout
from core.data.reading import ReadingOptions, read_source
from core.data.split_words import fold, split_of
from tests.corpus.builders import picture, picture_bytes

PHOTO = picture_bytes("JPEG", picture(size=(120, 80)))
WORDS = ["cat", "dog", "Grade_A", "Grade_A+", "C", "C++", "10", "2", "001", "No", "👍", "👎"]
WORDS += ["りんご", "みかん", "表紙", "苹果", "香蕉", "고양이", "강아지", "кошка", "собака", "γάτα"]
WORDS += ["σκύλος", "قطة", "كلب"]
SPLITS = [("train", "test"), ("Training", "val"), ("学習", "テスト"), ("entrenamiento", "prueba")]
SPLITS += [("entraînement", "essai"), ("Trainingsdaten", "Prüfung"), ("训练集", "测试集")]
SPLITS += [
    ("훈련", "검증"),
    ("treino", "teste"),
    ("seg_train", "seg_test"),
    ("train2017", "val2017"),
]
FORMATS = ("coco", "yolo", "voc", "labelme", "csv", "jsonl")


@dataclass
class Source:
    """A source in memory."""

    held: dict[str, bytes]
    name: str = "drawn"
    rejected: tuple = ()
    hidden: tuple = ()
    notes: tuple = ()
    stamp: str = ""
    encoding: str = ""
    files: tuple[str, ...] = field(init=False)

    def __post_init__(self):
        self.files = tuple(sorted(self.held))

    def read(self, file):
        return self.held[file]

    def head(self, file):
        return self.held[file][:64]


names = st.lists(st.sampled_from(WORDS), min_size=2, max_size=5, unique_by=fold)
wraps = st.lists(st.sampled_from(["my set", "データ", "v1.0", "a"]), max_size=3).map(
    lambda parts: "".join(f"{part}/" for part in parts)
)


@given(
    names, wraps, st.sampled_from(SPLITS), st.sampled_from(["split", "class", "alone"]), st.data()
)
def test_what_was_drawn_is_read(classes, wrap, splits, order, data):
    train, test = splits
    drawn = {}
    for label in classes:
        for split, set_name in ((train, "train"), (test, test)):
            for n in range(2):
                if order == "alone" and set_name != "train":
                    continue
                place = f"{split}/{label}" if order == "split" else f"{label}/{split}"
                place = label if order == "alone" else place
                drawn[f"{wrap}{place}/{n}.jpg"] = (set_name, label)
    layout = find_layout(data.draw(st.permutations(sorted(drawn))))
    assert {p.file: (p.split, p.label) for p in layout.placed} == drawn
    assert layout.possible == () and not layout.unplaced
    assert len({(p.split, p.name) for p in layout.placed}) == len(drawn)


@given(names, st.lists(st.sampled_from(WORDS), min_size=2, max_size=4, unique_by=fold))
def test_the_same_folders_in_every_class_are_two_readings(outer, inner):
    assume(not set(map(fold, outer)) & set(map(fold, inner)))
    photos = [f"{a}/{b}/{n}.jpg" for a in outer for b in inner for n in range(2)]
    first, second = find_layout(photos).possible
    for possible, classes in ((first, outer), (second, inner)):
        chosen = find_layout(photos, possible.kinds)
        assert {p.label for p in chosen.placed} == set(classes) and not chosen.possible
        assert {p.split for p in chosen.placed} == {"train"}
    sets = find_layout(photos, {outer[0]: "train"})
    assert {p.split for p in sets.placed} == {"train", *outer[1:]}


@settings(max_examples=60, deadline=None)
@given(names, wraps, st.sampled_from(SPLITS), st.sampled_from(FORMATS), st.booleans())
def test_annotations_of_any_format_are_read(classes, wrap, splits, kind, images):
    drawn: dict[str, tuple[str, str]] = {}
    for number, split in enumerate(splits):
        for n, label in enumerate(classes * 2):
            folder = f"{wrap}{split}/images" if images else f"{wrap}{split}"
            drawn[f"{folder}/{number}_{n}.jpg"] = (split if number else "train", label)
    files = dict.fromkeys(drawn, PHOTO) | {
        file: text.encode() for file, text in annotations(kind, wrap, drawn, classes).items()
    }
    reading = read_source(Source(files), ReadingOptions())
    found = {p.file: (p.split, p.label) for p in reading.photos}
    assert found == drawn
    if kind not in ("csv", "jsonl"):
        corners = {(b.x0, b.y0, b.x1, b.y1) for p in reading.photos for b in p.boxes}
        assert corners == {(0.25, 0.25, 0.75, 0.5)}
    assert not reading.rejected


def annotations(kind, wrap, drawn, classes):
    """The files of a format: each photo with a box, or a label, of its class."""
    rows = [(file.removeprefix(wrap), label) for file, (_, label) in drawn.items()]
    if kind == "csv":
        lines = ["file_name,label", *(f"{file},{label}" for file, label in rows)]
        return {f"{wrap}all.csv": "\n".join(lines)}
    if kind == "jsonl":
        lines = [json.dumps({"file_name": file, "label": label}) for file, label in rows]
        return {f"{wrap}metadata.jsonl": "\n".join(lines)}
    if kind == "coco":
        images = [
            {"id": n, "file_name": file, "width": 120, "height": 80}
            for n, (file, _) in enumerate(rows)
        ]
        boxes = [
            {"id": n, "image_id": n, "category_id": classes.index(label), "bbox": [30, 20, 60, 20]}
            for n, (_, label) in enumerate(rows)
        ]
        names = [{"id": n, "name": name} for n, name in enumerate(classes)]
        told = {"images": images, "annotations": boxes, "categories": names}
        return {f"{wrap}coco.json": json.dumps(told)}
    found = {}
    if kind == "yolo":
        found[f"{wrap}data.yaml"] = json.dumps({"names": list(classes)}, ensure_ascii=False)
    for file, (_, label) in drawn.items():
        stem = file.removesuffix(".jpg")
        if kind == "yolo":
            text = f"{classes.index(label)} 0.5 0.375 0.5 0.25\n"
            found[stem.replace("/images/", "/labels/") + ".txt"] = text
        elif kind == "voc":
            found[f"{stem}.xml"] = (
                "<annotation><size><width>120</width><height>80</height></size><object>"
                f"<name>{label}</name><bndbox><xmin>30</xmin><ymin>20</ymin><xmax>90</xmax>"
                "<ymax>40</ymax></bndbox></object></annotation>"
            )
        else:
            shape = {"label": label, "shape_type": "rectangle", "points": [[30, 20], [90, 40]]}
            told = {"shapes": [shape], "imagePath": file.rpartition("/")[2]}
            found[f"{stem}.json"] = json.dumps(told | {"imageWidth": 120, "imageHeight": 80})
    return found


def test_every_word_is_a_whole_word():
    for train, test in SPLITS:
        assert (split_of(train), split_of(test)) == ("train", "test")
    for name in (
        "test_tube",
        "eval_board",
        "invalid",
        "contest",
        "trained",
        "試験管",
        "train_test",
    ):
        assert split_of(name) is None
