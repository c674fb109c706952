"""Makes sweeps.png: the three bundled sweeps, with the fold of the cycle drawn over two of them.

    python3 docs/figures/sweeps.py

runs `nashflow sweep gap`, `basin` and `phase-diagram`, and `nashflow orbit limit-cycle --continue game.temperature`, of target/release in a
temporary folder. Needs numpy, h5py and matplotlib; takes some minutes.
"""

import json
import subprocess
import tempfile
from pathlib import Path

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / "target" / "release" / "nashflow"
# Undecided, converged, periodic.
COLOURS = ["#bbbbbb", "#56b4e9", "#d55e00"]
NAMES = ["undecided", "converged", "periodic"]


def sweep(folder, name):
    """The arrays of a bundled sweep."""
    command = [PROGRAM, "sweep", name, "-o", f"{name}.h5", "--quiet"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    with h5py.File(folder / f"{name}.h5", "r") as file:
        return {key: values[()] for key, values in file.items()}


def fold(folder, coupling, temperature):
    """The temperature at which the cycle dies, followed from one at which it lives."""
    sets = ["--set", f"game.parameters.alpha={coupling}", "--set", f"game.temperature={temperature}"]
    command = [PROGRAM, "orbit", "limit-cycle", *sets, "--continue", "game.temperature", "--json", "--quiet"]
    answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=folder).stdout)
    return answer["branch"]["folds"][0]["parameter"]


def edges(values):
    """Boundaries of cells around equidistant values."""
    step = values[1] - values[0]
    return np.append(values - step / 2, values[-1] + step / 2)


def verdicts(axis, horizontal, vertical, verdict):
    colours = {"cmap": ListedColormap(COLOURS), "vmin": -0.5, "vmax": 2.5}
    axis.pcolormesh(edges(horizontal), edges(vertical), verdict, edgecolors="w", lw=0.3, **colours)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        gap, basin, phases = (sweep(folder, name) for name in ("gap", "basin", "phase-diagram"))
        couplings = phases["coupling"]
        starts = [(1.0, 0.07), (1.5, 0.13), (2.0, 0.13), (2.5, 0.13), (3.0, 0.13)]
        folds = [(coupling, fold(folder, coupling, temperature)) for coupling, temperature in starts]
    plt.rcParams.update({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False})
    figure, axes = plt.subplots(1, 3, figsize=(7.4, 2.7), layout="constrained")
    left, middle, right = axes
    left.loglog(gap["temperature"], gap["gap"], color="#0072b2", label="spectral gap")
    left.loglog(gap["temperature"], gap["guaranteed_rate"], "--", color="#000000", label="guaranteed rate")
    left.set(xlabel="temperature", ylabel="rate", title="two-temperatures")
    left.legend(frameon=False)
    verdicts(middle, basin["start"], basin["temperature"], basin["verdict"])
    middle.axhline(dict(folds)[1.5], color="k", lw=1, ls="--")
    middle.set(xlabel="distance of the start", ylabel="temperature", title="limit-cycle: basin")
    verdicts(right, couplings, phases["temperature"], phases["verdict"])
    right.plot(*zip(*folds, strict=True), "k--", lw=1, marker="o", ms=3)
    right.set(xlabel="coupling", ylabel="temperature", title="limit-cycle: phases")
    handles = [plt.Rectangle((0, 0), 1, 1, color=colour) for colour in COLOURS]
    handles.append(plt.Line2D([], [], color="k", ls="--", lw=1))
    figure.legend(handles, [*NAMES, "fold of the cycle"], loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(HERE / "sweeps.png", dpi=160)
    print("folds", folds)


if __name__ == "__main__":
    main()
