"""Annotations written by another tool (panlabel), and by hand as each format's documentation has
them, are read as the same labels and boxes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.base.errors import DataError
from core.data.annotation_export import coco, write_tables
from core.data.annotations.formats import read_json, read_table, read_voc
from core.data.annotations.source import PhotoFinder
from core.data.archive import open_file_source
from core.data.dataset import read_dataset
from core.data.reading import ReadingOptions, read_source
from tests.corpus.builders import picture, picture_bytes

PANLABEL = shutil.which("panlabel", path=f"{Path(sys.executable).parent}") or shutil.which(
    "panlabel"
)
CLASSES = ("C++", "Japanese Cherry")
NAMES = [f"img {n}.jpg" for n in range(6)]
PHOTO = picture_bytes("JPEG", picture(size=(120, 80)))


def write_photos(folder, names=NAMES):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(PHOTO)
    return folder


def coco_text(names=NAMES):
    """COCO JSON, each photo with one box: x 12 to 60, y 20 to 60 of 120x80."""
    return json.dumps(
        {
            "images": [
                {"id": n, "file_name": name, "width": 120, "height": 80}
                for n, name in enumerate(names, 1)
            ],
            "annotations": [
                {"id": n, "image_id": n, "category_id": 1 + n % 2, "bbox": [12, 20, 48, 40]}
                for n in range(1, len(names) + 1)
            ],
            "categories": [{"id": n, "name": name} for n, name in enumerate(CLASSES, 1)],
        }
    )


BOX = (0.1, 0.25, 0.5, 0.75)
EXPECTED = {name: (CLASSES[(n + 1) % 2], [BOX]) for n, name in enumerate(NAMES)}


def read(folder, **options):
    with open_file_source(folder) as source:
        return read_source(source, ReadingOptions(**options))


def told(reading):
    """Label and boxes of each photo, by its name."""
    return {
        Path(one.file).name: (
            one.label,
            [pytest.approx((b.x0, b.y0, b.x1, b.y1), abs=0.01) for b in one.boxes],
        )
        for one in reading.photos
    }


@pytest.mark.skipif(PANLABEL is None, reason="panlabel is not installed")
@pytest.mark.parametrize(
    ("kind", "out", "photos"),
    [
        ("coco", "annotations.json", "."),
        ("yolo", ".", "images"),
        ("voc", ".", "JPEGImages"),
        ("labelme", ".", "images"),
        ("hf", ".", "."),
        ("tfod", "labels.csv", "."),
        ("retinanet", "annotations.csv", "images"),
    ],
)
def test_what_another_tool_writes_is_read(tmp_path, kind, out, photos):
    source = write_photos(tmp_path / "coco")
    (source / "in.json").write_text(coco_text())
    target = tmp_path / "set"
    target.mkdir()
    command = [PANLABEL, "convert", "-f", "coco", "-t", kind, "--allow-lossy"]
    command += ["-i", str(source / "in.json"), "-o", str(target / out)]
    subprocess.run(command, check=True, capture_output=True)
    write_photos(target / photos)
    reading = read(target)
    assert reading.classes == CLASSES and told(reading) == EXPECTED
    assert not [one for one in reading.rejected if one.name != f"{photos}/README.txt"]


@pytest.mark.parametrize(
    ("files", "boxes"),
    [
        ({"all.csv": "image_id,label\n" + "".join(f"img {n},{{{n}}}\n" for n in range(6))}, False),
        ({"x.tsv": "name\tlabel\n" + "".join(f"img {n}.jpg\t{{{n}}}\n" for n in range(6))}, False),
        ({"any.csv": "foto;what\n" + "".join(f"img {n}.jpg;{{{n}}}\n" for n in range(6))}, False),
        ({"bare.csv": "".join(f"img {n}.jpg,{{{n}}}\n" for n in range(6))}, False),
        (
            {
                "metadata.csv": "file_name,label\n"
                + "".join(f"img {n}.jpg,{{{n}}}\n" for n in range(6))
            },
            False,
        ),
        (
            {
                "metadata.jsonl": "".join(
                    f'{{{{"file_name": "img {n}.jpg", "label": "{{{n}}}"}}}}\n' for n in range(6)
                )
            },
            False,
        ),
        (
            {
                "_classes.csv": "filename, C++, Japanese Cherry\n"
                + "".join(f"img {n}.jpg,{n % 2},{1 - n % 2}\n" for n in range(6))
            },
            False,
        ),
        (
            {
                "_annotations.csv": "filename,width,height,class,xmin,ymin,xmax,ymax\n"
                + "".join(f"img {n}.jpg,120,80,{{{n}}},12,20,60,60\n" for n in range(6))
            },
            True,
        ),
        (
            {f"img {n}.txt": f"{(n + 1) % 2} 0.1 0.25 0.5 0.25 0.5 0.75 0.1 0.75" for n in range(6)}
            | {"data.yaml": "names: [C++, Japanese Cherry]\nnc: 2\n"},
            True,
        ),
        (
            {
                f"img {n}.xml": f"<annotation><object><name>{{{n}}}</name>"
                "<polygon><x1>12</x1><y1>20</y1><x2>60</x2><y2>60</y2></polygon></object></annotation>"
                for n in range(6)
            },
            True,
        ),
        (
            {
                f"img {n}.json": json.dumps(
                    {
                        "shapes": [
                            {
                                "label": f"#{n}#",
                                "shape_type": "circle",
                                "points": [[36, 40], [60, 40]],
                            }
                        ],
                        "imagePath": f"img {n}.jpg",
                    }
                )
                .replace("{", "{{")
                .replace("}", "}}")
                .replace(f"#{n}#", f"{{{n}}}")
                for n in range(6)
            },
            None,
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_hand_made_files_of_each_shape_are_read(tmp_path, files, boxes):
    names = [EXPECTED[name][0] for name in NAMES]
    write_photos(tmp_path)
    for name, text in files.items():
        (tmp_path / name).write_text(text.format(*names) if "{" in text else text)
    reading = read(tmp_path)
    found = told(reading)
    assert {name: label for name, (label, _) in found.items()} == dict(
        zip(NAMES, names, strict=True)
    )
    if boxes:
        assert found == EXPECTED
    elif boxes is None:
        assert found["img 0.jpg"][1] == [(0.1, 0.2, 0.5, 0.8)]
    assert reading.rejected == ()


def test_polygons_and_masks_become_boxes():
    data = json.loads(coco_text(NAMES[:3]))
    for one, segmentation in zip(
        data["annotations"],
        (
            [[12, 20, 60, 20, 60, 60]],
            {"size": [80, 120], "counts": [12 * 80 + 20, 40, 40, 40, 80 * 105]},
            {"size": [80, 120], "counts": [12 * 80, 48 * 80, 80 * 60]},
        ),
        strict=True,
    ):
        del one["bbox"]
        one["segmentation"] = segmentation
    _, found = read_json(json.dumps(data))
    assert [one.box for one in found] == [(12, 20, 60, 60), (12, 20, 14, 60), (12, 0, 60, 80)]


def test_of_several_labels_a_test_photo_keeps_all_and_a_training_photo_asks(tmp_path):
    data = json.loads(
        coco_text([f"{split}/{n}.jpg" for split in ("train", "test") for n in range(5)])
    )
    more = [
        {
            "id": 90 + photo,
            "image_id": photo,
            "category_id": 1 + (photo + 1) % 2,
            "bbox": [0, 0, 9, 9],
        }
        for photo in (1, 6)
    ]
    data["annotations"] += more
    write_photos(tmp_path, [image["file_name"] for image in data["images"]])
    (tmp_path / "_annotations.coco.json").write_text(json.dumps(data))
    reading = read(tmp_path)
    (test,) = [one for one in reading.photos if one.file == "test/0.jpg"]
    assert test.label == "C++" and set(test.present) == set(CLASSES)
    (left,) = reading.rejected
    assert left.name == "train/0.jpg" and "--largest" in left.reason and reading.several == 1
    largest = {one.file: one.label for one in read(tmp_path, largest=True).photos}
    assert largest["train/0.jpg"] == "Japanese Cherry" and len(largest) == 10


def test_a_test_photo_of_no_class_is_of_the_class_that_it_shows_too(tmp_path):
    write_photos(tmp_path, [f"train/{name}/{n}.jpg" for name in "ab" for n in "12"])
    write_photos(tmp_path / "test", ["1.jpg", "2.jpg"])
    boxes = "1.jpg,dragon,0,0,90,70\n1.jpg,b,0,0,30,30\n2.jpg,dragon,0,0,90,70\n"
    (tmp_path / "test" / "all.csv").write_text(f"filename,label,x1,y1,x2,y2\n{boxes}")
    labels = {one.file: (one.label, one.present) for one in read(tmp_path).photos}
    assert labels["test/1.jpg"] == ("b", ("b",))
    assert labels["test/2.jpg"] == ("background", ())


def test_a_split_column_makes_test_sets(tmp_path):
    write_photos(tmp_path)
    rows = [f"{name},{'ab'[n % 2]},{n > 3}" for n, name in enumerate(NAMES)]
    (tmp_path / "set.csv").write_text("\n".join(["fn,label,is_valid", *rows]))
    assert [one.split for one in read(tmp_path).photos] == ["train"] * 4 + ["valid"] * 2


def splits(reading):
    return {photo.file: photo.split for photo in reading.photos}


@pytest.mark.parametrize("listed", ["{}", "{}.jpg", "images/{}.jpg", "./images/{}.jpg 1"])
def test_lists_of_photos_make_test_sets(tmp_path, listed):
    """As Food-101, Pascal VOC and Darknet have them: else the test photos would train."""
    names = [f"{label}/{n}" for label in ("pie", "ribs") for n in range(4)]
    write_photos(tmp_path / "set/images", [f"{name}.jpg" for name in names])
    meta = tmp_path / "set/meta"
    meta.mkdir()
    for split, last in (("train", "012"), ("test", "3")):
        lines = [listed.format(name) for name in names if name[-1] in last]
        (meta / f"{split}.txt").write_text("\n".join(lines))
    (meta / "notes_on_train.txt").write_text("nothing of it\n")
    found = splits(read(tmp_path / "set"))
    assert {file for file, split in found.items() if split == "test"} == {
        "images/pie/3.jpg",
        "images/ribs/3.jpg",
    }
    assert set(found.values()) == {"train", "test"}


def test_a_voc_set_with_masks_and_lists_is_read(tmp_path):
    """Masks have their photos' names: they are not what annotations and lists speak of."""
    voc = tmp_path / "set/VOC2012"
    write_photos(voc / "JPEGImages", [f"{n}.jpg" for n in range(8)])
    write_photos(voc / "SegmentationClass", [f"{n}.png" for n in range(8)])
    for folder in ("Annotations", "ImageSets/Main"):
        (voc / folder).mkdir(parents=True)
    for n in range(8):  # without a suffix, as the Stanford dogs'
        (voc / f"Annotations/{n}{'.xml' * (n % 2)}").write_text(
            f"<annotation><filename>{n}.jpg</filename><size><width>120</width><height>80</height>"
            f"</size><object><name>{'cat' if n % 2 else 'dog'}</name><bndbox><xmin>12</xmin>"
            "<ymin>20</ymin><xmax>60</xmax><ymax>60</ymax></bndbox></object></annotation>"
        )
    for name, numbers in (("train", range(6)), ("val", range(6, 8)), ("cat_train", (1,))):
        (voc / f"ImageSets/Main/{name}.txt").write_text("".join(f"{n}\n" for n in numbers))
    found = read(tmp_path / "set")
    assert found.classes == ("cat", "dog")
    assert splits(found) == {
        f"VOC2012/JPEGImages/{n}.jpg": "val" if n > 5 else "train" for n in range(8)
    }
    assert all(len(photo.boxes) == 1 for photo in found.photos)


def test_a_table_of_split_in_a_text_file_without_a_header_is_read(tmp_path):
    """As Tiny ImageNet's val_annotations.txt: file, class, box."""
    for label in ("fish", "newt"):
        write_photos(tmp_path / f"set/train/{label}/images", [f"{label}_{n}.jpg" for n in range(3)])
    write_photos(tmp_path / "set/val/images", ["val_0.jpg", "val_1.jpg"])
    rows = "val_0.jpg\tnewt\t0\t32\t44\t62\nval_1.jpg\tfish\t0\t3\t44\t62\n"
    (tmp_path / "set/val/val_annotations.txt").write_text(rows)
    photos = read(tmp_path / "set").photos
    labels = {photo.name: photo.label for photo in photos if photo.split == "val"}
    assert sorted(labels.values()) == ["fish", "newt"]
    assert labels["val_0.jpg"] == "newt"


def test_the_folder_that_annotations_are_named_for_is_meant():
    finder = PhotoFinder(["train2017/1.jpg", "val2017/1.jpg"], lambda photo: "train")
    assert finder.find("1.jpg", "annotations/instances_val2017.json") == ["val2017/1.jpg"]


def test_photos_in_a_table_of_another_kind_are_told(tmp_path):
    (tmp_path / "set/data").mkdir(parents=True)
    (tmp_path / "set/data/train.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"^data/train.parquet: an unsupported data format"):
        read(tmp_path / "set")


def test_two_readings_where_folders_and_annotations_disagree(tmp_path):
    names = [f"part{1 + n % 2}/{n}.jpg" for n in range(8)]
    write_photos(tmp_path, names)
    rows = [f"{n},{'ab'[n // 4]}" for n in range(8)]
    (tmp_path / "meta.csv").write_text("\n".join(["image_id,dx", *rows]))
    assert [each.option for each in read(tmp_path).possible] == [
        "--labels folders",
        "--labels tables",
    ]
    assert read(tmp_path, labels="tables").classes == ("a", "b")
    assert read(tmp_path, labels="folders").classes == ("part1", "part2")


def test_a_name_in_two_folders_needs_the_folder(tmp_path):
    write_photos(
        tmp_path, [f"{s}/{c}/{n}.jpg" for s in ("train", "test") for c in "ab" for n in "12"]
    )
    (tmp_path / "test" / "boxes.csv").write_text("filename,label,x1,y1,x2,y2\n1.jpg,a,0,0,9,9\n")
    reading = read(tmp_path)
    assert any("1.jpg is in several folders" in note for note in reading.notes)
    assert not any(one.boxes for one in reading.photos)


def test_the_nearest_photo_of_a_name_is_meant_and_of_those_the_one_of_the_tables_split():
    finder = PhotoFinder(
        ["old/test/1.jpg", "old/valid/1.jpg", "new/train/1.jpg"], lambda photo: photo.split("/")[1]
    )
    assert finder.find("1.jpg", "old/train.csv") == ["old/test/1.jpg", "old/valid/1.jpg"]
    assert finder.find("1.jpg", "old/valid.csv") == ["old/valid/1.jpg"]
    assert finder.find("1.jpg", "train.csv") == ["new/train/1.jpg"]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]><annotation><object><name>&x;</name></object></annotation>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotation/>',
        "<annotation>",
        "<html/>",
        "",
    ],
)
def test_xml_with_entities_or_of_no_end_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_voc(text, "a")


def test_xml_of_no_depth_that_a_photo_needs_is_read():
    deep = "<object>" + "<a>" * 100_000 + "</a>" * 100_000 + "<name>red</name></object>"
    (found,) = read_voc(f"<annotation>{deep}</annotation>", "a")
    assert (found.label, found.box) == ("red", None)


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "{}", "[1]", "nonsense", '{"images": [], "annotations": [{"image_id": 1}]}']
    + ['{"images": 1, "annotations": 2}', '{"shapes": [{}]}', '{"a": ' + "9" * 5000 + "}"],
)
def test_json_of_no_end_or_another_shape_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_json(text)


@pytest.mark.parametrize("text", ["", "a", "a,b\n1,2\n", "x,y,z\n1,2,3\n", 'a,b\n"'])
def test_a_table_of_something_else_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_table(text)


def test_what_is_no_annotation_is_named(tmp_path):
    write_photos(tmp_path, [f"{name}/{n}.jpg" for name in "ab" for n in "12"])
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "other.csv").write_text("file,label\nz.jpg,a\n")
    reasons = {one.name: one.reason for one in read(tmp_path).rejected}
    assert reasons["package.json"].startswith("cannot be read as annotations")
    assert reasons["other.csv"] == "refers to no photo here"


def test_labels_and_boxes_go_out_and_come_back(tmp_path):
    data = write_photos(
        tmp_path / "set", [f"{s}/{n}.jpg" for s in ("train", "test") for n in range(6)]
    )
    (data / "_annotations.coco.json").write_text(
        coco_text([f"{s}/{n}.jpg" for s in ("train", "test") for n in range(6)])
    )
    dataset = read_dataset(data)
    assert dataset.classes == CLASSES and len(dataset.train_boxes) == 6
    (data / "_annotations.coco.json").write_text(json.dumps(coco(dataset)))
    again = read_dataset(data)
    assert again.test_sets == dataset.test_sets and again.train_boxes == dataset.train_boxes
    write_tables(dataset, tmp_path / "out")
    assert (tmp_path / "out" / "labels.csv").read_text().splitlines()[2] == "train,1.jpg,C++,C++"
    with pytest.raises(DataError, match="cannot be written"):
        write_tables(dataset, data / "train" / "0.jpg")
