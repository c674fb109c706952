"""Opens files of killed runs and checks that every acknowledged snapshot is there.

usage: read_killed.py SCRIPT FILE=ACKNOWLEDGED ...     SCRIPT as in tests/library/output/kill.rs
"""

import sys

import h5py
import numpy as np


def density(player, k, n):
    return 1.0 + ((7 * k + 3 * np.arange(n) + 5 * player) % 11) / 16.0


script = sys.argv[1]
for argument in sys.argv[2:]:
    path, acknowledged = argument.rsplit("=", 1)
    with h5py.File(path, "r") as f:
        time = f["time"][:]
        written = int(np.isfinite(time).sum())
        assert np.isfinite(time[:written]).all(), path
        assert written >= int(acknowledged), f"{path}: {written} of {acknowledged} acknowledged snapshots"
        for player, name in enumerate(["mu", "nu"]):
            values = f[name][:written]
            for k in range(written):
                if script == "regrids":
                    # Padded since: what stays is the mean.
                    n = 8 + (2 - player) * k
                    assert abs(values[k].mean() - density(player, k, n).mean()) <= 1e-13, (path, name, k)
                else:
                    assert np.array_equal(values[k], density(player, k, values.shape[1])), (path, name, k)
        assert np.isfinite(f["mass_x"][:written]).all(), path
