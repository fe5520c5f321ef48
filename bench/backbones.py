"""Sweeps timm's families as backbones.

    .venv/bin/python bench/backbones.py

`make backbones` does so, too. Writes docs/backbones.md from
core/recipe/timm_models.json, after it compared the smallest model of each family, with random
weights, with timm's own features: layer by layer, and with batch norms folded. Minutes."""

import copy
from collections import Counter

import timm
import torch
from common import ROOT, run_script
from torch import Tensor, nn

from core.model.timm_backbones import build_timm, flat_list
from core.pipeline.prefix import fold_batch_norms
from core.recipe.layer_table import TimmModel, timm_model, timm_table

PAGE = ROOT / "docs" / "backbones.md"
LARGEST = 30_000_000  # weights of a model that is built with numbers
HEAD = """# Backbones

What `backbone: timm/NAME` takes, by family (timm's module), of {count} architectures of timm
{version}. By block: its blocks form a chain, so layers are frozen, trained and compared one by one.
Whole: the model counts as one layer. Checked: the smallest model that works gives, with random
weights, timm's own features layer by layer, and with batch norms folded. Made by
`.venv/bin/python bench/backbones.py` from `core/recipe/timm_models.json`
(`python -m core.model.timm_table`).

| family | by block | whole | refused | checked |
|---|---|---|---|---|
"""


@torch.no_grad()
def check(model: TimmModel) -> str:
    """`NAME`, or how the model's layers differ from timm's features."""
    torch.manual_seed(0)
    network = build_timm(model, model.image_size).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d) and module.running_var is not None:
            module.running_var.uniform_(0.5, 1.5)
            module.running_mean.normal_(0, 0.1)
    photos = torch.randn(1, 3, model.image_size, model.image_size)
    theirs = _grid(network.forward_features(photos), network, model)
    layers = nn.ModuleList(flat_list(network, [str(row["name"]) for row in model.rows])).eval()
    plain = _run(layers, photos)
    folded = copy.deepcopy(layers)
    if model.folds:
        fold_batch_norms(folded)
    scale = theirs.abs().max().clamp(min=1e-6)
    worst = max(float((x - theirs).abs().max() / scale) for x in (plain, _run(folded, photos)))
    return f"`{model.name}`" if worst < 1e-3 else f"**`{model.name}` differs by {worst:.2g}**"


def _run(layers: nn.ModuleList, x: Tensor) -> Tensor:
    for layer in layers:
        x = layer(x)
    return x


def _grid(features: Tensor, network: nn.Module, model: TimmModel) -> Tensor:
    """By timm's own intermediate features where it has them, else as the layout says."""
    if features.ndim == 3:
        tokens = features[:, getattr(network, "num_prefix_tokens", 0) :]
        side = int(tokens.shape[1] ** 0.5)
        return tokens.transpose(1, 2).reshape(1, -1, side, side)
    return features if model.rows[-1]["name"] != "to_grid" else features.permute(0, 3, 1, 2)


def main() -> None:
    table, lines = timm_table(), []
    for family in timm.list_modules():
        names = [name for name in sorted(timm.list_models(module=family)) if name in table]
        reasons = Counter(table[name]["refused"] for name in names if "refused" in table[name])
        found = [timm_model(f"timm/{name}") for name in names]
        models = [model for model in found if model is not None and not model.refused]
        if not names:
            continue
        blocks = sum(model.is_chain for model in models)
        smallest = min(models, key=lambda model: model.params, default=None)
        told = check(smallest) if smallest and smallest.params <= LARGEST else ""
        refused = "; ".join(f"{n}: {reason}" for reason, n in reasons.items())
        line = f"| {family} | {blocks} | {len(models) - blocks} | {refused} | {told} |"
        print(line, flush=True)
        lines.append(line)
    head = HEAD.format(count=len(table), version=timm.__version__)
    PAGE.write_text(head + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    run_script(main)
