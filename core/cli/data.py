"""`data`: what data sets there are, whether one is sound, a new toy set, shuffled labels."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from core.cli.places import DATASETS
from core.data.dataset import Dataset, find_datasets, left_out, read_dataset
from core.errors import InputError, os_error_line

app = typer.Typer(no_args_is_help=True, help="Data sets: list, check, draw, shuffle.")


@app.command("list")
def list_(
    parent: Annotated[Path, typer.Argument(help="Folder of data sets.")] = DATASETS,
) -> None:
    """Lists the data sets in a folder."""
    found = find_datasets(parent)
    if not found:
        print(f"no data set in {parent}")
    for path in found:
        try:
            dataset = read_dataset(path)
        except InputError as error:
            print(f"{path.name}: cannot be used: {error}")
            continue
        tests = ", ".join(f"{t.name} {len(t.photos)}" for t in dataset.test_sets) or "none"
        print(
            f"{path.name}: {len(dataset.train)} training photos of {len(dataset.classes)} "
            f"classes; test sets: {tests}"
        )


@app.command()
def check(folder: Annotated[Path, typer.Argument(help="A data-set folder.")]) -> None:
    """Reads everything in a data set, photos too, and tells what is in it or what is wrong."""
    from core.data.photos import open_photo

    dataset = read_dataset(folder)
    for photo in (*dataset.train, *(p for t in dataset.test_sets for p in t.photos)):
        open_photo(photo.path, at_least=64)
    print(f"{dataset.title} (licence: {dataset.licence}; source: {dataset.source})")
    for name, count in dataset.class_counts().items():
        print(f"  train/{name}: {count} photos")
    for test_set in dataset.test_sets:
        boxes = sum(len(of_photo) for of_photo in test_set.boxes.values())
        print(
            f"  {test_set.name}: {len(test_set.photos)} photos, {len(test_set.labels)} labelled, "
            f"{boxes} boxes"
        )
    _print_left_out(dataset)
    print("sound: every photo, label and box can be read")


def _print_left_out(dataset: Dataset) -> None:
    files = [str(path.relative_to(dataset.root)) for path in left_out(dataset)]
    if files:
        more = f" and {len(files) - 3} more" if len(files) > 3 else ""
        print(f"  not used, being no photos of the set: {', '.join(files[:3])}{more}")


@app.command("draw-toy")
def draw_toy(
    seed: Annotated[int, typer.Option(min=0, help="Another seed draws another set.")],
    out: Annotated[Path, typer.Option(help="A new or empty folder.")],
) -> None:
    """Draws a toy set of book photos by the rules of the bundled one."""
    from core.data.toy_books import draw_toy_books

    def tell(done: int, total: int) -> None:
        if done % 10 == 0 or done == total:
            print(f"drawn {done} of {total} photos", file=sys.stderr, flush=True)

    try:
        draw_toy_books(out, seed, on_photo=tell)
    except FileExistsError as error:
        raise InputError(str(error)) from None
    except OSError as error:
        raise InputError(os_error_line(error)) from None
    print(out)


@app.command()
def shuffle(
    folder: Annotated[Path, typer.Argument(metavar="DATA", help="A data-set folder.")],
    seed: Annotated[int, typer.Option(min=0, help="Another seed shuffles otherwise.")],
    out: Annotated[Path, typer.Option(help="A new or empty folder.")],
) -> None:
    """Copies a data set with the training labels shuffled: a check that no run on it looks good."""
    from core.data.shuffled import shuffle_labels

    shuffle_labels(folder, out, seed)
    print(out)
