"""A backbone that is a list."""

recipe = "backbone: [vgg16_bn]"
refused = "backbone: must be "
