"""Which of the articles' claims hold here: trains every arm over seeds and writes docs/results.md.

    .venv/bin/python bench/results.py --runs runs/results > docs/results.md
    .venv/bin/python bench/results.py --claims mixup,dropout --sets toy

Each claim is one thing changed in `quick`, on a toy draw that nothing was chosen on and, where it
is there, on the real photos (`--photos`). Arms are compared with their base on the cut-out objects
of `test_difficult` (docs/how-numbers-are-computed.md, "Groups over seeds") and by lift, over five
seeds; ten where five cannot tell. Finished runs (in --runs) are not trained again. About two hours
on two cores with bfloat16.
"""

import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from common import ROOT, log, run_script, table_row, timed
from seeds import draw_toy_set, metric, spread, train_or_reuse, verdicts

from core.evaluate.group_difference import Difference, group_difference, group_mean
from core.evaluate.paired import match_runs
from core.recipe.files import load_recipe
from core.recipe.schema import Augment
from core.store.run import Run

SET = "test_difficult"
TOY_SEED = 2026
FEW_SEEDS, MORE_SEEDS = 5, 10  # seeds
COLUMNS = "seeds", "validation", "objects right", "lift", "verdicts", "objects, difference"
LEGEND = """\
Values are means over seeds. *Objects right*: share of the cut-out objects of `test_difficult`,
with its 95% interval over photos. *Validation* and *lift*: with lowest and highest seed.
Difference: to the first row, same seeds, with its 95% interval and whether photos and seeds
[tell it](how-numbers-are-computed.md#groups-over-seeds). Diverged runs are left out."""
BARE: dict[str, Any] = {f"augment.{key}": None for key in Augment.model_fields}
BARE |= {"augment.flip": "none", "augment.mixup": 0}
NO_DROPOUT = {f"head.dropout.{place}": 0 for place in ("features", "class_map", "logits")}
MIXUP = {"augment.mixup": 1.0}


class Arm(NamedTuple):
    """quick with changes; photos: of each class in training, None for all. expected: what the claim
    says of it, measured on the cut-out objects against the base; empty where it says nothing."""

    name: str
    changes: dict[str, Any] = {}  # noqa: RUF012 - nothing writes to it
    expected: str = "worse"
    photos: int | None = None


class Claim(NamedTuple):
    """What the articles say, and the arms that put it to the test; the first is the base."""

    statement: str
    arms: list[Arm]


def from_layer(layer: int, expected: str = "") -> Arm:
    """Every layer from `layer` on trains, the backbone's at one rate."""
    frozen: dict[int, float] = {0: 0} if layer else {}
    bands = frozen | {layer: 1e-3} | {18: 1e-2}
    return Arm(f"from layer {layer}", {"bands": bands}, expected)


def front_layers(rate: str) -> Arm:
    """quick's rates, with the layers that it freezes training at a rate of their own."""
    return Arm(f"front at {rate}", {"bands": {0: float(rate), 16: 1e-3, 17: 3e-3, 18: 1e-2}})


QUICK = Arm("quick")
NO_AUGMENTATION = Arm("no augmentation", BARE)
SCRATCH = Arm("from scratch at 5e-2", {"weights": "none", "bands": {0: 5e-2}})
CLAIMS = {
    "augmentation": Claim(
        "Augmentation is what makes a network generalise from so few photos.",
        [QUICK, NO_AUGMENTATION],
    ),
    "dropout": Claim(
        "Without dropout the same recipe gets stuck (article, 4-2).",
        [QUICK, Arm("no dropout", NO_DROPOUT)],
    ),
    "mixup": Claim(
        "Mixup helps on top of augmentation (the Keras article's best row).",
        [QUICK, Arm("with mixup", MIXUP, "better")],
    ),
    "mixup-alone": Claim(
        "Mixup helps without augmentation too (from scratch, in the Keras article).",
        [NO_AUGMENTATION, Arm("mixup only", BARE | MIXUP, "better")],
    ),
    "front": Claim(
        "Training the front layers too destroys what they know, while validation looks perfect "
        "(article, 4-1).",
        [QUICK, *map(front_layers, ("1e-3", "1e-2", "1e-1"))],
    ),
    "scratch": Claim("Seventy photos are too few to train from scratch.", [QUICK, SCRATCH]),
    "first-trained": Claim(
        "It is best to begin training in the middle of the network, worst to train all of it.",
        [
            from_layer(16),
            from_layer(0, "worse"),  # all of it
            *map(from_layer, (4, 8, 12, 14, 17)),
            from_layer(18, "worse"),  # the head alone
        ],
    ),
    "photos": Claim(
        "More photos of each class would help.",
        [QUICK, *(Arm(f"{count} photos a class", photos=count) for count in (3, 5, 7))],
    ),
}


def fewer_photos(data: Path, count: int, out: Path) -> Path:
    """A copy with the first `count` training photos of each class (links where possible)."""
    if not (out / "train").is_dir():
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(data, out)
        for folder in (out / "train").iterdir():
            for photo in sorted(folder.glob("*.jpg"))[count:]:
                photo.unlink()
    return out


class Study(NamedTuple):
    """The runs of one photo set."""

    title: str
    data: Path
    folder: Path

    def runs(self, arm: Arm, seeds: int) -> list[Run]:
        """The arm's finished runs, trained now if need be; those that diverged are left out."""
        data = self.data
        if arm.photos is not None:
            data = fewer_photos(data, arm.photos, self.folder / f"{self.title}-{arm.photos}")
        found = []
        for seed in range(seeds):
            recipe = load_recipe("quick", arm.changes | {"name": arm.name, "seed": seed})
            taken, run = timed(train_or_reuse, self.folder / self.title, recipe, data)
            found += [run] if run.summary() else []
            if taken > 1:
                log(f"{self.title}, {arm.name}, seed {seed}: {taken:.0f} s")
        return found

    def compare_with_base(self, base: Arm, arm: Arm) -> tuple[Arm, list[Run], Difference | None]:
        """The arm's runs and their difference to the base; more seeds where few cannot tell."""
        for seeds in (FEW_SEEDS, MORE_SEEDS):
            runs = self.runs(arm, seeds)
            found = difference(runs, self.runs(base, seeds))
            if found is None or found.significant:
                break
        return arm, runs, found


def difference(arm: Sequence[Run], base: Sequence[Run]) -> Difference | None:
    if not arm or not base:
        return None
    both = match_runs([[run.predictions("plain") for run in g] for g in (arm, base)], SET, "object")
    return group_difference(*both.correct, photos=both.photos)


def row(arm: Arm, runs: Sequence[Run], of_base: Difference | None, planned: int) -> str:
    if not runs:
        return table_row(arm.name, f"0 of {planned}", "diverged", "", "", "", "")
    own = match_runs([[run.predictions("plain") for run in runs]], SET, "object")
    mean = group_mean(own.correct[0], photos=own.photos)
    assert mean is not None
    told = ""
    if of_base is not None:
        told = f"{of_base.value:+.2f} ({of_base.low:+.2f} to {of_base.high:+.2f}): "
        told += outcome(of_base)
    objects = f"{mean.value:.2f} ({mean.low:.2f}-{mean.high:.2f})"
    validation, lift = (spread(metric(name, runs)) for name in ("val accuracy", "lift"))
    return table_row(arm.name, len(runs), validation, objects, lift, verdicts(runs), told)


def outcome(found: Difference | None) -> str:
    if found is None:
        return "diverged"
    if not found.significant:
        return "cannot tell"
    return "better" if found.value > 0 else "worse"


def conclusion(found: Sequence[tuple[Arm, Difference | None]]) -> str:
    """Whether the claim holds, from the arms that it says something of: all of them must come out
    as it says. An arm whose every run diverged is worse than any that trains."""
    arms: dict[str, list[str]] = {"as said": [], "the contrary": [], "cannot tell": []}
    for arm, difference in found:
        if arm.expected:
            came = outcome(difference).replace("diverged", "worse")
            came = came.replace(arm.expected, "as said")
            arms[came if came in arms else "the contrary"].append(arm.name)
    verdict = "**holds**"
    if arms["the contrary"]:
        verdict = "**does not hold**"
    elif arms["cannot tell"]:
        verdict = "**holds in part**" if arms["as said"] else "**not seen**"
    parts = [f"{words}: {', '.join(names)}" for words, names in arms.items() if names]
    return f"{verdict} ({'; '.join(parts)})"


def page(claims: Sequence[Claim], studies: Sequence[Study]) -> Iterator[str]:
    """What became of each claim, then a table for each photo set and base."""
    yield f"\n{table_row('claim', 'recipes', *(study.title for study in studies))}"
    yield "|---" * (2 + len(studies)) + "|"
    # By photo set and the base's name: the base, and what is compared with it.
    tables: dict[tuple[str, str], tuple[Arm, list[Any]]] = {}
    for claim in claims:
        base, *arms = claim.arms
        told = []
        for study in studies:
            found = [study.compare_with_base(base, arm) for arm in arms]
            told.append(conclusion([(arm, d) for arm, _, d in found]).partition(" (")[0])
            tables.setdefault((study.title, base.name), (base, []))[1].extend(found)
        recipes = ", ".join(arm.name for arm in arms if arm.expected)
        yield table_row(claim.statement.rstrip("."), recipes, *told)
    yield f"\n{LEGEND}"
    for study in studies:
        for (title, _), (base, compared) in tables.items():
            if title != study.title:
                continue
            most = max(FEW_SEEDS, *(len(runs) for _, runs, _ in compared))
            yield f"\n{title}; compared with *{base.name}*:\n"
            yield table_row("recipe", *COLUMNS)
            yield "|---" * (1 + len(COLUMNS)) + "|"
            yield row(base, study.runs(base, most), None, FEW_SEEDS)
            for arm, runs, difference in compared:
                yield row(arm, runs, difference, max(FEW_SEEDS, len(runs)))


def main(
    claims: str = ",".join(CLAIMS),
    sets: str = "toy,photos",
    photos: Path = ROOT / "dataset" / "small_books",
    runs: Path = ROOT / "runs" / "results",
) -> None:
    keys, studies = claims.split(","), []
    if unknown := set(keys) - CLAIMS.keys():
        sys.exit(f"--claims: no such claim: {', '.join(sorted(unknown))}")
    if "toy" in sets.split(","):
        studies.append(Study(f"toy draw {TOY_SEED}", draw_toy_set(runs, TOY_SEED), runs))
    if "photos" in sets.split(",") and (photos / "train").is_dir():
        studies.append(Study("small_books", photos, runs))
    if not studies:
        sys.exit("no photos: data fetch small_books, or --sets toy")
    print(introduction(keys))
    for line in page([claim for key, claim in CLAIMS.items() if key in keys], studies):
        print(line, flush=True)


def introduction(keys: Sequence[str]) -> str:
    """What the page is and how it was made; what it does not answer yet."""
    left = [claim.statement for key, claim in CLAIMS.items() if key not in keys]
    asked = f" --claims {','.join(keys)}" if left else ""
    words = f"""# Results: the articles' claims tested

This command writes this page. It takes about two hours on two cores and can be stopped and
resumed:

    .venv/bin/python bench/results.py{asked} --runs runs/results > docs/results.md

Each recipe changes one thing in `quick`; none was chosen on these test photos. A claim **holds**
if all its recipes come out as it says, **holds in part** if the photos can't tell some of them,
**does not hold** if one comes out the other way, and is **not seen** if the photos can't tell any.
This applies to EfficientNet-Lite0, these photos and this length of training."""
    if left:
        words += "\n\nNot put to the test yet:\n\n" + "\n".join(f"- {says}" for says in left)
    return words


if __name__ == "__main__":
    run_script(main)
