"""While torch is loaded, before the run has begun."""

command = "train FAST --data TINY --runs HERE/runs"
stopped = ""
while_importing = "torch.nn"
