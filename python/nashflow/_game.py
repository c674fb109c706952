"""Games and what is computed of them."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from . import _native, _toml
from ._arrays import on_grid
from ._files import destination, read_dataset, read_tree, watcher
from ._results import Equilibrium, Progress, Run, Spectrum

Keys = Mapping[str, object] | Iterable[str] | None


def games() -> dict[str, str]:
    """The bundled games, and what each shows.

    >>> "limit-cycle" in games()
    True
    """
    return dict(_native.games())


class Game:
    """A checked game file. It does not change; ``with_keys`` makes another.

    ``set`` is as ``--set`` of the command: a mapping such as ``{"game.temperature": 0.1}``, or a list of ``"key=value"``.
    """

    __slots__ = ("native",)

    def __init__(self, native: _native.Game) -> None:
        self.native = native

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], *, set: Keys = None) -> "Game":
        """The game file of this path or, when there is no such file, the bundled game of this name."""
        return cls(_native.Game.load(path, _toml.overrides(set)))

    @classmethod
    def bundled(cls, name: str, *, set: Keys = None) -> "Game":
        """The bundled game of this name.

        >>> Game.bundled("rotation", set={"game.temperature": 0.2}).name
        'Rotation'
        """
        return cls(_native.Game.bundled(name, _toml.overrides(set)))

    @classmethod
    def from_text(cls, text: str, *, name: str | os.PathLike[str] = "game.toml", set: Keys = None) -> "Game":
        """The game of a text in the form of a game file. Files that it names are looked for in the folder of ``name``."""
        return cls(_native.Game.parse(name, text, _toml.overrides(set)))

    @classmethod
    def from_expression(
        cls,
        payoff: str,
        temperature: float | str | tuple[float | str, float | str],
        *,
        name: str = "untitled",
        parameters: Mapping[str, object] | None = None,
        domain: Mapping[str, object] | None = None,
        initial: Mapping[str, object] | None = None,
        flow: Mapping[str, object] | None = None,
        solver: Mapping[str, object] | None = None,
        output: Mapping[str, object] | None = None,
        set: Keys = None,
    ) -> "Game":
        """The game with the payoff ``f(x, y)``, which x pays to y, on tori of period 1 unless ``domain`` says otherwise.

        temperature
            One for both players, or that of x and that of y.
        parameters, domain, initial, flow, solver, output
            The sections of a game file.

        >>> game = Game.from_expression(
        ...     "c*cos(x - y)",
        ...     (0.1, 0.2),
        ...     parameters={"c": 2},
        ...     domain={"x": {"period": "2*pi"}, "y": {"period": "2*pi"}},
        ...     initial={"x": "2 + cos(x)"},
        ...     solver={"time": 3},
        ... )
        >>> round(float(game.equilibrium().mu[0]), 12)
        0.159154943092
        """
        heat: object = dict(zip("xy", temperature, strict=True)) if isinstance(temperature, tuple) else temperature
        keys: dict[str, object] = {"name": name, "payoff": payoff, "temperature": heat}
        keys |= {key: part for key, part in [("parameters", parameters), ("domain", domain)] if part is not None}
        sections = {"initial": initial, "flow": flow, "solver": solver, "output": output}
        tables = [_toml.table(key, part) for key, part in [("game", keys), *sections.items()] if part is not None]
        return cls.from_text("".join(tables), set=set)

    def with_keys(self, set: Keys) -> "Game":
        """The same game with other values of these keys."""
        return Game(self.native.with_keys(_toml.overrides(set)))

    @property
    def name(self) -> str:
        """Its name."""
        return self.native.name

    @property
    def text(self) -> str:
        """The game file after ``set``, TOML."""
        return self.native.text

    def __reduce__(self) -> tuple[object, ...]:
        return _from_text, (self.text, self.native.path)

    def __repr__(self) -> str:
        return f"<nashflow.Game {self.name!r}>"

    def equilibrium(self, *, threads: int | None = None) -> Equilibrium:
        """The mixed Nash equilibrium with its certificate, as ``nashflow equilibrium`` computes it."""
        text, arrays = self.native.equilibrium(threads)
        report = json.loads(text)
        pair = report["equilibrium"]
        return Equilibrium(
            mu=on_grid(arrays["mu"], "x", arrays["x"], "equilibrium density of x"),
            nu=on_grid(arrays["nu"], "y", arrays["y"], "equilibrium density of y"),
            nikaido_isoda=pair["nikaido_isoda"],
            residual=pair["residual"],
            energy=pair["energy"],
            kl_bound=tuple(pair["kl_bound"]),
            l1_bound=tuple(pair["l1_bound"]),
            w2_bound=tuple(pair["w2_bound"]),
            report=report,
        )

    def spectrum(self, count: int = 8, *, threads: int | None = None) -> Spectrum:
        """The ``count`` leading eigenvalues at the equilibrium, gap and guaranteed rate, as ``nashflow spectrum`` computes
        them.

        >>> spectrum = Game.bundled("rotation").spectrum(2)
        >>> abs(spectrum.gap - 4 * 3.141592653589793**2 * 0.1) < 1e-9
        True
        """
        text, arrays = self.native.spectrum(count, threads)
        report = json.loads(text)
        found: dict[str, Any] = report["spectrum"]
        pairs = np.array(found["eigenvalues"], dtype=np.float64).reshape(-1, 2)
        return Spectrum(
            gap=found["gap"],
            gap_error=found["gap_error"],
            frequency=found["frequency"],
            frequency_error=found["frequency_error"],
            guaranteed_rate=found["guaranteed_rate"],
            guaranteed_rate_error=found["guaranteed_rate_error"],
            poincare=tuple(found["poincare"]),
            poincare_error=tuple(found["poincare_error"]),
            eigenvalues=pairs[:, 0] + 1j * pairs[:, 1],
            errors=np.array(found["errors"], dtype=np.float64),
            residuals=np.array(found["residuals"], dtype=np.float64),
            multiplicities=tuple(found["multiplicities"]),
            complete=found["complete"],
            notes=tuple(found["notes"]),
            mu=on_grid(arrays["mu"], "x", arrays["x"], "equilibrium density of x"),
            nu=on_grid(arrays["nu"], "y", arrays["y"], "equilibrium density of y"),
            modes_x=on_grid(arrays["modes_x"], "x", arrays["x"], "eigenfunctions: perturbations of mu", modes=True),
            modes_y=on_grid(arrays["modes_y"], "y", arrays["y"], "eigenfunctions: perturbations of nu", modes=True),
            report=report,
        )

    def run(
        self,
        output: str | os.PathLike[str] | None = None,
        *,
        force: bool = False,
        resume: bool = False,
        checkpoint_seconds: float = 5.0,
        threads: int | None = None,
        progress: Callable[[Progress], object] | None = None,
    ) -> xr.Dataset:
        """Solves the game as ``nashflow run`` does, and returns the root of its output file, in memory: what
        ``xarray.open_dataset`` returns.

        output
            The file. By default it is written to a folder for temporary files, read and removed.
        force, resume
            Replace an older file; go on with an interrupted run.
        checkpoint_seconds
            Wall time between checkpoints.
        threads
            Number of threads, on which results do not depend; by default all processors.
        progress
            Called with a ``Progress`` up to 20 times a second. What it raises ends the run.

        Ctrl-C ends the run with a ``KeyboardInterrupt``; a named output then holds a checkpoint for ``resume``.

        >>> run = Game.bundled("separable", set={"solver.time": 0.5, "output.snapshots": 5}).run()
        >>> dict(run.sizes)["time"]
        6
        """
        with destination(output, force, resume) as path:
            self._run(path, force, resume, checkpoint_seconds, threads, progress)
            return read_dataset(path)

    def full_run(
        self,
        output: str | os.PathLike[str] | None = None,
        *,
        force: bool = False,
        resume: bool = False,
        checkpoint_seconds: float = 5.0,
        threads: int | None = None,
        progress: Callable[[Progress], object] | None = None,
    ) -> Run:
        """As ``run``, with all groups of the file and the summary: verdict, decay, spectrum.

        >>> run = Game.bundled("rotation").full_run()
        >>> run.verdict, round(run.report["decay"]["rate"], 3)
        ('converged', 3.948)
        """
        with destination(output, force, resume) as path:
            report = self._run(path, force, resume, checkpoint_seconds, threads, progress)
            tree = read_tree(path)
            return Run(
                dataset=tree.to_dataset(),
                tree=tree,
                verdict=report["verdict"],
                reason=report["reason"],
                notes=tuple(report["notes"]),
                report=report,
            )

    def _run(
        self,
        path: os.PathLike[str],
        force: bool,
        resume: bool,
        checkpoint_seconds: float,
        threads: int | None,
        progress: Callable[[Progress], object] | None,
    ) -> dict[str, Any]:
        text = self.native.run(
            path,
            force=force,
            resume=resume,
            checkpoint_seconds=checkpoint_seconds,
            threads=threads,
            progress=watcher(progress),
        )
        report: dict[str, Any] = json.loads(text)
        return report


def _from_text(text: str, path: os.PathLike[str]) -> Game:
    """What ``pickle`` makes a game from."""
    return Game.from_text(text, name=path)
