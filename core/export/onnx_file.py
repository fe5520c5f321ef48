"""A run's network as an ONNX file that other programs can run, checked before it is written."""

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.base import files
from core.base.errors import InputError, not_written_text
from core.base.formatting import strip_weights_folder
from core.evaluate.predictor import EXACT, trained_network
from core.export.output import require_packages
from core.model.heads import forward_head
from core.model.network import Network
from core.pipeline.prefix import fold_batch_norms
from core.recipe.files import recipe_dict
from core.recipe.layer_table import BACKBONES
from core.store.run import Run

PACKAGES = ("onnx", "onnxscript", "onnxruntime")
TOLERANCE = 1e-3
_CHECK_BATCH_SIZE = 3  # pictures of noise; another number than the export was made with


@dataclass(frozen=True)
class OnnxExport:
    """difference: the largest between PyTorch's and ONNX Runtime's outputs. size: in bytes."""

    max_difference: float
    size: int


def export_onnx(run: Run, path: Path) -> OnnxExport:
    """Writes a finished run's network to a file.

    Input `photos`: float32 (photos, 3, side, side), any number of photos, prepared as the metadata
    say. Outputs: `log_probabilities` (photos, classes) and `class_maps` (photos, classes, rows,
    columns), raw. All of it is computed in float32.

    Raises InputError: where packages are missing, the run is not finished, the file cannot be
    written, or ONNX Runtime gives other outputs than PyTorch (by more than TOLERANCE)."""
    require_packages("--onnx", PACKAGES)
    if path.suffix != ".onnx":
        raise InputError(f"--onnx {path}: must end in .onnx")
    if not path.parent.is_dir():
        raise InputError(f"--onnx {path}: there is no folder {path.parent}")
    network = trained_network(run, EXACT)
    side = run.recipe().image_size
    try:
        content = onnx_model(network, side, metadata(run, network.classes))
    except RuntimeError as error:  # of PyTorch's exporter, which does not know every network
        raise InputError(
            f"--onnx {path}: not written: PyTorch cannot export {run.recipe().backbone}"
        ) from error
    pictures = (
        np.random.default_rng(0).normal(size=(_CHECK_BATCH_SIZE, 3, side, side)).astype(np.float32)
    )
    outputs = zip(pytorch_outputs(network, pictures), _run_onnx(content, pictures), strict=True)
    difference = max(float(np.abs(a - b).max()) for a, b in outputs)
    if not difference <= TOLERANCE:  # also refuses NaN
        raise InputError(
            f"--onnx {path}: not written: ONNX Runtime's outputs differ from PyTorch's by up to "
            f"{difference:.2g}, more than {TOLERANCE:g}"
        )
    try:
        files.write_bytes(path, content)
    except OSError as error:
        raise InputError(not_written_text(f"--onnx {path}", error)) from None
    return OnnxExport(difference, len(content))


def metadata(run: Run, classes: tuple[str, ...]) -> dict[str, str]:
    """What whoever runs the file must know, by key; lists as JSON."""
    recipe = run.recipe()
    facts = BACKBONES[recipe.backbone]
    view = {
        "squash": "resize the whole photo to a square, whatever its proportions",
        "centre": "cut out the largest centred square and resize it",
    }
    maps = {"class_map": "raw", "dense": "Grad-CAM before its ReLU"}
    return {
        "classes": json.dumps(classes),
        "image_size": str(recipe.image_size),
        "crop": recipe.crop,
        "mean": json.dumps(facts.mean),
        "std": json.dumps(facts.std),
        "channels": "RGB",
        "preprocessing": f"turn the photo upright (EXIF); {view[recipe.crop]} of image_size "
        "pixels (bilinear with antialiasing, as Pillow does); RGB values / 255; minus mean, "
        "divided by std, per channel; channels first",
        "class_maps": f"{maps[recipe.head.kind]}; evidence of class c is max(0, map_c - mean over "
        "classes)",
        "run": run.id,
        "recipe": json.dumps(
            recipe_dict(recipe) | {"weights": strip_weights_folder(recipe.weights)}
        ),
    }


def _run_onnx(content: bytes, images: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    found: list[Any] = session.run(list(OUTPUTS), {INPUT: images})
    return found


INPUT, OUTPUTS = "photos", ("log_probabilities", "class_maps")
_TRACE_BATCH_SIZE = 2  # photos in the batch that is traced; the graph takes any number


class _Inference(nn.Module):
    """The network without what only training needs: photos to log-probabilities and class maps."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.layers = copy.deepcopy(network.layers)
        # Both end up so in the graph; PyTorch takes twice as long to get there by itself.
        fold_batch_norms(self.layers)
        for module in self.layers.modules():
            if hasattr(module, "inplace"):
                module.inplace = False  # type: ignore[assignment]
        self.head_start = network.head_start

    def forward(self, photos: Tensor) -> tuple[Tensor, Tensor]:
        x = photos
        for layer in self.layers[: self.head_start]:
            x = layer(x)
        output = forward_head(list(self.layers)[self.head_start :], x)
        return output.log_probs, output.maps


def onnx_model(network: Network, image_size: int, metadata: dict[str, str]) -> bytes:
    """The content of an ONNX file. network: in inference mode, on the CPU, in float32. Input and
    outputs: see core.export.onnx_file."""
    from onnx.helper import set_model_props

    program = torch.onnx.export(
        _Inference(network).eval(),
        (torch.zeros(_TRACE_BATCH_SIZE, 3, image_size, image_size),),
        input_names=[INPUT],
        output_names=list(OUTPUTS),
        dynamic_shapes=({0: torch.export.Dim("number_of_photos")},),
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    model = program.model_proto
    set_model_props(model, metadata)
    content: bytes = model.SerializeToString()
    return content


@torch.no_grad()
def pytorch_outputs(network: Network, images: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """What PyTorch computes: log-probabilities and class maps."""
    found = network(torch.from_numpy(images))
    return [found.log_probs.numpy(), found.maps.numpy()]
