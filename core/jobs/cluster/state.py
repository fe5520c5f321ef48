"""What pages and commands know of a cluster: `cluster.json`, which the process that follows it
keeps. Free of Ray."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.store.visitors import shared_root_of

CLUSTER_FILE = "cluster.json"


@dataclass(frozen=True)
class ClusterState:
    """problem: why the head cannot be reached, in a line. nodes: by id, what each is and does
    (core.jobs.cluster.identity.describe_node, with `accepted`, `cpus` and `gpus`)."""

    address: str = ""
    problem: str = ""
    run_cores: int = 1
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)

    def places(self) -> int:
        """How many runs the nodes that are accepted can train at once; one a GPU."""
        accepted = [node for node in self.nodes.values() if node.get("accepted")]
        gpus = sum(int(node["gpus"]) for node in accepted)
        return gpus or sum(int(node["cpus"]) // self.run_cores for node in accepted)


def read_cluster_state(runs_dir: Path) -> ClusterState:
    """As it was last; empty where no cluster was followed."""
    try:
        text = (shared_root_of(runs_dir) / CLUSTER_FILE).read_text("utf-8")
        return ClusterState(**json.loads(text))
    except (OSError, ValueError, TypeError):
        return ClusterState()
