"""Judgement of clouds of particles."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from . import _native
from ._arrays import numbers, real
from ._results import Particles, PlayerVerdict, Run, TimeVerdict, Validation

NAMES = ["x", "y", "x_weight", "y_weight", "times"]


def validate(
    cloud: str | Mapping[str, npt.ArrayLike] | Particles,
    run: str | os.PathLike[str] | xr.Dataset | xr.DataTree | Run,
    *,
    time: float | Sequence[float] | None = None,
    equilibrium: bool = False,
    replicas: bool = False,
    samples: int | None = None,
    false_alarm_rate: float = 0.05,
    seed: int = 0,
    threads: int | None = None,
) -> Validation:
    """Whether a cloud is one of independent points of the densities of a run, as ``nashflow validate`` judges it.

    cloud
        A mapping with points ``x`` and ``y`` (or one of them), of shape ``(N, d)``, or ``(T, N, d)`` with ``times``; with
        ``replicas`` another axis in front; perhaps ``x_weight``, ``y_weight``. Or what ``particles`` returned. Or a text as
        after the command: ``"cloud.npz"``, ``"x=a.npy,y=b.npy"``.
    run
        What ``Game.run`` or ``Game.full_run`` returned, or the name of its file.
    time
        Times to compare, where the cloud has none; of a cloud with times only these.
    equilibrium
        Compare with the equilibrium; of an output in memory ``Game.full_run`` has it.

    >>> import numpy, nashflow
    >>> run = nashflow.Game.bundled("separable", set={"solver.time": 0.1, "output.snapshots": 2}).run()
    >>> points = numpy.random.default_rng(1).random((500, 1))
    >>> nashflow.validate({"x": points}, run, time=0.1).times[0].x.verdict
    'biased'
    """
    report = json.loads(
        _native.validate(
            cloud if isinstance(cloud, str) else _arrays(cloud),
            _run(run),
            times=numbers("time", time),
            equilibrium=equilibrium,
            replicas=replicas,
            samples=samples,
            false_alarm_rate=false_alarm_rate,
            seed=seed,
            threads=threads,
        )
    )
    return Validation(
        verdict=report["verdict"],
        times=tuple(_time(part) for part in report.get("times", [report])),
        false_alarm_rate=report["false_alarm_rate"],
        samples=report["samples"],
        notes=tuple(report["notes"]),
        report=report,
    )


def _arrays(cloud: Mapping[str, npt.ArrayLike] | Particles) -> _native._CloudArrays:
    if isinstance(cloud, Particles):
        names = [name for name in NAMES if name in cloud.clouds]
        cloud = {name: cloud.clouds[name].values for name in names} | {"times": cloud.dataset["time"].values}
    if not isinstance(cloud, Mapping):
        raise TypeError(f"cloud: expected a mapping with x and y, or a text, got {type(cloud).__name__}")
    unknown = [str(name) for name in cloud if name not in NAMES]
    if unknown:
        raise TypeError(f"cloud: unknown name {unknown[0]!r}; known: {', '.join(NAMES)}")
    arrays = {name: real(name, values) for name, values in cloud.items()}
    if "x" not in arrays and "y" not in arrays:
        raise TypeError("cloud: holds no points; expected x, y or both")
    return (
        (arrays.get("x"), arrays.get("y")),
        (arrays.get("x_weight"), arrays.get("y_weight")),
        arrays.get("times"),
    )


def _run(run: str | os.PathLike[str] | xr.Dataset | xr.DataTree | Run) -> str | os.PathLike[str] | _native.RunArrays:
    if isinstance(run, str | os.PathLike):
        return run
    tree = run.tree if isinstance(run, Run) else run
    if not isinstance(tree, xr.Dataset | xr.DataTree):
        raise TypeError(f"run: expected what Game.run returned, or the name of a file, got {type(run).__name__}")
    missing = [name for name in ["time", "mu", "nu"] if name not in tree] + ["game"] * ("game" not in tree.attrs)
    if missing:
        raise TypeError(f"run: it has no {missing[0]}; expected a dataset as Game.run returns it")

    def values(data: xr.Dataset | xr.DataTree, name: str, *first: str) -> tuple[npt.NDArray[np.float64], float]:
        array: Any = data[name]
        return real(name, array.transpose(*first, ...))

    times = np.atleast_1d(np.asarray(tree["time"], dtype=np.float64))
    pair = None
    if isinstance(tree, xr.DataTree) and "equilibrium" in tree.children:
        rest = tree.children["equilibrium"]
        pair = (values(rest, "mu"), values(rest, "nu"))
    return _native.RunArrays(
        "run", str(tree.attrs["game"]), times.tolist(), values(tree, "mu", "time"), values(tree, "nu", "time"), pair
    )


def _time(report: Mapping[str, Any]) -> TimeVerdict:
    return TimeVerdict(report["time"], _player(report["x"]), _player(report["y"]), report["verdict"])


def _player(report: Mapping[str, Any] | None) -> PlayerVerdict | None:
    return None if report is None else PlayerVerdict(**{name: report[name] for name in PlayerVerdict.__annotations__})
