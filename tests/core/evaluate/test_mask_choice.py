import numpy as np
import pytest
from PIL import Image

from core.data.dataset import Photo, TestSet
from core.data.label_tables import Box, Label
from core.evaluate.localisation import find_scene

CLASSES = ("background", "a", "b")
BIG, SMALL = (0.1, 0.1, 0.5, 0.5), (0.6, 0.6, 0.7, 0.7)


@pytest.fixture
def scene(tmp_path):
    path = tmp_path / "p.jpg"
    Image.fromarray(np.zeros((50, 100, 3), np.uint8)).save(path)

    def find(boxes, present, crop="squash", labelled=True):
        test_set = TestSet(
            "test",
            (Photo(path, "p.jpg"),),
            {"p.jpg": Label("a", present)} if labelled else {},
            {"p.jpg": tuple(Box(name, *corners, 1.0) for name, corners in boxes)},
        )
        return find_scene(test_set, test_set.photos[0], CLASSES, crop)

    return find


def test_every_box_of_a_class_is_an_object_and_the_rest_are_unknown(scene):
    found = scene([("a", BIG), ("b", SMALL), ("prml", SMALL), ("background", SMALL)], ("a",))
    assert found is not None
    assert [box.label for box in found.objects] == ["a", "b"]
    assert [box.label for box in found.unknown_objects] == ["prml", "background"]
    assert found.name == "test/p.jpg"


def test_photos_that_tell_nothing_are_left_out(scene):
    assert scene([("a", BIG)], ("a",), labelled=False) is None
    assert scene([], ("a",)) is None
    assert scene([("a", SMALL)], ("a",)) is None  # under 2% of the view
    assert scene([("a", BIG)], ("b",)) is None  # b is present without a box
    assert scene([("a", BIG)], ("a", "b")) is None
    assert scene([("a", BIG)], ()) is None  # not labelled as present


def test_boxes_are_in_the_view(scene):
    found = scene([("a", (0.25, 0.0, 0.5, 1.0))], ("a",), crop="centre")
    assert found is not None
    assert (found.objects[0].x0, found.objects[0].x1) == (0.0, 0.5)
    assert scene([("a", (0.0, 0.0, 0.2, 1.0))], ("a",), crop="centre") is None  # outside the view
