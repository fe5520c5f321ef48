"""bin/serve, the one start script of the container and a plain host, where it may write one folder
and reach no network; and that the Dockerfile copies what it needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.waiting import TIMEOUT_SECONDS

CLIENT = ROOT / "bench" / "visitor.py"
# Within namespaces of its own: no network but the loop, the project read-only, nobody's rights.
SANDBOX_SCRIPT = """
set -eu
ip link set lo up 2>/dev/null || python3 -c "$LOOP"
mount --bind "$ROOT" "$ROOT" && mount -o remount,ro,bind "$ROOT"
cd /
if [ -n "$CLOSED" ]; then  # a folder that only root enters, and the Python in it
  mkdir "$RUNS/../python" && mount --bind "$BASE" "$RUNS/../python"
  mount -t tmpfs -o mode=755 tmpfs "$CLOSED" && mkdir -p "$BASE"
  mount --move "$RUNS/../python" "$BASE"
fi
{user} env -i PATH="$PATH" PORT=8719 ADDRESS=127.0.0.1 OVERFIT_LENS_MODE=demo \\
  OVERFIT_LENS_TRAINING=off OVERFIT_LENS_RUNS="$RUNS" "$ROOT/bin/serve" > "$RUNS/../log" 2>&1 &
server=$!
"$PYTHON" -c "$HEALTH" $server || {{ cat "$RUNS/../log"; exit 1; }}
touch "$ROOT/app.py" 2>/dev/null && echo "the project can be written"
"$PYTHON" "$CLIENT" http://127.0.0.1:8719 lesson runs && echo "served by $(ps -o uid= -p $server)"
kill $server
"""
# Ends when the server is healthy, or with an error when it has ended.
HEALTH = """
import os, sys, time, urllib.request
while True:
    os.kill(int(sys.argv[1]), 0)
    try:
        said = urllib.request.urlopen("http://127.0.0.1:8719/_stcore/health").read()
        assert said == b"ok", said
        break
    except OSError:
        time.sleep(0.2)
"""
# What `ip link set lo up` does, where there is no ip.
LOOPBACK_SCRIPT = (
    "import fcntl, socket, struct;"
    "fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sh14x', b'lo', 1 | 64))"
)


def unshare() -> list[str]:
    """The command that parts from network and mounts; skips where that is not allowed."""
    own = [] if os.getuid() == 0 else ["--map-root-user"]
    command = ["unshare", *own, "--net", "--mount"]
    if shutil.which("unshare") is None:
        pytest.skip("this machine has no unshare (util-linux)")
    tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this machine does not allow unshare: {tried.stderr.strip()}")
    return command


def closed_folder(place: Path) -> str:
    """The folder above a place that only its owner can enter; empty where there is none."""
    shut = [path for path in place.parents if not path.stat().st_mode & 0o001]
    return str(shut[-1]) if shut else ""


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that others enter. pytest's own are shut by every pytest that starts beside this."""
    with tempfile.TemporaryDirectory(prefix="overfit-lens-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_it_serves_the_lesson_read_only_without_network_or_rights(public_folder):
    command, runs = unshare(), public_folder / "runs"
    runs.mkdir()
    user = ""
    if os.getuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("this machine has no setpriv to give up root's rights (util-linux)")
        os.chown(runs, 65534, 65534)
        user = "setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs"
        (public_folder / "log").touch()
    python = ROOT / ".venv" / "bin" / "python"
    if not python.exists():
        pytest.skip("the project has no .venv, which bin/serve would use")
    done = subprocess.run(
        [*command, "bash", "-c", SANDBOX_SCRIPT.format(user=user)],
        env={
            **os.environ,
            "ROOT": str(ROOT),
            "RUNS": str(runs),
            "PYTHON": str(python),
            "CLIENT": str(CLIENT),
            "HEALTH": HEALTH,
            "LOOP": LOOPBACK_SCRIPT,
            "BASE": sys.base_prefix,
            "CLOSED": closed_folder(Path(sys.base_prefix)) if user else "",
        },
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    said = done.stdout + done.stderr + (public_folder / "log").read_text("utf-8")
    assert "lesson: " in done.stdout and "Which one would you ship?" in done.stdout, said
    assert f"served by {'65534' if os.getuid() == 0 else '0'}" in done.stdout.replace("  ", " "), (
        said
    )
    assert "can be written" not in done.stdout
    assert not (runs / "worker.log").exists() and not (runs / "preview.log").exists()


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    done = subprocess.run(
        [str(ROOT / "bin" / "serve")],
        env={"PATH": os.environ["PATH"], "OVERFIT_LENS_RUNS": str(tmp_path / "file" / "runs")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2 and done.stdout == ""
    assert re.fullmatch(r"error: OVERFIT_LENS_RUNS: .*/runs cannot be written.*\n", done.stderr)


def test_what_it_writes_is_its_users_alone(tmp_path):
    """Its folders here; what its programs write, as they inherit this."""
    script = (ROOT / "bin" / "serve").read_text("utf-8")
    copy = tmp_path / "bin" / "serve"
    copy.parent.mkdir()
    copy.write_text(script.replace('exec "$python"', "umask; exit; exec"), "utf-8")
    done = subprocess.run(
        ["bash", copy],
        env={"PATH": os.environ["PATH"], "OVERFIT_LENS_RUNS": str(tmp_path / "runs")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "0077\n"
    for folder in (tmp_path / "runs").rglob("*"):
        assert folder.stat().st_mode & 0o077 == 0, folder


# --- the image ------------------------------------------------------------------------------------

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def copied_paths() -> list[str]:
    words = re.findall(r"^COPY ([^-].*) \S+$", DOCKERFILE, re.MULTILINE)
    return [word for line in words for word in line.split()]


def test_what_is_copied_is_there_and_is_sent():
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert ignored[1] == "*"
    for place in copied_paths():
        assert (ROOT / place).exists(), place
        assert f"!{place}" in ignored, place


def test_everything_that_the_dashboard_reads_is_copied():
    """The Lesson reads docs/results.md, figures are drawn by static/, and so on."""
    folders = ("core", "pages", "server")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert set(folders) <= set(copied_paths())
    code = "\n".join(path.read_text("utf-8") for path in files)
    for folder in ("docs", "static", "runs/examples", "dataset/toy_books"):
        assert Path(folder).name in code
        assert folder in copied_paths()


def test_it_runs_as_nobody_special_and_says_how_it_is():
    assert re.search(r"^USER lens$", DOCKERFILE, re.MULTILINE)
    assert "HEALTHCHECK" in DOCKERFILE and "/healthz" in DOCKERFILE
    assert 'CMD ["bin/serve"]' in DOCKERFILE
    assert re.findall(r"^VOLUME (\S+)$", DOCKERFILE, re.MULTILINE) == ["/data"]
    assert os.access(ROOT / "bin" / "serve", os.X_OK)


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    found = (re.match(r"([A-Za-z0-9._-]+)(?:\[.*\])?==([^ ;\\]+)", line) for line in lines)
    return {match[1].lower(): match[2] for match in found if match}


def test_the_lock_has_what_is_required_and_a_hash_of_each():
    """`make lock` makes it anew. torch's builds differ: they are pinned by version."""
    required = pins("requirements.txt") | pins("requirements-hosting.txt")
    locked = pins("requirements.lock")
    differ = {name for name, version in required.items() if locked.get(name) != version}
    assert differ == {"torch", "torchvision"}
    blocks = re.split(r"^(?=\S)", (ROOT / "requirements.lock").read_text("utf-8"), flags=re.M)
    assert [b for b in blocks[1:] if not re.search(r"--hash=sha256:[0-9a-f]{64}", b)] == []


# --- other ways to deploy it ----------------------------------------------------------------------


def test_a_space_is_made_of_what_the_image_copies(tmp_path):
    subprocess.run([ROOT / "deploy" / "space" / "build", tmp_path / "space"], check=True)
    for place in copied_paths():
        assert (tmp_path / "space" / place).exists(), place
    head = yaml.safe_load((tmp_path / "space" / "README.md").read_text("utf-8").split("---")[1])
    assert head["sdk"] == "docker" and f"PORT={head['app_port']}" in DOCKERFILE
    assert f"EXPOSE {head['app_port']}" in DOCKERFILE
    made = (tmp_path / "space" / "Dockerfile").read_text("utf-8")
    assert made.startswith(DOCKERFILE) and "OVERFIT_LENS_MODE=demo" in made


def test_compose_names_files_that_are_there_and_trusts_its_own_proxy_only():
    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
    app, nginx = services["services"]["app"], services["services"]["nginx"]
    (subnet,) = services["networks"]["inside"]["ipam"]["config"]
    assert app["environment"]["FORWARDED_ALLOW_IPS"] == subnet["subnet"]
    assert "ports" not in app and app["volumes"] == ["data:/data"]
    template = (ROOT / "deploy" / "nginx.conf.template").read_text("utf-8")
    used = set(re.findall(r"\$\{(\w+)\}", template))
    assert used == {name for name in nginx["environment"] if name.startswith("LENS_")}
    (mounted, _) = nginx["volumes"]
    assert (ROOT / "deploy" / mounted.split(":")[0]).is_file()
