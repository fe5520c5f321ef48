import torch

from core.train.views import TrainingViews
from tests.conftest import fast_recipe


def test_a_pool_shows_each_of_its_views_once_a_turn(tiny):
    views = TrainingViews(fast_recipe(views_per_photo=3), tiny, [0, 1, 2, 3])
    for photo in range(4):
        for turn in range(3):
            shown = [views.view_number(1 + 3 * turn + i, photo) for i in range(3)]
            assert sorted(shown) == [0, 1, 2]
    orders = {tuple(views.view_number(1 + i, photo) for i in range(3)) for photo in range(4)}
    assert len(orders) > 1  # each photo in an order of its own


def test_fresh_views_never_repeat(tiny):
    views = TrainingViews(fast_recipe(views_per_photo=None), tiny, [0])
    first, second = views.batch([0], 1)[0], views.batch([0], 2)[0]
    assert not torch.equal(first, second)


def test_a_photos_view_does_not_depend_on_its_company(tiny):
    views = TrainingViews(fast_recipe(), tiny, list(range(8)))
    together, labels = views.batch([3, 5, 1], 4)
    alone, label = views.batch([5], 4)
    assert torch.equal(together[1], alone[0])
    assert labels[1] == label[0] == tiny.train_labels[5]
    fewer = TrainingViews(fast_recipe(), tiny, [5])
    assert torch.equal(fewer.batch([0], 4)[0], alone)


def test_each_epoch_shows_every_photo_in_another_order(tiny):
    views = TrainingViews(fast_recipe(), tiny, list(range(8)))
    assert sorted(views.order(1)) == sorted(views.order(2)) == list(range(8))
    assert views.order(1) != views.order(2)
    assert views.order(1) == TrainingViews(fast_recipe(), tiny, list(range(8))).order(1)
    assert views.order(1) != TrainingViews(fast_recipe(seed=1), tiny, list(range(8))).order(1)
