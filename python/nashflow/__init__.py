"""Mean-field Langevin descent-ascent on flat tori: equilibrium, evolution and exact Wasserstein-2 distances.

Everything is computed by the library that the command ``nashflow`` is made of, and equals it bit for bit. Computations
let other Python threads run, and Ctrl-C ends them.

>>> import nashflow
>>> game = nashflow.Game.from_expression("cos(2*pi*(x - y)) + 0.5*cos(4*pi*x)", temperature=0.1)
>>> equilibrium = game.equilibrium()
>>> equilibrium.nikaido_isoda < 1e-20
True
>>> run = game.run()
>>> bool(run.w2[-1] < 1e-6)
True

Densities are with respect to Lebesgue measure: ``mean(mu) * period`` is 1. Lengths, times and energies are those of the
game. Pairs hold the x player, who minimises, first.
"""

from ._clouds import validate
from ._game import Game, games
from ._measures import Cloud, Density, cloud, density, w2
from ._native import GameError, InputError, NumericalError, __version__
from ._particles import particles
from ._results import (
    Distance,
    Equilibrium,
    Particles,
    PlayerVerdict,
    Progress,
    Run,
    Spectrum,
    TimeVerdict,
    Validation,
)

__all__ = [
    "Cloud",
    "Density",
    "Distance",
    "Equilibrium",
    "Game",
    "GameError",
    "InputError",
    "NumericalError",
    "Particles",
    "PlayerVerdict",
    "Progress",
    "Run",
    "Spectrum",
    "TimeVerdict",
    "Validation",
    "__version__",
    "cloud",
    "density",
    "games",
    "particles",
    "validate",
    "w2",
]
