"""Two HDF5 libraries live in one process: ours and those that h5py and netCDF4 bring along."""

import subprocess
import sys
from pathlib import Path

import pytest

USE = """
import sys, threading
for name in sys.argv[1].split(","):
    __import__(name)
import h5py, nashflow, netCDF4, numpy
assert nashflow._native.hdf5_version.split(".")[0] in ("1", "2")
game = nashflow.Game.bundled("rotation", set={"solver.time": 0.2, "output.snapshots": 20})

def by_h5py(k):
    with h5py.File(f"h5py{k}.h5", "w") as file:
        file.create_dataset("a", data=numpy.arange(10_000.0), compression="gzip", shuffle=True)
    with h5py.File(f"h5py{k}.h5") as file:
        assert file["a"][:].sum() == 49995000.0

# NetCDF is not made for several threads: one of them uses it.
def by_netcdf4(k):
    with netCDF4.Dataset(f"netcdf{k}.nc", "w") as file:
        file.createDimension("n", 100)
        file.createVariable("a", "f8", ("n",), zlib=True)[:] = numpy.arange(100.0)
    with netCDF4.Dataset(f"netcdf{k}.nc") as file:
        assert file["a"][:].sum() == 4950.0

def by_us(k):
    run = game.run(f"run{k}.h5")
    with h5py.File(f"run{k}.h5") as file:
        assert (file["mu"][:] == run.mu.values).all()
    with h5py.File(f"run{k}.h5") as file:
        with h5py.File(f"copy{k}.h5", "w") as copy:
            copy["rho"] = file["mu"][-1]
        assert nashflow.w2(f"density:copy{k}.h5:/rho", f"run{k}.h5:/mu").w2 < 1e-12

for work in [by_h5py, by_us, by_netcdf4]:
    work(0)
with netCDF4.Dataset("run0.h5") as file:
    assert (file["mu"][:] == nashflow.Game.run(game).mu.values).all()
# Errors of one do not disturb the other.
for call in [lambda: h5py.File("none.h5"), lambda: nashflow.w2("none.h5:/a", "expr:1")]:
    try:
        call()
    except (OSError, ValueError):
        pass
    else:
        raise SystemExit("no error")
open("junk.h5", "wb").write(b"\\x89HDF\\r\\n\\x1a\\n" + bytes(100))
try:
    nashflow.w2("junk.h5:/a", "expr:1")
except nashflow.InputError as error:
    assert "junk.h5" in str(error)
# All at the same time.
failures = []
def several(work, numbers):
    try:
        for k in numbers:
            work(k)
    except BaseException as error:
        failures.append(error)
jobs = [(by_h5py, range(1, 200)), (by_us, range(1, 4)), (by_us, range(4, 7)), (by_netcdf4, range(1, 200))]
threads = [threading.Thread(target=several, args=job) for job in jobs]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failures, failures
print("done")
"""


@pytest.mark.parametrize("order", ["h5py,nashflow,netCDF4", "nashflow,h5py,netCDF4", "netCDF4,nashflow,h5py"])
def test_all_read_and_write_in_one_process(tmp_path: Path, order: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", USE, order], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    assert done.stderr == ""
