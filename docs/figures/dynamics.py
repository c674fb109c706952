"""Makes dynamics.png: eight dynamics of the game limit-cycle from one initial state.

    python3 docs/figures/dynamics.py

runs `nashflow compare` of target/release in a temporary folder. Needs numpy, h5py and matplotlib; takes half a minute.
"""

import subprocess
import tempfile
from pathlib import Path

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / "target" / "release" / "nashflow"
# What compare is asked for, name in the figure, colour, line.
DYNAMICS = [
    ("mfl-da", "MFL-DA: a limit cycle", "#000000", "-"),
    ("forgetting-average:rate=1", "forgetting average, a = 1", "#999999", "-"),
    ("optimistic:rate=5", "optimistic, a = 5", "#56b4e9", "-"),
    ("extragradient:lookahead=0.1", "extragradient, d = 0.1", "#e69f00", "--"),
    ("wasserstein-fisher-rao", "Wasserstein-Fisher-Rao, g = 1", "#d55e00", "-"),
    ("quasistatic", "quasistatic", "#cc79a7", "-."),
    ("fisher-rao", "Fisher-Rao", "#009e73", "-"),
    ("best-response", "best response", "#0072b2", "--"),
]
# Bumps whose logarithms are smooth on the circle, as wide as those of the game file.
STARTS = {"initial.x": "exp(225*(cos((x-1.9)/3)-1))", "initial.y": "exp(225*(cos(y/3)-1))"}
TIME = 60.0


def compared(folder):
    """Times, W2 and duality gap of all dynamics."""
    keys = {f"{key}": f'"{value}"' for key, value in STARTS.items()} | {"solver.time": TIME, "output.snapshots": 300}
    sets = [word for key, value in keys.items() for word in ("--set", f"{key}={value}")]
    names = ",".join(name for name, *_ in DYNAMICS)
    command = [PROGRAM, "compare", "limit-cycle", "--dynamics", names, "-o", "compared.h5", "--quiet", *sets]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)
    with h5py.File(folder / "compared.h5", "r") as file:
        return file["time"][:], file["w2"][:], file["nikaido_isoda"][:]


def main():
    with tempfile.TemporaryDirectory() as name:
        time, w2, gap = compared(Path(name))
    plt.rcParams.update({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False})
    figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.1), sharex=True, layout="constrained")
    for values, axis, label in ((w2, axes[0], "$W_2$ to the equilibrium"), (gap, axes[1], "duality gap NI")):
        for (_, what, colour, style), row in zip(DYNAMICS, values, strict=True):
            axis.semilogy(time, np.where(row > 0, row, np.nan), style, color=colour, lw=1.3, label=what)
        axis.set(xlabel="time $t$", ylabel=label, xlim=(0, TIME), ylim=(1e-9, None))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(HERE / "dynamics.png", dpi=160)
    for (name, *_), row in zip(DYNAMICS, w2, strict=True):
        print(f"{name:30} W2 at the end {row[-1]:.3g}")


if __name__ == "__main__":
    main()
