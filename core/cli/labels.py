"""`data label`, `data earlier`, `data delete`, `data restore`: what the Data page changes in a data
set, as commands."""

from typing import Annotated

from typer import Argument, Option

from core.base.errors import InputError
from core.cli.options import (
    DATASETS,
    DEFAULT_RUNS,
    DatasetsOption,
    FolderArgument,
    RunsOption,
    YesOption,
)
from core.cli.output import confirm
from core.data.dataset import read_dataset
from core.data.dataset_names import TRAIN
from core.data.label_edits import Truth, find_truth, label_versions, restore_version, save_truth
from core.data.label_tables import Box, Label, join_names, split_names
from core.store.data_trash import delete_dataset, restore_dataset
from core.store.index import RunIndex
from core.store.status import utc_now


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


def earlier(
    folder: FolderArgument,
    restore: Annotated[str | None, Option(help="Brings this version back.")] = None,
) -> None:
    """Lists the labels and boxes that were replaced, newest first, or brings some back."""
    if restore is not None:
        restore_version(folder, restore, utc_now)
    for version in label_versions(folder):
        print(f"{version.id}: before {version.change}")


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
