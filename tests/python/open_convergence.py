"""Reads the file of `converge` as xarray users do, with both engines, warnings being errors: open_convergence.py FILE"""

import sys
import warnings

warnings.simplefilter("error")
# Raised while compiled modules are imported, by the modules and not by the file.
warnings.filterwarnings("ignore", message="numpy.ndarray size changed")

import h5py
import numpy as np
import xarray

path = sys.argv[1]
for engine in ("h5netcdf", "netcdf4"):
    with xarray.open_dataset(path, engine=engine) as data:
        assert data.value.dims == ("quantity",), data.value.dims
        assert data.error_by_grid.dims == ("quantity", "grid"), data.error_by_grid.dims
        assert data.value_by_tolerance.dims == ("quantity", "tolerance"), data.value_by_tolerance.dims
        assert np.array_equal(data.grid, [16, 24, 32, 48]), data.grid
        energy = data.sel(quantity="energy")
        finest = energy.value_by_grid.sel(grid=48)
        # The word tolerance has another meaning for sel.
        assert float(energy.value) == float(finest) == float(energy.value_by_tolerance.sel({"tolerance": 1e-7}))
        # Differences are those of the values, errors are not smaller.
        assert np.allclose(abs(energy.value_by_grid - finest), energy.difference_by_grid, rtol=0, atol=0)
        assert (energy.error_by_grid >= energy.difference_by_grid).all()
        assert np.isnan(data.sel(quantity="state").value) and np.isnan(data.sel(quantity="period").error)
with h5py.File(path) as file:
    assert file.attrs["format"] == "nashflow convergence" and "converge" in file.attrs["command"]
    assert [dim[0].name for dim in file["error_by_grid"].dims] == ["/quantity", "/grid"]
