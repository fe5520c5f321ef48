"""Which of the articles' claims hold here: trains every arm over seeds and writes docs/results.md.

    .venv/bin/python bench/results.py --runs runs/results > docs/results.md
    .venv/bin/python bench/results.py --claims mixup,dropout --sets toy

Each claim is one thing changed in `quick` (EfficientNet-Lite0), on a toy draw that nothing was
chosen on and, where it is there, on the real photos (`--photos`). Arms are compared with their base
on the cut-out objects of `test_difficult`: the mean over seeds, its difference to the base's, and
the 95 % interval of a bootstrap over photos (docs/how-numbers-are-computed.md, "Groups over
seeds"); and by the lift of their class maps. Five seeds each; ten where five cannot tell.

A run that is finished already (in --runs) is not trained again: the command can be stopped and
taken up, and gives the same page on the same machine. About two hours on two cores with bfloat16
(front layers and training from scratch take most); what is left is told while it runs.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from common import ROOT, option_parser
from contrast import train_or_reuse
from verdicts import draw_toy_set, hard_set, spread

from core.base.errors import RunError
from core.evaluate.group_difference import Difference, group_difference, group_mean
from core.evaluate.matched_answers import match_runs
from core.recipe.files import load_recipe
from core.recipe.schema import Augment
from core.store.run import Run

SET = "test_difficult"
TOY_SEED = 2026
FEW_SEEDS, MORE_SEEDS = 5, 10  # seeds
COLUMNS = "| recipe | seeds | validation | objects right | lift | verdicts | objects, difference |"
LEGEND = """\
Values are means over seeds. *Objects right*: share of the cut-out objects of `test_difficult`,
with its 95% interval over photos. *Validation* and *lift*: with lowest and highest seed.
Difference: to the first row, same seeds, with its 95% interval and whether photos and seeds
[tell it](how-numbers-are-computed.md#groups-over-seeds). Diverged runs are left out."""
BARE: dict[str, object] = {f"augment.{key}": None for key in Augment.model_fields} | {
    "augment.flip": "none",
    "augment.mixup": 0,
}
NO_DROPOUT: dict[str, object] = {
    f"head.dropout.{place}": 0 for place in ("features", "class_map", "logits")
}


@dataclass(frozen=True)
class Arm:
    """quick with changes; photos: of each class in training, None for all. said: what the claim
    says of it, measured on the cut-out objects against the base; empty where it says nothing."""

    name: str
    changes: dict[str, object] = field(default_factory=dict)
    photos: int | None = None
    expected: Literal["", "better", "worse"] = "worse"


@dataclass(frozen=True)
class Claim:
    """What the articles say, and the arms that put it to the test; the first is the base."""

    key: str
    statement: str
    arms: tuple[Arm, ...]


def first_trained(layer: int) -> dict[str, object]:
    """Every layer from `layer` on trains, the backbone's at one rate."""
    frozen: dict[int, float] = {0: 0} if layer else {}
    return {"bands": frozen | {layer: 1e-3} | {18: 1e-2}}


def front_layers_rate(rate: float) -> dict[str, object]:
    """quick's rates, with the layers that it freezes training at a rate of their own."""
    return {"bands": {0: rate, 16: 1e-3, 17: 3e-3, 18: 1e-2}}


QUICK = Arm("quick")
NO_AUGMENTATION = Arm("no augmentation", BARE)
CLAIMS = (
    Claim(
        "augmentation",
        "Augmentation is what makes a network generalise from so few photos.",
        (QUICK, NO_AUGMENTATION),
    ),
    Claim(
        "dropout",
        "Without dropout the same recipe gets stuck (article, 4-2).",
        (QUICK, Arm("no dropout", NO_DROPOUT)),
    ),
    Claim(
        "mixup",
        "Mixup helps on top of augmentation (the Keras article's best row).",
        (QUICK, Arm("with mixup", {"augment.mixup": 1.0}, expected="better")),
    ),
    Claim(
        "mixup-alone",
        "Mixup helps without augmentation too (from scratch, in the Keras article).",
        (NO_AUGMENTATION, Arm("mixup only", BARE | {"augment.mixup": 1.0}, expected="better")),
    ),
    Claim(
        "front",
        "Training the front layers too destroys what they know, while validation looks perfect "
        "(article, 4-1).",
        (
            QUICK,
            Arm("front at 1e-3", front_layers_rate(1e-3)),
            Arm("front at 1e-2", front_layers_rate(1e-2)),
            Arm("front at 1e-1", front_layers_rate(1e-1)),
        ),
    ),
    Claim(
        "scratch",
        "Seventy photos are too few to train from scratch.",
        (QUICK, Arm("from scratch at 5e-2", {"weights": "none", "bands": {0: 5e-2}})),
    ),
    Claim(
        "first-trained",
        "It is best to begin training in the middle of the network, worst to train all of it.",
        (
            Arm("from layer 16", first_trained(16)),
            *(
                Arm(
                    f"from layer {layer}",
                    first_trained(layer),
                    expected="worse" if layer in (0, 18) else "",  # all of it; the head alone
                )
                for layer in (0, 4, 8, 12, 14, 17, 18)
            ),
        ),
    ),
    Claim(
        "photos",
        "More photos of each class would help.",
        (QUICK, *(Arm(f"{count} photos a class", photos=count) for count in (3, 5, 7))),
    ),
)


def fewer_photos(data: Path, count: int, out: Path) -> Path:
    """A copy with the first `count` training photos of each class (links where possible)."""
    if not (out / "train").is_dir():
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(data, out)
        for folder in (out / "train").iterdir():
            for photo in sorted(folder.glob("*.jpg"))[count:]:
                photo.unlink()
    return out


class Study:
    """The runs of one photo set."""

    def __init__(self, title: str, data: Path, folder: Path) -> None:
        self.title, self.data, self.folder = title, data, folder

    def runs(self, arm: Arm, seeds: int) -> list[Run]:
        """The arm's finished runs, trained now if need be; those that diverged are left out."""
        data = self.data
        if arm.photos is not None:
            data = fewer_photos(data, arm.photos, self.folder / f"{self.title}-{arm.photos}")
        found = []
        for seed in range(seeds):
            recipe = load_recipe("quick", arm.changes | {"name": arm.name, "seed": seed})
            begun = time.monotonic()
            try:
                found.append(train_or_reuse(self.folder / self.title, recipe, data))
            except RunError as error:
                if "diverged" not in str(error):
                    raise
            if (taken := time.monotonic() - begun) > 1:
                log(f"{self.title}, {arm.name}, seed {seed}: {taken:.0f} s")
        return found

    def compare_with_base(self, base: Arm, arm: Arm) -> tuple[list[Run], Difference | None]:
        """The arm's runs and their difference to the base; more seeds where few cannot tell."""
        for seeds in (FEW_SEEDS, MORE_SEEDS):
            runs = self.runs(arm, seeds)
            found = difference(runs, self.runs(base, seeds))
            if found is None or found.significant:
                break
        return runs, found


def difference(arm: Sequence[Run], base: Sequence[Run]) -> Difference | None:
    if not arm or not base:
        return None
    both = match_runs([[run.predictions("plain") for run in g] for g in (arm, base)], SET, "object")
    return group_difference(*both.correct, photos=both.photos)


def row(arm: Arm, runs: Sequence[Run], of_base: Difference | None, planned: int) -> str:
    summaries = [run.summary() or {} for run in runs]
    if not summaries:
        return f"| {arm.name} | 0 of {planned} | diverged | | | | |"
    own = match_runs([[run.predictions("plain") for run in runs]], SET, "object")
    mean = group_mean(own.correct[0], photos=own.photos)
    assert mean is not None
    validation = [s["validation"]["accuracy"]["value"] for s in summaries]
    lift = [hard_set(s)["localisation"]["lift"] for s in summaries]
    verdicts = Counter(str(s["verdict"]) for s in summaries).most_common()
    told = ", ".join(f"{verdict} {count}" for verdict, count in verdicts)
    difference = ""
    if of_base is not None:
        difference = f"{of_base.value:+.2f} ({of_base.low:+.2f} to {of_base.high:+.2f}): "
        difference += outcome(of_base)
    return (
        f"| {arm.name} | {len(runs)} | {spread(validation)} | "
        f"{mean.value:.2f} ({mean.low:.2f}-{mean.high:.2f}) | {spread(lift)} | {told} | "
        f"{difference} |"
    )


def outcome(found: Difference | None) -> str:
    if found is None:
        return "diverged"
    if not found.significant:
        return "cannot tell"
    return "better" if found.value > 0 else "worse"


def conclusion(found: Sequence[tuple[Arm, Difference | None]]) -> str:
    """Whether the claim holds, from the arms that it says something of: all of them must come out
    as it says. An arm whose every run diverged is worse than any that trains."""
    arms_by_outcome: dict[str, list[str]] = {"as said": [], "the contrary": [], "cannot tell": []}
    for arm, difference in found:
        if not arm.expected:
            continue
        came = outcome(difference).replace("diverged", "worse")
        key = (
            came
            if came == "cannot tell"
            else ("as said" if came == arm.expected else "the contrary")
        )
        arms_by_outcome[key].append(arm.name)
    parts = [f"{words}: {', '.join(names)}" for words, names in arms_by_outcome.items() if names]
    if arms_by_outcome["the contrary"]:
        verdict = "**does not hold**"
    elif arms_by_outcome["cannot tell"]:
        verdict = "**holds in part**" if arms_by_outcome["as said"] else "**not seen**"
    else:
        verdict = "**holds**"
    return f"{verdict} ({'; '.join(parts)})"


def page(claims: Sequence[Claim], studies: Sequence[Study]) -> Iterator[str]:
    """What became of each claim, then a table for each photo set and base."""
    found = {
        (study.title, claim.key): [
            (arm, *study.compare_with_base(claim.arms[0], arm)) for arm in claim.arms[1:]
        ]
        for claim in claims
        for study in studies
    }
    titles = [study.title for study in studies]
    yield f"\n| claim | recipes | {' | '.join(titles)} |"
    yield "|---" * (2 + len(titles)) + "|"
    for claim in claims:
        told = [
            conclusion([(arm, d) for arm, _, d in found[title, claim.key]]).partition(" (")[0]
            for title in titles
        ]
        recipes = ", ".join(arm.name for arm in claim.arms[1:] if arm.expected)
        yield f"| {claim.statement.rstrip('.')} | {recipes} | {' | '.join(told)} |"
    yield f"\n{LEGEND}"
    for study in studies:
        for base in {claim.arms[0].name: claim.arms[0] for claim in claims}.values():
            of_base = [claim for claim in claims if claim.arms[0].name == base.name]
            compared = [one for claim in of_base for one in found[study.title, claim.key]]
            most = max(FEW_SEEDS, *(len(runs) for _, runs, _ in compared))
            yield f"\n{study.title}; compared with *{base.name}*:\n"
            yield COLUMNS
            yield "|---" * COLUMNS.count(" | ") + "|---|"
            yield row(base, study.runs(base, most), None, FEW_SEEDS)
            for arm, runs, difference in compared:
                yield row(arm, runs, difference, max(FEW_SEEDS, len(runs)))


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    parser = option_parser(__doc__)
    parser.add_argument("--claims", default=",".join(claim.key for claim in CLAIMS))
    parser.add_argument("--sets", default="toy,photos")
    parser.add_argument("--photos", type=Path, default=ROOT / "dataset" / "small_books")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "results")
    chosen = parser.parse_args()
    studies = []
    if "toy" in chosen.sets.split(","):
        studies.append(
            Study(f"toy draw {TOY_SEED}", draw_toy_set(chosen.runs, TOY_SEED), chosen.runs)
        )
    if "photos" in chosen.sets.split(",") and (chosen.photos / "train").is_dir():
        studies.append(Study("small_books", chosen.photos, chosen.runs))
    if not studies:
        parser.error("no photos: data fetch small_books, or --sets toy")
    keys = chosen.claims.split(",")
    if unknown := set(keys) - {claim.key for claim in CLAIMS}:
        parser.error(f"--claims: no such claim: {', '.join(sorted(unknown))}")
    print(introduction(keys))
    for line in page([claim for claim in CLAIMS if claim.key in keys], studies):
        print(line, flush=True)


def introduction(keys: Sequence[str]) -> str:
    """What the page is and how it was made; what it does not answer yet."""
    left = [claim.statement for claim in CLAIMS if claim.key not in keys]
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
    main()
