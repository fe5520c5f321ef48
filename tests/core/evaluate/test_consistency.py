import numpy as np
import pytest

from core.evaluate.tta import consistency


def test_views_that_agree_are_consistent():
    views = np.repeat(np.array([[[0.7, 0.3], [0.2, 0.8]]]), 5, axis=0)
    found = consistency(views)
    assert found is not None
    assert found["same"]["correct"] == found["same"]["total"] == 2
    assert (found["agreement"], found["distance"], found["views"]) == (1, 0, 5)


def test_one_view_that_disagrees():
    views = np.array([[[0.7, 0.3], [0.2, 0.8]]] * 3)
    views[2, 0] = [0.1, 0.9]
    found = consistency(views)
    assert found is not None
    assert found["same"]["value"] == 0.5
    assert found["same"]["low"] < 0.5 < found["same"]["high"]
    assert found["agreement"] == 0.75  # three of four varied views
    assert found["distance"] == pytest.approx(0.6 * 2 / 3 / 2)  # two of three pairs, one photo


def test_the_distance_of_opposite_answers_is_one_and_no_photos_say_nothing():
    found = consistency(np.array([[[1.0, 0.0]], [[0.0, 1.0]]]))
    assert found is not None and found["distance"] == 1
    assert consistency(np.empty((5, 0, 2))) is None
