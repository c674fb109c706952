"""Opens a file of tests/library/output/other_programs.rs with every reader that users have, warnings being errors.

usage: read_run.py FILE STATE WRITTEN GAME ...     STATE is running or finished; WRITTEN the number of snapshots; more
                                                   files may follow in the same way
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

DIAGNOSTICS = (
    "w2 w2_x w2_y w2_error nikaido_isoda energy kl_x kl_y mass_x mass_y min_x min_y tail_x tail_y"
).split()
STEPS_PER_SNAPSHOT = 3


def density(player, k, shape):
    """What tests/support/run_file.rs writes; exact in binary."""
    j = np.arange(np.prod(shape))
    return (1.0 + ((7 * k + 3 * j + 5 * player) % 11) / 16.0).reshape(shape)


def coordinates(f, letter):
    return [letter] if letter in f else [letter + "1", letter + "2"]


def datasets(group):
    for item in group.values():
        if isinstance(item, h5py.Group):
            yield from datasets(item)
        else:
            yield item


def check_h5py(path, state, written, game):
    with h5py.File(path, "r") as f:
        for name, text in [("format", "nashflow"), ("state", state), ("title", "Überspiel ∮"), ("game", game)]:
            assert type(f.attrs[name]) is str and f.attrs[name] == text, name
        assert f.attrs["format_version"] == 1 and f.attrs["Conventions"] == "CF-1.11"
        for dataset in datasets(f):
            assert dataset.attrs["units"] == "1" and dataset.attrs["long_name"], dataset.name
            if dataset.is_scale:
                assert "DIMENSION_LIST" not in dataset.attrs, dataset.name
                continue
            for axis, dimension in enumerate(dataset.dims):
                assert len(dimension) == 1, f"{dataset.name} axis {axis}"
                scale = dimension[0]
                assert scale.is_scale and scale.shape == (dataset.shape[axis],), dataset.name
                uses = [(f[r].name, int(i)) for r, i in scale.attrs["REFERENCE_LIST"]]
                assert (dataset.name, axis) in uses, dataset.name
        for letter, name in [("x", "mu"), ("y", "nu")]:
            labels = [dimension[0].name for dimension in f[name].dims]
            assert labels == ["/time"] + ["/" + c for c in coordinates(f, letter)], labels
            for c in coordinates(f, letter):
                n, period, origin = f[c].size, f[c].attrs["period"], f[c].attrs["origin"]
                assert np.array_equal(f[c][:], origin + period * (np.arange(n) / n)), c
        if state == "finished":
            assert f["mu"].chunks == (1,) + f["mu"].shape[1:]
            for dataset in datasets(f):
                filters = dataset.compression, dataset.shuffle, dataset.fletcher32
                assert dataset.is_virtual is False and (dataset.id.get_storage_size() == 0 or filters == ("gzip", True, True)), dataset.name
        else:
            assert all(dataset.chunks is None for dataset in datasets(f))


def check_values(get, state, written):
    time = get("time")
    assert np.array_equal(time[:written], np.arange(written) / 8) and np.isnan(time[written:]).all()
    for player, name in enumerate(["mu", "nu"]):
        values = get(name)
        for k in range(written):
            assert np.array_equal(values[k], density(player, k, values.shape[1:])), (name, k)
        assert np.isnan(values[written:]).all(), name
    k = np.arange(written)
    for column, name in enumerate(DIAGNOSTICS):
        expected = (k + 1) / (column + 1)
        if name == "w2":
            expected[0] = np.nan
        assert np.array_equal(get(name)[:written], expected, equal_nan=True), name


def check_groups(get, state, written):
    for player, name in enumerate(["mu", "nu"]):
        values = get("equilibrium/" + name)
        assert np.array_equal(values, density(player, 1000, values.shape)), name
    count = STEPS_PER_SNAPSHOT * (written - 1)
    steps = get("steps/time")
    assert np.isfinite(steps[:count]).all() and np.isnan(steps[count:]).all()
    assert state == "running" or steps.size == count
    assert np.array_equal(get("steps/accepted"), np.arange(1, steps.size + 1))
    assert np.isfinite(get("steps/step")[:count]).all() and np.isfinite(get("steps/error")[:count]).all()


def check_xarray(path, engine, state, written, game):
    with xr.open_dataset(path, engine=engine) as ds:
        assert not any("phony" in str(d) for d in ds.dims), ds.dims
        with h5py.File(path, "r") as f:
            space = {"mu": coordinates(f, "x"), "nu": coordinates(f, "y")}
        for name, axes in space.items():
            assert ds[name].dims == ("time", *axes), (engine, ds[name].dims)
            assert set(axes) <= set(ds.coords), engine
            assert ds[name].attrs["long_name"]
        assert ds.attrs["game"] == game and ds.attrs["title"] == "Überspiel ∮"
        check_values(lambda name: ds[name].values, state, written)
        assert ds.isel(time=ds.time.notnull()).sizes["time"] == written
    with xr.open_datatree(path, engine=engine) as tree:
        assert not any("phony" in str(d) for node in tree.subtree for d in node.dims)
        assert tree["equilibrium"].attrs["nikaido_isoda"] == 0.25
        assert tree["equilibrium/mu"].attrs["residual"] == 0.5
        # A child inherits the coordinate `time` of the root, and tree["steps/time"] is that one.
        steps = tree["steps"].to_dataset(inherit=False)
        assert steps["time"].dims == ("accepted",), (engine, steps)
        check_values(lambda name: tree[name].values, state, written)

        def get(path):
            group, name = path.split("/")
            return tree[group].to_dataset(inherit=False)[name].values

        check_groups(get, state, written)


def check(path, state, written, game_path):
    with open(game_path, encoding="utf-8", newline="") as f:
        game = f.read()
    written = int(written)
    check_h5py(path, state, written, game)
    for engine in ["h5netcdf", "netcdf4"]:
        check_xarray(path, engine, state, written, game)
    if shutil.which("ncdump"):
        header = subprocess.run(["ncdump", "-h", path], capture_output=True, text=True, check=True)
        assert header.stderr == "" and "mu:long_name" in header.stdout, header.stderr
        assert "phony" not in header.stdout


def main():
    words = sys.argv[1:]
    assert words and len(words) % 4 == 0, words
    for i in range(0, len(words), 4):
        check(*words[i : i + 4])


main()
