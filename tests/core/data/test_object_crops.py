from core.data.label_tables import Box
from core.data.object_crops import labelled_objects, object_crop_box


def test_objects_are_cut_with_a_margin_inside_the_photo():
    assert object_crop_box(Box("a", 0.2, 0.2, 0.6, 0.4, 1), 100, 200) == (16, 36, 64, 84)
    assert object_crop_box(Box("a", 0, 0, 1, 1, 1), 100, 200) == (0, 0, 100, 200)
    left, top, right, bottom = object_crop_box(Box("a", 0.999, 0.999, 1, 1, 1), 100, 200)
    assert right - left >= 2 and bottom - top >= 2 and right <= 100 and bottom <= 200


def test_an_occluded_object_is_left_out_and_a_second_one_is_told_apart(tiny):
    test_set = tiny.test_set("test_difficult")
    file = test_set.photos[0].file
    two = (Box("blue", 0, 0, 0.3, 0.3, 1), Box("blue", 0.5, 0, 0.9, 0.3, 1))
    hidden = Box("red", 0, 0, 1, 1, 0.4)
    boxed = type(test_set)("s", test_set.photos, test_set.labels, {file: (*two, hidden)})
    found = labelled_objects(boxed, tiny.classes)
    assert [one.file for one in found] == [f"{file}#blue", f"{file}#blue.2"]


def test_a_label_that_begins_like_another_is_counted_by_itself(tiny):
    test_set = tiny.test_set("test_difficult")
    file = test_set.photos[0].file
    labels = ["artist", "art", "art", "art.2"]
    boxes = tuple(Box(label, 0, 0, 0.3, 0.3, 1) for label in labels)
    boxed = type(test_set)("s", test_set.photos, test_set.labels, {file: boxes})
    found = [one.file for one in labelled_objects(boxed, ("artist", "art", "art.2"))]
    assert found == [f"{file}#artist", f"{file}#art", f"{file}#art.2", f"{file}#art.2.2"]
