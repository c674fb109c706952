//! Players on the line: the double wells of Mourrat & Pillaud-Vivien (arXiv 2604.11134), whose periods, radii, multipliers and
//! eigenvalues were computed independently of this program (Fourier on a box of other length, and Hermite functions).

use crate::support::comparison::{assert_at_most, assert_between, assert_close};
use crate::support::evolution::{bundled, game};
use crate::support::experiment::{dataset, equilibrium_of, run_error, run_game};
use nashflow::experiment::{Destination, OrbitReport, OrbitRequest, Verdict, orbit, spectrum};
use nashflow::game::{GameFile, Player};

fn double_well(overrides: &[&str]) -> GameFile {
    bundled("double-well-line", overrides)
}

fn try_orbit(file: &GameFile) -> Result<(OrbitReport, [f64; 2]), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orbit.h5");
    let destination = Destination { path: &path, overwrite: false, command: "test", before_writing: &|| {} };
    let request = OrbitRequest { multipliers: 3, time: Some(60.0), branch: None };
    let report = orbit(file, &request, Some(destination), &mut |_| {}).map_err(|error| error.to_string())?;
    let means = |player: Player, name: &str| -> Vec<f64> {
        let nodes = dataset(&path, &format!("/{}", player.letter()));
        let cell = file.game().domain(player).period()[0] / nodes.len() as f64;
        let values = dataset(&path, name);
        let mean = |row: &[f64]| cell * row.iter().zip(&nodes).map(|(mu, x)| mu * x).sum::<f64>();
        values.chunks_exact(nodes.len()).map(mean).collect()
    };
    let radii = means(Player::X, "/mu").into_iter().zip(means(Player::Y, "/nu")).map(|(x, y)| x.hypot(y));
    let [low, high] = radii.fold([f64::INFINITY, 0.0], |[low, high]: [f64; 2], r| [low.min(r), high.max(r)]);
    Ok((report, [low, high]))
}

/// Period and its printed digits, smallest and largest radius of the means, the second multiplier.
#[track_caller]
fn cycle(temperature: f64, period: (f64, f64), radii: Option<[f64; 2]>, multiplier: Option<(f64, f64)>) {
    let file = double_well(&[&format!("game.temperature={temperature}")]);
    let (found, [low, high]) = try_orbit(&file).unwrap();
    assert_close("period", found.orbit.period, period.0, 0.6 * period.1, 1.0);
    if let Some([smallest, largest]) = radii {
        // The orbit's samples are some thirty a turn, and at an extremum the radius is flat.
        assert_close("smallest radius", low, smallest, 5e-4, 1.0);
        assert_close("largest radius", high, largest, 5e-4, 1.0);
    }
    assert_close("trivial multiplier", found.orbit.multipliers[0][0], 1.0, 1e-5, 1.0);
    if let Some((value, digit)) = multiplier {
        assert_close("second multiplier", found.orbit.multipliers[1][0], value, 0.6 * digit, 1.0);
    }
}

#[test]
fn the_cycle_at_temperature_0_03125_is_that_of_the_reference() {
    cycle(0.03125, (4.40220, 4e-5), Some([1.8629, 2.0506]), None);
}

#[test]
fn the_cycle_at_temperature_0_0625_is_that_of_the_reference() {
    cycle(0.0625, (4.466_172_1, 1e-7), Some([1.80985, 1.96980]), Some((0.0483, 1e-4)));
}

#[test]
fn the_cycle_at_temperature_0_1_is_that_of_the_reference() {
    cycle(0.1, (4.597_134, 1e-6), None, None);
}

#[test]
fn the_cycle_survives_timescale_2_5_and_not_2_75() {
    let (found, _) = try_orbit(&double_well(&["game.timescale=2.5"])).unwrap();
    assert!(found.orbit.stable, "{:?}", found.orbit);
    let gone = try_orbit(&double_well(&["game.timescale=2.75"])).unwrap_err();
    assert!(gone.starts_with("no orbit from this state"), "{gone}");
}

#[test]
fn the_leading_pairs_at_temperatures_0_25_and_0_5_are_those_of_the_reference() {
    for (temperature, re, im) in [(0.25, -0.189, 0.207), (0.5, -0.365, 0.714)] {
        let file = double_well(&[&format!("game.temperature={temperature}")]);
        let found = spectrum(&file, 4, None).unwrap();
        let [got_re, got_im] = found.spectrum.eigenvalues[0];
        assert_close("real part", got_re, re, 5e-4, 1.0);
        assert_close("imaginary part", got_im.abs(), im, 5e-4, 1.0);
    }
}

#[test]
fn the_box_does_not_change_the_equilibrium_nor_the_distance_to_it() {
    let chosen = double_well(&["solver.time=0.5", "output.snapshots=2"]);
    let domain = "game.domain={x={space=\"line\",period=8.2},y={space=\"line\",period=8.4,origin=-4.4}}";
    let wide = double_well(&["solver.time=0.5", "output.snapshots=2", domain]);
    let (a, b) = (run_game(&chosen), run_game(&wide));
    for name in ["/w2_x", "/w2_y", "/nikaido_isoda", "/energy"] {
        for (a, b) in a.dataset(name).iter().zip(b.dataset(name)) {
            assert_close(name, *a, b, 1e-7, 1.0);
        }
    }
    assert!(a.summary.notes.iter().any(|note| note.contains("outer 5 %")), "{:?}", a.summary.notes);
}

/// For x given y the Gibbs density is `N(-y/4, tau)`, for y given x `N(x/4, tau)`: the equilibrium is `N(0, tau)` for both.
const QUADRATIC: &str = r#"
    [game]
    payoff = "x^2/2 + x*y/4 - y^2/2"
    temperature = 0.2
    [game.domain]
    x = { space = "line" }
    y = { space = "line" }
    [initial]
    x = "exp(-(x - 0.7)^2/(2*0.2))"
    y = "exp(-(y + 0.4)^2/(2*0.5))"
    [solver]
    time = 15
    tolerance = 1e-6
"#;

#[test]
fn a_quadratic_game_has_gaussian_equilibrium_and_exact_distance() {
    let file = game(QUADRATIC, &[]);
    let ran = run_game(&file);
    assert_close("W2 of x: a shift", ran.dataset("/w2_x")[0], 0.7, 1e-7, 1.0);
    let exact = (0.4_f64.powi(2) + (0.5_f64.sqrt() - 0.2_f64.sqrt()).powi(2)).sqrt();
    assert_close("W2 of y: a shift and a stretch", ran.dataset("/w2_y")[0], exact, 1e-7, 1.0);
    assert_eq!(ran.summary.verdict, Verdict::Converged, "{}", ran.summary.reason);
    let spectrum = ran.summary.spectrum.as_ref().expect("a spectrum");
    assert_close("gap", spectrum.gap, 1.0, 1e-8, 1.0);
    assert_at_most("duality gap", equilibrium_of(&file).equilibrium.nikaido_isoda.abs(), 1e-13);
}

/// The mean of a Gaussian obeys `m' = -m - n/4, n' = m/4 - n`, its variance relaxes to `tau`: the exact tail for all times.
#[test]
fn the_bound_of_the_tails_holds_and_is_not_idle_for_a_gaussian() {
    let file = game(QUADRATIC, &["game.domain.x.period=9", "game.domain.y.period=9"]);
    let report = equilibrium_of(&file);
    let starts = [(0.7, 0.2), (-0.4, 0.5)];
    for (line, (mean, variance)) in report.lines.iter().zip(starts) {
        let (mass, radius) = (line.mass.expect("a bound"), line.radius.expect("a radius"));
        // The largest of all times is that of the start, for which both tails are known.
        let exact = |m: f64| tail_of_gaussian((radius - m) / f64::sqrt(variance));
        let start = exact(mean) + exact(-mean);
        println!("{}: bound {mass:.1e} at {radius}, the start has {start:.1e}", line.player);
        assert!(mass >= start, "{}: {mass:e} below {start:e}", line.player);
        assert!(mass.ln() <= 0.5 * start.ln(), "{}: {mass:e} for {start:e}", line.player);
    }
}

/// `P(Z > z)` from below, for `z > 0`.
fn tail_of_gaussian(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt() * (1.0 / z - 1.0 / z.powi(3))
}

#[test]
fn tails_of_an_evolution_stay_below_their_bound_where_it_says_something() {
    // Hot enough for the tails to be seen above rounding, in a box for which the bound is about 1e-4.
    let named = "game.domain={x={space=\"line\",period=8.4},y={space=\"line\",period=8.4}}";
    let overrides = [named, "game.temperature=0.5", "solver.time=6", "solver.tolerance=1e-4", "output.snapshots=60"];
    let file = double_well(&overrides);
    let ran = run_game(&file);
    for (line, name) in ran.summary.lines.iter().zip(["/mu", "/nu"]) {
        let (mass, radius) = (line.mass.expect("a bound"), line.radius.expect("a radius"));
        let nodes = ran.dataset(&format!("/{}", line.player));
        let cell = 8.4 / nodes.len() as f64;
        let outside =
            |row: &[f64]| cell * row.iter().zip(&nodes).filter(|(_, x)| x.abs() > radius).map(|(r, _)| r).sum::<f64>();
        let largest = ran.dataset(name).chunks_exact(nodes.len()).map(outside).fold(0.0, f64::max);
        println!("{}: {largest:.1e} beyond {radius:.3}, bound {mass:.1e}", line.player);
        assert!(largest <= mass && mass < 0.1, "{}: {largest:e}, bound {mass:e}", line.player);
    }
}

#[test]
fn best_response_escapes_the_cycle() {
    let file = double_well(&["flow.dynamics=best-response", "solver.time=20", "solver.tolerance=1e-6"]);
    let ran = run_game(&file);
    let gap = *ran.dataset("/nikaido_isoda").last().unwrap();
    assert_at_most("duality gap at time 20", gap, 0.03);
    let line = &ran.summary.lines[0];
    assert!(line.mass.is_none() && line.reason.as_ref().unwrap().contains("mfl-da"), "{line:?}");
}

#[test]
fn mass_that_comes_to_the_seam_of_a_named_box_ends_the_run_with_advice() {
    let narrow = "game.domain={x={space=\"line\",period=5.8},y={space=\"line\",period=9}}";
    let start = "initial.x=exp(-(x-1.2)^2/(2*0.2^2))";
    let error = run_error(&double_well(&[narrow, start, "solver.time=3"])).to_string();
    assert!(error.contains("player x") && error.contains("outer 5 %") && error.contains("enlarge the box"), "{error}");
}

#[test]
fn mass_that_comes_to_the_seam_of_a_chosen_box_begins_the_run_again_in_a_larger_one() {
    // Hotter than the game by a factor of 60 for a while: more than the box is made for.
    let overrides = [
        "game.temperature=0.0625",
        "flow.dynamics=annealing",
        "flow.schedule='1 + 60*exp(-t)'",
        "solver.time=0.1",
        "solver.tolerance=1e-3",
        "output.snapshots=4",
    ];
    let file = double_well(&overrides);
    let ran = run_game(&file);
    let said: Vec<&String> = ran.summary.notes.iter().filter(|note| note.contains("began again")).collect();
    println!("{said:?}");
    assert!(!said.is_empty(), "{:?}", ran.summary.notes);
    let period = |player: Player| file.game().domain(player).period()[0];
    let line = &ran.summary.lines[0];
    assert!(line.high[0] - line.low[0] > 1.2 * period(Player::X), "{line:?}");
    assert_between("spread of /x", ran.dataset("/x")[0], line.low[0], line.low[0]);
}

#[test]
fn the_inequality_behind_the_bound_holds_against_all_opponents_of_the_cycle() {
    let report = equilibrium_of(&double_well(&[]));
    for line in &report.lines {
        let (a, b, q) = (line.a.unwrap(), line.b.unwrap(), line.q.unwrap());
        assert!(q > 0.0 && q < a / 0.0625, "{line:?}");
        assert_eq!(line.centre, Some(vec![0.0]));
        // The means of the opponent stay within 2.06 of 0 on the cycle.
        for i in 0..=400 {
            for mean in [-2.06, -1.0, 0.0, 1.0, 2.06] {
                let u = 0.05 * f64::from(i) - 10.0;
                let force = u.powi(4) / 3.0 - u * u + 1.5 * u * mean;
                assert!(force >= a * u * u - b, "u = {u}, mean {mean}: {force} for {}", a * u * u - b);
            }
        }
    }
}

#[test]
fn players_who_confine_each_other_only_together_get_boxes() {
    // Against an opponent far out either would go as far himself; jointly `x df/dx - y df/dy = x^2 + y^2`.
    let text = QUADRATIC.replace("x*y/4", "3*x*y");
    let report = equilibrium_of(&game(&text, &[]));
    for line in &report.lines {
        assert!(line.chosen && line.mass.unwrap() <= 1e-14, "{line:?}");
    }
    assert_at_most("duality gap", report.equilibrium.nikaido_isoda.abs(), 1e-13);
}

#[test]
fn wells_far_from_the_origin_get_boxes_about_themselves() {
    let text = QUADRATIC.replace("x^2/2", "(x - 50)^2/2").replace("y^2/2", "(y + 30)^2/2").replace("0.7", "49");
    let text = text.replace("x*y/4", "(x - 50)*(y + 30)/4").replace("y + 0.4", "y + 31");
    let report = equilibrium_of(&game(&text, &[]));
    for (line, centre) in report.lines.iter().zip([50.0, -30.0]) {
        let (low, high) = (line.low[0], line.high[0]);
        assert!(high - low < 14.0 && low < centre - 4.0 && high > centre + 4.0, "{line:?}");
    }
}

#[test]
fn a_player_on_the_line_may_play_with_one_on_a_circle() {
    let text = r#"
        [game]
        payoff = "x^4/4 - x^2/2 + x*sin(2*pi*y) - cos(2*pi*y)/4"
        temperature = 0.1
        [game.domain]
        x = { space = "line" }
        [initial]
        x = "exp(-8*(x - 0.5)^2)"
        [solver]
        time = 1
        [output]
        snapshots = 2
    "#;
    let ran = run_game(&game(text, &[]));
    let [line] = ran.summary.lines.as_slice() else { panic!("{:?}", ran.summary.lines) };
    assert!(line.player == "x" && line.mass.unwrap() <= 1e-14, "{line:?}");
    assert!(ran.dataset("/w2").iter().all(|w2| w2.is_finite()));
}

#[test]
fn a_player_on_the_plane_moves_as_the_gaussian_does() {
    // `E x2' = -E x2` and `(E x1, E y)' = (-E x1 - E y/4, E x1/4 - E y)`; the equilibrium is `N(0, tau)` along every axis.
    let text = r#"
        [game]
        payoff = "x1^2/2 + x2^2/2 + x1*y/4 - y^2/2"
        temperature = 0.2
        [game.domain]
        x = { dim = 2, space = "line" }
        y = { space = "line" }
        [initial]
        x = "exp(-((x1 - 0.7)^2 + (x2 + 0.5)^2)/(2*0.2))"
        y = "exp(-y^2/(2*0.2))"
        [solver]
        time = 0.3
        tolerance = 1e-5
        [output]
        snapshots = 1
    "#;
    let ran = run_game(&game(text, &[]));
    let (x1, x2, mu) = (ran.dataset("/x1"), ran.dataset("/x2"), ran.row("/mu", 1));
    let cell = (x1[1] - x1[0]) * (x2[1] - x2[0]);
    let mean = |axis: usize| -> f64 {
        let at = |j: usize| if axis == 0 { x1[j / x2.len()] } else { x2[j % x2.len()] };
        cell * mu.iter().enumerate().map(|(j, mu)| mu * at(j)).sum::<f64>()
    };
    let t: f64 = 0.3;
    assert_close("E x1", mean(0), 0.7 * (-t).exp() * (0.25 * t).cos(), 1e-5, 1.0);
    assert_close("E x2", mean(1), -0.5 * (-t).exp(), 1e-5, 1.0);
    let [x, y] = ran.summary.lines.as_slice() else { panic!("{:?}", ran.summary.lines) };
    assert!(x.low.len() == 2 && x.mass.unwrap() <= 1e-14 && y.mass.unwrap() <= 1e-14, "{x:?}\n{y:?}");
    let start = ran.dataset("/w2_x")[0];
    assert_close("W2 of x at the start: a shift", start, 0.7_f64.hypot(0.5), 1e-7, 1.0);
}
