import numpy as np
import pytest
import torch

from core.pipeline.augment import (
    MAX_PYRAMID_STEP,
    AugmentParams,
    adjust_lighting,
    apply_cutout,
    augmented_views,
    blur,
    build_pyramid,
    pyramid_sizes,
    resample,
    smallest_side,
    working_side,
)
from core.recipe.schema import Augment, Blur, Cutout, Erase, Rotate, Zoom


def photo(height=90, width=120):
    return torch.from_numpy(
        np.random.default_rng(0).integers(0, 256, (3, height, width), dtype=np.uint8)
    )


def view(augment, seed=0, size=64, of=None):
    source = build_pyramid(photo() if of is None else of, smallest_side(augment, size))
    return augmented_views([source], augment, size, [np.random.default_rng(seed)])[0]


def plain_params(height=64, width=64, **changes):
    """What a view is by default: the photo as it is."""
    plain = {
        "degrees": 0.0,
        "mirrored": False,
        "upside_down": False,
        "brightness": 0.0,
        "contrast": 0.0,
        "cutout_centres": np.empty((0, 2)),
        "blurred": False,
        "top": 0,
        "left": 0,
    }
    return AugmentParams(height=height, width=width, **(plain | changes))


def rotate(x, degrees, size):
    """A float photo (3, height, width) turned, its middle `size` pixels."""
    height, width = x.shape[1:]
    place = plain_params(
        height, width, degrees=degrees, top=(height - size) // 2, left=(width - size) // 2
    )
    return resample([(x * 255).round().to(torch.uint8)], [place], size)[0]


def test_a_view_depends_on_its_generator_alone():
    torch.manual_seed(1)
    first = view(Augment(), seed=3)
    torch.manual_seed(2)
    assert torch.equal(first, view(Augment(), seed=3))
    assert not torch.equal(first, view(Augment(), seed=4))
    assert first.shape == (3, 64, 64)
    assert first.dtype == torch.float32
    assert 0 <= first.min() <= first.max() <= 1


def test_without_augmentation_only_the_place_of_the_crop_is_random():
    square = photo(64, 64)
    plain = view(Augment.disabled(), of=square)
    torch.testing.assert_close(plain, square.float() / 255)


def test_switching_one_step_off_leaves_the_others_numbers():
    # With flip drawn the same, the view without lighting is the lit one up to the light.
    on = view(Augment(zoom=None, rotate=None, cutout=None, blur=None, flip="both"), seed=5)
    off = view(
        Augment(zoom=None, rotate=None, cutout=None, blur=None, flip="both", lighting=None), seed=5
    )
    assert (on - off).abs().max() < 0.12
    assert not torch.equal(on, off)


@pytest.mark.parametrize("size", [64, 96])
def test_zoom_scales_the_shorter_side_between_its_bounds(size):
    # A photo whose left half is black: after a zoom of exactly 1.5 and a crop, the black share
    # of the width differs; a zoom of exactly 1 keeps the whole shorter side.
    stripes = torch.zeros(3, size, size, dtype=torch.uint8)
    stripes[:, : size // 2] = 255
    whole = view(
        Augment.disabled().model_copy(update={"zoom": Zoom(range=(1, 1), p=1)}),
        size=size,
        of=stripes,
    )
    assert whole.mean() == pytest.approx(0.5, abs=0.01)
    near = view(
        Augment.disabled().model_copy(update={"zoom": Zoom(range=(1.5, 1.5), p=1)}),
        size=size,
        of=stripes,
    )
    assert near.shape == (3, size, size)
    assert working_side(Augment(), size) == size * 1.5
    assert working_side(Augment.disabled(), size) == size


def test_a_photo_zoomed_below_1_lies_whole_in_its_view_amid_its_mirror_image():
    augment = Augment.disabled().model_copy(update={"zoom": Zoom(range=(0.5, 0.5), p=1)})
    ramp = (torch.arange(64) * 4).to(torch.uint8).expand(3, 64, 64)  # brighter to the right
    turns = set()
    for seed in range(12):
        row = view(augment, seed, of=ramp)[0, 20]
        steps = row.diff() * 255
        assert row.min() < 0.02 and row.max() > 0.96  # all of it is there
        within = steps.abs() > 7
        assert within.sum() >= 57  # twice as steep: half as large
        assert steps[within].abs().max() < 9  # and no edge where the mirror image begins
        turns.add(int(row.argmax()))
    assert len(turns) > 6
    assert working_side(augment, 64) == 64
    assert [c.shape[1] for c in build_pyramid(ramp, smallest_side(augment, 64))] == [64, 51, 41, 40]


def test_rotation_turns_clockwise_about_the_centre_and_reflects_the_corners():
    x = photo(64, 64).float() / 255
    torch.testing.assert_close(rotate(x, 0, 64), x)
    torch.testing.assert_close(rotate(x, 90, 64), torch.rot90(x, -1, (1, 2)), atol=1e-3, rtol=0)
    wide = torch.zeros(3, 40, 80)
    wide[:, 20, 50] = 1  # right of the centre
    found = rotate(wide, 90, 40)[0]
    assert found[29:32, 18:22].max() > 0.2  # now as far below the centre
    assert found[8:12, 18:22].max() == 0  # and not above it
    assert rotate(torch.ones(3, 30, 50), 30, 30).min() > 0.999  # no black corners


def test_flips_come_after_the_turn_and_before_the_crop():
    x = photo(64, 64)
    angle = {"degrees": 7.0}
    plain = resample([x], [plain_params(**angle)], 64)[0]
    mirrored = resample([x], [plain_params(**angle, mirrored=True)], 64)[0]
    torch.testing.assert_close(mirrored, plain.flip(2), atol=1e-4, rtol=0)
    over = resample([x], [plain_params(**angle, upside_down=True)], 64)[0]
    torch.testing.assert_close(over, plain.flip(1), atol=1e-4, rtol=0)
    corner = resample([x], [plain_params(**angle, mirrored=True, top=3, left=9)], 40)[0]
    torch.testing.assert_close(corner, plain.flip(2)[:, 3:43, 9:49], atol=1e-4, rtol=0)


def test_one_resampling_zooms_as_a_resize_does():
    smooth = torch.nn.functional.interpolate(torch.rand(1, 3, 8, 8), (80, 80), mode="bicubic")
    pixels = (smooth[0].clamp(0, 1) * 255).to(torch.uint8)
    found = resample([pixels], [plain_params(100, 100, top=10, left=20)], 64)[0]
    wanted = torch.nn.functional.interpolate(
        pixels[None].float() / 255, (100, 100), mode="bilinear", align_corners=False
    )[0, :, 10:74, 20:84]
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=0)


def previous_sizes(height, width, smallest):
    """The sizes as they were until rounding could bring a side back for ever: None then."""
    sizes, least = [(height, width)], smallest * MAX_PYRAMID_STEP
    while (side := min(sizes[-1])) > least:
        ratio = max(least, side / MAX_PYRAMID_STEP) / side
        sizes.append((round(sizes[-1][0] * ratio), round(sizes[-1][1] * ratio)))
        if len(sizes) > 40:
            return None
    return sizes


SHAPES = [(1, 1), (3, 4), (4, 3), (9, 16), (1, 4), (2000, 2001)]


@pytest.mark.parametrize("shape", SHAPES)
def test_copies_of_any_photo_at_any_zoom_come_to_an_end(shape):
    """Every image size that the schema allows, with one or two of the shapes; every low end of the
    zoom's slider."""
    endless = 0
    for size in range(32 + SHAPES.index(shape), 1025, 4):
        for low in np.arange(0.5, 1.001, 0.05):
            ratio = size * 1.5 / min(shape)
            height, width = (max(1, round(side * ratio)) for side in shape)
            found = pyramid_sizes(height, width, size * low)
            sides = [min(each) for each in found]
            assert sides == sorted(set(sides), reverse=True)
            assert found[0] == (height, width)
            assert sides[-1] <= size * low * MAX_PYRAMID_STEP + 0.5 or len(found) == 1
            before = previous_sizes(height, width, size * low)
            endless += before is None
            assert before is None or found == before  # bits of views stay
    assert endless  # what the sizes are held against did not end


@pytest.mark.parametrize("length", [1, 2, 40, 41])
def test_cutout_cuts_as_many_pixels_as_it_says(length):
    view = torch.ones(3, 100, 100)
    where = plain_params(100, 100, cutout_centres=np.array([[0.5, 0.5]]))
    apply_cutout(view, Cutout(holes=1, length=length), where)
    assert (view == 0).sum() == 3 * length**2


@pytest.mark.parametrize("largest", [1.0, 1.1, 1.5, 2.0, 4.0])
def test_no_view_skips_pixels(largest):
    side = round(64 * largest)
    copies = [copy.shape[1] for copy in build_pyramid(photo(side, side), 64)]
    assert copies[0] == side and copies == sorted(set(copies), reverse=True)
    shapes = [copy.shape for copy in build_pyramid(photo(side, side * 2), 64)]
    assert all(abs(width - 2 * height) <= 1 for _, height, width in shapes)
    for zoomed in range(64, side + 1):
        used = min(copy for copy in copies if copy >= zoomed)
        assert used / zoomed <= MAX_PYRAMID_STEP + 0.02


def test_company_changes_no_bit_of_a_view():
    shapes = [(96, 96), (96, 128), (100, 100)]
    photos = [build_pyramid(photo(*shape), 64) for shape in shapes]
    randoms = [np.random.default_rng(seed) for seed in (1, 2, 3)]
    together = augmented_views(
        photos * 6, Augment(), 64, randoms + [np.random.default_rng(s) for s in range(15)]
    )
    for place, seed in enumerate((1, 2, 3)):
        alone = augmented_views([photos[place]], Augment(), 64, [np.random.default_rng(seed)])[0]
        assert torch.equal(together[place], alone)


def test_rotation_stays_within_its_degrees():
    dot = torch.zeros(3, 64, 64, dtype=torch.uint8)
    dot[:, 32, 60] = 255
    angles = []
    for seed in range(40):
        augment = Augment.disabled().model_copy(update={"rotate": Rotate(degrees=10, p=1)})
        row, column = divmod(int(view(augment, seed, of=dot)[0].argmax()), 64)
        angles.append(np.degrees(np.arctan2(row - 31.5, column - 31.5)))
    assert max(np.abs(angles)) < 13
    assert min(angles) < -4 and max(angles) > 4


def test_light_is_fastais():
    x = torch.tensor([0.2, 0.4, 0.6]).expand(1, 3, 1, 3)
    torch.testing.assert_close(adjust_lighting(x, [0.1], [0]), x + 0.1)
    torch.testing.assert_close(adjust_lighting(x, [0], [0.5]), 0.4 + (x - 0.4) * 1.5)
    torch.testing.assert_close(adjust_lighting(x, [0], [-0.5]), 0.4 + (x - 0.4) / 1.5)
    assert adjust_lighting(x, [0.9], [0]).max() == 1
    both = adjust_lighting(torch.cat([x, x / 2]), [0.1, 0], [0, 0.5])
    torch.testing.assert_close(both[0], x[0] + 0.1)
    torch.testing.assert_close(both[1], 0.2 + (x[0] / 2 - 0.2) * 1.5)


def test_cutout_cuts_black_squares_and_is_cut_off_at_the_edge():
    def black(holes, **place):
        view = torch.ones(3, 100, 100)
        centres = np.array([[0.5, 0.5], [0.0, 0.0], [0.9, 0.1]])[:holes]
        where = (
            plain_params(100, 100, cutout_centres=centres)
            if not place
            else plain_params(cutout_centres=centres, **place)
        )
        apply_cutout(view, Cutout(holes=holes, length=40), where)
        return view == 0

    one = black(1)
    assert one.sum() == 3 * 40 * 40
    assert one[0, 50, 50] and not one[0, 29, 50] and one[0, 30, 50]
    assert black(2).sum() == 3 * (40 * 40 + 20 * 20)
    # Holes lie in the zoomed photo, of which the view is a crop.
    moved = black(1, height=200, width=200, top=90, left=100)
    assert moved[0, 10, 0] and moved[0, 29, 19] and not moved[0, 30, 0] and not moved[0, 10, 20]
    assert black(1, height=400, width=400, top=0, left=0).sum() == 0


def test_blur_has_opencvs_sigma():
    x = torch.zeros(3, 41, 41)
    x[:, 20, 20] = 1
    line = blur(x[None], 9)[0, 0, 20]
    sigma = 0.3 * ((9 - 1) * 0.5 - 1) + 0.8
    weights = np.exp(-0.5 * (np.arange(-4, 5) / sigma) ** 2)
    weights /= weights.sum()
    np.testing.assert_allclose(line[16:25].numpy(), weights * weights[4], atol=1e-6)
    assert line[:16].sum() == 0


def test_flips():
    x = photo(64, 64)
    mirrored, upright = 0, 0
    for seed in range(60):
        augment = Augment.disabled().model_copy(update={"flip": "horizontal"})
        found = (view(augment, seed, of=x) * 255).round().to(torch.uint8)
        mirrored += torch.equal(found, x.flip(2))
        upright += torch.equal(found, x)
    assert mirrored + upright == 60
    assert 15 < mirrored < 45


def test_both_flips_give_all_four_ways():
    x = photo(64, 64)
    augment = Augment.disabled().model_copy(update={"flip": "both"})
    ways = [x, x.flip(1), x.flip(2), x.flip(1, 2)]
    found = [(view(augment, seed, of=x) * 255).round().to(torch.uint8) for seed in range(80)]
    counts = [sum(torch.equal(one, way) for one in found) for way in ways]
    assert sum(counts) == 80 and min(counts) > 8


def erased_mask(erase, seed):
    """Where a grey photo is erased, (64, 64) of yes or no, and the view."""
    x = torch.full((3, 64, 64), 200, dtype=torch.uint8)
    found = view(Augment.disabled().model_copy(update={"erase": erase}), seed, of=x)
    return (found - 200 / 255).abs().amax(0) > 1e-6, found


def test_erasing_puts_noise_into_one_rectangle_of_its_area_and_aspect():
    erase = Erase(p=1, area=(0.1, 0.3), aspect=(0.5, 2))
    corners, shapes = set(), set()
    for seed in range(40):
        where, found = erased_mask(erase, seed)
        rows, columns = where.any(1).nonzero().flatten(), where.any(0).nonzero().flatten()
        height, width = len(rows), len(columns)
        assert where[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
        assert where.sum() == height * width  # one rectangle
        assert 0.09 < height * width / 64**2 < 0.32
        assert 0.45 < height / width < 2.2
        noise = found[:, where]
        assert 0 <= noise.min() < 0.1 and 0.9 < noise.max() <= 1  # over the whole range,
        assert (noise[0] - noise[1]).abs().mean() > 0.2  # each colour on its own
        corners.add((int(rows[0]), int(columns[0])))
        shapes.add((height, width))
    assert len(corners) > 30 and len(shapes) > 30


def test_a_side_longer_than_the_view_is_cut_to_it():
    where, _ = erased_mask(Erase(p=1, area=(0.9, 0.9), aspect=(9, 9)), 0)
    assert where.any(1).all()
    assert where.any(0).sum() == round(64 * (0.9 / 9) ** 0.5)
    assert erased_mask(Erase(p=1, area=(1, 1), aspect=(1, 1)), 0)[0].all()


def test_erasing_fires_as_often_as_it_says_and_leaves_the_rest_as_it_was():
    fired = [bool(erased_mask(Erase(p=0.25), seed)[0].any()) for seed in range(200)]
    assert 30 < sum(fired) < 75
    still, erased = Augment(blur=None), Augment(blur=None, erase=Erase(p=1, area=(0.1, 0.1)))
    one, two = view(still, 5), view(erased, 5)
    assert 0.05 < (one != two).any(0).float().mean() < 0.12


def test_steps_fire_as_often_as_they_say():
    x = torch.full((3, 64, 64), 200, dtype=torch.uint8)
    augment = Augment.disabled().model_copy(
        update={"cutout": Cutout(holes=1, length=20, p=0.25), "blur": Blur(size=3, p=0)}
    )
    fired = sum(bool((view(augment, seed, of=x) == 0).any()) for seed in range(200))
    assert 30 < fired < 75


def test_a_views_numbers_are_held():
    """A change here changes every run: it must be meant, and said in the change's message."""
    found = view(Augment(), seed=11)
    assert float(found.double().mean()) == pytest.approx(0.26903, abs=2e-4)


def test_trivial_augment_is_random_by_the_views_own_generator():
    photos = [(torch.randint(0, 256, (3, 40, 40), dtype=torch.uint8),)] * 3
    augment = Augment.disabled().model_copy(update={"trivial": True})
    state = torch.get_rng_state()

    def views(*seeds):
        rngs = [np.random.default_rng(seed) for seed in seeds]
        return augmented_views(photos[: len(seeds)], augment, 40, rngs)

    one = views(1, 2, 3)
    assert one.shape == (3, 3, 40, 40) and one.min() >= 0 and one.max() <= 1
    assert torch.equal(views(2)[0], one[1])  # whatever else is in the batch
    assert not torch.equal(one[0], one[1]) and not torch.equal(one[1], one[2])
    assert torch.equal(torch.get_rng_state(), state)
