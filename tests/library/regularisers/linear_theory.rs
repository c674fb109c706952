//! The spectrum against closed forms, against the matrix of the finite volumes and against a run.

use super::{flow_of, payoff_of, with_settings};
use nashflow::equilibrium::Equilibrium;
use nashflow::flow::Flow;
use nashflow::game::GameFile;
use nashflow::spectrum::Spectrum;
use nashflow::stepper::Semilinear;
use num_complex::Complex64;
use std::f64::consts::PI;

const ALL: [&[&str]; 5] = [
    &["game.regulariser=chi2"],
    &["game.regulariser=reverse-kl"],
    &["game.regulariser=tsallis", "game.tsallis_q=0.5"],
    &["game.regulariser=tsallis", "game.tsallis_q=1.5"],
    &["game.regulariser=tsallis", "game.tsallis_q=3"],
];

fn file(text: &str, regulariser: &[&str], grid: usize) -> GameFile {
    let grid = format!("solver.grid={grid}");
    with_settings(text, &regulariser.iter().map(|s| (*s).to_owned()).chain([grid]).collect::<Vec<String>>())
}

fn solve(file: &GameFile, count: usize) -> (Equilibrium, Spectrum) {
    let (payoff, temperature) = payoff_of(file);
    let choice = file.game().regulariser().regulariser();
    let equilibrium = Equilibrium::solve_regularised_on_grid(&payoff, temperature, choice).unwrap();
    let spectrum = Spectrum::solve(&payoff, &equilibrium, file.game().timescale(), count).unwrap();
    (equilibrium, spectrum)
}

#[test]
fn a_rotation_turns_as_it_does_and_decays_with_the_diffusivity_of_the_uniform_density() {
    let (tau, period): (f64, f64) = (0.3, 2.0);
    let text = r#"
        [game]
        payoff = "cos(pi*(x - y))"
        temperature = 0.3
        domain = { x = { period = 2 }, y = { period = 2 } }
    "#;
    for (regulariser, diffusivity) in ALL.iter().zip([0.5, 2.0, 0.5 * 0.5_f64.powf(-0.5), 1.5 * 0.5_f64.sqrt(), 0.75]) {
        let (_, found) = solve(&file(text, regulariser, 33), 2);
        let k = (2.0 * PI / period).powi(2);
        let expected = Complex64::new(-k * tau * diffusivity, 0.5 * k);
        let off = (found.eigenvalues[0] - expected).norm();
        assert!(off <= 1e-11 * expected.norm(), "{regulariser:?}: {} against {expected}", found.eigenvalues[0]);
        let guaranteed = k * tau * diffusivity;
        assert!((found.guaranteed_rate / guaranteed - 1.0).abs() <= 1e-11, "{}", found.guaranteed_rate);
    }
}

const UNEVEN: &str = r#"
    [game]
    payoff = "3*cos(2*pi*(x - y)) + 0.4*sin(4*pi*x) - 0.5*cos(2*pi*y) + 0.3*cos(2*pi*x)"
    temperature = { x = 1.3, y = 1.6 }
    timescale = 1.4
"#;

/// Eigenvalues of the derivative of the finite volumes at their equilibrium, leading first, without those of the masses.
fn eigenvalues_of_cells(file: &GameFile) -> Vec<Complex64> {
    let (payoff, temperature) = payoff_of(file);
    let choice = file.game().regulariser().regulariser();
    let equilibrium = Equilibrium::solve_regularised_on_grid(&payoff, temperature, choice).unwrap();
    let mut flow = flow_of(file);
    let state = flow.start(equilibrium.densities());
    let n = state.len();
    let (mut up, mut down) = (state.clone(), state.clone());
    let mut matrix = faer::Mat::zeros(n, n);
    for j in 0..n {
        let h = 1e-5;
        let moved = |by: f64| {
            let mut moved = state.clone();
            moved[j].re += by;
            moved
        };
        flow.nonlinear(&moved(h), &mut up);
        flow.nonlinear(&moved(-h), &mut down);
        (0..n).for_each(|i| matrix[(i, j)] = (up[i].re - down[i].re) / (2.0 * h));
    }
    let mut values: Vec<Complex64> = nashflow_kernels::eigen::values(&matrix).unwrap();
    values.sort_by(|a, b| b.re.total_cmp(&a.re));
    values.retain(|v| v.norm() > 1e-4);
    values
}

#[test]
fn the_spectrum_is_what_the_matrix_of_the_finite_volumes_tends_to() {
    for regulariser in ALL {
        let (equilibrium, found) = solve(&file(UNEVEN, regulariser, 65), 3);
        assert_eq!(equilibrium.vacuum(), None, "{regulariser:?}");
        assert!(found.eigenvalues.iter().all(|v| v.re <= -found.guaranteed_rate * (1.0 - 1e-9)));
        let upper = |v: Complex64| Complex64::new(v.re, v.im.abs());
        let exact = upper(found.eigenvalues[0]);
        // Two pairs may lead with nearly one real part.
        let [coarse, fine] = [32, 64].map(|n| {
            let values = eigenvalues_of_cells(&file(UNEVEN, regulariser, n)).into_iter().take(8).map(upper);
            values.min_by(|a, b| (a - exact).norm().total_cmp(&(b - exact).norm())).unwrap()
        });
        let order = ((coarse - exact).norm() / (fine - exact).norm()).log2();
        let richardson = (fine * 4.0 - coarse) / 3.0;
        println!("{regulariser:?}: {exact}, cells {coarse}, {fine}, order {order:.3}, extrapolated {richardson}");
        assert!((1.7..2.2).contains(&order), "{regulariser:?}: order {order}, {exact} against {fine}");
        assert!((richardson - exact).norm() <= 1e-4 * exact.norm(), "{regulariser:?}: {richardson} against {exact}");
    }
}

#[test]
fn the_second_dimension_has_the_eigenvalues_of_the_first_beside_its_own() {
    // Players who see the first axis only: the leading pair is that of the circle, however the other axis is.
    let plane = r#"
        [game]
        payoff = "3*cos(2*pi*(x1 - y1)) + 0.4*sin(4*pi*x1) - 0.5*cos(2*pi*y1) + 0.3*cos(2*pi*x1)"
        temperature = { x = 1.3, y = 1.6 }
        timescale = 1.4
        domain = { x = { dim = 2, period = [1, 0.4] }, y = { dim = 2, period = [1, 0.4] } }
    "#;
    for (regulariser, scale) in [(ALL[0], 0.4), (ALL[3], 0.4_f64.powf(0.5))] {
        // A density over the plane is the one over the circle divided by 0.4: phi' of it is phi' of the circle's divided by
        // 0.4^(q - 1), which the temperature makes up for.
        let circle = UNEVEN.replace("1.3", &format!("{}", 1.3 / scale)).replace("1.6", &format!("{}", 1.6 / scale));
        let (_, one) = solve(&file(&circle, regulariser, 33), 2);
        let text = plane.replace("1.3", &format!("{}", 1.3)).to_owned();
        let (_, two) = solve(&file(&text, regulariser, 33), 2);
        let upper = |v: Complex64| Complex64::new(v.re, v.im.abs());
        let (a, b) = (upper(one.eigenvalues[0]), upper(two.eigenvalues[0]));
        assert!((a - b).norm() <= 1e-8 * a.norm(), "{regulariser:?}: {a} against {b}");
    }
}
