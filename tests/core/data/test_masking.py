import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.label_tables import Box
from core.data.masking import (
    FILLS,
    GRID_SIDE,
    MASK_VARIANTS,
    MIN_CONTROL_COVERAGE,
    ObjectMasking,
    control_coverage,
    place_control_boxes,
)

BOOK = Box("book", 0.25, 0.25, 0.625, 0.75, 1.0)
UNKNOWN_BOX = Box("other", 0.75, 0.0, 1.0, 0.25, 1.0)
SIZE = 96


@pytest.fixture(scope="module")
def photo():
    """A grainy green desk with a red book and a blue stranger on it."""
    pixels = np.random.default_rng(0).integers(60, 120, (SIZE, SIZE, 3)).astype(np.uint8)
    pixels[..., 1] += 60
    for box, colour in ((BOOK, (250, 10, 10)), (UNKNOWN_BOX, (10, 10, 250))):
        rows, columns = box_slices(box)
        pixels[rows, columns] = colour
    return pixels


def box_slices(box):
    return (
        slice(round(box.y0 * SIZE), round(box.y1 * SIZE)),
        slice(round(box.x0 * SIZE), round(box.x1 * SIZE)),
    )


SCENE = ObjectMasking("test/img.jpg", (BOOK,), (UNKNOWN_BOX,))


@pytest.mark.parametrize("fill", FILLS)
def test_the_object_is_gone_and_no_fill_holds_a_colour_of_an_object(photo, fill):
    found = SCENE.apply(photo, "object", fill)
    rows, columns = box_slices(BOOK)
    gap = found[rows, columns].reshape(-1, 3).astype(int)
    desk = photo[40:60, 70:].reshape(-1, 3).astype(int)
    assert (gap >= desk.min(axis=0) - 2).all() and (gap <= desk.max(axis=0) + 2).all()
    np.testing.assert_array_equal(found[box_slices(UNKNOWN_BOX)], photo[box_slices(UNKNOWN_BOX)])
    far = np.s_[80:, :10]
    np.testing.assert_array_equal(found[far], photo[far])


def test_texture_is_as_grainy_as_the_desk_and_the_two_others_are_smooth(photo):
    rows, columns = box_slices(BOOK)
    grain = {
        fill: SCENE.apply(photo, "object", fill)[rows, columns].std(axis=(0, 1)).mean()
        for fill in FILLS
    }
    assert grain["mean"] < 1 and grain["blur"] < 4
    assert grain["texture"] > 10


@pytest.mark.parametrize("fill", FILLS)
def test_the_control_leaves_every_object_whole(photo, fill):
    found = SCENE.apply(photo, "elsewhere", fill)
    for box in (BOOK, UNKNOWN_BOX):
        np.testing.assert_array_equal(found[box_slices(box)], photo[box_slices(box)])
    assert (found != photo).any()


@pytest.mark.parametrize("fill", FILLS)
def test_only_objects_keeps_them_and_blanks_the_rest(photo, fill):
    found = SCENE.apply(photo, "only_objects", fill)
    np.testing.assert_array_equal(found[box_slices(BOOK)], photo[box_slices(BOOK)])
    blue = found[box_slices(UNKNOWN_BOX)].astype(int)
    assert (blue[..., 1] > 100).all()  # the stranger is background, and gone


def test_the_same_photo_gives_the_same_pictures_and_another_name_other_ones(photo):
    again = ObjectMasking(SCENE.name, SCENE.objects, SCENE.unknown_objects)
    other = replace(SCENE, name="test/other.jpg")
    for variant in MASK_VARIANTS:
        found = SCENE.apply(photo, variant, "texture")
        np.testing.assert_array_equal(found, again.apply(photo, variant, "texture"))
        assert (found != other.apply(photo, variant, "texture")).any()
    assert other.control_boxes != SCENE.control_boxes


def test_a_photo_that_is_all_book_is_filled_with_grey_and_has_no_control():
    pixels = np.full((64, 64, 3), 200, dtype=np.uint8)
    scene = ObjectMasking("all", (Box("book", 0, 0, 1, 1, 1),))
    assert not scene.comparable
    assert scene.area == 1
    for fill in FILLS:
        assert set(np.unique(scene.apply(pixels, "object", fill))) == {128}


def test_the_control_never_takes_its_fill_from_an_object(photo):
    """Also where it covers nearly all of the background."""
    half = Box("book", 0.0, 0.0, 0.5, 1.0, 1.0)
    pixels = photo.copy()
    pixels[:, : SIZE // 2] = (250, 10, 10)
    scene = ObjectMasking("half", (half,))
    assert scene.comparable
    for fill in FILLS:
        found = scene.apply(pixels, "elsewhere", fill)
        assert (found[:, 60:, 0] < 150).all()


box = st.tuples(
    st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.05, 0.7), st.floats(0.05, 0.7)
).map(lambda c: Box("a", c[0], c[1], min(1, c[0] + c[2]), min(1, c[1] + c[3]), 1))


@settings(max_examples=60)
@given(st.lists(box, min_size=1, max_size=3), st.integers(0, 5))
def test_the_control_area_is_as_large_as_the_objects_and_off_them_where_there_is_room(boxes, seed):
    scene = ObjectMasking(str(seed), tuple(boxes))
    area = scene.area
    if area == 0:
        return
    control = place_control_boxes(boxes, np.random.default_rng(seed))
    assert all(0 <= b.x0 < b.x1 <= 1 and 0 <= b.y0 < b.y1 <= 1 for b in control)
    assert sum(b.area for b in control) == pytest.approx(area, abs=1 / GRID_SIDE)
    if area < 0.3:  # pieces find room even in a frame around the objects
        # One row too many, of whole cells, weighs more in a small object.
        assert control_coverage(boxes, control) == pytest.approx(1, abs=max(0.1, 0.01 / area))
    if area > 1 / (1 + MIN_CONTROL_COVERAGE):
        assert not scene.comparable


def test_a_small_object_keeps_its_shape():
    (found,) = place_control_boxes([Box("a", 0.25, 0.25, 0.5, 0.375, 1)], np.random.default_rng(0))
    assert (found.x1 - found.x0, found.y1 - found.y0) == (0.25, 0.125)


def test_blanking_and_scenes_do_without_torch():
    code = "import sys, core.evaluate.localisation; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
