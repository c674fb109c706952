"""Whether Cargo.lock here has the versions of ../Cargo.lock, so that the package computes what the program computes, and the
package the version of the program."""

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
of_package, of_crate = dict(own)["nashflow-python"], dict(of_program)["nashflow"]
if of_package != of_crate:
    sys.exit(f"python/Cargo.toml has version {of_package}, Cargo.toml {of_crate}")
