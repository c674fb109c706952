"""Arrays of any real type and order are read as what they are; others are refused."""

import numpy as np
import numpy.typing as npt
import pytest

import nashflow

PLANE = np.random.default_rng(2).random((20, 2))
BUMP = 1 + 0.3 * np.multiply.outer(np.cos(2 * np.pi * np.arange(16) / 16), np.sin(2 * np.pi * np.arange(12) / 12))


@pytest.mark.parametrize(
    "points",
    [
        np.asfortranarray(PLANE),
        np.repeat(PLANE, 2, axis=0)[::2],
        PLANE[::-1][::-1],
        PLANE.tolist(),
        PLANE.astype(">f8"),
        PLANE.astype(np.longdouble),
        np.lib.stride_tricks.as_strided(PLANE, writeable=False),
    ],
)
def test_orders_and_types_change_nothing(points: npt.ArrayLike) -> None:
    expected = nashflow.w2(nashflow.cloud(PLANE), nashflow.density(BUMP), reading="constant")
    assert nashflow.w2(nashflow.cloud(points), nashflow.density(BUMP.T.copy().T), reading="constant") == expected


def test_single_precision_is_remarked_on() -> None:
    coarse = PLANE.astype(np.float32)
    distance = nashflow.w2(nashflow.cloud(coarse), nashflow.cloud(PLANE))
    assert distance.notes == ("a: stored in single precision, which moves points by up to 6e-8 of themselves",)
    assert nashflow.w2(nashflow.cloud(coarse.astype(np.float64)), nashflow.cloud(PLANE)).w2 == distance.w2
    assert 0 < distance.w2 < 1e-7


def test_whole_numbers_are_numbers() -> None:
    whole = nashflow.w2(nashflow.cloud(np.array([0, 3, 5])), nashflow.cloud([1, 4, 6]), period=8)
    assert whole.w2 == 1.0


@pytest.mark.parametrize(
    "values",
    [
        np.array([0.1 + 0.2j]),
        np.array(["0.1"]),
        np.array([None, 0.2]),
        np.array([True, False]),
        np.ma.masked_array([0.1, 0.2], [False, True]),
        0.5,
    ],
)
def test_what_is_no_array_of_real_numbers_is_refused(values: npt.ArrayLike) -> None:
    with pytest.raises(TypeError, match="^cloud: "):
        nashflow.cloud(values)
    with pytest.raises(TypeError, match="^density: "):
        nashflow.density(values)


def test_a_bare_array_is_refused_for_it_may_be_either() -> None:
    with pytest.raises(TypeError, match="values on a grid or points: say which"):
        nashflow.w2(PLANE, nashflow.cloud(PLANE))  # type: ignore[arg-type]


def test_results_own_their_arrays() -> None:
    equilibrium = nashflow.Game.bundled("rotation").equilibrium()
    assert equilibrium.mu.dtype == np.float64
    assert equilibrium.mu.values.flags.c_contiguous
    equilibrium.mu.values[0] = 7.0
    assert nashflow.Game.bundled("rotation").equilibrium().mu.values[0] != 7.0
