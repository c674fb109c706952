//! Numbers at the edge: units, temperatures, periods, times, tolerances and grids far from 1 give the answer of the same game
//! in plain numbers, or an error that says what to change.

use super::check_file;
use crate::support::comparison::{assert_all_close, assert_close};
use crate::support::evolution::game;
use crate::support::experiment::{Ran, equilibrium_of, run_error, run_game, try_run};
use nashflow::experiment::Verdict;
use nashflow::game::GameFile;
use std::f64::consts::{PI, TAU};

/// Two players who feel each other, in units of their own.
struct Units {
    /// Of the payoff and the temperatures.
    energy: f64,
    /// Lengths of the two circles.
    period: [f64; 2],
    /// Temperature in units of the energy.
    temperature: f64,
    /// Speed of y beside that of x in the units of length.
    timescale: f64,
    /// Final time in the unit `period_x^2/energy`.
    time: f64,
    more: &'static str,
}

const PLAIN: Units =
    Units { energy: 1.0, period: [1.0, 1.0], temperature: 0.3, timescale: 1.0, time: 0.1, more: "tolerance = 1e-9\n" };

impl Units {
    fn game(&self) -> GameFile {
        let Units { energy, period: [a, b], temperature, timescale, time, more } = self;
        let text = format!(
            "[game]\npayoff = \"{energy:?}*(cos(2*pi*(x/{a:?} - y/{b:?})) + 0.4*cos(2*pi*x/{a:?}) + 0.3*sin(2*pi*y/{b:?}))\"\n\
             temperature = {:?}\ntimescale = {:?}\n[game.domain]\nx = {{ period = {a:?} }}\ny = {{ period = {b:?} }}\n\
             [initial]\nx = \"exp(cos(2*pi*(x/{a:?} - 0.2)))\"\ny = \"1 + 0.5*cos(2*pi*y/{b:?})\"\n\
             [solver]\ntime = {:?}\n{more}[output]\nsnapshots = 2\n",
            energy * temperature,
            timescale * (b / a).powi(2),
            time * a * a / energy,
        );
        game(&text, &[])
    }

    /// Densities of the last snapshot in units of the uniform one.
    fn shape(&self, ran: &Ran) -> [Vec<f64>; 2] {
        let last = ran.summary.snapshots - 1;
        let row = |p: usize, name: &str| ran.row(name, last).iter().map(|r| r * self.period[p]).collect();
        [row(0, "mu"), row(1, "nu")]
    }
}

/// Runs a game in units and compares it with the plain one; files hold finite numbers only.
fn is_the_plain_game(units: &Units, bound: f64) {
    let plain = run_game(
        &Units { temperature: units.temperature, timescale: units.timescale, time: units.time, ..PLAIN }.game(),
    );
    let ran = run_game(&units.game());
    check_file(&ran.path, &format!("energy {}, periods {:?}", units.energy, units.period));
    let expected = PLAIN.shape(&plain);
    for (p, found) in units.shape(&ran).iter().enumerate() {
        let what = format!("player {p}, energy {}, periods {:?}", units.energy, units.period);
        assert_all_close(&what, found, &expected[p], bound, 1.0);
    }
    assert_eq!(ran.summary.verdict, plain.summary.verdict);
}

#[test]
fn payoffs_scaled_by_ten_to_the_eight_and_its_inverse_move_on_their_own_clock() {
    for energy in [1e8, 1e-8] {
        is_the_plain_game(&Units { energy, ..PLAIN }, 1e-10);
    }
}

#[test]
fn periods_from_a_millionth_to_a_million_give_the_same_densities() {
    for period in [[1e-6, 1e-6], [1e6, 1e6], [1e-6, 1e6]] {
        is_the_plain_game(&Units { period, ..PLAIN }, 1e-10);
    }
}

#[test]
fn players_of_very_different_scales_are_the_plain_game_in_other_units() {
    is_the_plain_game(&Units { energy: 1e6, period: [1e3, 1e-3], ..PLAIN }, 1e-10);
    for timescale in [1e-3, 1e3] {
        is_the_plain_game(&Units { timescale, period: [1e4, 1.0], time: 0.02, ..PLAIN }, 1e-8);
    }
}

/// Each player by himself: the equilibrium is the Gibbs density of a cosine, whose largest value is `1/(e^{-a/tau} I_0(a/tau))`.
fn separable(temperature: [f64; 2], more: &str) -> GameFile {
    let text = format!(
        "[game]\npayoff = \"cos(2*pi*x) - cos(2*pi*y)\"\ntemperature = {{ x = {:?}, y = {:?} }}\n[solver]\n{more}\n",
        temperature[0], temperature[1]
    );
    game(&text, &[])
}

/// `e^{-a} I_0(a)`: the mean of `exp(a (cos t - 1))`, by the trapezoid rule on far more nodes than any grid here.
fn scaled_bessel(a: f64) -> f64 {
    const NODES: usize = 1 << 16;
    (0..NODES).map(|j| (a * ((TAU * j as f64 / NODES as f64).cos() - 1.0)).exp()).sum::<f64>() / NODES as f64
}

#[test]
fn a_temperature_of_a_ten_thousandth_of_the_range_is_right_or_names_the_grid() {
    // The range of the payoff is 4.
    for share in [1e-1, 1e-2, 1e-3, 1e-4] {
        let tau = 4.0 * share;
        let report = equilibrium_of(&separable([tau, 3.0 * tau], ""));
        for (p, factor) in [1.0, 3.0].into_iter().enumerate() {
            let expected = 1.0 / scaled_bessel(1.0 / (factor * tau));
            assert_close(&format!("largest density {p} at {tau}"), report.max_density[p], expected, 1e-9, expected);
            assert!(report.min_density[p] >= 0.0);
        }
        let coarse = nashflow::experiment::equilibrium(&separable([tau, tau], "grid = 24"), None);
        match coarse {
            Ok(report) => {
                let expected = 1.0 / scaled_bessel(1.0 / tau);
                assert_close(&format!("24 points at {tau}"), report.max_density[0], expected, 1e-9, expected);
            }
            Err(error) => {
                let message = error.to_string();
                assert!(message.contains("24 points") && message.contains("points are needed"), "{message}");
            }
        }
    }
}

#[test]
fn temperatures_of_players_may_differ_by_ten_to_the_nine() {
    let report = equilibrium_of(&separable([1e-3, 1e6], ""));
    let expected = 1.0 / scaled_bessel(1e3);
    assert_close("the cold player", report.max_density[0], expected, 1e-9, expected);
    assert_close("the warm player", report.max_density[1], 1.0, 2e-6, 1.0);
    assert_close("the warm player", report.max_density[1] - 1.0, 1e-6, 1e-9, 1e-3);
}

/// Nothing but diffusion from a wrapped Gaussian, whose width grows as `s^2 + 2 tau t`.
fn diffusion(width: f64, more: &str) -> GameFile {
    let text = format!(
        "[game]\npayoff = \"1e-30*cos(2*pi*x)*cos(2*pi*y)\"\ntemperature = 0.05\n[initial]\n\
         x = \"exp(-(x - 0.5)^2/(2*{width:?}^2))\"\n[solver]\n{more}\n[output]\nsnapshots = 2\n"
    );
    game(&text, &[])
}

fn wrapped_gaussian(x: f64, variance: f64) -> f64 {
    (-20..=20).map(|n| (-(x - 0.5 + n as f64).powi(2) / (2.0 * variance)).exp()).sum::<f64>() / (TAU * variance).sqrt()
}

#[test]
fn an_initial_density_of_one_cell_is_right_or_refused() {
    for width in [1e-2, 1e-3, 2e-4] {
        let ran = run_game(&diffusion(width, "time = 0.01\ntolerance = 1e-6"));
        check_file(&ran.path, "diffusion");
        let expected: Vec<f64> =
            ran.dataset("x").iter().map(|x| wrapped_gaussian(*x, width * width + 2.0 * 0.05 * 0.01)).collect();
        assert_all_close(
            &format!("diffusion from {width}"),
            &ran.row("mu", 2),
            &expected,
            1e-6,
            expected[expected.len() / 2],
        );
    }
    // Narrower than one cell of the grid, and of any grid.
    let coarse = run_error(&diffusion(1e-3, "grid = 64\ntime = 0.01")).to_string();
    assert!(coarse.contains("not resolved") && coarse.contains("points are needed"), "{coarse}");
    for width in [1e-6, 1e-9, 1e-150] {
        let error = run_error(&diffusion(width, "time = 0.01"));
        let message = error.to_string();
        assert_eq!(error.exit_status(), 2, "{message}");
        assert!(message.contains("initial.x"), "{message}");
    }
}

/// The density that meets its mirror image: `f = cos 2 pi (x - y)`, whose first mode is known for ever.
fn rotation(more: &str) -> GameFile {
    let text = format!(
        "[game]\npayoff = \"cos(2*pi*(x - y))\"\ntemperature = 0.6\n[initial]\nx = \"1 + 1e-3*cos(2*pi*x)\"\n[solver]\n{more}\n\
         [output]\nsnapshots = 1\n"
    );
    game(&text, &[])
}

/// The first mode of x in the linear theory: eigenvalues `-4 pi^2 (tau +- i/2)`, started on x alone.
fn linear_mode(time: f64) -> f64 {
    0.5e-3 * (-4.0 * PI * PI * 0.6 * time).exp() * (2.0 * PI * PI * time).cos()
}

fn first_mode(ran: &Ran) -> f64 {
    let (x, mu) = (ran.dataset("x"), ran.row("mu", ran.summary.snapshots - 1));
    x.iter().zip(&mu).map(|(x, r)| r * (TAU * x).cos()).sum::<f64>() / x.len() as f64
}

#[test]
fn tolerances_from_a_tenth_to_rounding_keep_their_promise() {
    for tolerance in [1e-1, 1e-3, 1e-6, 1e-10, 1e-13] {
        let ran = run_game(&rotation(&format!("time = 0.05\ntolerance = {tolerance:?}\nscheme = \"adaptive\"")));
        check_file(&ran.path, "rotation");
        // The linear theory leaves out squares: 1e-6 of the deviation squared.
        let bound = f64::max(10.0 * tolerance, 1e-8);
        assert_close(&format!("tolerance {tolerance}"), first_mode(&ran), linear_mode(0.05), bound, 1.0);
    }
}

#[test]
fn times_from_zero_to_ten_thousand_are_exact() {
    let still = run_game(&rotation("time = 0"));
    assert_eq!((still.summary.snapshots, still.summary.time), (1, 0.0));
    assert_close("at time 0", first_mode(&still), 0.5e-3, 1e-15, 1.0);
    for time in ["5e-324", "1e-300", "1e-15"] {
        let ran = run_game(&rotation(&format!("time = {time}")));
        check_file(&ran.path, time);
        assert_close(time, first_mode(&ran), 0.5e-3, 1e-15, 1.0);
    }
    for time in ["1e2", "1e3", "1e4"] {
        let ran = run_game(&rotation(&format!("time = {time}")));
        check_file(&ran.path, time);
        assert_close(time, first_mode(&ran), 0.0, 1e-9, 1.0);
        assert_eq!(ran.summary.verdict, Verdict::Converged, "{time}");
    }
}

#[test]
fn the_smallest_odd_and_prime_grids_give_the_same_answer() {
    // One mode at this temperature: 13 points hold it to 1e-9, four to 1e-2 or not at all.
    let reference = linear_mode(0.05);
    for points in [1, 2, 3] {
        let error = nashflow::game::GameFile::parse(
            "game.toml",
            &rotation("time = 0.05").text().replace("[solver]\n", &format!("[solver]\ngrid = {points}\n")),
            &[],
        );
        let message = error.unwrap_err().to_string();
        assert!(message.contains("solver.grid") && message.contains("at least 4"), "{message}");
    }
    for points in [4, 5, 7, 13, 31, 61, 97, 127, 128, 251] {
        match try_run(&rotation(&format!("grid = {points}\ntime = 0.05\ntolerance = 1e-8"))) {
            Ok(ran) => {
                check_file(&ran.path, "grids");
                assert_close(&format!("{points} points"), first_mode(&ran), reference, 1e-8, 1.0);
            }
            Err(error) => {
                let message = error.to_string();
                assert!(points < 13 && message.contains("points"), "{points}: {message}");
            }
        }
    }
}
