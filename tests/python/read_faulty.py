"""Reads files of runs that met a fault: every snapshot in them must be that of the uninterrupted run, bit for bit.

usage: read_faulty.py WHOLE.h5 < PATHS        one line for each path: its number of snapshots, or what is wrong
"""

import sys

import h5py
import numpy as np

COLUMNS = ["mu", "nu", "energy", "nikaido_isoda", "w2", "w2_x", "w2_y", "kl_x", "kl_y", "mass_x", "mass_y", "min_x", "tail_y"]
STEPS = ["steps/step", "steps/error"]


def written(column, whole):
    """Rows before the first NaN; none may come after it, and each is that of the whole file."""
    count = int(np.isfinite(column).sum())
    assert np.isfinite(column[:count]).all(), "a hole"
    assert np.array_equal(column[:count], whole[:count]), "another time"
    return count


def check(path, whole):
    with h5py.File(path, "r") as f:
        snapshots = written(f["time"][:], whole["time"])
        steps = written(f["steps/time"][:], whole["steps/time"])
        for names, count in [(COLUMNS, snapshots), (STEPS, steps)]:
            for name in names:
                same = np.array_equal(f[name][:count], whole[name][:count], equal_nan=True)
                assert same, f"{name} differs in the first {count} rows"
        for name in ["x", "y"]:
            assert np.array_equal(f[name][:], whole[name]), f"{name} differs"
        return snapshots


with h5py.File(sys.argv[1], "r") as f:
    whole = {name: f[name][:] for name in ["time", "steps/time", "x", "y", *COLUMNS, *STEPS]}
for line in sys.stdin:
    try:
        print(check(line.rstrip("\n"), whole), flush=True)
    except Exception as error:
        print("wrong:", " ".join(str(error).split()), flush=True)
