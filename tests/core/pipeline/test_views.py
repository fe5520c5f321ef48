import pytest
import torch

from core.pipeline.views import TrainingViews, sample_mixup
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
    assert [views.view_number(epoch, 0) for epoch in (1, 2, 30)] == [1, 2, 30]
    assert not torch.equal(views.views([0], [1]), views.views([0], [2]))


def test_a_photos_view_does_not_depend_on_its_company(tiny):
    views = TrainingViews(fast_recipe(), tiny, list(range(8)))
    together = views.views([3, 5, 1], [0, 1, 0])
    alone = views.views([5], [1])
    assert torch.equal(together[1], alone[0])
    fewer = TrainingViews(fast_recipe(), tiny, [5])
    assert torch.equal(fewer.views([0], [1]), alone)


def test_each_epoch_shows_every_photo_in_another_order(tiny):
    views = TrainingViews(fast_recipe(), tiny, list(range(8)))
    assert sorted(views.order(1)) == sorted(views.order(2)) == list(range(8))
    assert views.order(1) != views.order(2)
    assert views.order(1) == TrainingViews(fast_recipe(), tiny, list(range(8))).order(1)
    assert views.order(1) != TrainingViews(fast_recipe(seed=1), tiny, list(range(8))).order(1)


def test_targets_are_the_photos_class(tiny):
    views = TrainingViews(fast_recipe(), tiny, [0, 4, 8])
    assert views.targets([2, 0], [0, 1]).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_mixup_blends_photos_and_targets_alike(tiny):
    plain = TrainingViews(fast_recipe(augment={"cutout": None}), tiny, list(range(12)))
    mixed = TrainingViews(fast_recipe(augment={"cutout": None, "mixup": 1.0}), tiny, range(12))
    for photo in range(12):
        what = sample_mixup(1.0, 0, 1, mixed.files[photo], range(12))
        assert what is not None and 0.5 <= what.share <= 1
        both = plain.views([photo, what.partner], [1, 1])
        expected = both[0] * what.share + both[1] * (1 - what.share)
        torch.testing.assert_close(mixed.views([photo], [1])[0], expected, atol=1e-5, rtol=0)
        target = mixed.targets([photo], [1])[0]
        assert float(target.sum()) == pytest.approx(1)
        assert float(target[mixed.labels[photo]]) >= what.share - 1e-6


def test_mixup_follows_its_beta():
    """ARTICLE: alpha 1.0 is uniform; the larger part is kept, so its mean is 3/4."""
    found = [sample_mixup(1.0, 0, view, "a", range(5)) for view in range(2000)]
    shares = [m.share for m in found if m is not None]
    assert sum(shares) / 2000 == pytest.approx(0.75, abs=0.01)
    assert {m.partner for m in found if m is not None} == {0, 1, 2, 3, 4}
    small = [sample_mixup(0.1, 0, view, "a", range(5)) for view in range(500)]
    assert sum(m.share > 0.95 for m in small if m is not None) > 300
    assert sample_mixup(0, 0, 0, "a", range(5)) is None


# --- oversampling and label smoothing -------------------------------------------------------------

FEW = [0, 1, 2, 3, 4, 8]  # four photos of the first class, one of each other


def test_oversampled_photos_show_another_view_each_time(tiny):
    views = TrainingViews(fast_recipe(balance="oversample", views_per_photo=None), tiny, FEW)
    assert len(views) == 12
    seen = [views.epoch_views(epoch) for epoch in (1, 2)]
    for epoch, shown in enumerate(seen):
        assert [photo for photo, _ in shown] == [0, 1, 2, 3] + [4] * 4 + [5] * 4
        assert [number for photo, number in shown if photo == 4] == [
            4 * epoch + i for i in (1, 2, 3, 4)
        ]
        assert [number for photo, number in shown if photo == 0] == [epoch + 1]
    assert sorted(views.order(1)) == list(range(12))
    assert len(set(seen[0] + seen[1])) == 24


def test_oversampled_photos_pass_evenly_through_their_pool(tiny):
    views = TrainingViews(fast_recipe(balance="oversample", views_per_photo=2), tiny, FEW)
    numbers = [number for photo, number in views.epoch_views(1) if photo == 4]
    assert sorted(numbers) == [0, 0, 1, 1] and sorted(numbers[:2]) == [0, 1]


def test_without_balance_an_epoch_shows_what_it_did(tiny):
    views = TrainingViews(fast_recipe(), tiny, FEW)
    assert views.epoch_views(3) == [(photo, views.view_number(3, photo)) for photo in range(6)]


def test_mixup_draws_oversampled_partners_evenly(tiny):
    recipe = fast_recipe(balance="oversample", augment={"mixup": 1.0})
    views = TrainingViews(recipe, tiny, FEW)
    partners = [views.labels[views.mixup_params(0, number).partner] for number in range(300)]
    assert all(70 < partners.count(label) < 130 for label in (0, 1, 2))


def test_label_smoothing_shares_a_part_out(tiny):
    views = TrainingViews(fast_recipe(label_smoothing=0.3), tiny, [0, 4, 8])
    expected = torch.tensor([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]])
    torch.testing.assert_close(views.targets([0, 2], [0, 0]), expected)
    mixed = fast_recipe(label_smoothing=0.3, augment={"mixup": 1.0})
    plain = fast_recipe(augment={"mixup": 1.0})
    hard, soft = (TrainingViews(r, tiny, range(12)).targets([3], [1]) for r in (plain, mixed))
    torch.testing.assert_close(soft, hard * 0.7 + 0.1)
