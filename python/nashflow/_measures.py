"""Distances between any two measures."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy.typing as npt
import xarray as xr

from . import _native
from ._arrays import Values, numbers, real
from ._native import InputError
from ._results import Distance


@dataclass(frozen=True)
class Density:
    """Values on a grid: node ``i`` of an axis of ``n`` nodes is at ``origin + i*period/n``."""

    values: Values
    rounding: float


@dataclass(frozen=True)
class Cloud:
    """Points of shape ``(N,)``, ``(N, 1)`` or ``(N, 2)``, with relative weights or without."""

    points: Values
    rounding: float
    weights: Values | None = None


def density(values: npt.ArrayLike) -> Density:
    """Values of a density on a grid, one axis for each axis of the torus. Their scale means nothing."""
    return Density(*real("density", values))


def cloud(points: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Cloud:
    """Points ``(N,)``, ``(N, 1)`` or ``(N, 2)``; they are wrapped into the torus. Weights are divided by their sum."""
    return Cloud(*real("cloud", points), None if weights is None else real("weights", weights)[0])


Measure = str | Density | Cloud | xr.DataArray
# Periods and origins.
Frame = tuple[list[float], list[float]]


def w2(
    a: Measure,
    b: Measure,
    *,
    period: float | Sequence[float] | None = None,
    origin: float | Sequence[float] | None = None,
    line: bool = False,
    reading: str | None = None,
    tolerance: float | None = None,
    threads: int | None = None,
) -> Distance:
    """The exact W2 distance between two measures on a torus of dimension 1 or 2, as ``nashflow w2`` computes it.

    A measure is ``density(values)``, ``cloud(points, weights)``, a density out of a run (``run.mu[-1]``), or a text as
    after the command: ``"expr:exp(cos(2*pi*x))"``, ``"run.h5:/mu@12.5"``, ``"cloud:points.npy"``. A bare array is
    refused: it may be either.

    period, origin
        One number, or one for each axis; those of the densities of a run, or 1 and 0, by default.
    line
        The points live on the line or plane: no period, nothing wraps.
    reading
        What values on a grid stand for: ``"band-limited"`` (the default), ``"constant"`` or ``"nodes"``.
    tolerance
        Wanted error bar over distance.

    >>> distance = w2(cloud([0.1, 0.2]), cloud([0.15, 0.95]))
    >>> round(float(distance), 12)
    0.111803398875
    >>> distance = w2(cloud([0.1, 0.2]), cloud([0.15, 0.95]), line=True)
    >>> round(float(distance), 12)
    0.531507290637
    """
    frames: list[tuple[str, Frame]] = []
    operands = [_operand("a", a, frames), _operand("b", b, frames)]
    periods, origins = numbers("period", period), numbers("origin", origin)
    if line and (frames or periods is not None or origins is not None):
        raise InputError("line=True has neither period nor origin, nor goes with a density of a torus")
    for name, (own_periods, own_origins) in frames:
        for word, asked, own in [("period", periods, own_periods), ("origin", origins, own_origins)]:
            if asked is not None and asked not in (own, own[:1] * (len(set(own)) == 1)):
                raise InputError(f"{name} has the {word} {own}, not {asked}")
        periods, origins = own_periods, own_origins
    report = json.loads(
        _native.w2(
            *operands,
            periods=periods,
            origins=origins,
            line=line,
            reading=reading,
            tolerance=tolerance,
            threads=threads,
        )
    )
    return Distance(**(report | {"notes": tuple(report["notes"])}))


def _operand(name: str, measure: Measure, frames: list[tuple[str, Frame]]) -> _native.Operand:
    if isinstance(measure, str):
        return _native.Operand.typed(measure)
    if isinstance(measure, Density):
        return _native.Operand.density(name, (measure.values, measure.rounding))
    if isinstance(measure, Cloud):
        weights = None if measure.weights is None else (measure.weights, 0.0)
        return _native.Operand.cloud(name, (measure.points, measure.rounding), weights)
    if isinstance(measure, xr.DataArray):
        frames.append((name, _frame(name, measure)))
        return _native.Operand.density(name, real(name, measure))
    raise TypeError(
        f"{name}: expected nashflow.density(values), nashflow.cloud(points), a density of a run or a text, "
        f"got {type(measure).__name__}; an array may be values on a grid or points: say which"
    )


def _frame(name: str, values: xr.DataArray) -> Frame:
    """Periods and origins of a density out of a run."""
    axes = [values.coords[dim].attrs if dim in values.coords else {} for dim in values.dims]
    for dim, attributes in zip(values.dims, axes, strict=True):
        if dim == "time":
            raise TypeError(f"{name} has the dimension time; choose one: .isel(time=-1)")
        if "period" not in attributes or "origin" not in attributes:
            raise TypeError(f"{name}: its coordinate {dim} has no attributes period and origin; use nashflow.density")
        if attributes.get("line"):
            raise TypeError(f'{name} lives on the line; name its file instead: "run.h5:/mu@TIME"')
    return [float(a["period"]) for a in axes], [float(a["origin"]) for a in axes]
