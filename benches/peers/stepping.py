"""Seconds per ETDRK4 step: nashflow beside numpy and exponax, alternately in one run, one thread each.

    python3 -m venv .peers && .peers/bin/pip install numpy scipy exponax
    .peers/bin/python benches/peers/stepping.py [rounds]

The games are those of benches/step.rs. Every round measures all three; the table holds medians over the rounds and the
ratios peer / nashflow.
"""
import os
import re
import statistics
import subprocess
import sys
import time

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", RAYON_NUM_THREADS="1", JAX_ENABLE_X64="1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import numpy as np
import scipy.fft as fft

CASES = [(1, 256), (1, 1024), (2, 64), (2, 128), (2, 256)]
STEP = 1e-4
UNITS = {"ns": 1e-9, "µs": 1e-6, "us": 1e-6, "ms": 1e-3, "s": 1.0}


def factors(dim, n):
    """Terms f = sum_r A_r(x) B_r(y) with gradients, the period, the temperature."""
    z = np.arange(n) / n
    p = 2 * np.pi
    if dim == 1:
        period, tau = 6 * np.pi, 0.0625
        axes = [z]
        k = 2 * np.pi / period
        cos, sin = (lambda m, t: np.cos(p * m * t)), (lambda m, t: np.sin(p * m * t))
        well = -1.125 * cos(2, z) + 0.84375 * cos(4, z)
        slope = k * (2.25 * sin(2, z) - 3.375 * sin(4, z))
        one, zero = np.ones(n), np.zeros(n)
        a, da = np.array([well, 13.5 * sin(1, z), one]), np.array([[slope, 13.5 * k * cos(1, z), zero]])
        b, db = np.array([one, sin(1, z), -well]), np.array([[zero, k * cos(1, z), -slope]])
        return axes, a, da, b, db, period, tau
    c, s = (lambda m: np.cos(p * m * z)), (lambda m: np.sin(p * m * z))
    dc, ds = (lambda m: -p * m * np.sin(p * m * z)), (lambda m: p * m * np.cos(p * m * z))
    one, zero = np.ones(n), np.zeros(n)
    x = [((c(1), dc(1)), (s(1), ds(1)), 1.0), ((s(2), ds(2)), (one, zero), 0.7), ((c(1), dc(1)), (c(2), dc(2)), -0.5)]
    y = [((s(1), ds(1)), (c(2), dc(2)), 1.0), ((c(1), dc(1)), (c(1), dc(1)), 1.0), ((c(2), dc(2)), (s(1), ds(1)), 1.0)]

    def tables(side):
        value = np.array([w * np.outer(f[0], g[0]) for f, g, w in side])
        first = np.array([w * np.outer(f[1], g[0]) for f, g, w in side])
        second = np.array([w * np.outer(f[0], g[1]) for f, g, w in side])
        return value, np.array([first, second])

    (a, da), (b, db) = tables(x), tables(y)
    return [z, z], a, da, b, db, 1.0, 0.05


def waves(dim, n, period):
    full, half = np.fft.fftfreq(n, 1 / n) * 2 * np.pi / period, np.fft.rfftfreq(n, 1 / n) * 2 * np.pi / period
    axes = [full] * (dim - 1) + [half]
    squared = sum(k**2 for k in np.meshgrid(*axes, indexing="ij"))
    axes = [k.copy() for k in axes]
    for k in axes:
        k[n // 2] = 0
    return 1j * np.array(np.meshgrid(*axes, indexing="ij")), squared


def start(dim, n, period):
    phase = sum(np.meshgrid(*[np.arange(n) / n] * dim, indexing="ij"))
    density = (1 + 0.5 * np.cos(2 * np.pi * phase)) / period**dim
    return np.stack([density, density])


def coefficients(z, h, points=32):
    """Cox-Matthews coefficients by contour means (real symbols)."""
    roots = np.exp(1j * np.pi * (np.arange(1, points + 1) - 0.5) / points)
    q = f1 = f2 = f3 = 0
    for root in roots:
        w = z + root
        e = np.exp(w)
        q = q + (np.exp(w / 2) - 1) / w
        f1 = f1 + (-4 - w + e * (4 - 3 * w + w**2)) / w**3
        f2 = f2 + (2 + w + e * (w - 2)) / w**3
        f3 = f3 + (-4 - 3 * w - w**2 + e * (4 - w)) / w**3
    return [np.exp(z), np.exp(z / 2)] + [h * (v / points).real for v in (q, f1, f2, f3)]


def numpy_step(dim, n):
    _, a, da, b, db, period, tau = factors(dim, n)
    k, squared = waves(dim, n, period)
    rank, cell, shape, axes = len(a), (period / n) ** dim, (n,) * dim, tuple(range(-dim, 0))
    a, b = a.reshape(rank, -1) * cell, b.reshape(rank, -1) * cell
    da, db = [v.reshape(rank, -1) for v in da], [-v.reshape(rank, -1) for v in db]
    full, half, q, f1, f2, f3 = [np.stack([v, v]) for v in coefficients(-tau * squared * STEP, STEP)]
    forward, inverse = (lambda v: fft.rfftn(v, axes=axes)), (lambda v: fft.irfftn(v, shape, axes=axes))

    def nonlinear(u):
        p = inverse(u)
        m, l = b @ p[1].ravel(), a @ p[0].ravel()
        out = 0
        for i in range(dim):
            drift = np.stack([(m @ da[i]).reshape(shape), (l @ db[i]).reshape(shape)])
            out = out + k[i] * forward(p * drift)
        return out

    state = [forward(start(dim, n, period))]

    def step():
        u = state[0]
        nu = nonlinear(u)
        v = half * u + q * nu
        nv = nonlinear(v)
        w = half * u + q * nv
        nw = nonlinear(w)
        c = half * v + q * (2 * nw - nu)
        state[0] = full * u + f1 * nu + 2 * f2 * (nv + nw) + f3 * nonlinear(c)

    return step, 1


def exponax_step(dim, n):
    import exponax
    import jax
    import jax.numpy as jnp

    _, a, da, b, db, period, tau = factors(dim, n)
    k, _ = waves(dim, n, period)
    a, da, b, db, k = [jnp.asarray(v) for v in (a, da, b, db, k)]
    rank, cell = len(a), (period / n) ** dim

    class Drift(exponax.nonlin_fun.BaseNonlinearFun):
        def __call__(self, u):
            p = self.ifft(u)
            m, l = (b.reshape(rank, -1) @ p[1].ravel()) * cell, (a.reshape(rank, -1) @ p[0].ravel()) * cell
            x = self.fft(p[0][None] * jnp.tensordot(m, da, axes=[[0], [1]]))
            y = self.fft(p[1][None] * -jnp.tensordot(l, db, axes=[[0], [1]]))
            return jnp.stack([(k * x).sum(0), (k * y).sum(0)])

    class Stepper(exponax.BaseStepper):
        def __init__(self):
            super().__init__(dim, period, n, STEP, num_channels=2, order=4, num_circle_points=32)

        def _build_linear_operator(self, derivative):
            laplacian = (derivative**2).sum(0, keepdims=True)
            return jnp.concatenate([tau * laplacian, tau * laplacian])

        def _build_nonlinear_fun(self, derivative):
            return Drift(dim, n, dealiasing_fraction=None)

    stepper = Stepper()
    steps = max(4, 200_000 // n**dim)

    @jax.jit
    def many(u):
        return jax.lax.scan(lambda c, _: (stepper.step_fourier(c), None), u, None, length=steps)[0]

    state = [exponax.fft(jnp.asarray(start(dim, n, period)), num_spatial_dims=dim)]

    def run():
        state[0] = many(state[0]).block_until_ready()

    return run, steps


def seconds(build, dim, n, budget=1.0):
    run, steps = build(dim, n)
    run()
    times, begin = [], time.perf_counter()
    while len(times) < 3 or time.perf_counter() - begin < budget:
        t = time.perf_counter()
        run()
        times.append((time.perf_counter() - t) / steps)
    return statistics.median(times)


def nashflow_seconds():
    """Medians of benches/step.rs: {(what, dim, n): seconds}."""
    output = subprocess.run(["cargo", "bench", "--bench", "step"], check=True, capture_output=True, text=True).stdout
    found, name = {}, None
    for line in output.splitlines():
        if head := re.search(r"[├╰]─ (step|transforms)_([12])d", line):
            name = (head[1], int(head[2]))
        elif row := re.search(r"[├╰]─ (\d+)\s+(.*)", line):
            number, unit = row[2].split("│")[2].split()
            found[(*name, int(row[1]))] = float(number) * UNITS[unit]
    return found


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    columns = {case: {"nashflow": [], "transforms": [], "numpy": [], "exponax": []} for case in CASES}
    for _ in range(rounds):
        own = nashflow_seconds()
        for dim, n in CASES:
            columns[dim, n]["nashflow"].append(own["step", dim, n])
            columns[dim, n]["transforms"].append(own["transforms", dim, n])
            columns[dim, n]["numpy"].append(seconds(numpy_step, dim, n))
            columns[dim, n]["exponax"].append(seconds(exponax_step, dim, n))
    print("| grid | nashflow us | / its FFTs | numpy us | numpy / nashflow | exponax us | exponax / nashflow |")
    print("|---|---|---|---|---|---|---|")
    for (dim, n), column in columns.items():
        own, transforms, numpy, exponax = [statistics.median(column[k]) for k in ("nashflow", "transforms", "numpy", "exponax")]
        ratio = lambda other: statistics.median(o / p for o, p in zip(column[other], column["nashflow"]))
        print(
            f"| {n}{'^2' if dim == 2 else ''} | {own * 1e6:.1f} | {own / transforms:.2f} | {numpy * 1e6:.0f} | {ratio('numpy'):.1f} "
            f"| {exponax * 1e6:.0f} | {ratio('exponax'):.1f} |"
        )


if __name__ == "__main__":
    main()
