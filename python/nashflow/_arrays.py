"""Arrays on their way in and out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

Values = npt.NDArray[np.float64]
# One player's torus: nodes, period and origin of each axis.
Axes = Sequence[tuple[Values, float, float]]


def real(name: str, values: npt.ArrayLike) -> tuple[Values, float]:
    """Numbers as doubles in C order, and the relative rounding that they came with."""
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(f"{name}: masked arrays are not read; fill or drop what is masked")
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name}: expected real numbers, got an array of {array.dtype}")
    if array.ndim == 0:
        raise TypeError(f"{name}: expected an array with at least one axis, got a single number")
    is_coarse = array.dtype.kind == "f" and array.dtype.itemsize < 8
    rounding = np.finfo(array.dtype if is_coarse else np.float64).eps
    return np.ascontiguousarray(array, dtype=np.float64), float(rounding)


def numbers(name: str, value: float | Sequence[float] | None) -> list[float] | None:
    """One number, or one for each axis."""
    if value is None:
        return None
    array = np.atleast_1d(np.asarray(value))
    if array.dtype.kind not in "iuf" or array.ndim != 1:
        raise TypeError(f"{name}: expected a number, or one for each axis")
    return [float(number) for number in array]


def on_grid(
    values: npt.NDArray[Any], letter: str, axes: Axes, long_name: str, modes: bool = False
) -> xr.DataArray:
    """Node values with coordinates as in the output file."""
    names = [letter] if len(axes) == 1 else [f"{letter}{i + 1}" for i in range(len(axes))]
    coordinates = {
        name: xr.Variable(
            name,
            nodes,
            {"long_name": f"coordinate {name} of the grid nodes", "units": "1", "period": period, "origin": origin},
        )
        for name, (nodes, period, origin) in zip(names, axes, strict=True)
    }
    dims = ["mode", *names] if modes else names
    return xr.DataArray(values, coordinates, dims, attrs={"long_name": long_name, "units": "1"})
