"""More folds than a class has photos."""

recipe = "split: {method: kfold, folds: 5}"
refused = "split.folds: 5 folds need 5 photos of each class; background has 4"
