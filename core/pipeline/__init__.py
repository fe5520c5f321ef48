"""From photos to batches and predictions: views, augmentation, frozen prefix, features."""
