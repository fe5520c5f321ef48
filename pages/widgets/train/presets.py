"""What each preset is, in a sentence."""

from core.base.language import N_

DESCRIPTIONS = {
    "quick": N_("Only the last layers learn, on eight varied views of each photo. Start here."),
    "looks-good": N_("Every layer learns, fast, on the bare photos. Validation will look perfect."),
    "quick-no-dropout": N_("quick without dropout."),
    "quick-bare": N_(
        "quick without dropout and without varied views: what do the frozen layers protect from?"
    ),
    "article-success": N_(
        "The article's success: VGG16 with batch norm, 82 epochs. It takes long and needs VGG16's "
        "ImageNet weights."
    ),
    "article-front-trained": N_(
        "The article's failure 4-1: its recipe with the front layers training too. Validation loss "
        "went to almost 0, and nothing had been learned."
    ),
    "article-no-dropout": N_("The article's failure 4-2: its recipe without dropout."),
    "article-resnet34": N_("The article's recipe with ResNet-34, which failed too."),
    "keras-imagenet": N_(
        "The Keras article's best: VGG16 with a dense head, mixup and strong augmentation, 115 "
        "epochs. Its class maps are Grad-CAM."
    ),
    "keras-scratch": N_("The Keras article's recipe without pretrained weights."),
}
