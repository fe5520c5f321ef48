"""`--set` without a key."""

command = "train quick --set =3 --data TINY --runs HERE/runs"
refused = "--set =3: must be key=value"
