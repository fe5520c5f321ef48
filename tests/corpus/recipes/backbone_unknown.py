"""An unknown backbone."""

recipe = "backbone: alexnet"
refused = "backbone: must be 'efficientnet_lite0', ... not 'alexnet'"
