"""Errors are exceptions with the text of the command."""

import re
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, Command

import nashflow

BAD = sorted((ROOT / "data/bad").glob("*.toml"))
# What the command adds to a message that the package cannot know: what to type next.
NEXT = "; the changed game needs --force or another -o"


def test_every_bad_game_is_refused_in_the_words_of_the_command(command: Command) -> None:
    assert len(BAD) >= 100
    for path in BAD:
        expected = command("run", str(path), "-o", "out.h5")
        assert expected["status"] == 2
        with pytest.raises(nashflow.GameError) as caught:
            nashflow.Game.from_file(path).run("out.h5")
        assert str(caught.value) == expected["error"], path.name
        assert isinstance(caught.value, ValueError)
        assert not Path("out.h5").exists()


def test_bundled_games_overrides_and_options_are_refused_alike(command: Command) -> None:
    for words in (
        ["equilibrium", "no-such-game"],
        ["equilibrium", "rotation", "--set", "game.temprature=1"],
        ["equilibrium", "rotation", "--set", "game.temperature=-1"],
        ["equilibrium", "rotation", "--set", "game.payoff=abs(x - y)"],
        ["spectrum", "rotation", "--set", "flow.dynamics=fisher-rao"],
        ["run", "rotation", "--set", "solver.grid=4194304", "--set", "output.snapshots=1000000"],
    ):
        expected = command(*words)
        assert expected["status"] == 2
        with pytest.raises(nashflow.GameError) as caught:
            game = nashflow.Game.from_file(words[1], set=words[3::2])
            getattr(game, words[0])()
        assert str(caught.value) == expected["error"]
    expected = command("particles", "rotation", "--scheme", "midpoint")
    with pytest.raises(nashflow.GameError) as caught:
        nashflow.particles(nashflow.Game.bundled("rotation"), scheme="midpoint")
    assert str(caught.value) == expected["error"]


def test_a_numerical_failure_is_one(command: Command) -> None:
    words = ["--set", "solver.grid=8", "--set", "game.temperature=0.001"]
    expected = command("equilibrium", "two-temperatures", *words)
    assert expected["status"] == 3
    with pytest.raises(nashflow.NumericalError) as caught:
        nashflow.Game.bundled("two-temperatures", set=words[1::2]).equilibrium()
    assert str(caught.value) == expected["error"]
    assert isinstance(caught.value, RuntimeError)


STEEP = """
[game]
payoff = "cos(2*pi*x) - cos(2*pi*y)"
temperature = 0.05
[solver]
scheme = "sbdf2"
step = 0.2
"""


def test_a_failed_run_leaves_the_file_that_the_message_names(command: Command) -> None:
    Path("steep.toml").write_text(STEEP)
    expected = command("run", "steep.toml", "-o", "out.h5")
    assert expected["status"] == 3
    Path("out.h5").unlink()
    game = nashflow.Game.from_file("steep.toml")
    with pytest.raises(nashflow.NumericalError) as caught:
        game.run("out.h5")
    assert str(caught.value) + NEXT == expected["error"]
    with pytest.raises(nashflow.NumericalError) as caught:
        game.run()
    found = re.search(r"is in (\S+\.h5)$", str(caught.value))
    assert found is not None
    assert Path(found[1]).exists()


def test_measures_are_refused_alike(command: Command) -> None:
    rng = np.random.default_rng(0)
    bad = {"nan.npy": np.array([0.1, np.nan]), "cube.npy": rng.random((3, 3, 3)), "negative.npy": np.array([1, -1, 1, 0.5])}
    for name, array in bad.items():
        np.save(name, array)
        kind = "density" if name == "negative.npy" else "cloud"
        expected = command("w2", f"{kind}:{name}", "expr:1")
        assert expected["status"] == 2
        measure = nashflow.density(array) if kind == "density" else nashflow.cloud(array)
        with pytest.raises(nashflow.InputError) as caught:
            nashflow.w2(measure, "expr:1")
        assert str(caught.value) == expected["error"].replace(f"{kind}:{name}", "a")
        with pytest.raises(nashflow.InputError) as caught:
            nashflow.w2(f"{kind}:{name}", "expr:1")
        assert str(caught.value) == expected["error"]
    expected = command("w2", "expr:1", "expr:1", "--reading", "odd")
    with pytest.raises(nashflow.InputError) as caught:
        nashflow.w2("expr:1", "expr:1", reading="odd")
    assert str(caught.value) == expected["error"]
    with pytest.raises(nashflow.InputError, match="neither period nor origin"):
        nashflow.w2(nashflow.cloud([0.1]), nashflow.cloud([0.2]), period=1.0, line=True)
    expected = command("w2", "none.npy", "expr:1")
    with pytest.raises(nashflow.InputError) as caught:
        nashflow.w2("none.npy", "expr:1")
    assert str(caught.value) == expected["error"]


def test_clouds_are_refused_alike(command: Command) -> None:
    game = nashflow.Game.bundled("rotation", set={"solver.time": 0.1, "output.snapshots": 2})
    run = game.run("run.h5")
    cubes = np.random.default_rng(0).random((4, 3, 1))
    np.savez("cloud.npz", x=cubes, times=[0.0, 0.1])
    expected = command("validate", "cloud.npz", "--against", "run.h5")
    with pytest.raises(nashflow.InputError) as caught:
        nashflow.validate({"x": cubes, "times": [0.0, 0.1]}, run)
    assert str(caught.value) == expected["error"].replace("cloud.npz", "cloud")
    with pytest.raises(nashflow.InputError, match="the run has no state of time 0.07; the nearest is 0.05"):
        nashflow.validate({"x": cubes[0]}, run, time=0.07)
    with pytest.raises(TypeError, match="unknown name 'z'; known: x, y"):
        nashflow.validate({"z": cubes}, run)
    with pytest.raises(TypeError, match="cloud: holds no points"):
        nashflow.validate({"times": [0.0]}, run)
    with pytest.raises(TypeError, match="run: it has no mu"):
        nashflow.validate({"x": cubes[0]}, run.drop_vars("mu"))


def test_arguments_of_a_wrong_kind_are_refused() -> None:
    game = nashflow.Game.bundled("rotation")
    for threads in [0, 1025]:
        with pytest.raises(ValueError, match=f"threads = {threads}: must be between 1 and 1024"):
            game.equilibrium(threads=threads)
    with pytest.raises(ValueError, match="count = 0: must be between 1 and 100"):
        game.spectrum(0)
    with pytest.raises(ValueError, match="checkpoint_seconds = -1: must be finite"):
        game.run(checkpoint_seconds=-1)
    with pytest.raises(TypeError, match="set: expected a mapping"):
        nashflow.Game.bundled("rotation", set="game.temperature=1")
    with pytest.raises(TypeError, match="a game file has numbers, texts, lists and mappings; got NoneType"):
        nashflow.Game.bundled("rotation", set={"game.temperature": None})
