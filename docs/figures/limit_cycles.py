"""Makes limit-cycles.png: the branch of the torus cycle with its fold, its multiplier, and the two cycles at one temperature.

    nashflow orbit limit-cycle --continue game.temperature -o branch.h5
    nashflow orbit limit-cycle --set game.temperature=0.13 -o stable.h5
    nashflow orbit limit-cycle --set game.temperature=0.13 --edge rest.toml limit-cycle -o edge.h5
    python3 docs/figures/limit_cycles.py branch.h5 stable.h5 edge.h5

where rest.toml holds the uniform densities, `[initial]`, `x = "1"`, `y = "1"`. Without arguments it runs these commands
itself, in a temporary folder, with the nashflow of target/release. Needs numpy, h5py and matplotlib.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

HERE = Path(__file__).resolve().parent
STABLE, UNSTABLE = "#420a68", "#d95f0e"


def run_commands(folder):
    program = HERE.parents[1] / "target" / "release" / "nashflow"
    (folder / "rest.toml").write_text('[initial]\nx = "1"\ny = "1"\n')
    warm = ["--set", "game.temperature=0.13"]
    commands = {
        "branch.h5": ["--continue", "game.temperature"],
        "stable.h5": warm,
        "edge.h5": [*warm, "--edge", "rest.toml", "limit-cycle"],
    }
    for name, words in commands.items():
        command = [program, "orbit", "limit-cycle", *words, "-o", name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    return [folder / name for name in commands]


def second_multiplier(file):
    """The coupled multiplier that is not the trivial one."""
    multipliers = file["branch/multipliers"][:, :2, 0]
    trivial = np.argmin(np.abs(multipliers - 1.0), axis=1)
    return multipliers[np.arange(len(multipliers)), 1 - trivial]


def with_fold(file, values, at_fold):
    """Both halves of a branch, each with the fold as its end."""
    parameter, stable = file["branch/parameter"][:], file["branch/stable"][:] > 0.5
    fold = file["fold/parameter"][0]
    first = np.append(parameter[stable], fold), np.append(values[stable], at_fold)
    second = np.insert(parameter[~stable], 0, fold), np.insert(values[~stable], 0, at_fold)
    return first, second


def show_branch(axes, file, values, at_fold, label):
    for (x, y), colour, style, name in zip(
        with_fold(file, values, at_fold), (STABLE, UNSTABLE), ("-", "--"), ("stable", "unstable")
    ):
        axes.plot(x, y, color=colour, linestyle=style, marker=".", markersize=4, linewidth=1.4, label=name)
    axes.plot(file["fold/parameter"][0], at_fold, "ko", markersize=5, label="fold")
    axes.set_xlabel(r"temperature $\tau$")
    axes.set_ylabel(label)
    axes.grid(linewidth=0.3, color="0.8")


def path(file):
    """(int sin(x/3) dmu, int sin(y/3) dnu) along the orbit, closed."""
    def mean(density, nodes):
        weights = np.maximum(file[density][:], 0.0)
        return (weights * np.sin(file[nodes][:] / 3)).sum(axis=1) / weights.sum(axis=1)
    points = np.stack([mean("mu", "x"), mean("nu", "y")])
    return np.concatenate([points, points[:, :1]], axis=1)


def draw(branch_path, stable_path, edge_path, target):
    plt.rcParams.update({"font.size": 10})
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(10.5, 3.5), layout="constrained")
    with h5py.File(branch_path, "r") as branch:
        show_branch(left, branch, branch["branch/period"][:], branch["fold/period"][0], "period")
        show_branch(middle, branch, second_multiplier(branch), 1.0, "second Floquet multiplier")
    left.legend(frameon=True, fontsize=9)
    middle.axhline(1.0, color="0.5", linewidth=0.8)
    with h5py.File(stable_path, "r") as stable, h5py.File(edge_path, "r") as edge:
        right.plot(*path(stable), color=STABLE, label="stable cycle")
        right.plot(*path(edge), color=UNSTABLE, linestyle="--", label="edge state")
    right.plot(0.0, 0.0, "k+", markersize=8, label="equilibrium")
    right.set_aspect("equal")
    right.set_xlim(-1.0, 1.0)
    right.set_ylim(-1.0, 1.0)
    right.set_xlabel(r"$\int \sin(x/3)\, d\mu$")
    right.set_ylabel(r"$\int \sin(y/3)\, d\nu$")
    right.set_title(r"$\tau = 0.13$", fontsize=10)
    right.grid(linewidth=0.3, color="0.8")
    right.legend(frameon=True, fontsize=8, loc="lower right")
    figure.savefig(target, dpi=160, metadata={"Software": None})


def main():
    target = HERE / "limit-cycles.png"
    if len(sys.argv) == 4:
        draw(*sys.argv[1:], target)
    elif len(sys.argv) == 1:
        with tempfile.TemporaryDirectory() as folder:
            draw(*run_commands(Path(folder)), target)
    else:
        sys.exit(__doc__)
    print(target)


if __name__ == "__main__":
    main()
