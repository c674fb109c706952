"""Output files, named or thrown away."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import xarray as xr

from ._native import NumericalError
from ._results import Progress

Watcher = Callable[[float, float, int, float, float], object]


@contextmanager
def destination(output: str | os.PathLike[str] | None, force: bool, resume: bool) -> Iterator[Path]:
    """The file of this name, or one in a folder of its own that is removed at the end.

    When the numerics fail the folder stays: the message names the file in it, which holds the last good state.
    """
    if force and resume:
        raise TypeError("force and resume exclude each other")
    if output is not None:
        yield Path(output)
        return
    folder = tempfile.mkdtemp(prefix="nashflow-")
    is_named = False
    try:
        yield Path(folder) / "run.h5"
    except NumericalError as error:
        is_named = folder in str(error)
        raise
    except KeyboardInterrupt:
        raise KeyboardInterrupt("interrupted; nothing was kept, for no output was named") from None
    finally:
        if not is_named:
            shutil.rmtree(folder, ignore_errors=True)


def read_dataset(path: Path) -> xr.Dataset:
    """The root of a file, in memory."""
    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        return dataset.load()


def read_tree(path: Path) -> xr.DataTree:
    """All groups of a file, in memory."""
    with xr.open_datatree(path, engine="h5netcdf") as tree:
        return tree.load()


def watcher(progress: Callable[[Progress], object] | None) -> Watcher | None:
    """The callback that the computation calls with five numbers."""
    if progress is None:
        return None
    return lambda time, end, steps, step, w2: progress(Progress(time, end, steps, step, w2))
