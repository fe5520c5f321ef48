"""What it takes to make each run again: the command, the runs' seeds, photos and machine; in
general terms: no name of a computer, no folder but the data set's own."""

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from core.base import formatting
from core.base.errors import InputError
from core.base.formatting import strip_weights_folder
from core.base.language import _, translate
from core.recipe import files
from core.recipe.draft import encode_changes
from core.report.subject import ReportEntry, Subject
from core.store.groups import Group
from core.store.index import RunRow
from core.store.run import Run
from core.store.status import status_text

_MAX_RUNS = 24  # of a group that are listed
_FINGERPRINT_DIGITS = 12  # of a fingerprint: enough to tell two apart


def origins(subject: Subject) -> dict[str, Any]:
    """The command and runs of each item, then the photos and the machines that they share."""
    entries = [one for one in subject.entries if not one.item.members[0].problem]
    rows = [row for one in subject.entries for row in one.item.members if not row.problem]
    environments = subject.read_runs(Run.environment, rows)
    return {
        "origins": [
            {
                "entry": one,
                "command": train_command(one.item),
                "rows": [_run_cells(row) for row in one.item.members[:_MAX_RUNS]],
                "rest": len(one.item.members) - _MAX_RUNS,
            }
            for one in entries
        ],
        "photo_sets": _shared(subject.entries, environments, data_lines),
        "machines": _shared(subject.entries, environments, machine_lines),
    }


def train_command(item: Group) -> str:
    """The command that trains the item's runs: the preset that is nearest to their recipe, and what
    they change in it. The data set is named by its own folder."""
    row = item.members[0]
    recipe = dict(row.recipe)
    seeds = sorted({member.recipe["seed"] for member in item.members})
    folds = sorted({member.recipe["split"].get("fold") or 0 for member in item.members})
    preset, changes = _nearest_preset(recipe)
    if len(folds) > 1:
        changes.pop("split.fold", None)
    lines = [["python", "-m", "core", "train", preset]]
    for key, value in changes.items():
        if key != "seed":
            lines.append(["--set", f"{key}={strip_weights_folder(_yaml_value(value))}"])
    if len(folds) > 1:
        lines.append(["--folds", str(recipe["split"]["folds"])])
    lines.append(["--seeds" if len(seeds) > 1 else "--seed", ",".join(map(str, seeds))])
    lines[-1] += ["--data", f"dataset/{row.data}"]
    return " \\\n  ".join(shlex.join(line) for line in lines)


def _nearest_preset(recipe: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The preset with the fewest keys to change, and those changes by dotted key."""
    wanted = files.recipe_from_dict(recipe)
    found: list[tuple[int, str, dict[str, Any]]] = []
    for name in files.preset_names():
        preset = files.recipe_dict(files.load_recipe(name))
        link = encode_changes(preset, recipe)
        changes = json.loads(link) if link else {}
        told = [f"{key}={_yaml_value(value)}" for key, value in changes.items()]
        with suppress(InputError):
            if files.apply_changes(preset, files.parse_changes(told)) == wanted:
                found.append((len(changes), name, changes))
    return min(found, key=lambda one: one[0])[1:]


def _yaml_value(value: Any) -> str:
    """As `--set` reads it: YAML, of which JSON is a part."""
    return value if isinstance(value, str) and value.isidentifier() else json.dumps(value)


def _run_cells(row: RunRow) -> Sequence[str]:
    """Which seed, what became of it, when, and the folder's name."""
    seed = str(row.recipe["seed"])
    if row.recipe["split"].get("fold") is not None:
        seed += _(", fold {fold}", fold=row.recipe["split"]["fold"])
    began = (row.status.started or "")[:16].replace("T", " ")
    took = row.field_values.get("took")
    return (
        seed,
        translate(status_text(row.status)),
        translate((row.summary or {}).get("verdict") or ""),
        began,
        formatting.duration(took if isinstance(took, int | float) else None),
        row.id,
    )


# --- what items share -----------------------------------------------------------------------------


def _shared(
    entries: Sequence[ReportEntry],
    environments: Mapping[str, Mapping[str, Any]],
    describe: Callable[[Mapping[str, Any], RunRow], list[str]],
) -> dict[tuple[str, ...], list[ReportEntry]]:
    """Lines that are told once, with the items to which they apply."""
    found: dict[tuple[str, ...], list[ReportEntry]] = {}
    for one in entries:
        for row in one.item.members:
            if row.id in environments and (lines := tuple(describe(environments[row.id], row))):
                members = found.setdefault(lines, [])
                if one not in members:
                    members.append(one)
    return found


def data_lines(environment: Mapping[str, Any], row: RunRow) -> list[str]:
    """The data set's name and the first digits of its fingerprints (SHA-256)."""
    data = environment.get("data") or {}
    lines = [_("{title}, folder {folder}", title=data.get("title") or row.data, folder=row.data)]
    prints = data.get("fingerprints")
    if not isinstance(prints, Mapping):
        return [*lines, _("Its photos have not been read yet.")]
    lines.append(_("training photos and labels {print}", print=_short(prints.get("train"))))
    sets = prints.get("test_sets")
    for name, found in (sets if isinstance(sets, Mapping) else {}).items():
        truth = found.get("truth")
        line = _("{set}: photos {print}", set=name, print=_short(found.get("photos")))
        if truth:
            line += _(", labels and boxes {print}", print=_short(truth))
        lines.append(line)
    return lines


def _short(fingerprint: Any) -> str:
    return str(fingerprint)[:_FINGERPRINT_DIGITS]


def machine_lines(environment: Mapping[str, Any], row: RunRow) -> list[str]:
    """Versions, kind of machine and settings; not its system's full name, which may tell more."""
    del row
    versions, machine, settings = (
        found if isinstance(found := environment.get(key), Mapping) else {}
        for key in ("versions", "machine", "settings")
    )
    kinds: list[Any] = [str(machine.get("system") or "").split("-")[0]]
    kinds += [machine.get("processor"), machine.get("cpu_capability")]
    if machine.get("threads"):
        kinds.append(_("{n} threads", n=machine["threads"]))
    kinds.append((machine.get("gpu") or _("no GPU")) if machine else None)
    lines = [
        ", ".join(f"{name} {version}" for name, version in versions.items()),
        ", ".join(str(kind) for kind in kinds if kind),
        ", ".join(f"{name} {value}" for name, value in settings.items()),
    ]
    if environment.get("commit"):
        lines.append(_("code at commit {commit}", commit=_short(environment["commit"])))
    return [line for line in lines if line]
