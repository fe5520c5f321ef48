"""A zip file that is not there."""

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "ada.zip: no such file or folder"
