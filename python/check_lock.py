"""Whether Cargo.lock here has the versions of ../Cargo.lock, so that the package computes what the program computes."""

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent


def versions(path: Path) -> set[tuple[str, str]]:
    """Name and version of every package."""
    return {(package["name"], package["version"]) for package in tomllib.loads(path.read_text())["package"]}


own, of_program = versions(HERE / "Cargo.lock"), versions(HERE.parent / "Cargo.lock")
names = {name for name, _ in of_program}
others = sorted(package for package in own - of_program if package[0] in names)
if others:
    sys.exit(f"python/Cargo.lock has other versions than Cargo.lock: {others}; cp Cargo.lock python/, cargo check there")
