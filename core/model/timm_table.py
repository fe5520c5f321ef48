"""Generates core/recipe/timm_models.json from timm: `python -m core.model.timm_table [NAME...]`.

Every architecture is built without memory for its weights (PyTorch's device "meta") and run once on
a photo of its size, with hooks that note which module's output enters which. Where these form a
chain up to the features, they are the flat list; names given renew those entries only.
"""

import json
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from core.model.timm_backbones import Stem
from core.recipe.layer_table import GRID, STEM, TIMM_TABLE_FILE, WHOLE, timm_table

_MAX_REASON = 150


@dataclass(frozen=True, eq=False)
class _Call:
    """A module's only call: `given` is None where it took more than one tensor."""

    name: str
    module: nn.Module
    given: Tensor | None
    returned: Any


def describe(name: str) -> dict[str, Any]:
    """An architecture's entry of the table; with `refused` where it cannot be taken."""
    import timm

    try:
        with torch.device("meta"):
            network = timm.create_model(name, pretrained=False, num_classes=0).eval()
        entry = _facts(name, dict(network.pretrained_cfg))  # type: ignore[arg-type]
        return entry | describe_network(network, entry.get("size", 224))
    except Exception as error:
        text = str(error).strip().splitlines() or [type(error).__name__]
        return {"refused": text[0][:_MAX_REASON]}


def describe_network(network: nn.Module, size: int) -> dict[str, Any]:
    """Layers, stride and weights of a built network. Raises ValueError: why it is refused."""
    x = torch.zeros(1, 3, size, size, device=next(network.parameters()).device)
    features, calls = _record(network, x)
    if not isinstance(features, Tensor):
        raise ValueError(f"its features are a {type(features).__name__}, not one tensor")
    channels, prefix = int(network.num_features), getattr(network, "num_prefix_tokens", 0)  # type: ignore[arg-type]
    layout = _layout(features, channels)
    side = _side(features, layout, prefix)
    if side is None or side < 2 or layout == "?":
        raise ValueError(f"its features {tuple(features.shape)} are no square grid of cells")
    rows = _rows(network, calls, x, features, layout, size, prefix)
    if layout != "NCHW":
        rows.append([GRID, 1, "Grid", channels, _stride(size, side), 0, "NCHW"])
    found = {"stride": _stride(size, side), "layers": _fold(rows)}
    return found | ({} if _norms_follow(network, calls) else {"folds": False})


def _record(network: nn.Module, x: Tensor) -> tuple[Any, dict[str, _Call]]:
    """The features, and each module's call, by name in the order of their ends; a module that is
    called more than once is left out."""
    calls: dict[str, _Call] = {}
    twice: set[str] = set()

    def note(name: str) -> Any:
        def hook(module: nn.Module, args: Any, kwargs: Any, returned: Any) -> None:
            given = [
                each for each in (*args, *kwargs.values()) if each is not None and each is not False
            ]
            only = given[0] if len(given) == 1 and isinstance(given[0], Tensor) else None
            if name in calls:
                twice.add(name)
            calls[name] = _Call(name, module, only, returned)

        return hook

    hooks = [
        module.register_forward_hook(note(name), with_kwargs=True)
        for name, module in network.named_modules()
        if name
    ]
    with torch.no_grad():
        features = network.forward_features(x)  # type: ignore[operator]
    for hook in hooks:
        hook.remove()
    return features, {name: call for name, call in calls.items() if name not in twice}


def _rows(
    network: nn.Module,
    calls: dict[str, _Call],
    x: Tensor,
    features: Tensor,
    layout: str,
    size: int,
    prefix: int,
) -> list[list[Any]]:
    """The flat list's rows, as the table has them. layout: of the features, which tells that of
    outputs with four axes."""

    def row(name: str, kind: type, output: Tensor, weights: int) -> list[Any]:
        own = "NLC" if output.ndim == 3 else "NHWC" if layout == "NHWC" else "NCHW"
        cells = _side(output, own, prefix) or math.isqrt(output.shape[1 if own == "NLC" else 2])
        width = int(output.shape[1 if own == "NCHW" else -1])
        return [name, 1, kind.__name__, width, _stride(size, cells), weights, own]

    children = _children(network, "", calls)
    start, entering = len(children), features
    while start and children[start - 1].returned is entering:
        given = children[start - 1].given
        if given is None:
            break
        start, entering = start - 1, given
    chain = [call for child in children[start:] for call in _expand(child, calls)]
    kept = [call for call in chain if not _does_nothing(call.module)]
    rows = [row(c.name, type(c.module), c.returned, _weights(c.module)) for c in kept]
    if not kept or (entering is not x and (len(kept) < 3 or entering.ndim not in (3, 4))):
        return [row(WHOLE, type(network), features, _weights(network))]
    if entering is not x:
        rest = _weights(network) - sum(each[5] for each in rows)
        rows.insert(0, row(STEM, Stem, entering, rest))
    return rows


def _weights(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


def _stride(size: int, cells: int) -> int:
    """Pixels per cell: a power of two where one gives so many cells."""
    for stride in (1, 2, 4, 8, 16, 32, 64):
        if cells in (size // stride, math.ceil(size / stride)):
            return stride
    return max(1, round(size / cells))


def _does_nothing(module: nn.Module) -> bool:
    return isinstance(module, nn.Identity) or (isinstance(module, nn.Dropout) and module.p == 0)


def _children(module: nn.Module, prefix: str, calls: dict[str, _Call]) -> list[_Call]:
    """The calls of a module's parts in their order; lists of modules are not called themselves."""
    names: list[str] = []
    for name, child in module.named_children():
        path = f"{prefix}{name}"
        if isinstance(child, nn.ModuleList | nn.ModuleDict) and path not in calls:
            names += [call.name for call in _children(child, f"{path}.", calls)]
        else:
            names.append(path)
    wanted = set(names)
    return [call for name, call in calls.items() if name in wanted]


def _expand(call: _Call, calls: dict[str, _Call]) -> Iterator[_Call]:
    """A stage's blocks, where they form a chain; a block itself is one layer."""
    module, name = call.module, call.name
    stage = isinstance(module, nn.Sequential) or "Stage" in type(module).__name__
    parts = _children(module, f"{name}.", calls) if stage or hasattr(module, "blocks") else []
    linked = all(one.returned is two.given for one, two in pairwise(parts))
    ends = parts and parts[0].given is call.given and parts[-1].returned is call.returned
    if not ends or not linked:
        yield call
        return
    for part in parts:
        yield from _expand(part, calls)


def _layout(features: Tensor, channels: int) -> str:
    if features.ndim == 3 and features.shape[2] == channels:
        return "NLC"
    if features.ndim == 4 and features.shape[1] == channels:
        return "NCHW"
    return "NHWC" if features.ndim == 4 and features.shape[3] == channels else "?"


def _side(output: Tensor, layout: str, prefix: int) -> int | None:
    """Rows, and columns, of a layer's output; None where it is no square."""
    if layout == "NLC":
        side = math.isqrt(output.shape[1] - prefix)
        return side if side * side == output.shape[1] - prefix else None
    rows, columns = output.shape[2:4] if layout == "NCHW" else output.shape[1:3]
    return int(rows) if rows == columns else None


def _norms_follow(network: nn.Module, calls: dict[str, _Call]) -> bool:
    """Whether each batch norm that is listed right after a convolution takes that one's output, as
    core.pipeline.prefix.fold_batch_norms assumes."""
    for name, module in network.named_modules():
        prefix = f"{name}." if name else ""
        for (one, conv), (two, norm) in pairwise(module.named_children()):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                before, after = calls.get(prefix + one), calls.get(prefix + two)
                if not before or not after or after.given is not before.returned:
                    return False
    return True


def _fold(rows: Sequence[list[Any]]) -> list[list[Any]]:
    """Equal layers that are numbered one after the other as one row with their count."""
    folded: list[list[Any]] = []
    for row in rows:
        last = folded[-1] if folded else None
        parent, _, number = str(row[0]).rpartition(".")
        if last and number.isdecimal() and last[2:] == row[2:]:
            start_parent, _, start = str(last[0]).rpartition(".")
            if start_parent == parent and int(number) == int(start) + last[1]:
                last[1] += 1
                continue
        folded.append(list(row))
    return folded


def _facts(name: str, config: dict[str, Any]) -> dict[str, Any]:
    """What the architecture's default configuration says, and its pretrained weights by tag."""
    from timm.models import get_pretrained_cfg, list_pretrained

    def of_tag(facts: dict[str, Any]) -> dict[str, Any]:
        channels, *sides = facts["input_size"]
        if channels != 3 or sides[0] != sides[1]:
            raise ValueError(f"takes {facts['input_size']}, not square photos in colour")
        kept = {"size": sides[0], "interpolation": facts["interpolation"]}
        return kept | {key: list(facts[key]) for key in ("mean", "std")}

    entry = of_tag(config) | ({"fixed": True} if config.get("fixed_input_size") else {})
    weights = {}
    for full in list_pretrained(f"{name}.*") + list_pretrained(name):
        tag = full.partition(".")[2]
        facts = get_pretrained_cfg(full, allow_unregistered=False).to_dict()  # type: ignore[union-attr]
        own = {key: value for key, value in of_tag(facts).items() if value != entry[key]}
        own["licence"] = facts.get("license") or "unknown"
        hub = facts.get("hf_hub_id") or ""
        if hub != f"timm/{full}":
            own["hub"] = hub
        weights[tag] = own
    return entry | {"weights": weights}


def table_text(entries: dict[str, dict[str, Any]]) -> str:
    """The file's text: a line per architecture, in the order of their names."""
    lines = [f"{json.dumps(name)}: {json.dumps(entries[name])}" for name in sorted(entries)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(names: Sequence[str]) -> None:
    """Renews these entries, or all, and keeps what there is every so often: it takes minutes."""
    import timm

    known = timm_table() if names and TIMM_TABLE_FILE.is_file() else {}
    chosen = names or timm.list_models()
    for number, name in enumerate(chosen, start=1):
        known[name] = describe(name)
        told = known[name].get("refused") or f"{len(known[name]['layers'])} rows"
        print(f"{number}/{len(chosen)} {name}: {told}", flush=True)
        if number % 50 == 0 or number == len(chosen):
            TIMM_TABLE_FILE.write_text(table_text(known), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
