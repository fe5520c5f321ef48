"""The network as an ONNX graph."""

import copy

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.model.heads import forward_head
from core.model.network import Network
from core.pipeline.prefix import fold_batch_norms

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
