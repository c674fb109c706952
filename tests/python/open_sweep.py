"""Reads a sweep of (temperature, coupling) as xarray users do, with both engines, warnings being errors: open_sweep.py FILE"""

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
        assert data.gap.dims == ("temperature", "coupling"), data.gap.dims
        assert data.time_to_w2.dims == ("temperature", "coupling", "w2_threshold"), data.time_to_w2.dims
        assert np.array_equal(data.temperature, [0.1, 0.2, 0.3]), data.temperature
        one = data.sel(temperature=0.2, coupling=2.0)
        assert abs(float(one.gap) - 4 * np.pi**2 * 0.2) <= 1e-9, one.gap
        assert float(one.time_to_w2.sel(w2_threshold=0.05)) > float(one.time_to_w2.sel(w2_threshold=0.1))
        assert int(one.status) == 0 and str(one.message.values) == ""
        assert data.gap.attrs["long_name"].startswith("spectral gap"), data.gap.attrs
with h5py.File(path) as file:
    assert [dim[0].name for dim in file["gap"].dims] == ["/temperature", "/coupling"]
    assert "linspace" in file.attrs["sweep"] and "cos" in file.attrs["game"]
