"""Makes particles.png and the table of docs/particles.md.

    python3 docs/figures/particles.py

climbs the ladder of two games with the nashflow of target/release, in a temporary folder. Needs numpy and matplotlib; takes some
minutes.
"""

import json
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / "target" / "release" / "nashflow"
PAGE = HERE.parent / "particles.md"
BEGIN, END = "<!-- particles.py begins -->\n", "<!-- particles.py ends -->\n"
LADDER, REPLICAS = "100,300,1000,3000", "16"

GAMES = {
    "rotation": """
[game]
kernel = "cos(2*pi*z)"
temperature = 0.1
[initial]
x = "1 + 0.9*cos(2*pi*x)"
y = "1 + 0.9*sin(2*pi*y)"
[solver]
time = 1.2
[output]
snapshots = 16
""",
    "wells": """
[game]
payoff = "0.3*cos(4*pi*x) - 0.3*cos(4*pi*y) + 0.5*cos(2*pi*(x-y))"
temperature = 0.15
[initial]
x = "exp(2*cos(2*pi*x))"
y = "exp(2*sin(2*pi*y))"
[solver]
time = 8.0
[output]
snapshots = 40
""",
}


def climb(name, text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.toml"
        path.write_text(text)
        words = [PROGRAM, "particles", path, "--ladder", LADDER, "--replicas", REPLICAS, "--step", "0.005", "--json"]
        return json.loads(subprocess.run(words, check=True, capture_output=True).stdout)


def number(value, error):
    digits = max(0, 1 - int(np.floor(np.log10(error))))
    return f"{value:.{digits}f} +- {error:.{digits}f}"


def table(results):
    lines = ["| game | N | error | floor | floor of independent points | decay rate | of the densities |\n", "|---|---|---|---|---|---|---|\n"]
    for name, result in results.items():
        for rung in result["rungs"]:
            cells = [number(rung[key]["w2"], rung[key]["standard_error"]) for key in ("error", "floor", "iid_floor")]
            decay = rung["decay"]
            cells += [number(decay["rate"], decay["standard_error"]), f"{decay['mean_field_rate']:.2f}"] if decay else ["-", "-"]
            lines.append(f"| {name} | {rung['particles']['x']} | {' | '.join(cells)} |\n")
    for name, result in results.items():
        powers = [number(result[key]["exponent"], result[key]["standard_error"]) for key in ("error_power", "floor_power")]
        lines.append(f"\n{name}: spectral gap {result['gap']:.4f}; error ~ N^({powers[0]}), floor ~ N^({powers[1]}).\n")
    return "".join(lines)


def draw(results):
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.8), layout="constrained")
    for (name, result), colour, marker, shift in zip(results.items(), ("C0", "C1"), "os", (0.96, 1.04)):
        rungs = result["rungs"]
        count = np.array([rung["particles"]["x"] for rung in rungs])
        decays = [(n, rung["decay"]) for n, rung in zip(count, rungs) if rung["decay"]]
        rate = np.array([decay["rate"] / decay["mean_field_rate"] for _, decay in decays])
        error = np.array([decay["standard_error"] / decay["mean_field_rate"] for _, decay in decays])
        left.errorbar([shift * n for n, _ in decays], rate, 2 * error, fmt=marker, color=colour, capsize=3, label=name)
        w2 = np.array([rung["floor"]["w2"] for rung in rungs])
        error = np.array([rung["floor"]["standard_error"] for rung in rungs])
        right.errorbar(count, w2, 2 * error, fmt=marker, color=colour, capsize=3, label=name)
        right.plot(count, [rung["iid_floor"]["w2"] for rung in rungs], "-" if marker == "o" else "--", color=colour, lw=0.9)
    left.axhline(1, color="0.5", lw=0.9)
    left.set(xscale="log", xlabel="particles N of each player", ylabel="decay rate of the clouds / of the densities", ylim=(0, 2))
    left.legend(frameon=False)
    right.set(xscale="log", yscale="log", xlabel="particles N of each player", ylabel=r"$W_2$ to the equilibrium at the end")
    right.legend(frameon=False, title="points: clouds\nlines: independent points")
    figure.savefig(HERE / "particles.png", dpi=150)


def main():
    with ThreadPoolExecutor() as pool:
        results = dict(zip(GAMES, pool.map(climb, GAMES, GAMES.values())))
    draw(results)
    page = PAGE.read_text()
    start, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    PAGE.write_text(page[:start] + table(results) + page[end:])


if __name__ == "__main__":
    main()
