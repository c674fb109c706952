"""Opens the file of a run as users do, warnings being errors; prints the number of snapshots.

usage: open_run.py FILE STATE GAME     STATE is running or finished; GAME the game file that was run
"""

import shutil
import subprocess
import sys
import warnings

import h5py
import numpy as np
import xarray as xr

warnings.simplefilter("error")
# Raised while compiled modules are imported, by the modules and not by the file.
warnings.filterwarnings("ignore", message="numpy.ndarray size changed")


def axes(names, letter):
    return [letter] if letter in names else [letter + "1", letter + "2"]


def check_h5py(path, state, game):
    with h5py.File(path, "r") as f:
        assert type(f.attrs["game"]) is str and f.attrs["game"] == game
        assert f.attrs["format"] == "nashflow" and f.attrs["state"] == state
        time = f["time"][:]
        written = int(np.isfinite(time).sum())
        assert np.isfinite(time[:written]).all() and (np.diff(time[:written]) > 0).all()
        assert state == "running" or written == time.size
        for letter, name in [("x", "mu"), ("y", "nu")]:
            space = axes(f, letter)
            assert [d[0].name for d in f[name].dims] == ["/time"] + ["/" + c for c in space]
            volume = np.prod([f[c].attrs["period"] for c in space])
            density = f[name][:written]
            mass = density.mean(axis=tuple(range(1, density.ndim))) * volume
            assert np.abs(mass - 1).max() < 1e-12, mass
        return written


def check_xarray(path, engine, written, game):
    with xr.open_dataset(path, engine=engine) as ds:
        for letter, name in [("x", "mu"), ("y", "nu")]:
            assert ds[name].dims == ("time", *axes(ds.coords, letter)), ds[name].dims
            assert ds[name].attrs["long_name"] and "units" in ds[name].attrs
        assert not any("phony" in str(d) for d in ds.dims)
        assert type(ds.attrs["game"]) is str and ds.attrs["game"] == game
        seen = ds.isel(time=ds.time.notnull())
        assert seen.sizes["time"] >= written
        assert np.isfinite(seen["w2"].values[:written]).all()
    with xr.open_datatree(path, engine=engine) as tree:
        assert not any("phony" in str(d) for node in tree.subtree for d in node.dims)
        assert np.isfinite(tree["equilibrium/mu"].values).all()
        assert tree["equilibrium"].attrs["nikaido_isoda"] >= 0
        if "spectrum" in tree:
            spectrum = tree["spectrum"]
            assert spectrum["eigenvalues"].dims == ("mode", "part")
            assert abs(spectrum.attrs["gap"] + spectrum["eigenvalues"].values[0, 0]) <= 1e-12 * spectrum.attrs["gap"]
            assert spectrum["error"].dims == ("mode",) and (spectrum["error"].values > 0).all()


def check_ncdump(path):
    header = subprocess.run(["ncdump", "-h", path], capture_output=True, text=True, check=True)
    assert header.stderr == "" and "mu:long_name" in header.stdout and "phony" not in header.stdout, header.stderr


def main():
    path, state, game_path = sys.argv[1:]
    with open(game_path, encoding="utf-8", newline="") as f:
        game = f.read()
    written = check_h5py(path, state, game)
    for engine in ["h5netcdf", "netcdf4"]:
        check_xarray(path, engine, written, game)
    if shutil.which("ncdump"):
        check_ncdump(path)
    print(written)


main()
