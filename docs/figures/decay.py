"""Makes decay.png and the table "measured decay beside the gap" of docs/validation.md.

    python3 docs/figures/decay.py

runs every game below with the nashflow of target/release, in a temporary folder. The games named like files of data/games are
these, with other times or parameters; the others are written out here. Needs numpy, h5py and matplotlib; takes a few minutes.
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

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / "target" / "release" / "nashflow"
TABLE = HERE.parent / "validation.md"
BEGIN, END = "<!-- decay.py begins -->\n", "<!-- decay.py ends -->\n"

GAMES = {
    "wells": """
[game]
payoff = "0.3*cos(4*pi*x) - 0.3*cos(4*pi*y) + 0.5*cos(2*pi*(x-y))"
temperature = 0.15
[initial]
x = "exp(cos(2*pi*x))"
y = "1 + 0.5*sin(2*pi*y)"
[solver]
time = 12.0
""",
    "periods": """
[game]
payoff = "sin(pi*x)*cos(2*pi*y/3) + 0.4*cos(pi*x) + 0.2*sin(4*pi*y/3)"
temperature = { x = 0.2, y = 0.1 }
timescale = 0.7
[game.domain]
x = { dim = 1, period = 2.0 }
y = { dim = 1, period = 3.0, origin = -1.0 }
[initial]
x = "exp(sin(pi*x))"
y = "1"
[solver]
time = 45.0
""",
}
# Name in the table, game, keys to set.
RUNS = [
    ("rotation", "rotation", ["solver.time=4"]),
    ("rotation, eta = 1.5", "rotation", ["solver.time=4", "game.timescale=1.5"]),
    ("rotation, tau = (0.3, 0.05)", "rotation", ["solver.time=4", "game.temperature={ x = 0.3, y = 0.05 }"]),
    ("convolution", "convolution", ["solver.time=9"]),
    ("separable", "separable", ["solver.time=1"]),
    ("two-temperatures", "two-temperatures", ["solver.time=300"]),
    ("wang-chizat-random, tau = 0.4", "wang-chizat-random", ["solver.time=14", "game.temperature=0.4"]),
    ("limit-cycle-warm", "limit-cycle-warm", ["solver.time=500"]),
    ("wells", "wells", []),
    ("periods", "periods", []),
    ("players-1x2", "players-1x2", ["solver.time=8", "output.snapshots=160"]),
    ("players-2x2", "players-2x2", ["solver.time=6", "output.snapshots=120"]),
]


def run(folder, game, keys):
    """The summary of a run and its times and distances."""
    if game in GAMES:
        (folder / f"{game}.toml").write_text(GAMES[game])
        game = f"{game}.toml"
    sets = [word for key in keys for word in ["--set", key]]
    command = [PROGRAM, "run", game, "--json", "--quiet", "--force", "-o", "run.h5", *sets]
    summary = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=folder).stdout)
    with h5py.File(folder / "run.h5", "r") as file:
        return summary, file["time"][:], file["w2"][:]


def row(name, summary):
    spectrum, decay, rates = summary["spectrum"], summary["decay"], summary["rates"]
    value = rates["eigenvalue"]
    pair = f"{-value[0]:.8g}" + (f" +- {abs(value[1]):.5g}i" if value[1] else "")
    cells = [
        name,
        f"{spectrum['guaranteed_rate']:.8g}",
        f"{spectrum['gap']:.8g}",
        pair,
        f"{decay['rate']:.8g} +- {decay['error']:.0e}",
        f"{rates['to_eigenvalue'] - 1:+.0e}",
    ]
    return "| " + " | ".join(cells) + " |\n"


def write_table(results):
    head = "| game | guaranteed rate | gap | eigenvalue (negative) of the decay | measured rate | measured/eigenvalue - 1 |\n"
    lines = [head, "|---|---|---|---|---|---|\n", *(row(name, summary) for name, (summary, _, _) in results.items())]
    text = TABLE.read_text()
    before, rest = text.split(BEGIN)
    TABLE.write_text(before + BEGIN + "".join(lines) + END + rest.split(END)[1])


def draw(results):
    colours = plt.get_cmap("viridis")(np.linspace(0.0, 0.9, len(results)))
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
    for (name, (summary, time, w2)), colour in zip(results.items(), colours):
        rate = -summary["rates"]["eigenvalue"][0]
        seen = w2 > 1e3 * np.finfo(float).eps
        left.semilogy(rate * time[seen], w2[seen] / w2[0], color=colour, lw=1.3, label=name)
    scaled = np.array([0.0, 22.0])
    left.semilogy(scaled, np.exp(-scaled), "k--", lw=1, label="exp(-gamma t)")
    left.set(xlim=(0, 22), ylim=(1e-12, 3), xlabel="gamma t, gamma the rate of the linearisation", ylabel="W2(t)/W2(0)")
    left.legend(fontsize=7, loc="lower left")
    measured = np.array([s["decay"]["rate"] for s, _, _ in results.values()])
    gap = np.array([s["spectrum"]["gap"] for s, _, _ in results.values()])
    guaranteed = np.array([s["spectrum"]["guaranteed_rate"] for s, _, _ in results.values()])
    line = np.array([1e-10, 100.0])
    right.loglog(line, line, color="0.6", lw=1)
    right.loglog(gap, measured, "o", color="#420a68", label="gap")
    right.loglog(guaranteed, measured, "^", color="#d95f0e", mfc="none", label="guaranteed rate")
    for (name, _), g, m in zip(results.items(), gap, measured):
        if abs(m / g - 1) > 0.1:
            right.annotate(name + ": modes that the\nstart does not excite are slower", (g, m), (2.5 * g, 3 * m), fontsize=7)
    right.set(xlim=(3e-10, 60), ylim=(0.01, 60), xlabel="rate of the linearisation", ylabel="measured rate of W2")
    right.legend(fontsize=8, loc="upper left")
    figure.savefig(HERE / "decay.png", dpi=130)


def main():
    results = {}
    with tempfile.TemporaryDirectory() as name:
        for label, game, keys in RUNS:
            results[label] = run(Path(name), game, keys)
            print(row(label, results[label][0]), end="", flush=True)
    write_table(results)
    draw(results)


main()
