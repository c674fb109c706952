"""Annotations are right, and the stubs of the compiled module name what is in it."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def check(*words: str) -> None:
    done = subprocess.run([sys.executable, "-m", *words], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_and_its_tests_pass_mypy() -> None:
    check("mypy", "nashflow", "tests")


def test_the_stubs_are_those_of_the_module() -> None:
    check("mypy.stubtest", "nashflow._native")
