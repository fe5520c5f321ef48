"""The weights that a training changes, as safetensors: no pickle, so no file can carry code.

Tensors are named `layers.<index>.<name>`, by the flat list. Frozen layers are not copied: the
file's one metadata key `base` names the weights they came with.
"""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from core.base.errors import RunError
from core.base.language import N_
from core.model.network import Network
from core.recipe.bands import first_trained_layer, stage_ranges
from core.recipe.schema import Recipe


def trainable_tensors(network: Network, recipe: Recipe) -> dict[str, Tensor]:
    """The tensors that training can change, by name: all from the first trained layer on, and
    every one where frozen batch norms move or the backbone began at random."""
    first = min(
        first_trained_layer(stage_ranges(recipe, stage, network.head_start, len(network.layers)))
        for stage in recipe.stages
    )
    if recipe.frozen_bn == "train" or network.base_weights_hash == "none":
        first = 0
    return {
        name: tensor.detach().cpu().contiguous()
        for name, tensor in network.state_dict().items()
        if int(name.split(".")[1]) >= first
    }


def clone_trainable_tensors(network: Network, recipe: Recipe) -> dict[str, Tensor]:
    """The same as they are now, whatever training does next."""
    return {name: tensor.clone() for name, tensor in trainable_tensors(network, recipe).items()}


def serialize_weights(network: Network, recipe: Recipe) -> bytes:
    """The content of weights.safetensors."""
    return save(trainable_tensors(network, recipe), {"base": network.base_weights_hash})


def load_tensors(network: Network, recipe: Recipe, weights: dict[str, Tensor]) -> None:
    """Puts such tensors into the network. Raises ValueError when they are not the recipe's."""
    if weights.keys() != trainable_tensors(network, recipe).keys():
        raise ValueError(N_("its tensors are not those of the recipe"))
    network.load_state_dict(weights, strict=False)


def load_weights(run: Path, network: Network, recipe: Recipe) -> None:
    """Puts a finished run's weights into a network built as at the run's start. Raises RunError,
    naming the file, when they are missing, damaged or of another network."""
    path = run / "weights.safetensors"
    try:
        load_tensors(network, recipe, load_file(path))
    except FileNotFoundError:
        raise RunError(N_("{path}: missing; only a finished run has it", path=path)) from None
    except (OSError, SafetensorError, ValueError, RuntimeError) as error:
        raise RunError(
            N_("{path}: damaged or of another network ({error})").format(path=path, error=error)
        ) from None
