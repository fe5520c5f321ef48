"""Run folders and what is derived from them: index, fields, groups, queries, trash."""
