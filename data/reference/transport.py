"""Makes transport.txt: exact discrete optimal transport by POT's dense network simplex.

    python3 -m venv .peers && .peers/bin/pip install numpy pot
    .peers/bin/python data/reference/transport.py > data/reference/transport.txt

A(x1, x2), B(x1, x2) and a(x), b(x) below are sampled at i/n (i1/n1, i2/n2); the masses at these nodes are normalised, the
squared geodesic distances are those of the torus with the given periods. The status of the solver is checked.
"""
import sys
from importlib.metadata import version

import numpy as np
import ot

P = 2 * np.pi
GRIDS = [
    ((8, 8), (1.0, 1.0)), ((15, 15), (1.0, 1.0)), ((16, 16), (1.0, 1.0)), ((24, 16), (1.0, 2.0)), ((32, 32), (1.0, 1.0)),
    ((40, 24), (3.0, 0.5)), ((16,), (1.0,)), ((64,), (1.0,)),
]


def densities(shape):
    if len(shape) == 1:
        x = np.arange(shape[0]) / shape[0]
        return np.exp(3 * np.cos(P * (x - 0.1))), np.exp(2 * np.cos(P * (x - 0.55)) + 0.5 * np.sin(2 * P * x))
    x1, x2 = np.meshgrid(*(np.arange(n) / n for n in shape), indexing="ij")
    return (
        np.exp(0.7 * np.cos(P * (x1 - 0.15)) + 0.5 * np.sin(P * x2) + 0.4 * np.cos(P * (x1 + x2))),
        np.exp(0.6 * np.sin(P * x1) + 0.8 * np.cos(P * (x2 - 0.3)) + 0.3 * np.sin(2 * P * x1) * np.cos(P * x2)),
    )


def cost_matrix(shape, periods):
    total = 0.0
    nodes = np.indices(shape).reshape(len(shape), -1)
    for n, period, index in zip(shape, periods, nodes):
        steps = np.abs(index[:, None] - index[None, :])
        total = total + (np.minimum(steps, n - steps) * (period / n)) ** 2
    return total


print(f"# shape, periods, W2^2, primal - dual of the solver itself. Made by transport.py with POT {version('pot')}.")
for shape, periods in GRIDS:
    a, b = (f.ravel() / f.sum() for f in densities(shape))
    cost = cost_matrix(shape, periods)
    value, log = ot.emd2(a, b, cost, numItermax=10**9, log=True)
    if log["warning"] is not None:
        sys.exit(f"{shape}: {log['warning']}")
    gap = value - (a @ log["u"] + b @ log["v"])
    print(",".join(map(str, shape)), ",".join(map(str, periods)), repr(float(value)), f"{gap:.0e}")
