"""Exact W2: `nashflow w2` beside POT and pysdot, alternately in one run, one thread each.

    python3 -m venv .peers && .peers/bin/pip install numpy scipy pot
    python3 -m venv .pysdot && .pysdot/bin/pip install "numpy<2" scipy pysdot==0.2.16     (needs Python 3.8 to 3.12)
    cargo build --release
    .peers/bin/python benches/peers/transport.py [rounds] [--pysdot .pysdot/bin/python] [--only grid,circle,semi,continuous]

The time of nashflow is the wall time of the whole command, files and start of the process included, and where its Python
package is installed (`.peers/bin/pip install ./python`) that of the call with the same arrays; the time of a peer is that of
its call alone. Every round measures all programs; the table holds medians and the ratios peer / nashflow, and both answers,
so that a wrong one shows.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", RAYON_NUM_THREADS="1")

import numpy as np

try:
    import nashflow
except ImportError:
    nashflow = None

ROOT = pathlib.Path(__file__).resolve().parents[2]
NASHFLOW = ROOT / "target" / "release" / "nashflow"
P = 2 * np.pi


def smooth(n, which):
    """Two densities on the n x n nodes of the unit torus."""
    x1, x2 = np.meshgrid(np.arange(n) / n, np.arange(n) / n, indexing="ij")
    if which == 0:
        return np.exp(0.7 * np.cos(P * (x1 - 0.15)) + 0.5 * np.sin(P * x2) + 0.4 * np.cos(P * (x1 + x2)))
    return np.exp(0.6 * np.sin(P * x1) + 0.8 * np.cos(P * (x2 - 0.3)) + 0.3 * np.sin(2 * P * x1) * np.cos(P * x2))


def ours(*arguments):
    """Wall seconds, value of W2 and error bar of one `nashflow w2`."""
    start = time.perf_counter()
    process = subprocess.Popen([NASHFLOW, "w2", *map(str, arguments), "--json", "--quiet"], stdout=subprocess.PIPE)
    text = process.stdout.read()
    status = process.wait()
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"nashflow w2 {' '.join(map(str, arguments))} failed with status {status}")
    answer = json.loads(text)
    return seconds, answer["w2"], answer["error"]


def called(kind, a, b, **options):
    """The same of a call of the Python package; none without it."""
    if nashflow is None:
        return None

    measure = getattr(nashflow, kind)

    def call():
        start = time.perf_counter()
        answer = nashflow.w2(measure(a), measure(b), threads=1, **options)
        return time.perf_counter() - start, answer.w2, answer.error

    return call


def save(folder, name, array):
    path = folder / f"{name}.npy"
    np.save(path, array)
    return path


def grid_case(folder, n, with_peer):
    import ot

    a, b = smooth(n, 0), smooth(n, 1)
    files = [f"density:{save(folder, name + str(n), v)}" for name, v in (("a", a), ("b", b))]

    def peer():
        k = np.abs(np.arange(n)[:, None] - np.arange(n)[None, :])
        c = (np.minimum(k, n - k) / n) ** 2
        cost = (c[:, None, :, None] + c[None, :, None, :]).reshape(n * n, n * n)
        start = time.perf_counter()
        value, log = ot.emd2((a / a.sum()).ravel(), (b / b.sum()).ravel(), cost, numItermax=10**9, log=True)
        seconds = time.perf_counter() - start
        if log["warning"] is not None:
            sys.exit(f"POT: {log['warning']}")
        return seconds, float(value) ** 0.5

    call = called("density", a, b, period=(1, 1), reading="nodes")
    return lambda: ours(*files, "--period", "1,1", "--reading", "nodes"), call, peer if with_peer else None


def circle_case(folder, n):
    import ot

    rng = np.random.default_rng(1)
    x, y = rng.vonmises(0.0, 1.0, n) / P % 1.0, rng.vonmises(2.0, 2.0, n) / P % 1.0
    files = [f"cloud:{save(folder, name + str(n), v)}" for name, v in (("x", x), ("y", y))]

    def peer():
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = float(np.ravel(ot.wasserstein_circle(x, y, p=2))[0])
        return time.perf_counter() - start, value**0.5

    return lambda: ours(*files), called("cloud", x, y), peer


PYSDOT = """
import sys, time, json, numpy as np
from pysdot import OptimalTransport
from pysdot.domain_types import ConvexPolyhedraAssembly, ScaledImage
points = np.load(sys.argv[1]); pixels = np.load(sys.argv[2]) if len(sys.argv) > 2 else None
if pixels is None:
    domain = ConvexPolyhedraAssembly(); domain.add_box([-1, -1], [2, 2])
else:
    domain = ScaledImage([-1, -1], [2, 2], np.ascontiguousarray(np.tile(pixels / pixels.mean(), (3, 3))))
start = time.perf_counter()
n = len(points)
ot = OptimalTransport(points, np.zeros(n), domain, np.full(n, 1.0 / n), obj_max_dw=0, obj_max_dm=1e-12)
for a in (-1, 0, 1):
    for b in (-1, 0, 1):
        if a or b: ot.pd.add_replication(np.array([a, b], float))
ot.adjust_weights()
seconds = time.perf_counter() - start
print(json.dumps([seconds, float(np.sum(ot.pd.second_order_moments())) ** 0.5]))
"""


def semi_case(folder, n, pixels, python):
    rng = np.random.default_rng(1)
    points = save(folder, f"p{n}", rng.random((n, 2)))
    extra = []
    density = "expr:1"
    if pixels:
        image = save(folder, f"image{pixels}", smooth(pixels, 0))
        # Its first axis is the second coordinate.
        turned = save(folder, f"turned{pixels}", np.ascontiguousarray(smooth(pixels, 0).T))
        # A pixel of pysdot begins where its index says; a cell of nashflow is centred at its node.
        extra = ["--reading", "constant", "--origin", f"1/{2 * pixels},1/{2 * pixels}"]
        density = f"density:{image}"

    def peer():
        command = [python, "-c", PYSDOT, str(points)] + ([str(turned)] if pixels else [])
        return tuple(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]))

    return lambda: ours(f"cloud:{points}", density, "--period", "1,1", *extra), None, peer if python else None


def continuous_case(folder, n):
    files = [f"density:{save(folder, name + str(n), smooth(n, k))}" for k, name in ((0, "c"), (1, "d"))]
    call = called("density", smooth(n, 0), smooth(n, 1), period=(1, 1))
    return lambda: ours(*files, "--period", "1,1"), call, None


def cases(folder, options):
    only = options.only.split(",")
    if "circle" in only:
        for n in (10**4, 10**5, 10**6):
            yield f"circle, {n:.0e} atoms", "POT", circle_case(folder, n)
    if "grid" in only:
        for n in (32, 48, 64, 128, 256, 512):
            yield f"grid {n} x {n}", "POT", grid_case(folder, n, n <= options.largest)
    if "semi" in only:
        for n, pixels in ((10**4, 0), (10**4, 64), (10**5, 0)):
            name = f"{n:.0e} atoms, " + (f"{pixels}^2 pixels" if pixels else "uniform")
            yield name, "pysdot", semi_case(folder, n, pixels, options.pysdot)
    if "continuous" in only:
        for n in (64, 128, 256):
            yield f"continuous {n} x {n}", "none", continuous_case(folder, n)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", nargs="?", type=int, default=3)
    parser.add_argument("--pysdot", metavar="PYTHON", help="interpreter that has pysdot")
    parser.add_argument("--only", default="circle,grid,semi,continuous")
    parser.add_argument("--largest", type=int, default=64, help="largest grid given to POT (64 takes 49 s and 0.8 GB)")
    options = parser.parse_args()
    print("| case | command s | call s | its bar | peer | peer s | peer / command | peer / call | difference of the values |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for label, tool, (mine, call, peer) in cases(pathlib.Path(name), options):
            here, inside, there = [], [], []
            for _ in range(options.rounds):
                here.append(mine())
                if call:
                    inside.append(call())
                if peer:
                    there.append(peer())
            seconds, within, other = ([x[0] for x in times] for times in (here, inside, there))
            median = lambda times: f"{statistics.median(times):.3f}" if times else "-"
            ratio = lambda times: f"{statistics.median(other) / statistics.median(times):.1f}" if other and times else "-"
            row = [label, median(seconds), median(within), f"{here[0][2]:.1e}", tool if peer else "-", median(other)]
            row += [ratio(seconds), ratio(within), f"{abs(here[0][1] - there[0][1]):.1e}" if peer else "-"]
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
