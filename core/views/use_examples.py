"""What the answers to "what will use look like?" mean, on one of the data set's own photos: example
pictures for eyes, not the views that a run is asked about (core.evaluate.shifted_views)."""

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from core.data.dataset import BACKGROUND, Dataset, Photo
from core.data.photos import jpeg_bytes, open_photo

SIDE = 112  # pixels


def use_examples(dataset: Dataset) -> dict[str, list[tuple[str, bytes]]]:
    """By question (core.data.expected_use) three pictures, each with the answer that it stands for,
    as JPEG; two without boxes of training photos, where no object can be put elsewhere. Raises
    DataError when a photo cannot be read."""
    things = [
        p
        for p, name in zip(dataset.train, dataset.train_classes, strict=True)
        if name != BACKGROUND
    ] or list(dataset.train)
    chosen = next((p for p in things if p.file in dataset.train_boxes), things[0])
    photo = _square(chosen)
    elsewhere = dataset.test_sets[-1].photos if dataset.test_sets else things
    others = [_square(other) for other in (elsewhere[-1], elsewhere[len(elsewhere) // 2])]
    drawings: dict[str, list[tuple[str, Image.Image | None]]] = {
        "turned": [("slightly", _turned(photo, 18)), ("any", _turned(photo, 155))],
        "distance": [("slightly", _scaled(photo, 1.3)), ("any", _scaled(photo, 0.5))],
        "light": [("other", _lit(photo, 0.6, 1.15)), ("other", _lit(photo, 1.3, 0.9))],
        "background": [("other", _before(dataset, chosen, photo, other)) for other in others],
        "medium": [("other", _drawn(photo)), ("other", _printed(photo))],
    }
    return {
        question: [
            (answer, jpeg_bytes(image))
            for answer, image in [("same", photo), *found]
            if image is not None
        ]
        for question, found in drawings.items()
    }


def _square(photo: Photo) -> Image.Image:
    image = open_photo(photo.path, at_least=SIDE).convert("RGB")
    return image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _on_blur(photo: Image.Image, mask: Image.Image, moved: Image.Image) -> Image.Image:
    return Image.composite(moved, photo.filter(ImageFilter.GaussianBlur(SIDE / 6)), mask)


def _turned(photo: Image.Image, degrees: float) -> Image.Image:
    mask = Image.new("L", photo.size, 255)
    bicubic = Image.Resampling.BICUBIC
    return _on_blur(photo, mask.rotate(degrees), photo.rotate(degrees, bicubic))


def _scaled(photo: Image.Image, scale: float) -> Image.Image:
    side = round(SIDE * scale)
    resized = photo.resize((side, side), Image.Resampling.LANCZOS)
    place = ((SIDE - side) // 2,) * 2
    moved, mask = Image.new("RGB", photo.size), Image.new("L", photo.size)
    moved.paste(resized, place)
    mask.paste(255, (*place, place[0] + side, place[1] + side))
    return _on_blur(photo, mask, moved)


def _lit(photo: Image.Image, brightness: float, warmth: float) -> Image.Image:
    red, green, blue = ImageEnhance.Brightness(photo).enhance(brightness).split()
    return Image.merge(
        "RGB", (red.point(lambda v: v * warmth), green, blue.point(lambda v: v / warmth))
    )


def _before(
    dataset: Dataset, chosen: Photo, photo: Image.Image, other: Image.Image
) -> Image.Image | None:
    boxes = dataset.train_boxes.get(chosen.file)
    if not boxes:
        return None
    background = ImageOps.mirror(other).filter(ImageFilter.GaussianBlur(SIDE / 12))
    for box in boxes:
        left, top, right, bottom = (round(SIDE * v) for v in (box.x0, box.y0, box.x1, box.y1))
        background.paste(photo.crop((left, top, right, bottom)), (left, top))
    return background


def _drawn(photo: Image.Image) -> Image.Image:
    smooth = ImageOps.grayscale(photo).filter(ImageFilter.GaussianBlur(1))
    return ImageOps.autocontrast(smooth.filter(ImageFilter.CONTOUR), cutoff=2).convert("RGB")


def _printed(photo: Image.Image) -> Image.Image:
    dots = np.indices((SIDE, SIDE)).sum(axis=0) % 2
    flat = np.asarray(ImageOps.posterize(ImageOps.autocontrast(photo), 2), np.float32)
    paper = flat * (0.75 + 0.25 * dots[..., None]) + 24
    return ImageOps.expand(
        Image.fromarray(paper.clip(0, 255).astype(np.uint8)).resize((SIDE - 12, SIDE - 12)),
        6,
        "#f4f1e8",
    )
