"""`data`: what data sets there are, whether one is sound, new ones (fetched, imported, drawn,
shuffled), and changes to their photos and labels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from core.base import files
from core.base.errors import InputError
from core.cli.common import (
    DATASETS,
    DEFAULT_RUNS,
    DatasetsOption,
    FolderArgument,
    ProgressBar,
    RunsOption,
    YesOption,
    confirm,
    print_status,
)
from core.data.dataset import ORIGINS, Dataset, find_datasets, read_dataset, unused_files_text
from core.data.dataset_names import TRAIN
from core.data.label_edits import Truth, find_truth, label_versions, restore_version, save_truth
from core.data.label_tables import Box, Label, join_names, split_names
from core.data.near_copies import (
    NearCopyPair,
    label_contradictions,
    near_copies,
    near_copy_groups,
    near_copy_warnings,
)
from core.data.origin import BASIS_TEXTS, find_origins
from core.data.shoots import count_occasions
from core.store.data_trash import delete_dataset, restore_dataset
from core.store.index import RunIndex
from core.store.status import utc_now

_QUICK_PHOTOS = 500  # among which near-copies are found in seconds

app = typer.Typer(
    no_args_is_help=True, help="Data sets: list, check, fetch, import, add, label, draw, shuffle."
)


@app.command("list")
def list_(parent: Annotated[Path, Argument(help="Folder of data sets.")] = DATASETS) -> None:
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
def check(folder: FolderArgument, runs: RunsOption = DEFAULT_RUNS) -> None:
    """Reads everything in a data set, photos too, and tells what is in it or what is wrong. Warns
    of test photos that are near-copies of training photos."""
    from core.data.photos import open_photo
    from core.evaluate.shortcuts import find_shortcuts

    dataset = read_dataset(folder)
    for photo in (*dataset.train, *(p for t in dataset.test_sets for p in t.photos)):
        open_photo(photo.path, at_least=64)
    _print_dataset(dataset)
    for words in (*dataset.notes, unused_files_text(dataset)):
        if words:
            print(f"  {words}")
    copies = near_copies(dataset, runs)
    for name, origin in find_origins(dataset, lambda: copies).items():
        place = "elsewhere" if origin.elsewhere else "the training photos' shoot"
        print(f"  {name} is from {place} ({BASIS_TEXTS[origin.by]})")
    if count := count_occasions(dataset):
        print(f"  {count} {'shoot' if count == 1 else 'shoots'} of training photos (by time)")
    for shortcut in find_shortcuts(dataset):
        print(f"  {shortcut.text()}")
    _print_near_copies(dataset, copies)
    print("sound: every photo, label and box can be read")


@app.command()
def fetch(
    name: Annotated[str, Argument(help="small_books")],
    source: Annotated[
        str | None,
        Option("--from", help="A folder or zip file with the photos, or a mirror's address."),
    ] = None,
    keep_originals: Annotated[
        bool, Option("--keep-originals", help="Keep the photos at full size too (140 MB).")
    ] = False,
    datasets: DatasetsOption = DATASETS,
) -> None:
    """Fetches a public photo set, checks every photo and keeps smaller copies. When it stops half
    way, the same command goes on."""
    from core.data.download_photos import DATASET_NAME, UPSTREAM, fetch_small_books

    if name != DATASET_NAME:
        raise InputError(f"{name}: no photo set that can be fetched (there is: {DATASET_NAME})")
    with ProgressBar() as bar:
        dataset = fetch_small_books(
            DATASETS / DATASET_NAME,
            datasets / DATASET_NAME,
            source or UPSTREAM,
            keep_originals,
            on_progress=lambda now: bar.update(
                now.bytes_done / now.bytes_total,
                f"{now.photos_done} of {now.photos_total} photos, "
                f"{now.bytes_done / 1e6:.0f} of {now.bytes_total / 1e6:.0f} MB",
                now.eta,
            ),
        )
    _print_dataset(dataset)


@app.command("import")
def import_(
    source: Annotated[Path, Argument(help="A zip file or folder of photos.")],
    name: Annotated[str | None, Option(help="Name of the new data set.")] = None,
    folder: Annotated[
        list[str] | None,
        Option(help="FOLDER=class, train, test or out: what a folder is; repeatable."),
    ] = None,
    labels: Annotated[str, Option(help="folders or tables: which of them labels.")] = "",
    largest: Annotated[
        bool, Option("--largest", help="A training photo is of its largest box's class.")
    ] = False,
    encoding: Annotated[
        str | None, Option(help="Of the names in a zip file, such as cp932.")
    ] = None,
    datasets: DatasetsOption = DATASETS,
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Makes a data set of somebody's photos: finds the classes, converts what must be, and reports
    what was left out (also in import.txt). The last line printed is the new folder."""
    from core.data.importer import import_photos
    from core.data.reading import reading_options

    options = reading_options(folder or (), labels, largest, encoding)

    with ProgressBar() as bar:
        dataset, report = import_photos(
            source, datasets, name, on_photo=bar.count("photos"), options=options
        )
    print(report.summary(), end="")
    if len(report.imported) <= _QUICK_PHOTOS:
        _print_near_copies(dataset, near_copies(dataset, runs))
    else:
        print(f"`data check {dataset.root}` looks for near-copies, which takes a while")
    print(dataset.root)


@app.command()
def add(
    folder: Annotated[Path, Argument(metavar="DATASET", help="A data-set folder.")],
    photos: Annotated[list[Path], Argument(metavar="FILE...", help="Photos, or folders.")],
    test: Annotated[str | None, Option(help="Into this test set, new or not.")] = None,
    train: Annotated[bool, Option("--train", help="Into the training photos.")] = False,
    class_: Annotated[
        str, Option("--class", help="What they show; else a photo's folder says it.")
    ] = "",
    origin: Annotated[
        str, Option(help=f"Where a new test set is from: {' or '.join(ORIGINS)}.")
    ] = "",
    column: Annotated[
        list[str] | None, Option(help="NAME=VALUE: of train.csv's further columns.")
    ] = None,
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Adds photos to a test set or to the training photos. Old photos keep their side of every
    split; runs made before stay comparable where their photos are the same."""
    from core.data.additions import add_photos, sources_of

    if train == (test is not None):
        raise InputError("data add: either --test NAME or --train")
    if origin not in ("", *ORIGINS) or (origin and train):
        raise InputError(f"--origin {origin}: of a test set, {' or '.join(ORIGINS)}")
    split = test or "train"
    values = {name: value for name, _, value in (one.partition("=") for one in column or ())}
    with ProgressBar() as bar:
        found = add_photos(
            folder, split, sources_of(photos), class_, origin, values, on_photo=bar.count("photos")
        )
    for line in found.lines():
        print(line)
    labelled = sum(bool(one.label) for one in found.added)
    print(
        f"{split}: {len(found.added)} added ({labelled} with a class), "
        f"{len(found.duplicates)} duplicates, {len(found.rejected)} left out"
    )
    names = {one.copied_name for one in found.added}
    dataset = read_dataset(folder)
    pairs = near_copies(dataset, runs) if names else ()
    near = [one for one in pairs if one.split == split and one.file in names]
    _print_near_copies(dataset, near)
    if count := len(found.rejected):
        raise InputError(f"{count} {'file was' if count == 1 else 'files were'} left out")


@app.command()
def use(
    folder: Annotated[Path, typer.Argument(metavar="DATASET", help="A data-set folder.")],
    answers: Annotated[
        list[str] | None, typer.Argument(metavar="QUESTION=ANSWER...", help="Such as turned=any.")
    ] = None,
) -> None:
    """Tells or states what use will look like: which changes of validation photos count."""
    from core.data.expected_use import USE_QUESTIONS, expected_use, read_stated_use, write_use

    given = dict(one.partition("=")[::2] for one in answers or ())
    for key, answer in given.items():
        question = USE_QUESTIONS.get(key)
        if question is None or answer not in question.answers:
            known = list(question.answers if question else USE_QUESTIONS)
            raise InputError(f"{key}={answer}: must be one of {', '.join(known)}")
    stated = read_stated_use(folder) | given
    if given:
        write_use(folder, stated)
    for key, answer in expected_use(stated).items():
        question = USE_QUESTIONS[key]
        note = "" if key in stated else ", not stated"
        options = ", ".join(question.answers)
        print(f"{key}={answer} ({question.title} {question.answers[answer]}{note}; of {options})")


@app.command()
def covers(
    output: Annotated[
        Path, Option("--output", "-o", metavar="FILE.pdf", help="Where it is written.")
    ],
) -> None:
    """Draws the covers of the toy set's five books as a PDF to print, an A5 page each: folded
    around real books, they can be photographed."""
    from core.toy_books.covers import covers_pdf

    files.write_bytes(output, covers_pdf())
    print(output)


@app.command()
def export(
    folder: FolderArgument,
    coco: Annotated[Path | None, Option(help="A new JSON file, as COCO has it.")] = None,
    csv: Annotated[Path | None, Option(help="A new folder for labels.csv, boxes.csv.")] = None,
) -> None:
    """Writes labels and boxes, of training photos too, for other tools."""
    from core.data.annotation_export import write_coco, write_tables

    if coco is None and csv is None:
        raise InputError("data export: say --coco FILE or --csv FOLDER")
    dataset = read_dataset(folder)
    if coco is not None:
        write_coco(dataset, coco)
        print(coco)
    if csv is not None:
        write_tables(dataset, csv)
        print(csv)


@app.command("draw-toy")
def draw_toy(
    seed: Annotated[int, Option(min=0, help="Another seed draws another set.")],
    out: Annotated[Path, Option(help="A new or empty folder.")],
) -> None:
    """Draws a toy set of book photos by the rules of the bundled one."""
    from core.toy_books import draw_toy_books

    def print_progress(done: int, total: int) -> None:
        if done % 10 == 0 or done == total:
            print_status(f"drawn {done} of {total} photos")

    draw_toy_books(out, seed, on_photo=print_progress)
    print(out)


@app.command()
def shuffle(
    folder: Annotated[Path, Argument(metavar="DATA", help="A data-set folder.")],
    seed: Annotated[int, Option(min=0, help="Another seed shuffles otherwise.")],
    out: Annotated[Path, Option(help="A new or empty folder.")],
) -> None:
    """Copies a data set with the training labels shuffled: a check that no run on it looks good."""
    from core.data.shuffled_labels import shuffle_labels

    shuffle_labels(folder, out, seed)
    print(out)


def _print_dataset(dataset: Dataset) -> None:
    """What is in a data set."""
    print(f"{dataset.title} (licence: {dataset.licence}; source: {dataset.source})")
    for name, count in dataset.class_counts().items():
        print(f"  train/{name}: {count} photos")
    for test_set in dataset.test_sets:
        boxes = sum(len(of_photo) for of_photo in test_set.boxes.values())
        print(
            f"  {test_set.name}: {len(test_set.photos)} photos, {len(test_set.labels)} labelled, "
            f"{boxes} boxes"
        )


def _print_near_copies(dataset: Dataset, pairs: Sequence[NearCopyPair]) -> None:
    """Of near-copies across splits, and of the same photo in two classes."""
    for line in (*label_contradictions(dataset, pairs), *near_copy_warnings(pairs)):
        print(f"warning: {line}")
    for line in near_copy_groups(pairs):
        print(f"  {line}")


@app.command()
def label(
    folder: FolderArgument,
    test_set: Annotated[str, Argument(metavar="SET", help="A test set's name, or train.")],
    photo: Annotated[str, Argument(help="The photo's file in it.")],
    primary: Annotated[str | None, Option(help="The class that it shows most.")] = None,
    present: Annotated[str, Option(help="Every class that can be seen, with spaces.")] = "",
    box: Annotated[
        list[str] | None,
        Option(help="label,x0,y0,x1,y1,visible: shares of the sides, 0 to 1; repeatable."),
    ] = None,
    remove: Annotated[bool, Option("--remove", help="Takes its label and boxes away.")] = False,
) -> None:
    """Labels a test photo, boxes a training photo, or shows what is said of it: replaces its rows
    of labels.csv and boxes.csv; the tables before are kept (`data earlier`)."""
    if remove and (primary or present or box):
        raise InputError("data label: either --remove, or a label and boxes")
    if test_set == TRAIN and (primary or present):
        raise InputError("data label: a training photo's class is its folder's; give boxes alone")
    if remove or primary or present or box:
        if present and not primary:
            raise InputError("data label: --present needs --primary, what the photo shows most")
        shown = split_names(present, read_dataset(folder).classes)
        told = Label(primary, shown) if primary else None
        boxes = tuple(_box(text) for text in box or ())
        save_truth(folder, test_set, photo, Truth(told, boxes), utc_now)
    now = find_truth(read_dataset(folder), test_set, photo)
    if now.label:
        shown = now.label.present
        print(f"{photo}: shows {now.label.primary} most; visible: {join_names(shown) or 'none'}")
    else:
        print(f"{photo}: not labelled")
    for each in now.boxes:
        corners = " ".join(f"{value:.4f}" for value in (each.x0, each.y0, each.x1, each.y1))
        print(f"  {each.label} {corners}, {each.visible:.0%} visible")


@app.command()
def earlier(
    folder: FolderArgument,
    restore: Annotated[str | None, Option(help="Brings this version back.")] = None,
) -> None:
    """Lists the labels and boxes that were replaced, newest first, or brings some back."""
    if restore is not None:
        restore_version(folder, restore, utc_now)
    for version in label_versions(folder):
        print(f"{version.id}: before {version.change}")


@app.command()
def delete(
    name: Annotated[str, Argument(help="An imported data set's name.")],
    yes: YesOption = False,
    datasets: DatasetsOption = DATASETS,
    runs: RunsOption = DEFAULT_RUNS,
) -> None:
    """Moves an imported data set to the trash, from which `data restore` brings it back for 30
    days."""
    root = read_dataset(datasets / name).root
    confirm(f"Move {name} to the trash?", yes)
    delete_dataset(root, RunIndex(runs).rows(), utc_now)
    print(f"{name} moved to the trash; back with: python -m core data restore {name}")


@app.command()
def restore(
    name: Annotated[str, Argument(help="A deleted data set's name.")],
    datasets: DatasetsOption = DATASETS,
) -> None:
    """Brings a deleted data set back."""
    print(restore_dataset(datasets, name))


def _box(text: str) -> Box:
    name, *numbers = text.split(",")
    try:
        x0, y0, x1, y1, visible = map(float, numbers)
    except ValueError:
        raise InputError(f"--box {text}: must be label,x0,y0,x1,y1,visible") from None
    return Box(name, x0, y0, x1, y1, visible)
