"""The wheel, built and installed apart from the checkout, writes a briefing on the oldest and newest Python at hand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
RUNNING = ".".join(map(str, sys.version_info[:2]))
NO_NETWORK = re.compile(r"offline|connect|network|dns|timed out|resolve host|failed to fetch", re.IGNORECASE)


def interpreter(version: str) -> str | None:
    """Path of a Python of that version that runs: on PATH, or where pyenv keeps its own."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    name = f"python{version}"
    kept = sorted(pyenv.glob(f"versions/{version}*/bin/{name}"))
    for candidate in filter(None, [shutil.which(name), *map(str, kept)]):
        told = subprocess.run(
            [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
        )
        if told.stdout.strip() == version:
            return candidate
    return None


def run(words: list[str], where: Path, timeout: float = 240) -> subprocess.CompletedProcess[str]:
    """Run a command without anything of this environment that could lead back to the checkout."""
    kept = (
        "HOME",
        "PATH",
        "LANG",
        "UV_CACHE_DIR",
        "UV_INDEX_URL",
        "UV_DEFAULT_INDEX",
        "UV_FIND_LINKS",
        "SSL_CERT_FILE",
    )
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.run(words, cwd=where, env=environment, capture_output=True, text=True, timeout=timeout)


@pytest.fixture(scope="module")
def built(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the wheel and the sdist, built by the locked backend."""
    pytest.importorskip("hatchling", reason="the build backend of the developers' lock is not installed")
    folder = tmp_path_factory.mktemp("dist")
    done = run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], repository)
    assert done.returncode == 0, done.stderr
    return folder


def names_in(folder: Path, pattern: str) -> set[str]:
    """Names inside the one archive that fits, without its own folder where it is an sdist."""
    (archive,) = folder.glob(pattern)
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return set(wheel.namelist())
    with tarfile.open(archive) as sdist:
        return {name.partition("/")[2] for name in sdist.getnames()}


def test_wheel_and_sdist_carry_licence_notice_and_every_data_file(built: Path):
    from detente.core.register import data_files

    data = {f"detente/{name}" for name in data_files()} | {"detente/datapackage.json", "detente/py.typed"}
    wheel, sdist = names_in(built, "*.whl"), names_in(built, "*.tar.gz")
    assert data <= wheel
    assert data <= sdist
    assert any(
        re.fullmatch(r"detente/changes/.*\.added\.md", name) for name in wheel
    )  # the explorer tells them
    assert {"LICENSE", "NOTICE", "requirements.lock", "scripts/write_register.py"} <= sdist
    inside = {name.rpartition("/")[2] for name in wheel if ".dist-info/licenses/" in name}
    assert inside == {"LICENSE", "NOTICE"}
    assert not [name for name in wheel if name.startswith("tests/")]


def test_the_same_tree_builds_the_same_wheel(built: Path, repository: Path, tmp_path: Path):
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], repository)
    (one,), (two,) = built.glob("*.whl"), tmp_path.glob("*.whl")
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("end", ["oldest", "newest"])
def test_a_briefing_from_the_installed_wheel_outside_the_repository(
    end: str, built: Path, repository: Path, tmp_path: Path
):
    present = {version: path for version in SUPPORTED if (path := interpreter(version))}
    if not present:
        pytest.skip(f"no Python of {', '.join(SUPPORTED)} is on PATH")
    version = min(present, key=SUPPORTED.index) if end == "oldest" else max(present, key=SUPPORTED.index)
    if end == "newest" and len(present) == 1:
        pytest.skip(f"only Python {version} is at hand, and it ran as the oldest")
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip("uv of the bootstrap lock is not beside this Python")
    (wheel,) = built.glob("*.whl")
    place = tmp_path / "venv"
    python = str(place / "bin" / "python")
    done = run([str(uv), "venv", "--quiet", "--python", present[version], str(place)], tmp_path)
    assert done.returncode == 0, done.stderr
    install = [str(uv), "pip", "install", "--quiet", "--python", python]
    lock = str(repository / "requirements.lock")
    done = run([*install, "--require-hashes", "-r", lock], tmp_path)
    if done.returncode and NO_NETWORK.search(done.stderr) and version != RUNNING:
        pytest.skip(
            f"the locked packages for Python {version} cannot be had here: {done.stderr.strip()[-200:]}"
        )
    assert done.returncode == 0, done.stderr
    done = run([*install, "--no-deps", str(wheel)], tmp_path)
    assert done.returncode == 0, done.stderr

    told = run([python, "-c", "import detente; print(detente.__file__)"], tmp_path).stdout.strip()
    assert Path(told).is_relative_to(place)
    command = str(place / "bin" / "detente")
    checked = run([command, "data", "--check"], tmp_path)
    assert checked.returncode == 0, checked.stderr
    done = run([command, "brief", "-o", "briefing", "--draws", "0"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "briefing" / "index.html").stat().st_size > 100_000
    assert len(list((tmp_path / "briefing" / "data").glob("*.csv"))) > 10
    assert str(repository) not in (tmp_path / "briefing" / "manifest.json").read_text(encoding="utf-8")
