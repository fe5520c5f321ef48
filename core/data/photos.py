"""Photos as arrays: decoded once, turned as EXIF says, resized to the working size.

Free of torch, so that the dashboard can use it too.
"""

import base64
import hashlib
import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from io import BytesIO
from pathlib import Path, PurePath
from typing import IO, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from core.base import files
from core.base.errors import DataError
from core.base.language import N_

Crop = Literal["squash", "centre"]
Pixels = NDArray[np.uint8]

# Pillow knows many more formats, some of them programs. HEIF: where pillow-heif is installed.
FORMATS: tuple[str, ...] = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF")
with suppress(ImportError):
    import_module("pillow_heif").register_heif_opener()
    FORMATS = (*FORMATS, "HEIF")
_HEIF_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"hevc")
RAW_SUFFIXES = {".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2"}
_VIDEO_SUFFIXES = {".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v"}
MAX_PIXELS = 80_000_000  # a decoded photo of this size takes 320 MB
MAX_WIDE_PIXELS = 60_000_000  # of one that takes more on its way there
_MAX_DENSITY = 2_000  # pixels a byte, of large pictures; a scanned page of text has 900
_LARGE = 16_000_000  # pixels of a photo that is decoded while no other such one is
_STRIP = 1_000_000  # pixels that are converted at once
_large_lock = threading.Lock()
_THUMBNAILS, _THUMBNAIL_VERSION = ".thumbnails", 1  # raise it when the copies change
TIME_FORMAT = "%Y:%m:%d %H:%M:%S"  # of EXIF
MAX_ASPECT = 30  # a longer strip would be as large as that when its shorter side is enlarged
# Our limit is checked from the header, before anything is decoded; Pillow's own only warns.
Image.MAX_IMAGE_PIXELS = None

_NARROW_MODES = ("1", "L", "P", "RGB", "YCbCr", "I;16", "I;16B")
_TURNS = {  # how a photo that is stored as its EXIF says becomes upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def is_photo(head: bytes, name: str) -> bool:
    """Whether a file is a photo of one of the FORMATS, by its first 64 bytes whatever its name; but
    for raw photos, of which only a preview can be read."""
    if PurePath(name).suffix.lower() in RAW_SUFFIXES:
        return False
    if head[4:8] == b"ftyp":
        brands = {head[at : at + 4] for at in (8, *range(16, min(len(head), 40), 4))}
        heif = "HEIF" in FORMATS and bool(brands & {*_HEIF_BRANDS})
        return bool(brands & {b"avif", b"avis"}) or heif
    if head[:2] == b"BM":
        return head[14:18] in (b"\x0c\0\0\0", b"\x28\0\0\0", b"\x6c\0\0\0", b"\x7c\0\0\0")
    starts = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"II*\0", b"MM\0*")
    return head.startswith(starts) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def unreadable_reason(head: bytes, name: str) -> str:
    """What a file that `is_photo` refuses seems to be, by its first bytes or else by its name: raw
    or HEIF, or a video; "" for anything else."""
    suffix, heif = PurePath(name).suffix.lower(), False
    if head[4:8] == b"ftyp":
        heif = head[8:12] in (*_HEIF_BRANDS, b"heim", b"heis", b"hevx")
    if heif or suffix in RAW_SUFFIXES or suffix in (".heic", ".heif"):
        kind = suffix[1:].upper() if suffix in RAW_SUFFIXES else "HEIC"
        return N_("{kind} cannot be read; save it as JPEG").format(kind=kind)
    film = head[4:8] == b"ftyp" or head[:4] == b"\x1aE\xdf\xa3" or head[8:12] == b"AVI "
    return N_("a video; only photos are supported") if film or suffix in _VIDEO_SUFFIXES else ""


def open_photo(path: Path, at_least: int | None = None) -> Image.Image:
    """A photo in RGB, upright; of an animation, its first picture. With `at_least`, a JPEG may be
    decoded at a half, quarter or eighth of its size, with the shorter side still at least that many
    pixels.

    Raises DataError naming the file when it is no photo, damaged, or has over 80 million pixels."""
    return open_scaled_photo(path, at_least)[0]


def open_scaled_photo(path: Path, at_least: int | None = None) -> tuple[Image.Image, str]:
    """Likewise; also how its values were scaled to 8 bits, "" where they were as usual."""
    with _opened(path) as image, _one_at_a_time(image):
        if at_least is not None:
            ratio = at_least / min(image.size)
            image.draft("RGB", (round(image.width * ratio), round(image.height * ratio)))
        image.load()
        turn = _TURNS.get(_orientation(image))
        upright = image if turn is None else image.transpose(turn)
        if upright.mode[0] in "IF":
            return _scaled(upright)
        if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
            return _on_white(upright), ""
        if upright.mode == "RGB" and upright.width * upright.height > _LARGE:
            return upright, ""  # `convert` makes a copy
        return upright.convert("RGB"), ""


def _one_at_a_time(image: Image.Image) -> AbstractContextManager[object]:
    return _large_lock if image.width * image.height > _LARGE else nullcontext()


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """The picture piece by piece, each with its top: a whole one would take several times as much
    memory on its way to RGB."""
    rows = max(1, _STRIP // image.width)
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _on_white(image: Image.Image) -> Image.Image:
    """Transparent parts become white paper, not whatever colour hides beneath."""
    page = Image.new("RGB", image.size)
    for top, strip in _strips(image):
        paper = Image.new("RGBA", strip.size, "white")
        page.paste(Image.alpha_composite(paper, strip.convert("RGBA")).convert("RGB"), (0, top))
    return page


@contextmanager
def _opened(path: Path | BytesIO) -> Iterator[Image.Image]:
    """The photo of a file, its header read. Whatever is wrong with it, here or while it is decoded,
    becomes a DataError that names the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd notes in it, which do not matter
            with Image.open(path, formats=FORMATS) as image:
                bytes_ = path.stat().st_size if isinstance(path, Path) else len(path.getbuffer())
                if problem := _size_problem(image, bytes_):
                    size = N_("{width}x{height} pixels", width=image.width, height=image.height)
                    told = {"size": size, "bytes": bytes_, "max_aspect": MAX_ASPECT}
                    raise DataError(problem.format(path=path, **told))
                yield image
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(N_("{path}: no such photo", path=path)) from None
    except UnidentifiedImageError:
        problem = N_(
            "{path}: not a readable photo ({size} bytes, not JPEG, PNG, WebP, BMP, GIF, "
            "TIFF or AVIF); save it again as JPEG, or remove it"
        )
        raise DataError(
            problem.format(path=path, size=path.stat().st_size if isinstance(path, Path) else 0)
        ) from None
    except Exception as error:  # damaged files make Pillow's decoders fail in many ways
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        problem = N_("{path}: not a readable photo ({reason}); replace or remove it")
        raise DataError(problem.format(path=path, reason=reason[:100])) from None


def _size_problem(image: Image.Image, bytes_: int) -> str:
    pixels = image.width * image.height
    wide = image.format in ("AVIF", "HEIF") or image.mode not in _NARROW_MODES
    if wide and pixels > MAX_WIDE_PIXELS:
        return N_("{path}: {size}; the limit for this kind is 60 million; save it as JPEG")
    if pixels > MAX_PIXELS:
        return N_("{path}: {size}; the limit is 80 million; save it smaller")
    if pixels > max(_LARGE, _MAX_DENSITY * bytes_):
        return N_("{path}: {size} in {bytes} bytes; too little data for a photo")
    if min(image.size) < 2:
        return N_("{path}: {size} is not a photo; remove it")
    if max(image.size) > MAX_ASPECT * min(image.size):
        return N_("{path}: {size}; one side may be at most {max_aspect} times the other; crop it")
    return ""


def _orientation(image: Image.Image) -> int:
    """How the photo is stored, 1 (upright) to 8, as its EXIF says; 1 where that cannot be read."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # notes that break the rules do not make it less of a photo
        return 1


def _scaled(image: Image.Image) -> tuple[Image.Image, str]:
    """A grey photo of more than 8 bits in RGB, and how: by the bits that its values take, where
    they take a quarter of them; fractions as they are; all else from its least value to its
    greatest."""

    def strips() -> Iterator[tuple[int, NDArray[np.float64]]]:
        for top, strip in _strips(image):
            yield top, np.nan_to_num(np.asarray(strip, dtype=np.float64), posinf=0, neginf=0)

    ends = [(float(values.min()), float(values.max())) for _, values in strips()]
    low, high, told = min(low for low, _ in ends), max(high for _, high in ends), ""
    bits = next((bits for bits in (8, 10, 12, 16) if 2 ** (bits - 2) <= high < 2**bits), 0)
    if low >= 0 and bits:
        low, high = 0.0, 2.0**bits - 1
        told = N_("{bits} bits per pixel scaled to 8").format(bits=bits) if bits < 16 else ""
    elif low >= 0 and high <= 1:
        low, high, told = 0.0, 1.0, N_("values from 0 to 1 scaled to 8 bits")
    else:
        told = N_("values from {low:g} to {high:g} scaled to 8 bits").format(low=low, high=high)
    grey = np.empty((image.height, image.width), np.uint8)
    for top, values in strips():
        scaled = ((values - low) / ((high - low) or 1) * 255 + 0.5).clip(0, 255)
        grey[top : top + len(values)] = scaled.astype(np.uint8)
    return Image.fromarray(grey).convert("RGB"), told


def photo_size(path: Path | BytesIO) -> tuple[int, int]:
    """Width and height of a photo as it is shown (turned as EXIF says), from its header alone; of a
    file read once as long as it stays as it is. Raises DataError naming the file."""
    if isinstance(path, BytesIO):
        return _size(path)
    return _file_size(path, files.quick_fingerprint(path))


@lru_cache(maxsize=10_000)
def _file_size(path: Path, fingerprint: str) -> tuple[int, int]:
    return _size(path)


def _size(path: Path | BytesIO) -> tuple[int, int]:
    with _opened(path) as image:
        width, height = image.size
        on_its_side = 5 <= _orientation(image) <= 8
    return (height, width) if on_its_side else (width, height)


def resize_to_view(image: Image.Image, size: int, crop: Crop) -> Image.Image:
    """What the network sees of a photo: `squash` resizes the whole photo to a square, `centre`
    takes the largest square in the middle."""
    if crop == "centre":
        box = centre_square(image.width, image.height)
        return image.resize((size, size), Image.Resampling.BILINEAR, box=box)
    return image.resize((size, size), Image.Resampling.BILINEAR)


def centre_square(width: int, height: int) -> tuple[float, float, float, float]:
    """Corners x0, y0, x1, y1 of the largest centred square, in pixels."""
    side = min(width, height)
    x0, y0 = (width - side) / 2, (height - side) / 2
    return x0, y0, x0 + side, y0 + side


def read_view(path: Path, size: int, crop: Crop) -> Pixels:
    """A photo as the network sees it: (size, size, 3)."""
    return np.asarray(resize_to_view(open_photo(path, at_least=size), size, crop))


def read_working_copy(path: Path, short_side: int, crop: Crop) -> Pixels:
    """A training photo at its working size, from which augmented views are cut: squashed to a
    square of `short_side`, or with that shorter side at its own aspect ratio. (height, width, 3)"""
    image = open_photo(path, at_least=short_side)
    if crop == "squash":
        size = (short_side, short_side)
    else:
        ratio = short_side / min(image.size)
        size = (round(image.width * ratio), round(image.height * ratio))
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR))


def time_taken(source: Path | IO[bytes]) -> str:
    """When a photo was taken, by its camera, in EXIF's form (TIME_FORMAT); "" where it does not say
    or cannot be read."""
    with suppress(Exception):  # a damaged EXIF block may break its reader in any way
        with warnings.catch_warnings(action="ignore"), Image.open(source, formats=FORMATS) as image:
            told = image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
        return datetime.strptime(str(told), TIME_FORMAT).strftime(TIME_FORMAT)
    return ""


def jpeg_bytes(image: Image.Image, quality: int = 82, taken: str = "") -> bytes:
    """The image as JPEG. taken: `time_taken`, which is kept in it."""
    exif = Image.Exif()
    if taken:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, **({"exif": exif} if taken else {}))
    return buffer.getvalue()


def jpeg_data_url(jpeg: bytes) -> str:
    """A JPEG as an address that holds it, for an `img` or a cell of a table."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def read_thumbnail(path: Path, runs_dir: Path, side: int) -> bytes:
    """A small copy of a photo as JPEG, made once and kept by its content: upright, at most `side`
    pixels wide and high; from the folder of runs `runs_dir` where it is there already, else put
    there. Raises DataError when it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None
    name = hashlib.sha256(content).hexdigest()
    kept = Path(runs_dir) / _THUMBNAILS / f"{name}-{side}-v{_THUMBNAIL_VERSION}.jpg"
    with suppress(OSError):
        return kept.read_bytes()
    image = open_photo(path, at_least=side)
    image.thumbnail((side, side))
    made = jpeg_bytes(image)
    with suppress(OSError):  # a full disk or a read-only folder: done without
        kept.parent.mkdir(parents=True, exist_ok=True)
        files.write_bytes(kept, made)
    return made


def thumbnail_base64(path: Path, runs_dir: Path, side: int) -> tuple[str, float]:
    """The small copy in base64, and the photo's width by its height. Raises DataError likewise."""
    width, height = photo_size(path)
    return base64.b64encode(read_thumbnail(path, runs_dir, side)).decode(), width / height
