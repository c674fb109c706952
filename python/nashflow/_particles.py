"""The N-particle system of a game."""

import json
import os
from collections.abc import Callable
from typing import TypeVar

from ._files import destination, read_tree, watcher
from ._game import Game
from ._results import Particles, Progress


def particles(
    game: Game,
    n: int | tuple[int, int] | None = None,
    *,
    scheme: str = "heun",
    step: float | None = None,
    replicas: int = 1,
    seed: int = 0,
    sampling: str = "iid",
    distances: bool = True,
    bandwidth: float | tuple[float, float] | None = None,
    output: str | os.PathLike[str] | None = None,
    force: bool = False,
    resume: bool = False,
    checkpoint_seconds: float = 30.0,
    threads: int | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Particles:
    """Simulates the particle system of a game and measures its clouds, as ``nashflow particles`` does.

    n
        Particles of each player, or of x and of y; by default 1000, or as many as the initial clouds have.
    scheme, step, replicas, seed, sampling, bandwidth
        As the options of the command; ``scheme`` is ``"heun"`` or ``"euler-maruyama"``, ``sampling`` ``"iid"`` or
        ``"stratified"``.
    output, force, resume, checkpoint_seconds, threads, progress
        As for ``Game.run``.

    >>> import nashflow
    >>> game = nashflow.Game.bundled("rotation", set={"solver.time": 0.1, "output.snapshots": 2})
    >>> cloud = nashflow.particles(game, 200, seed=1)
    >>> cloud.clouds.x.shape
    (3, 200, 1)
    """
    with destination(output, force, resume) as path:
        report = json.loads(
            game.native.particles(
                path,
                force=force,
                resume=resume,
                checkpoint_seconds=checkpoint_seconds,
                counts=None if n is None else _pair(n),
                scheme=scheme,
                step=step,
                replicas=replicas,
                seed=seed,
                sampling=sampling,
                distances=distances,
                bandwidth=None if bandwidth is None else _pair(bandwidth),
                threads=threads,
                progress=watcher(progress),
            )
        )
        tree = read_tree(path)
    clouds = tree.children["particles"].to_dataset(inherit=True)
    return Particles(tree.to_dataset(), clouds, tuple(report["notes"]), report)


Number = TypeVar("Number", int, float)


def _pair(value: Number | tuple[Number, Number]) -> tuple[Number, Number]:
    return value if isinstance(value, tuple) else (value, value)
