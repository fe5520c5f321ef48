"""The lesson, the first page that a visitor sees: seven steps, told from the example runs and from
docs/results.md. No number stands in its sentences: each is read where it was measured.

`pair` finds the runs, `steps` says the sentences, `glossary` explains words; the pictures are made
by `elsewhere`, `gaze`, `hidden`, `layers` and `repairs`. Free of torch.
"""
