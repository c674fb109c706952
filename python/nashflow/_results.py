"""What comes out: numbers with their error bars, arrays, and the whole report of the command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

# The object that the command prints with --json.
Report = Mapping[str, Any]


@dataclass(frozen=True)
class Progress:
    """Where a run stands: time, final time, accepted steps, last step, distance at the last snapshot (or NaN)."""

    time: float
    end: float
    steps: int
    step: float
    w2: float


@dataclass(frozen=True)
class Equilibrium:
    """The mixed Nash equilibrium and what certifies it.

    Bounds are per player, on what separates the computed from the exact densities; ``None`` where nothing is known.
    """

    mu: xr.DataArray = field(repr=False)
    nu: xr.DataArray = field(repr=False)
    nikaido_isoda: float
    residual: float
    energy: float
    kl_bound: tuple[float | None, float | None]
    l1_bound: tuple[float | None, float | None]
    w2_bound: tuple[float | None, float | None]
    report: Report = field(repr=False)


@dataclass(frozen=True)
class Spectrum:
    """The leading eigenvalues of the linearisation at the equilibrium, with absolute error bars.

    ``modes_x`` and ``modes_y`` are the eigenfunctions as perturbations of the densities ``mu`` and ``nu`` on the finer of
    both grids, one for each eigenvalue.
    """

    gap: float
    gap_error: float
    frequency: float
    frequency_error: float
    guaranteed_rate: float
    guaranteed_rate_error: float
    poincare: tuple[float, float]
    poincare_error: tuple[float, float]
    eigenvalues: npt.NDArray[np.complex128]
    errors: npt.NDArray[np.float64]
    residuals: npt.NDArray[np.float64]
    multiplicities: tuple[int | None, ...]
    complete: bool
    notes: tuple[str, ...]
    mu: xr.DataArray = field(repr=False)
    nu: xr.DataArray = field(repr=False)
    modes_x: xr.DataArray = field(repr=False)
    modes_y: xr.DataArray = field(repr=False)
    report: Report = field(repr=False)


@dataclass(frozen=True)
class Distance:
    """A W2 distance; the true one lies within ``w2 - error`` and ``w2 + error``. ``float(distance)`` is ``w2``.

    ``w2_x``, ``w2_y`` and their errors are those of the players, of pairs. ``gap`` is primal minus dual value, where the
    method has both.
    """

    w2: float
    error: float
    method: str
    gap: float | None
    notes: tuple[str, ...]
    w2_x: float | None = None
    w2_y: float | None = None
    error_x: float | None = None
    error_y: float | None = None

    def __float__(self) -> float:
        return self.w2


@dataclass(frozen=True)
class Run:
    """A run with all that its file holds: ``dataset`` is its root, ``tree`` also has the groups ``equilibrium``, ``steps``,
    ``spectrum`` and ``checkpoint``. ``verdict`` and ``reason`` are those of the summary, ``report``."""

    dataset: xr.Dataset
    tree: xr.DataTree = field(repr=False)
    verdict: str
    reason: str
    notes: tuple[str, ...]
    report: Report = field(repr=False)


@dataclass(frozen=True)
class Particles:
    """A simulated particle system: ``dataset`` is the root of its file (distances, payoff), ``clouds`` the places."""

    dataset: xr.Dataset
    clouds: xr.Dataset
    notes: tuple[str, ...]
    report: Report = field(repr=False)


@dataclass(frozen=True)
class PlayerVerdict:
    """One player's cloud at one time; ``None`` where there is no distance. ``p_biased`` is adjusted for all tests."""

    points: int
    w2: float | None
    error: float | None
    p_value: float | None
    p_value_below: float | None
    excess: float | None
    p_biased: float
    verdict: str


@dataclass(frozen=True)
class TimeVerdict:
    """Both clouds at one time; ``time`` is ``None`` for the equilibrium."""

    time: float | None
    x: PlayerVerdict | None
    y: PlayerVerdict | None
    verdict: str


@dataclass(frozen=True)
class Validation:
    """The verdict on a cloud, over all times and both players."""

    verdict: str
    times: tuple[TimeVerdict, ...]
    false_alarm_rate: float
    samples: int
    notes: tuple[str, ...]
    report: Report = field(repr=False)
