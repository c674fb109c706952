"""Makes converge.png: errors of three bundled games against the number of points and against the step.

    python3 docs/figures/converge.py

runs `nashflow converge` of target/release for each game and scheme. Needs numpy and matplotlib; takes half a minute.
"""

import json
import subprocess
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import NullFormatter

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / "target" / "release" / "nashflow"
# Game, settings, grids, first steps for the orders 1, 2 and 4.
GAMES = [
    ("rotation", ["solver.time=0.2"], "16,20,24,28,32,40,48,64", ["5e-4", "1e-3", "4e-3"]),
    ("limit-cycle", ["solver.time=1"], "120,144,168,192,216,240,288,360", ["2e-3", "2e-3", "8e-3"]),
    ("players-2x2", ["solver.time=0.05"], "16,20,24,28,32,36,42,48", ["5e-4", "1e-3", "2e-3"]),
]
SCHEMES = [("imex-euler", "#d55e00", "o"), ("sbdf2", "#0072b2", "s"), ("etdrk4", "#009e73", "^")]
QUANTITIES = [
    ("state", "the pair", "#000000", "o"),
    ("nikaido_isoda", "duality gap", "#cc79a7", "s"),
    ("energy", "energy", "#e69f00", "^"),
]


def converged(game, settings, scheme, step, grids):
    """The report, and its quantities by name."""
    keys = [*settings, f"solver.scheme={scheme}", f"solver.step={step}", "solver.tolerance=1e-3", "output.snapshots=1"]
    sets = [word for key in keys for word in ("--set", key)]
    names = ",".join(name for name, *_ in QUANTITIES)
    command = [PROGRAM, "converge", game, "--grids", grids, "--quantities", names, "--json", "--quiet", *sets]
    report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return report, {quantity["name"]: quantity for quantity in report["quantities"]}


def column(values):
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def draw_grids(axis, report, quantities):
    points = [rung["points"] for rung in report["grids"]["rungs"]]
    for name, label, colour, marker in QUANTITIES:
        along = quantities[name]["grids"]
        differences = column(along["differences"])
        differences[differences == 0] = np.nan
        axis.semilogy(points, differences, marker, color=colour, ms=4, label=label)
        if name == "state":
            line = differences[0] * np.exp(-along["rate"] * (np.array(points) - points[0]))
            axis.semilogy(points, line, "-", color=colour, lw=0.8)
    axis.set(xlabel="points $n$ of an axis", ylim=(1e-17, 1))


def draw_steps(axis, report, quantities, colour, marker, label):
    steps = np.array([rung["step"] for rung in report["times"]["rungs"]])
    along = quantities["state"]["times"]
    errors = column(along["errors"])
    order = report["times"]["declared_order"]
    axis.loglog(steps, errors, marker, color=colour, ms=4, label=f"{label}: order {along['order']:.2f}")
    axis.loglog(steps, errors[0] * (steps / steps[0]) ** order, "-", color=colour, lw=0.8)


def main():
    plt.rcParams.update({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False})
    figure, axes = plt.subplots(2, 3, figsize=(7.6, 4.9), layout="constrained")
    for (game, settings, grids, firsts), above, below in zip(GAMES, *axes, strict=True):
        for (scheme, colour, marker), first in zip(SCHEMES, firsts, strict=True):
            report, quantities = converged(game, settings, scheme, first, grids if scheme == "etdrk4" else grids.split(",")[-1])
            draw_steps(below, report, quantities, colour, marker, scheme)
            orders = {name: quantity["times"]["order"] for name, quantity in quantities.items()}
            print(game, scheme, "orders", orders)
            if scheme == "etdrk4":
                draw_grids(above, report, quantities)
                print(game, {name: (q["grids"]["behaviour"], q["grids"]["rate"]) for name, q in quantities.items()})
        above.set_title(game)
        below.set(xlabel="step")
        below.xaxis.set_minor_formatter(NullFormatter())
        below.legend(frameon=False, fontsize=6, loc=(-0.03, 0.24), handletextpad=0.1)
    axes[0, 0].set_ylabel("difference to the finest grid")
    axes[1, 0].set_ylabel("error of the pair")
    axes[0, 0].legend(frameon=False, fontsize=6.5)
    figure.savefig(HERE / "converge.png", dpi=160)


if __name__ == "__main__":
    main()
