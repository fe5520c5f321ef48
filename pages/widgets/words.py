"""Words that several pages show."""

PRESETS = {
    "quick": "Only the last layers learn, on eight varied views of each photo. Start here.",
    "looks-good": "Every layer learns, fast, on the bare photos. Validation will look perfect.",
    "quick-no-dropout": "quick without dropout.",
    "quick-bare": "quick without dropout and without varied views: what do the frozen layers "
    "protect from?",
    "article-success": "The article's success: VGG16 with batch norm, 82 epochs. It takes long "
    "and needs VGG16's ImageNet weights.",
}

# Icon and colour of each verdict: the word always stands beside them.
VERDICTS = {
    "generalises": (":material/verified:", "green"),
    "overfit that looks good": (":material/theater_comedy:", "red"),
    "overfit, and it shows": (":material/trending_down:", "orange"),
    "never learned": (":material/do_not_disturb_on:", "violet"),
    "too little evidence": (":material/help:", "gray"),
}
