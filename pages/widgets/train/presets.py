"""What each preset is, in a sentence."""

from core.base.language import N_

DESCRIPTIONS = {
    "quick": N_("Trains only the last layers, on eight augmented views of each photo. Start here."),
    "looks-good": N_(
        "Trains every layer at high learning rates, without augmentation. Validation will look "
        "perfect."
    ),
    "quick-no-dropout": N_("quick without dropout."),
    "quick-bare": N_(
        "quick without dropout or augmentation: what do the frozen layers protect against?"
    ),
    "article-success": N_(
        "The article's success: VGG16 with batch norm, 82 epochs. Takes long and needs "
        "VGG16's ImageNet weights."
    ),
    "article-front-trained": N_(
        "The article's failure 4-1: its recipe with the front layers also trained. "
        "Validation loss fell to almost 0, but nothing had been learned."
    ),
    "article-no-dropout": N_("The article's failure 4-2: its recipe without dropout."),
    "article-resnet34": N_("The article's recipe with ResNet-34, which also failed."),
    "keras-imagenet": N_(
        "The Keras article's best: VGG16 with a dense head, mixup and strong augmentation, 115 "
        "epochs. Its class maps are Grad-CAM."
    ),
    "keras-scratch": N_("The Keras article's recipe without pretrained weights."),
}
