"""How cost and memory grow with the size of the work: processor time of whole commands, log-log slopes, a figure.

    python3 -m venv .peers && .peers/bin/pip install numpy matplotlib
    .peers/bin/python benches/scaling.py OUT [FAMILY..]

runs target/release/nashflow at growing sizes, writes OUT/scaling.md and OUT/scaling.png. Times are processor seconds of the
process, the least of three, less those of the same command on next to no work; so another program beside it changes them
little. Steps and threads are compared by wall time where that is the question. Memory is the peak resident size.
"""
import os
import subprocess
import sys
import tempfile
import time

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import LogFormatterSciNotation, NullFormatter, NullLocator
import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NASHFLOW = os.path.join(ROOT, "target", "release", "nashflow")
ROUNDS = 3


def peak(process):
    """Peak resident size so far, in MB; 0 when the process has ended."""
    with open(f"/proc/{process}/status") as file:
        lines = [line for line in file if line.startswith("VmHWM")]
    return int(lines[0].split()[1]) / 1024 if lines else 0.0


def measure(arguments, threads=1):
    """Least processor and wall seconds over the rounds, and peak memory in MB."""
    best = [np.inf, np.inf, 0.0]
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        child = subprocess.Popen([NASHFLOW, *arguments, "--quiet", "--threads", str(threads)], stdout=subprocess.DEVNULL)
        done = 0
        while not done:
            # Of the process itself: the peak that wait4 tells is at least that of its parent.
            best[2] = max(best[2], peak(child.pid))
            time.sleep(0.002)
            done, status, usage = os.wait4(child.pid, os.WNOHANG)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            sys.exit(f"nashflow {' '.join(arguments)}: status {child.returncode}")
        best[0] = min(best[0], usage.ru_utime + usage.ru_stime)
        best[1] = min(best[1], time.perf_counter() - begin)
    return best


def steps(game, sets, few, many, step):
    """Seconds of a step, and memory: from runs of `few` and of `many` steps."""
    common = ["run", game, *sets, "--set", "solver.scheme=etdrk4", "--set", f"solver.step={step}", "--set", "output.snapshots=2", "--force", "-o", "run.h5"]
    costs = [measure([*common, "--set", f"solver.time={count * step}"]) for count in (few, many)]
    return max(costs[1][0] - costs[0][0], 1e-9) / (many - few), costs[1][2]


def write_product_game(name, rank):
    """A payoff of `rank` products without few waves, so that it is applied through its factors."""
    terms = " + ".join(f"exp(0.3*cos(2*pi*(x - {k / (rank + 1)})))*exp(0.4*sin(2*pi*(y + {k / (2 * rank + 1)})))" for k in range(rank))
    with open(name, "w") as file:
        file.write(f'[game]\npayoff = "0.1*({terms})"\ntemperature = 0.3\n')


def density(n):
    t = 2 * np.pi * np.arange(n) / n
    s, u = np.meshgrid(t, t, indexing="ij")
    return np.exp(0.7 * np.cos(s - 0.9) + 0.5 * np.sin(u) + 0.4 * np.cos(s + u)), np.exp(0.6 * np.sin(s) + 0.8 * np.cos(u - 1.8))


def stepping_1d():
    for n in (256, 512, 1024, 2048, 4096, 8192):
        yield n, *steps("wang-chizat-random", ["--set", f"solver.grid={n}"], 50, 50 + 8_000_000 // n, 1e-6)


def stepping_2d():
    for n, many in ((64, 220), (128, 120), (256, 60), (512, 30)):
        yield n, *steps("players-2x2", ["--set", f"solver.grid={n}"], 10, many, 1e-4)


def rank():
    for r in (1, 2, 4, 8, 16, 32):
        write_product_game(f"rank{r}.toml", r)
        yield r, *steps(f"rank{r}.toml", ["--set", "solver.grid=512"], 50, 10_050, 1e-6)


def particles():
    for n in (1000, 10_000, 100_000, 1_000_000, 10_000_000):
        few, many = (10, 20) if n > 1_000_000 else (20, 20 + max(20, 20_000_000 // n if n > 10_000 else 2000))
        command = ["particles", "rotation", "-n", str(n), "--no-distances", "--step", "1e-4", "--set", "output.snapshots=2", "--force", "-o", "cloud.h5"]
        costs = [measure([*command, "--set", f"solver.time={count * 1e-4}"]) for count in (few, many)]
        yield n, (costs[1][0] - costs[0][0]) / (many - few), costs[1][2]


def w2(arguments, nothing):
    cost = measure(["w2", *arguments])
    return max(cost[0] - nothing, 1e-4), cost[2]


def transport(name, sizes, arguments):
    def family():
        nothing = measure(["w2", "expr:1", "expr:1"])[0]
        for n in sizes:
            yield n, *w2(arguments(n), nothing)

    family.__name__ = name
    return family


def circle_points(n):
    random = np.random.default_rng(n)
    np.save("a.npy", random.random(n))
    np.save("b.npy", random.random(n) ** 2)
    return ["a.npy", "b.npy"]


def grid_points(n):
    for name, values in zip(("a.npy", "b.npy"), density(n)):
        np.save(name, values)
    return ["density:a.npy", "density:b.npy", "--reading", "nodes"]


def grid_densities(n):
    return grid_points(n)[:2]


def torus_cloud(n):
    np.save("a.npy", np.random.default_rng(n).random((n, 2)))
    np.save("b.npy", density(64)[0])
    return ["a.npy", "density:b.npy"]


def sweep_points():
    for n in (25, 50, 100, 200, 400):
        with open("sweep.toml", "w") as file:
            file.write(f'[sweep]\nname = "s"\ngame = "rotation"\nrecord = ["verdict", "w2"]\n[[axis]]\nkey = "game.temperature"\nlinspace = {{ from = 0.1, to = 0.3, points = {n} }}\n')
        cost = measure(["sweep", "sweep.toml", "--set", "solver.time=0.2", "--force", "-o", "sweep.h5"])
        yield n, cost[0], cost[2]


def threads():
    """Wall time of a sweep of 100 points and of a million particles."""
    with open("sweep.toml", "w") as file:
        file.write('[sweep]\nname = "s"\ngame = "rotation"\nrecord = ["verdict", "w2"]\n[[axis]]\nkey = "game.temperature"\nlinspace = { from = 0.1, to = 0.3, points = 100 }\n')
    for count in (1, 2):
        cost = measure(["sweep", "sweep.toml", "--set", "solver.time=0.5", "--force", "-o", "sweep.h5"], count)
        yield count, cost[1], cost[2]


FAMILIES = {
    "1-D step, n nodes": (stepping_1d, "s a step"),
    "2-D step, n^2 nodes": (stepping_2d, "s a step"),
    "1-D step, rank r": (rank, "s a step"),
    "particles, N each": (particles, "s a step"),
    "W2, N atoms on the circle": (transport("circle", (10_000, 100_000, 1_000_000, 4_000_000), circle_points), "s"),
    "W2, nodes of n^2 grids": (transport("grid", (32, 64, 128, 256), grid_points), "s"),
    "W2, densities on n^2 grids": (transport("densities", (64, 128, 256, 512), grid_densities), "s"),
    "W2, N atoms and a density": (transport("atoms", (1000, 10_000, 100_000), torus_cloud), "s"),
    "sweep of p points": (sweep_points, "s"),
    "sweep on k threads (wall)": (threads, "s"),
}


def slope(sizes, costs):
    """Least-squares slope of the logarithms over the larger half of the sizes."""
    k = max(2, (len(sizes) + 1) // 2)
    return np.polyfit(np.log(sizes[-k:]), np.log(costs[-k:]), 1)[0]


def short(size):
    """`1e6` for large powers of ten, else the number."""
    return f"1e{round(np.log10(size))}" if size >= 1000 and np.log10(size) % 1 == 0 else f"{size:g}"


def main():
    out = os.path.abspath(sys.argv[1])
    chosen = sys.argv[2:] or FAMILIES
    os.makedirs(out, exist_ok=True)
    rows, curves = ["| work | size: seconds (MB) | slope |", "|---|---|---|"], []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name in chosen:
            family, unit = FAMILIES[name]
            data = list(family())
            sizes, costs = np.array([d[0] for d in data], float), np.array([d[1] for d in data])
            exponent = slope(sizes, costs)
            cells = "; ".join(f"{int(n)}: {cost:.3g} ({memory:.0f})" for n, cost, memory in data)
            rows.append(f"| {name}, {unit} | {cells} | {exponent:.2f} |")
            print(rows[-1], flush=True)
            curves.append((name, unit, sizes, costs, exponent))
        os.chdir(out)
    with open("scaling.md", "w") as file:
        file.write("\n".join(rows) + "\n")
    columns = min(5, len(curves))
    figure, axes = plt.subplots(-(-len(curves) // columns), columns, figsize=(3.1 * columns, 2.9 * -(-len(curves) // columns)), squeeze=False)
    for ax in axes.flat[len(curves):]:
        ax.set_visible(False)
    for ax, (name, unit, sizes, costs, exponent) in zip(axes.flat, curves):
        ax.loglog(sizes, costs, "o-", color="#0072B2", ms=4)
        ax.loglog(sizes, costs[-1] * (sizes / sizes[-1]) ** exponent, "--", color="#999999", lw=1)
        ax.set_title(name, fontsize=9)
        ax.set_ylabel(unit, fontsize=8)
        ax.tick_params(labelsize=7)
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xticks(sizes, [short(size) for size in sizes])
        ax.yaxis.set_major_formatter(LogFormatterSciNotation())
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.text(0.95, 0.05 if exponent > 0 else 0.9, f"slope {exponent:.2f}", transform=ax.transAxes, fontsize=8, ha="right")
        ax.grid(True, which="major", alpha=0.3)
    figure.tight_layout()
    figure.savefig("scaling.png", dpi=130)


if __name__ == "__main__":
    main()
