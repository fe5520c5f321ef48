"""The lesson, the first page that a visitor sees: seven steps, told from the example runs and from
docs/results.md. No number stands in its sentences: each is read where it was measured.

`pair` finds the runs, `figures` makes the pictures, `repairs` reads the table of docs/results.md,
`steps` says the sentences, `glossary` explains words. Free of torch.
"""
