"""Makes limit-cycle.png from two output files of nashflow.

    nashflow run limit-cycle --set output.snapshots=800 -o cycle.h5
    nashflow run limit-cycle --set output.snapshots=800 --set 'initial.x="1"' --set 'initial.y="1"' -o uniform.h5
    python3 docs/figures/make.py cycle.h5 uniform.h5

Without arguments it runs these two commands itself, in a temporary folder, with the nashflow of target/release.
Needs numpy, h5py and matplotlib.
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
RUNS = {
    "cycle.h5": [],
    "uniform.h5": ["--set", 'initial.x="1"', "--set", 'initial.y="1"'],
}


def run_games(folder):
    program = HERE.parents[1] / "target" / "release" / "nashflow"
    for name, changes in RUNS.items():
        command = [program, "run", "limit-cycle", "--set", "output.snapshots=800", *changes, "-o", folder / name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return [folder / name for name in RUNS]


def show_density(axes, file, density, coordinate, label):
    time, nodes = file["time"][:], file[coordinate][:]
    spacing = nodes[1] - nodes[0]
    edges = np.append(nodes, nodes[-1] + spacing) - spacing / 2
    midpoints = (time[1:] + time[:-1]) / 2
    values = np.maximum(file[density][:].T, 0.0)
    image = axes.pcolormesh(
        np.concatenate(([time[0]], midpoints, [time[-1]])), edges, values, cmap="inferno", vmin=0.0, vmax=2.0,
        rasterized=True,
    )
    axes.set_ylim(-4.5, 4.5)
    axes.set_ylabel(f"${coordinate}$")
    axes.text(
        0.993, 0.93, label, transform=axes.transAxes, ha="right", va="top", color="white", fontsize=10
    )
    return image


def show_distance(axes, file, label, colour, style):
    axes.plot(file["time"][:], file["w2"][:], color=colour, linestyle=style, linewidth=1.6, label=label)


def draw(cycle_path, uniform_path, target):
    plt.rcParams.update({"font.size": 10, "axes.titlesize": 10})
    figure, (top, middle, bottom) = plt.subplots(
        3, 1, figsize=(7.2, 6.0), sharex=True, layout="constrained", height_ratios=[1.0, 1.0, 0.9]
    )
    with h5py.File(cycle_path, "r") as cycle, h5py.File(uniform_path, "r") as uniform:
        image = show_density(top, cycle, "mu", "x", r"$\mu(t, x)$, descending player")
        show_density(middle, cycle, "nu", "y", r"$\nu(t, y)$, ascending player")
        figure.colorbar(image, ax=[top, middle], label="density", pad=0.01, aspect=30, ticks=[0.0, 0.5, 1.0, 1.5, 2.0])
        show_distance(bottom, cycle, "from the start shown above", "#420a68", "-")
        show_distance(bottom, uniform, "from uniform densities", "#d95f0e", "--")
        bottom.set_xlim(cycle["time"][0], cycle["time"][-1])
    bottom.set_yscale("log")
    bottom.set_ylim(1e-8, 1e2)
    bottom.set_yticks([1e-8, 1e-6, 1e-4, 1e-2, 1.0, 1e2])
    bottom.minorticks_off()
    bottom.set_xlabel("time $t$")
    bottom.set_ylabel(r"$W_2$ to the equilibrium")
    bottom.grid(True, which="major", linewidth=0.3, color="0.8")
    bottom.legend(loc="lower left", frameon=True, fontsize=9)
    figure.savefig(target, dpi=160, metadata={"Software": None})


def main():
    target = HERE / "limit-cycle.png"
    if len(sys.argv) == 3:
        draw(sys.argv[1], sys.argv[2], target)
    elif len(sys.argv) == 1:
        with tempfile.TemporaryDirectory() as folder:
            draw(*run_games(Path(folder)), target)
    else:
        sys.exit(__doc__)
    print(target)


if __name__ == "__main__":
    main()
