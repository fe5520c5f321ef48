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
from contrast import trained
from verdicts import drawn, hard_set, spread

from core.base.errors import RunError
from core.evaluate.groups import Difference, group_difference, group_mean
from core.evaluate.matched_answers import matched
from core.recipe.files import load_recipe
from core.recipe.schema import Augment
from core.store.run import Run

SET = "test_difficult"
TOY_SEED = 2026
FEW, MORE = 5, 10  # seeds
COLUMNS = "| recipe | seeds | validation | objects right | lift | verdicts | objects, difference |"
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
    said: Literal["", "better", "worse"] = "worse"


@dataclass(frozen=True)
class Claim:
    """What the articles say, and the arms that put it to the test; the first is the base."""

    key: str
    says: str
    arms: tuple[Arm, ...]


def first_trained(layer: int) -> dict[str, object]:
    """Every layer from `layer` on trains, the backbone's at one rate."""
    frozen: dict[int, float] = {0: 0} if layer else {}
    return {"bands": frozen | {layer: 1e-3} | {18: 1e-2}}


def front(rate: float) -> dict[str, object]:
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
        (QUICK, Arm("with mixup", {"augment.mixup": 1.0}, said="better")),
    ),
    Claim(
        "mixup-alone",
        "Mixup helps without augmentation too (from scratch, in the Keras article).",
        (NO_AUGMENTATION, Arm("mixup only", BARE | {"augment.mixup": 1.0}, said="better")),
    ),
    Claim(
        "front",
        "Training the front layers too destroys what they know, while validation looks perfect "
        "(article, 4-1).",
        (
            QUICK,
            Arm("front at 1e-3", front(1e-3)),
            Arm("front at 1e-2", front(1e-2)),
            Arm("front at 1e-1", front(1e-1)),
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
                    said="worse" if layer in (0, 18) else "",  # all of it; the head alone
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
                found.append(trained(self.folder / self.title, recipe, data))
            except RunError as error:
                if "diverged" not in str(error):
                    raise
            if (taken := time.monotonic() - begun) > 1:
                tell(f"{self.title}, {arm.name}, seed {seed}: {taken:.0f} s")
        return found

    def against(self, base: Arm, arm: Arm) -> tuple[list[Run], Difference | None]:
        """The arm's runs and their difference to the base; more seeds where few cannot tell."""
        for seeds in (FEW, MORE):
            runs = self.runs(arm, seeds)
            found = difference(runs, self.runs(base, seeds))
            if found is None or found.real:
                break
        return runs, found


def difference(arm: Sequence[Run], base: Sequence[Run]) -> Difference | None:
    if not arm or not base:
        return None
    both = matched([[run.predictions("plain") for run in g] for g in (arm, base)], SET, "object")
    return group_difference(*both.correct, photos=both.photos)


def row(arm: Arm, runs: Sequence[Run], of_base: Difference | None, planned: int) -> str:
    summaries = [run.summary() or {} for run in runs]
    if not summaries:
        return f"| {arm.name} | 0 of {planned} | diverged | | | | |"
    own = matched([[run.predictions("plain") for run in runs]], SET, "object")
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
    if not found.real:
        return "cannot tell"
    return "better" if found.value > 0 else "worse"


def conclusion(found: Sequence[tuple[Arm, Difference | None]]) -> str:
    """Whether the claim holds, from the arms that it says something of: all of them must come out
    as it says. An arm whose every run diverged is worse than any that trains."""
    said: dict[str, list[str]] = {"as said": [], "the contrary": [], "cannot tell": []}
    for arm, difference in found:
        if not arm.said:
            continue
        came = outcome(difference).replace("diverged", "worse")
        key = came if came == "cannot tell" else ("as said" if came == arm.said else "the contrary")
        said[key].append(arm.name)
    parts = [f"{words}: {', '.join(names)}" for words, names in said.items() if names]
    if said["the contrary"]:
        verdict = "**does not hold**"
    elif said["cannot tell"]:
        verdict = "**holds in part**" if said["as said"] else "**not seen**"
    else:
        verdict = "**holds**"
    return f"{verdict} ({'; '.join(parts)})"


def section(claim: Claim, studies: Sequence[Study]) -> Iterator[str]:
    base, *others = claim.arms
    tables, found = [], []
    for study in studies:
        compared = [(arm, *study.against(base, arm)) for arm in others]
        most = max(len(runs) for _, runs, _ in compared)
        found.append(f"- {study.title}: {conclusion([(arm, d) for arm, _, d in compared])}")
        tables += [
            f"\n{study.title}; compared with *{base.name}*:\n",
            COLUMNS,
            "|---" * COLUMNS.count(" | ") + "|---|",
            row(base, study.runs(base, max(FEW, most)), None, FEW),
            *(row(arm, runs, of_base, max(FEW, len(runs))) for arm, runs, of_base in compared),
        ]
    return iter([f"\n## {claim.says}\n", *found, *tables])


def tell(text: str) -> None:
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
        studies.append(Study(f"toy draw {TOY_SEED}", drawn(chosen.runs, TOY_SEED), chosen.runs))
    if "photos" in chosen.sets.split(",") and (chosen.photos / "train").is_dir():
        studies.append(Study("small_books", chosen.photos, chosen.runs))
    if not studies:
        parser.error("no photos: data fetch small_books, or --sets toy")
    keys = chosen.claims.split(",")
    if unknown := set(keys) - {claim.key for claim in CLAIMS}:
        parser.error(f"--claims: no such claim: {', '.join(sorted(unknown))}")
    print(introduction(keys))
    for claim in CLAIMS:
        if claim.key in keys:
            print("\n".join(section(claim, studies)), flush=True)


def introduction(keys: Sequence[str]) -> str:
    """What the page is and how it was made; what it does not answer yet."""
    left = [claim.says for claim in CLAIMS if claim.key not in keys]
    asked = f" --claims {','.join(keys)}" if left else ""
    words = f"""# Results: the articles' claims put to the test

Written by one command, which can be stopped and taken up; for all claims it takes about two hours
on two cores:

    .venv/bin/python bench/results.py{asked} --runs runs/results > docs/results.md

Each table changes one thing in `quick` (EfficientNet-Lite0, ImageNet weights). Means over seeds;
*objects right*: share of the cut-out objects of `test_difficult`, with its 95 % interval over
photos; *validation* and *lift* with the lowest and highest seed. The last column is the difference
to the table's first row with its 95 % interval; "cannot tell" where it holds 0. Runs that diverged
are left out and lower the number of seeds. No recipe was chosen on these test photos.

A claim **holds** where every recipe that it speaks of came out as it says, **does not hold** where
one came out the other way, and is **not seen** where the photos cannot tell. What holds here is
said of this backbone, these photos and this length of training, not of the articles' own."""
    if left:
        words += "\n\nNot put to the test yet:\n\n" + "\n".join(f"- {says}" for says in left)
    return words


if __name__ == "__main__":
    main()
