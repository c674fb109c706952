import os
import pathlib
from collections.abc import Callable, Sequence
from typing import Any, final

import numpy as np
import numpy.typing as npt

__all__ = [
    "Game",
    "GameError",
    "InputError",
    "NumericalError",
    "Operand",
    "RunArrays",
    "__version__",
    "games",
    "hdf5_version",
    "validate",
    "w2",
]

__version__: str
hdf5_version: str

class InputError(ValueError):
    """Input that cannot be used: what the command refuses with exit status 2."""

class GameError(InputError):
    """A game, or a request about it, that cannot be used (exit status 2)."""

class NumericalError(RuntimeError):
    """A computation that failed, or a file that could not be written (exit status 3)."""

# Doubles in C order, and the relative rounding that they came with.
_Rounded = tuple[npt.NDArray[np.float64], float]
# Points, weights (each of x and of y) and times.
_CloudArrays = tuple[tuple[_Rounded | None, _Rounded | None], tuple[_Rounded | None, _Rounded | None], _Rounded | None]

def games() -> list[tuple[str, str]]: ...
@final
class Game:
    @staticmethod
    def load(path: str | os.PathLike[str], overrides: Sequence[str]) -> Game: ...
    @staticmethod
    def bundled(name: str, overrides: Sequence[str]) -> Game: ...
    @staticmethod
    def parse(name: str | os.PathLike[str], text: str, overrides: Sequence[str]) -> Game: ...
    def with_keys(self, overrides: Sequence[str]) -> Game: ...
    @property
    def path(self) -> pathlib.Path: ...
    @property
    def name(self) -> str: ...
    @property
    def text(self) -> str: ...
    def equilibrium(self, threads: int | None = None) -> tuple[str, dict[str, Any]]: ...
    def spectrum(self, count: int, threads: int | None = None) -> tuple[str, dict[str, Any]]: ...
    def run(
        self,
        output: str | os.PathLike[str],
        *,
        force: bool,
        resume: bool,
        checkpoint_seconds: float,
        threads: int | None = None,
        progress: Callable[[float, float, int, float, float], object] | None = None,
    ) -> str: ...
    def particles(
        self,
        output: str | os.PathLike[str],
        *,
        force: bool,
        resume: bool,
        checkpoint_seconds: float,
        counts: tuple[int, int] | None,
        scheme: str,
        step: float | None,
        replicas: int,
        seed: int,
        sampling: str,
        distances: bool,
        bandwidth: tuple[float, float] | None,
        threads: int | None = None,
        progress: Callable[[float, float, int, float, float], object] | None = None,
    ) -> str: ...

@final
class Operand:
    @staticmethod
    def typed(word: str) -> Operand: ...
    @staticmethod
    def density(name: str, values: _Rounded) -> Operand: ...
    @staticmethod
    def cloud(name: str, points: _Rounded, weights: _Rounded | None = None) -> Operand: ...

def w2(
    a: Operand,
    b: Operand,
    *,
    periods: Sequence[float] | None = None,
    origins: Sequence[float] | None = None,
    line: bool = False,
    reading: str | None = None,
    tolerance: float | None = None,
    threads: int | None = None,
) -> str: ...
@final
class RunArrays:
    def __new__(
        cls,
        name: str,
        game: str,
        time: Sequence[float],
        mu: _Rounded,
        nu: _Rounded,
        equilibrium: tuple[_Rounded, _Rounded] | None = None,
    ) -> RunArrays: ...

def validate(
    cloud: str | _CloudArrays,
    run: str | os.PathLike[str] | RunArrays,
    *,
    times: Sequence[float] | None = None,
    equilibrium: bool = False,
    replicas: bool = False,
    samples: int | None = None,
    false_alarm_rate: float = 0.05,
    seed: int = 0,
    threads: int | None = None,
) -> str: ...
