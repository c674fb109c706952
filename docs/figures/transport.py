"""Makes torus-map.png and circle-coupling.png from plans written by `nashflow w2`.

    python3 docs/figures/transport.py

Runs the commands itself, in a temporary folder, with the nashflow of target/release. Needs numpy, h5py and matplotlib.
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
NASHFLOW = HERE.parents[1] / "target" / "release" / "nashflow"
TORUS = [
    "expr:exp(0.8*cos(2*pi*(x1-0.3)) + 0.8*sin(2*pi*x2)*cos(2*pi*x1))",
    "expr:exp(0.9*cos(2*pi*(x2-0.2)) - 0.7*cos(2*pi*(x1+x2)))",
]
CIRCLE = ["expr:exp(3*cos(2*pi*(x-0.85))) + 0.2*exp(4*cos(2*pi*(x-0.4)))", "expr:exp(2*cos(2*pi*(x-0.12))) + 1"]
DARK, BRIGHT = "#420a68", "#d95f0e"


def plan(folder, measures):
    path = folder / "plan.h5"
    subprocess.run([NASHFLOW, "w2", *measures, "--plan", path, "--force"], check=True, stdout=subprocess.DEVNULL)
    with h5py.File(path, "r") as file:
        return {name: file[name][()] for name in file}, file.attrs["w2"]


def fourier(values, points):
    """Values of the trigonometric interpolant of nodes on the unit torus at `points`, one row each."""
    result = np.fft.fftn(values)[None] / values.size
    for n, x in zip(values.shape, points.T):
        phase = np.exp(2j * np.pi * np.outer(x, np.fft.fftfreq(n, 1 / n)))
        result = (phase.reshape(phase.shape + (1,) * (result.ndim - 2)) * result).sum(axis=1)
    return result.real


def evaluate(measure, **coordinates):
    """Density of a word `expr:FORMULA` at the coordinates, up to its normalisation."""
    names = {name: getattr(np, name) for name in ("exp", "cos", "sin", "pi")}
    return eval(measure.removeprefix("expr:"), names | coordinates)


def draw_torus(folder, target):
    data, distance = plan(folder, TORUS)
    move = np.stack([data["displacement_x1"], data["displacement_x2"]], axis=-1)

    def image(points):
        return points + np.stack([fourier(move[..., i], points) for i in (0, 1)], axis=-1)

    fine = np.linspace(0, 1, 201)
    x1, x2 = np.meshgrid(fine, fine, indexing="ij")
    densities = [evaluate(measure, x1=x1, x2=x2) for measure in TORUS]
    densities = [density / density[:-1, :-1].mean() for density in densities]
    levels = np.linspace(0, max(density.max() for density in densities), 25)
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.7), layout="constrained", sharey=True)
    for axes, density in zip((left, right), densities):
        filled = axes.contourf(x1, x2, density, levels, cmap="cividis")
    figure.colorbar(filled, ax=[left, right], label="density", pad=0.01, aspect=30, ticks=range(0, 10))
    coarse = (np.arange(14) + 0.5) / 14
    starts = np.stack(np.meshgrid(coarse, coarse, indexing="ij"), axis=-1).reshape(-1, 2)
    arrows = image(starts) - starts
    left.quiver(*starts.T, *arrows.T, angles="xy", scale_units="xy", scale=1, color="white", width=0.005)
    for value in np.linspace(0, 1, 15)[:-1]:
        for line in (np.stack([np.full_like(fine, value), fine], 1), np.stack([fine, np.full_like(fine, value)], 1)):
            moved = image(line)
            for shift in [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]:
                right.plot(*(moved + shift).T, color="white", linewidth=0.7)
    left.set_title(r"source $\mu$, displacement $T(x) - x$")
    right.set_title(r"target $\nu$, image of a square grid")
    for axes in (left, right):
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="$x_1$", aspect="equal")
    left.set_ylabel("$x_2$")
    figure.suptitle(f"Optimal map $T$ on the torus, $W_2$ = {distance:.6f}", fontsize=10)
    figure.savefig(target, dpi=160, metadata={"Software": None})


def draw_circle(folder, target):
    data, distance = plan(folder, CIRCLE)
    x, move, source = data["x"], data["displacement_x"], data["source_density"]
    figure, axes = plt.subplots(figsize=(7.2, 3.0), layout="constrained")
    fine = np.linspace(0, 1, 801)
    for measure, side, colour, label in ((CIRCLE[0], 1, DARK, r"source $\mu$"), (CIRCLE[1], -1, BRIGHT, r"target $\nu$")):
        values = evaluate(measure, x=fine)
        axes.fill_between(fine, side, side + side * 0.8 * values / values.max(), color=colour, alpha=0.85, label=label)
    starts = (np.arange(4000) + 0.5) / 4000
    mass = np.cumsum(fourier(source, starts[:, None])) / len(starts)
    parts = 40
    begin = starts[np.searchsorted(mass, (np.arange(parts) + 0.5) / parts)]
    end = begin + fourier(move, begin[:, None])
    for shift in (-1, 0, 1):
        axes.plot([begin + shift, end + shift], [1, -1], color="0.35", linewidth=0.7)
    axes.set(xlim=(0, 1), ylim=(-1.95, 1.95), xlabel="$x$ on a circle of length 1", yticks=[])
    axes.set_title(f"Each line carries 1/{parts} of the mass, some of it through 0 = 1;  $W_2$ = {distance:.6f}")
    axes.legend(loc="lower center", ncols=2, fontsize=9, frameon=False)
    figure.savefig(target, dpi=160, metadata={"Software": None})


def main():
    plt.rcParams.update({"font.size": 10, "axes.titlesize": 10})
    with tempfile.TemporaryDirectory() as folder:
        for draw, name in ((draw_torus, "torus-map.png"), (draw_circle, "circle-coupling.png")):
            draw(Path(folder), HERE / name)
            print(HERE / name)


if __name__ == "__main__":
    main()
