"""A recipe whose name is too long for any file."""

command = f"train {300 * 'a'} --data TINY --runs HERE/runs"
refused = "aaaa: no preset ("
