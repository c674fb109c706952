"""The command that the package is compared with."""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = Path(os.environ.get("NASHFLOW_PROGRAM", ROOT / "target/release/nashflow")).resolve()

Command = Callable[..., dict[str, Any]]

# What a shell starts in the background ignores SIGINT, and so would Python and the programs that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files: one of the test's own."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs ``nashflow .. --json`` in a folder of its own, in which the test is then too; the object that it prints."""
    assert PROGRAM.exists(), f"{PROGRAM} is not there; cargo build --release makes it"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")

    def call(*words: str) -> dict[str, Any]:
        done = subprocess.run([PROGRAM, *words, "--json"], capture_output=True, text=True, check=False, timeout=300)
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    return call
