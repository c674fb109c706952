"""What the package returns is what the command prints and writes, bit for bit."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from conftest import Command

import nashflow

# Bundled games with what makes their runs short: both dimensions, another regulariser, another dynamics, the line.
SHORT: dict[str, dict[str, Any]] = {
    "rotation": {"solver.time": 0.5},
    "separable": {"flow.dynamics": "fisher-rao", "solver.time": 0.2, "output.snapshots": 4},
    "two-temperatures": {"game.temperature.x": 0.3, "solver.time": 0.2, "output.every": 0.1},
    "players-1x2": {"solver.time": 0.02, "output.snapshots": 2},
    "chi-squared": {"solver.time": 0.1, "output.snapshots": 2},
    "double-well-line": {"solver.time": 0.1, "output.snapshots": 2},
}
# Attributes that name the command line.
OWN = ["command", "history"]


def words(keys: dict[str, Any]) -> list[str]:
    """The keys as options of the command, texts as they are."""
    return [word for key, value in keys.items() for word in ["--set", f"{key}={value}"]]


def without_clock(report: Any) -> dict[str, Any]:
    return {name: value for name, value in report.items() if name not in ["wall_seconds", "output"]}


@pytest.mark.parametrize("name", SHORT)
def test_a_run_is_the_file_of_the_command(command: Command, name: str) -> None:
    summary = command("run", name, *words(SHORT[name]), "-o", "command.h5")
    assert "error" not in summary
    run = nashflow.Game.bundled(name, set=SHORT[name]).full_run()
    assert without_clock(run.report) == without_clock(summary)
    assert (run.verdict, run.reason) == (summary["verdict"], summary["reason"])
    with xr.open_datatree("command.h5", engine="h5netcdf") as tree:
        assert {node.path for node in tree.subtree} == {node.path for node in run.tree.subtree}
        for node in tree.subtree:
            # The slots of the checkpoints hold what depends on when they were made.
            if node.path != "/checkpoint":
                same = [data.to_dataset().drop_attrs(deep=False) for data in [node, run.tree[node.path]]]
                xr.testing.assert_identical(*same)
    with xr.open_dataset("command.h5", engine="h5netcdf") as dataset:
        for attributes in [dataset.attrs, run.dataset.attrs]:
            assert all(attributes.pop(key) for key in OWN)
        xr.testing.assert_identical(dataset.load(), run.dataset)


def test_a_run_with_a_name_is_that_file_and_is_resumed(command: Command) -> None:
    game = nashflow.Game.bundled("rotation", set={"solver.time": 0.2})
    run = game.run("named.h5")
    with xr.open_dataset("named.h5", engine="h5netcdf") as dataset:
        xr.testing.assert_identical(dataset.load(), run)
    with pytest.raises(nashflow.GameError, match="named.h5 already exists"):
        game.run("named.h5")
    xr.testing.assert_identical(game.run("named.h5", resume=True), run)
    xr.testing.assert_identical(game.run("named.h5", force=True), run)
    with pytest.raises(TypeError, match="force and resume"):
        game.run("named.h5", force=True, resume=True)


@pytest.mark.parametrize("name", ["rotation", "players-1x2", "chi-squared", "double-well-line"])
def test_an_equilibrium_is_that_of_the_command(command: Command, name: str) -> None:
    report = command("equilibrium", name, "-o", "command.h5")
    equilibrium = nashflow.Game.bundled(name).equilibrium()
    assert without_clock(equilibrium.report) == without_clock(report)
    assert equilibrium.energy == report["equilibrium"]["energy"]
    with (
        xr.open_dataset("command.h5", engine="h5netcdf") as root,
        xr.open_dataset("command.h5", group="equilibrium", engine="h5netcdf") as group,
    ):
        for density, own in [("mu", equilibrium.mu), ("nu", equilibrium.nu)]:
            assert own.dims == group[density].dims
            np.testing.assert_array_equal(own.values, group[density].values, strict=True)
            for dim in own.dims:
                np.testing.assert_array_equal(own[dim].values, root[dim].values, strict=True)
                given = {key: root[dim].attrs[key] for key in own[dim].attrs}
                assert given == own[dim].attrs


@pytest.mark.parametrize(("name", "count"), [("rotation", 3), ("two-temperatures", 2), ("players-1x2", 2)])
def test_a_spectrum_is_that_of_the_command(command: Command, name: str, count: int) -> None:
    report = command("spectrum", name, "-k", str(count), "-o", "command.h5")
    spectrum = nashflow.Game.bundled(name).spectrum(count)
    assert without_clock(spectrum.report) == without_clock(report)
    pairs = np.stack([spectrum.eigenvalues.real, spectrum.eigenvalues.imag], axis=1)
    assert pairs.tolist() == report["spectrum"]["eigenvalues"]
    assert (spectrum.gap, spectrum.gap_error) == (report["spectrum"]["gap"], report["spectrum"]["gap_error"])
    with (
        xr.open_dataset("command.h5", group="spectrum", engine="h5netcdf") as group,
        xr.open_dataset("command.h5", group="equilibrium", engine="h5netcdf") as rest,
    ):
        for density, modes, own in [("mu", spectrum.modes_x, spectrum.mu), ("nu", spectrum.modes_y, spectrum.nu)]:
            stored = group[density].values
            np.testing.assert_array_equal(modes.values.real, stored[:, 0], strict=True)
            np.testing.assert_array_equal(modes.values.imag, stored[:, 1], strict=True)
            np.testing.assert_array_equal(own.values, rest[density].values, strict=True)


def test_particles_are_those_of_the_command(command: Command) -> None:
    keys = {"solver.time": 0.1, "output.snapshots": 2}
    report = command(
        "particles", "rotation", *words(keys), "-n", "60,50", "--replicas", "2", "--seed", "7", "-o", "command.h5"
    )
    own = nashflow.particles(nashflow.Game.bundled("rotation", set=keys), (60, 50), replicas=2, seed=7)
    assert without_clock(own.report) == without_clock(report)
    with xr.open_dataset("command.h5", engine="h5netcdf") as dataset:
        assert {"time", "w2", "payoff"} <= set(own.dataset.variables)
        for attributes in [dataset.attrs, own.dataset.attrs]:
            attributes.pop("command")
        xr.testing.assert_identical(dataset.load(), own.dataset)
    with xr.open_datatree("command.h5", engine="h5netcdf") as tree:
        xr.testing.assert_identical(tree["particles"].to_dataset().load(), own.clouds)


def test_validations_are_those_of_the_command(command: Command, tmp_path: Path) -> None:
    keys = {"solver.time": 0.1, "output.snapshots": 2}
    game = nashflow.Game.bundled("rotation", set=keys)
    run, cloud = game.full_run("run.h5"), nashflow.particles(game, 300, output="cloud.h5")
    of_files = command("validate", "cloud.h5", "--against", "run.h5")
    for own in [
        nashflow.validate("cloud.h5", "run.h5"),
        nashflow.validate(cloud, run),
        nashflow.validate(cloud, run.dataset),
        nashflow.validate(cloud, run.tree),
        nashflow.validate({name: cloud.clouds[name] for name in "xy"} | {"times": run.dataset.time}, run, threads=1),
    ]:
        expected = of_files | {key: own.report[key] for key in ["cloud", "against"]}
        assert own.report == expected
        assert [time.time for time in own.times] == [0.0, 0.05, 0.1]
    x = cloud.clouds.x.values
    np.savez("late.npz", x=x[2])
    late = command("validate", "late.npz", "--against", "run.h5", "--equilibrium", "--samples", "79", "--seed", "3")
    own = nashflow.validate({"x": x[2]}, run, equilibrium=True, samples=79, seed=3)
    assert own.report == late | {"cloud": "cloud", "against": "run"}
    assert own.times[0].x is not None
    assert own.times[0].x.w2 == late["x"]["w2"]
    assert own.times[0].y is None
    with pytest.raises(nashflow.InputError, match="run: it holds no equilibrium"):
        nashflow.validate({"x": x[2]}, run.dataset, equilibrium=True)


CIRCLE = {"period": 2.0, "origin": -0.5}
TORUS = {"period": [1.0, 2.0], "origin": [0.0, -1.0]}
LINE = {"line": True}


def files(rng: np.random.Generator) -> dict[str, Any]:
    """Arrays of all kinds."""
    x = np.arange(16) / 16
    wave = np.cos(2 * np.pi * x)
    return {
        "rho": 1 + 0.4 * wave,
        "sigma": np.exp(wave[::-1]),
        "rho2": 1 + 0.3 * np.multiply.outer(wave, wave[::-1]),
        "sigma2": np.exp(0.3 * np.add.outer(wave, np.roll(wave, 3))),
        "points": 3 * rng.random(40),
        "column": rng.random((30, 1)),
        "plane": 4 * rng.random((40, 2)),
        "plane2": rng.random((30, 2)),
        "weights": rng.random(40),
    }


PAIRS = [
    ("density:rho", "density:sigma", CIRCLE, {}),
    ("density:rho", "density:sigma", CIRCLE, {"reading": "constant"}),
    ("density:rho", "density:sigma", CIRCLE, {"reading": "nodes"}),
    ("cloud:points", "cloud:column", CIRCLE, {}),
    ("cloud:points", "cloud:column", CIRCLE, {"weights_a": "weights"}),
    ("cloud:points", "density:rho", CIRCLE, {"weights_a": "weights"}),
    ("density:rho2", "density:sigma2", TORUS, {}),
    ("density:rho2", "density:sigma2", TORUS, {"tolerance": 1e-4}),
    ("density:rho2", "density:sigma2", TORUS, {"reading": "nodes"}),
    ("cloud:plane", "cloud:plane2", TORUS, {}),
    ("cloud:plane", "density:rho2", TORUS, {"weights_a": "weights", "reading": "constant"}),
    ("cloud:points", "cloud:column", LINE, {}),
    ("cloud:plane", "cloud:plane2", LINE, {}),
]


@pytest.mark.parametrize(("a", "b", "frame", "options"), PAIRS)
def test_a_distance_is_that_of_the_command(
    command: Command, a: str, b: str, frame: dict[str, Any], options: dict[str, Any]
) -> None:
    arrays = files(np.random.default_rng(5))
    for name, array in arrays.items():
        np.save(f"{name}.npy", array)
    line = [f"{word}.npy" for word in [a, b]]
    for key, value in frame.items():
        line += [f"--{key}"] if value is True else [f"--{key}", ",".join(map(str, np.atleast_1d(value)))]
    for key, value in options.items():
        line += [f"--{key.replace('_', '-')}", f"{value}.npy" if key == "weights_a" else str(value)]
    report = command("w2", *line)

    def measure(word: str, weights: str | None = None) -> nashflow.Cloud | nashflow.Density:
        kind, name = word.split(":")
        if kind == "density":
            return nashflow.density(arrays[name])
        return nashflow.cloud(arrays[name], None if weights is None else arrays[weights])

    own = dict(options)
    first, second = measure(a, own.pop("weights_a", None)), measure(b)
    for threads in [None, 1, 3]:
        distance = nashflow.w2(first, second, **frame, **own, threads=threads)
        same = {key: getattr(distance, key) for key in ["w2", "error", "method", "gap"]}
        assert same == {key: report[key] for key in same}
        assert float(distance) == report["w2"]
        # The words are those of the arguments.
        notes = [note.replace(a + ".npy", "a").replace(b + ".npy", "b") for note in report["notes"]]
        assert list(distance.notes) == [note.replace("weights.npy", "weights of a") for note in notes]
    typed = nashflow.w2(f"{a}.npy", f"{b}.npy", **frame, **own)
    assert ("weights_a" in options) or typed.w2 == report["w2"]


def test_densities_of_a_run_bring_their_torus_along(command: Command) -> None:
    game = nashflow.Game.bundled("limit-cycle", set={"solver.time": 0.2, "output.snapshots": 2})
    run = game.run("run.h5")
    report = command("w2", "run.h5:/mu@0.1", "run.h5:/mu@0")
    assert nashflow.w2(run.mu[1], run.mu[0]).w2 == report["w2"]
    assert nashflow.w2(run.mu[1], "run.h5:/mu@0").w2 == report["w2"]
    assert nashflow.w2("run.h5@0.1", "run.h5@0").w2_x == report["w2"]
    period = run.x.attrs["period"]
    assert nashflow.w2(run.mu[1], run.mu[0], period=period).w2 == report["w2"]
    with pytest.raises(nashflow.InputError, match=r"a has the period \[18.8.*not \[1.0\]"):
        nashflow.w2(run.mu[1], run.mu[0], period=1.0)
    with pytest.raises(TypeError, match="dimension time; choose one"):
        nashflow.w2(run.mu, run.mu[0])
    with pytest.raises(TypeError, match="its coordinate x has no attributes period and origin"):
        nashflow.w2(run.mu[0].drop_attrs(), run.mu[0])


def test_results_do_not_depend_on_threads() -> None:
    game = nashflow.Game.bundled("players-1x2", set={"solver.time": 0.02, "output.snapshots": 2})
    runs = [game.full_run(threads=threads) for threads in [1, 2, 5]]
    for other in runs[1:]:
        assert without_clock(other.report) == without_clock(runs[0].report)
        for name in runs[0].dataset.variables:
            np.testing.assert_array_equal(other.dataset[name], runs[0].dataset[name])


def test_games_are_made_from_files_texts_and_expressions(command: Command) -> None:
    game = nashflow.Game.from_expression(
        'cos(2*pi*(x - y)) + c*cos(4*pi*x)',
        (0.1, "1/5"),
        name='a "name" with é',
        parameters={"c": np.float64(0.5)},
        domain={"x": {"period": 1}, "y": {"period": np.int64(1), "origin": [0.0]}},
        initial={"x": "2 + cos(2*pi*x)"},
        solver={"time": 0.3, "grid": {"x": 96, "y": [128]}},
        output={"times": np.array([0.1, 0.2])},
    )
    assert game.name == 'a "name" with é'
    Path("game.toml").write_text(game.text)
    report = command("equilibrium", "game.toml")
    assert without_clock(game.equilibrium().report) == without_clock(report)
    again = nashflow.Game.from_file("game.toml")
    assert again.text == nashflow.Game.from_text(game.text).text == game.text
    assert without_clock(again.equilibrium().report) == without_clock(report)
    report = command("equilibrium", "game.toml", "--set", "game.parameters.c=0.25")
    for other in [
        game.with_keys({"game.parameters.c": 0.25}),
        nashflow.Game.from_file(Path("game.toml"), set=["game.parameters.c=0.25"]),
    ]:
        assert without_clock(other.equilibrium().report) == without_clock(report)
    assert game.run().time.values.tolist() == [0.0, 0.1, 0.2, 0.3]
    assert nashflow.Game.from_file("rotation").text == nashflow.Game.bundled("rotation").text
    assert set(nashflow.games()) >= {"rotation", "limit-cycle"}
    copy = pickle.loads(pickle.dumps(game))
    assert (copy.text, copy.native.path) == (game.text, game.native.path)
    assert repr(nashflow.Game.bundled("rotation")) == "<nashflow.Game 'Rotation'>"
