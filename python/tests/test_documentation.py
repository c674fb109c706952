"""The code that docs/python.md shows runs, and what it prints is what stands there."""

import doctest
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT

PAGE = ROOT / "docs/python.md"
JULIA = ROOT / "docs/julia.md"


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    names: dict[str, object] = {}
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    found = blocks(PAGE, "python")
    assert len(found) >= 5
    for k, block in enumerate(found):
        if ">>>" in block:
            example = parser.get_doctest(block, names, f"block {k}", str(PAGE), 0)
            runner.run(example, clear_globs=False)
            names |= example.globs
        else:
            exec(compile(block, f"{PAGE}, block {k}", "exec"), names)  # noqa: S102
    assert runner.summarize().failed == 0


@pytest.mark.skipif(shutil.which("julia") is None, reason="julia is not there")
def test_the_julia_of_the_page_runs(tmp_path: Path) -> None:
    import nashflow

    nashflow.Game.bundled("rotation", set={"solver.time": 0.1}).run(tmp_path / "run.h5")
    found = blocks(JULIA, "julia")
    assert found
    for block in found:
        project = os.environ.get("JULIA_PROJECT", "")
        done = subprocess.run(
            ["julia", *([f"--project={project}"] if project else []), "-e", block],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
