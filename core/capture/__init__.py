"""A session that asks for labelled photos from elsewhere and compares one or two runs on them."""
