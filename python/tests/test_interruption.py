"""Ctrl-C ends a computation, other Python threads go on during one."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import nashflow

LONG = {"solver.time": 1e5, "output.snapshots": 1000}
# A second for the computation to stop, and as much for a loaded machine.
PROMPT = 2.0


@contextmanager
def interrupted(after: float = 1.0) -> Iterator[None]:
    """Sends SIGINT to this process after so many seconds; what is done inside must be ended by it, at once."""
    timer = threading.Timer(after, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    started = time.monotonic()
    try:
        yield
    finally:
        timer.cancel()
        took = time.monotonic() - started
        assert after <= took < after + PROMPT, took


def test_a_run_is_interrupted_and_leaves_nothing(temporary: Path) -> None:
    game = nashflow.Game.bundled("limit-cycle", set=LONG)
    with pytest.raises(KeyboardInterrupt, match="interrupted; nothing was kept"), interrupted():
        game.run()
    assert not list(temporary.iterdir())


def test_a_named_run_leaves_a_checkpoint_and_goes_on(tmp_path: Path) -> None:
    # Long enough that the spectrum, which is computed beside the run and cannot be stopped, is there by then.
    game = nashflow.Game.bundled("limit-cycle", set={"solver.time": 800, "output.snapshots": 100})
    path = tmp_path / "out.h5"
    with pytest.raises(KeyboardInterrupt, match=r"interrupted at time .*out.h5 holds a checkpoint"), interrupted(2):
        game.run(path, threads=1)
    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        assert dataset.attrs["state"] == "running"
    resumed, whole = game.run(path, resume=True), game.run()
    for name in whole.variables:
        np.testing.assert_array_equal(resumed[name], whole[name])


def test_particles_and_validations_are_interrupted(tmp_path: Path, temporary: Path) -> None:
    game = nashflow.Game.bundled("rotation", set={"solver.time": 50, "output.snapshots": 2})
    with pytest.raises(KeyboardInterrupt), interrupted():
        nashflow.particles(game, 20_000)
    path = tmp_path / "out.h5"
    with pytest.raises(KeyboardInterrupt, match=r"out.h5\S* holds a checkpoint"), interrupted():
        nashflow.particles(game, 20_000, output=path)
    assert not list(temporary.iterdir())
    run = game.with_keys({"solver.time": 0.01}).run()
    points = np.random.default_rng(0).random((200_000, 1))
    with pytest.raises(KeyboardInterrupt), interrupted():
        nashflow.validate({"x": points}, run, time=0.01, samples=5000)


def computing() -> int:
    """Threads of computations in this process."""
    names = [Path(f"/proc/self/task/{task}/comm") for task in os.listdir("/proc/self/task")]
    return sum(name.read_text() == "nashflow\n" for name in names if name.exists())


def test_a_run_that_has_no_file_yet_makes_none(tmp_path: Path) -> None:
    game = nashflow.Game.bundled("players-2x2", set={"solver.grid": 512, "solver.time": 0.01})
    with pytest.raises(KeyboardInterrupt), interrupted(0.3):
        game.run(tmp_path / "out.h5")
    deadline = time.monotonic() + 60
    while computing() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert computing() == 0
    assert not list(tmp_path.iterdir())


BEHIND = """
import numpy, time, nashflow, signal, threading, os
points = numpy.random.default_rng(0).random((2, 20000, 2))
clouds = [nashflow.cloud(part) for part in points]
threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
started = time.monotonic()
try:
    nashflow.w2(*clouds)
except KeyboardInterrupt:
    assert nashflow.w2("expr:1", "expr:1").w2 == 0
    print(time.monotonic() - started)
"""


def test_what_does_not_stop_is_left_behind_and_the_interpreter_ends() -> None:
    started = time.monotonic()
    # With a single thread, which the distance that was left behind has.
    alone = os.environ | {"RAYON_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", BEHIND], env=alone, capture_output=True, text=True, check=True, timeout=60
    )
    assert 0.5 <= float(done.stdout) < 0.5 + 1.0 + PROMPT
    assert time.monotonic() - started < 15


def test_other_threads_go_on_during_a_run() -> None:
    ticks: list[float] = []
    done = threading.Event()

    def tick() -> None:
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.001)

    ticker = threading.Thread(target=tick)
    ticker.start()
    started = time.monotonic()
    nashflow.Game.bundled("limit-cycle", set={"solver.time": 30, "output.snapshots": 2}).run()
    took = time.monotonic() - started
    done.set()
    ticker.join()
    gaps = np.diff([started, *(t for t in ticks if t >= started), started + took])
    # With the lock kept there is one gap, of the whole run.
    assert gaps.max() < 0.3 * took, (gaps.max(), took)


ASIDE = """
import threading, time, nashflow
game = nashflow.Game.bundled("limit-cycle", set={"solver.time": 1e5, "output.snapshots": 10})
begun, enough = threading.Event(), threading.Event()
def progress(_):
    begun.set()
    if enough.is_set():
        raise LookupError
def long():
    try:
        game.run(progress=progress)
    except LookupError:
        pass
thread = threading.Thread(target=long)
thread.start()
begun.wait()
nashflow.Game.bundled("rotation").equilibrium()
assert thread.is_alive()
enough.set()
thread.join()
"""


def test_a_short_computation_does_not_wait_for_a_long_one() -> None:
    # With pools of a single thread.
    alone = os.environ | {"RAYON_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", ASIDE], env=alone, check=True, timeout=20)


def test_many_threads_compute_at_the_same_time() -> None:
    game = nashflow.Game.bundled("rotation", set={"solver.time": 0.5})
    results: list[xr.Dataset] = []
    threads = [threading.Thread(target=lambda: results.append(game.run())) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in results[1:]:
        np.testing.assert_array_equal(other.mu, results[0].mu)
    assert len(results) == 12


def test_progress_is_told_and_may_end_a_run(temporary: Path) -> None:
    seen: list[nashflow.Progress] = []
    game = nashflow.Game.bundled("limit-cycle", set={"solver.time": 5})
    game.run(progress=seen.append)
    assert seen
    assert all(a.time <= b.time and a.steps <= b.steps for a, b in zip(seen, seen[1:], strict=False))
    assert {p.end for p in seen} == {5.0}

    def stop(progress: nashflow.Progress) -> None:
        if progress.steps > 0:
            raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        nashflow.Game.bundled("limit-cycle", set=LONG).run(progress=stop)
    assert not list(temporary.iterdir())


def test_a_call_has_the_threads_that_it_asks_for() -> None:
    def most_threads(threads: int) -> int:
        seen: list[int] = []
        game = nashflow.Game.bundled("limit-cycle", set={"solver.time": 5})
        game.run(threads=threads, progress=lambda _: seen.append(len(os.listdir("/proc/self/task"))))
        return max(seen)

    assert most_threads(9) - most_threads(1) >= 8


def test_a_fork_computes_with_threads_of_its_own() -> None:
    game = nashflow.Game.bundled("rotation", set={"solver.time": 0.2})
    expected = game.run()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if game.run().equals(expected) else 1
        finally:
            os._exit(status)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        process, status = os.waitpid(child, os.WNOHANG)
        if process == child:
            assert status == 0
            return
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the forked process hangs")
