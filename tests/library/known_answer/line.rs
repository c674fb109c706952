//! Players on the line: the double wells of Mourrat & Pillaud-Vivien (arXiv 2604.11134), whose periods, radii, multipliers and
//! eigenvalues were computed independently of this program (Fourier on a box of other length, and Hermite functions).

use crate::support::comparison::{assert_at_most, assert_between, assert_close};
use crate::support::evolution::{bundled, game};
use crate::support::experiment::{equilibrium_of, run_error, run_game};
use nashflow::experiment::{OrbitRequest, Verdict, orbit, spectrum};
use nashflow::game::{GameFile, Player};

fn double_well(overrides: &[&str]) -> GameFile {
    bundled("double-well-line", overrides)
}

/// `int x mu dx` of every snapshot from `from` on, of both players.
fn means(file: &GameFile, from: usize) -> Vec<[f64; 2]> {
    let ran = run_game(file);
    let rows = ran.dataset("/time").len();
    let of = |name: &str, player: Player| -> Vec<f64> {
        let (nodes, values) = (ran.dataset(&format!("/{}", player.letter())), ran.dataset(name));
        let cell = file.game().domain(player).period()[0] / nodes.len() as f64;
        let mean = |row: &[f64]| cell * row.iter().zip(&nodes).map(|(mu, x)| mu * x).sum::<f64>();
        values.chunks_exact(nodes.len()).map(mean).collect()
    };
    let (x, y) = (of("/mu", Player::X), of("/nu", Player::Y));
    assert_eq!(x.len(), rows);
    x.into_iter().zip(y).map(|(x, y)| [x, y]).skip(from).collect()
}

#[test]
fn the_cycle_at_temperature_0_0625_has_period_and_multiplier_of_the_reference() {
    let file = double_well(&["game.domain.x.period=6.4", "game.domain.y.period=6.4"]);
    let request = OrbitRequest { multipliers: 3, time: Some(60.0), branch: None };
    let found = orbit(&file, &request, None, &mut |_| {}).unwrap();
    println!("{:?} on {:?}", found.orbit, found.grid);
    assert_close("period", found.orbit.period, 4.466_172_1, 1e-6, 1.0);
    assert_close("trivial multiplier", found.orbit.multipliers[0][0], 1.0, 1e-5, 1.0);
    assert_close("leading multiplier", found.orbit.multipliers[1][0], 0.0483, 1e-4, 1.0);
}

#[test]
fn the_means_run_between_the_radii_of_the_reference() {
    let file = double_well(&["solver.time=31", "output.snapshots=620"]);
    let radii: Vec<f64> = means(&file, 520).into_iter().map(|[x, y]| x.hypot(y)).collect();
    let (low, high) = radii.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), r| (l.min(*r), h.max(*r)));
    // Snapshots come 89 times a turn, and at an extremum the radius is flat.
    assert_close("smallest radius", low, 1.80985, 5e-4, 1.0);
    assert_close("largest radius", high, 1.96980, 5e-4, 1.0);
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
    let domain = "game.domain={x={space=\"line\",period=11},y={space=\"line\",period=12,origin=-5.5}}";
    let wide = double_well(&["solver.time=0.5", "output.snapshots=2", domain]);
    let (a, b) = (run_game(&chosen), run_game(&wide));
    for name in ["/w2_x", "/w2_y", "/nikaido_isoda", "/energy"] {
        for (a, b) in a.dataset(name).iter().zip(b.dataset(name)) {
            assert_close(name, *a, b, 1e-7, 1.0);
        }
    }
    assert!(a.summary.notes.iter().any(|note| note.contains("outer 5 %")), "{:?}", a.summary.notes);
}

#[test]
fn a_quadratic_game_has_gaussian_equilibrium_and_exact_distance() {
    // x given y wants N(-y, tau), y given x wants N(x, tau): the equilibrium is N(0, tau) for both.
    let text = r#"
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
    "#;
    let file = game(text, &[]);
    let ran = run_game(&file);
    assert_close("W2 of x: a shift", ran.dataset("/w2_x")[0], 0.7, 1e-9, 1.0);
    let exact = (0.4_f64.powi(2) + (0.5_f64.sqrt() - 0.2_f64.sqrt()).powi(2)).sqrt();
    assert_close("W2 of y: a shift and a stretch", ran.dataset("/w2_y")[0], exact, 1e-9, 1.0);
    assert_eq!(ran.summary.verdict, Verdict::Converged, "{}", ran.summary.reason);
    let spectrum = ran.summary.spectrum.as_ref().expect("a spectrum");
    assert_close("gap", spectrum.gap, 1.0, 1e-8, 1.0);
    assert_at_most("duality gap", equilibrium_of(&file).equilibrium.nikaido_isoda.abs(), 1e-13);
}

#[test]
fn best_response_escapes_the_cycle_and_comes_near_the_equilibrium_by_time_200() {
    let file = double_well(&["flow.dynamics=best-response", "solver.time=200", "solver.tolerance=1e-6"]);
    let ran = run_game(&file);
    let gap = *ran.dataset("/nikaido_isoda").last().unwrap();
    assert_between("duality gap at time 200", gap, 0.025, 0.035);
}

#[test]
fn mass_that_comes_to_the_seam_ends_the_run_with_advice() {
    let narrow = "game.domain={x={space=\"line\",period=5},y={space=\"line\",period=9}}";
    let error = run_error(&double_well(&[narrow, "solver.time=3"])).to_string();
    assert!(error.contains("player x") && error.contains("outer 5 %") && error.contains("enlarge the box"), "{error}");
}
