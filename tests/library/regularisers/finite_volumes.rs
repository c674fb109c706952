//! Finite volumes: orders in time and space, signs, mass, balance with the equilibrium, dissipation, one and two dimensions.

use super::{cells, flow_of, payoff_of, simulation_from, with_settings};
use crate::support::evolution::initial;
use crate::support::form::tries;
use nashflow::diagnostics::{regularised_energy, regularised_gap};
use nashflow::equilibrium::Equilibrium;
use nashflow::flow::Flow;
use nashflow::game::GameFile;
use nashflow::stepper::Semilinear;
use num_complex::Complex64;

const TEXT: &str = r#"
    [game]
    payoff = "cos(2*pi*(x - y)) + 0.5*sin(4*pi*x) - 0.4*cos(2*pi*y)"
    temperature = { x = 0.6, y = 0.5 }
    timescale = 1.4
    [initial]
    x = "exp(cos(2*pi*(x - 0.25)))"
    y = "exp(sin(2*pi*y))"
    [solver]
    grid = 48
    time = 0.2
"#;

const ALL: [&[&str]; 4] = [
    &["game.regulariser=chi2"],
    &["game.regulariser=reverse-kl"],
    &["game.regulariser=tsallis", "game.tsallis_q=0.5"],
    &["game.regulariser=tsallis", "game.tsallis_q=1.5"],
];

const PLANE: &str = r#"
    [game]
    payoff = "cos(2*pi*(x1 - y1)) + 0.5*cos(2*pi*x1)*cos(2*pi*x2) - 0.4*cos(2*pi*y1)*sin(2*pi*y2) + sin(2*pi*(x2 + y2))"
    temperature = 0.2
    domain = { x = { dim = 2 }, y = { dim = 2, period = [1, 2] } }
    [initial]
    x = "max(0, 0.06 - (x1 - 0.5)^2 - (x2 - 0.4)^2)"
    y = "max(0, 0.06 - (y1 - 0.5)^2 - (y2 - 0.9)^2)"
    [solver]
    grid = { x = [20, 16], y = [16, 24] }
    time = 0.5
"#;

fn file(text: &str, regulariser: &[&str], others: &[String]) -> GameFile {
    let settings: Vec<String> = regulariser.iter().map(|s| (*s).to_owned()).chain(others.iter().cloned()).collect();
    with_settings(text, &settings)
}

/// The state after so many equal steps of the scheme.
fn after(file: &GameFile, steps: u32) -> Vec<Complex64> {
    let mut flow = flow_of(file);
    let [mu, nu] = initial(file);
    let mut u = flow.start([mu.values(), nu.values()]);
    let mut next = u.clone();
    for _ in 0..steps {
        flow.own_step(&u, file.solver().time() / f64::from(steps), &mut next).unwrap();
        std::mem::swap(&mut u, &mut next);
    }
    u
}

fn largest(a: &[Complex64], b: &[Complex64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max)
}

#[test]
fn the_scheme_is_of_order_two_in_time_in_one_and_in_two_dimensions() {
    for (i, regulariser) in ALL.into_iter().enumerate() {
        let settings = |time: &str| [format!("solver.time={time}"), "game.temperature=1.6".to_owned()];
        let circle = file(TEXT, regulariser, &settings("0.02"));
        let plane = PLANE.replace("max(0, 0.06 - (x1 - 0.5)^2 - (x2 - 0.4)^2)", "2 + sin(2*pi*(x1 + x2))");
        let plane = plane.replace("max(0, 0.06 - (y1 - 0.5)^2 - (y2 - 0.9)^2)", "1.5 + cos(2*pi*(y1 - y2))");
        let plane = file(&plane, regulariser, &settings("0.01"));
        // In the short form the dimensions alternate between the regularisers.
        let cases = [(circle, "circle"), (plane, "plane")];
        for (game, what) in cases.into_iter().skip(i % tries(2, 1)).step_by(tries(2, 1)) {
            let exact = after(&game, 1280);
            let errors = [40, 80, 160].map(|steps| largest(&after(&game, steps), &exact));
            let order = (errors[1] / errors[2]).log2();
            println!("{regulariser:?} {what}: {errors:?}, order {order:.3}");
            assert!((1.8..2.3).contains(&order), "{regulariser:?} {what}: order {order}, errors {errors:?}");
        }
    }
}

#[test]
fn the_scheme_is_of_order_two_in_space_where_densities_are_positive() {
    for regulariser in ALL {
        let settings = |points: u32| {
            [format!("solver.grid={points}"), "solver.time=0.02".to_owned(), "game.temperature=1.6".to_owned()]
        };
        let at = |points: u32| after(&file(TEXT, regulariser, &settings(points)), 200);
        let exact = at(768);
        let every = |state: &[Complex64], points: usize| {
            (0..48)
                .map(|j| state[j * points / 48])
                .chain((0..48).map(|j| state[points + j * points / 48]))
                .collect::<Vec<_>>()
        };
        let exact = every(&exact, 768);
        let errors = [48_usize, 96, 192].map(|points| largest(&every(&at(points as u32), points), &exact));
        let order = (errors[1] / errors[2]).log2();
        println!("{regulariser:?}: {errors:?}, order {order:.3}");
        assert!((1.9..2.3).contains(&order), "{regulariser:?}: order {order}, errors {errors:?}");
    }
}

#[test]
fn densities_stay_positive_and_keep_their_mass_however_long_the_steps_are() {
    for regulariser in [ALL[0], ALL[3], &["game.regulariser=tsallis", "game.tsallis_q=3"]] {
        for tau in [1.0, 0.05, 1e-3] {
            let game = file(PLANE, regulariser, &[format!("game.temperature={tau}")]);
            for steps in [1, 3, 40] {
                let state = after(&game, steps);
                let flow = flow_of(&game);
                for (values, grid) in cells(&flow, &state).iter().zip(flow.payoff().grids()) {
                    assert!(values.iter().all(|u| *u >= 0.0), "{regulariser:?}, tau {tau}, {steps} steps");
                    let mass = grid.integral(values);
                    assert!((mass - 1.0).abs() <= 1e-13, "{regulariser:?}, tau {tau}, {steps} steps: {mass}");
                }
            }
        }
    }
}

#[test]
fn a_front_leaves_cells_far_ahead_of_it_empty_to_the_last_bit() {
    let game = file(TEXT, ALL[0], &["initial.x=max(0, 0.01 - (x - 0.5)^2)".to_owned(), "solver.time=1e-4".to_owned()]);
    let state = after(&game, 5);
    let [mu, _] = cells(&flow_of(&game), &state);
    let empty = mu.iter().filter(|u| **u == 0.0).count();
    assert!((20..40).contains(&empty), "{empty} of 48 cells are empty");
}

#[test]
fn the_discrete_equilibrium_is_stationary_with_and_without_a_vacuum() {
    for (regulariser, tau) in ALL.iter().map(|r| (*r, 0.9)).chain([(ALL[0], 0.1), (ALL[3], 0.05)]) {
        let game = file(TEXT, regulariser, &[format!("game.temperature={tau}")]);
        let (payoff, temperature) = payoff_of(&game);
        let choice = game.game().regulariser().regulariser();
        let found = Equilibrium::solve_regularised_on_grid(&payoff, temperature, choice).unwrap();
        assert_eq!(found.vacuum().is_some(), tau < 0.5, "{regulariser:?}");
        let mut flow = flow_of(&game);
        let start = flow.start(found.densities());
        let mut end = start.clone();
        for h in [1e-3, 1.0] {
            let error = flow.own_step(&start, h, &mut end).unwrap();
            let moved = largest(&start, &end);
            assert!(moved <= 1e-11 && error <= 1e-11, "{regulariser:?}, tau {tau}, step {h}: {moved:e}, {error:e}");
        }
    }
}

#[test]
fn without_an_opponent_the_energy_falls_at_every_step_and_the_run_ends_at_the_best_response() {
    for regulariser in ALL {
        let settings = ["game.payoff=cos(2*pi*x) - cos(2*pi*y)".to_owned(), "solver.time=4".to_owned()];
        let game = file(TEXT, regulariser, &settings);
        let (payoff, temperature) = payoff_of(&game);
        let choice = game.game().regulariser().regulariser();
        let [mu, nu] = initial(&game);
        let mut simulation = simulation_from(&game, [mu.values(), nu.values()]);
        // F falls with x and rises with y; without coupling each share is monotone.
        let share = |values: &[Vec<f64>; 2]| {
            let energy = |pair| regularised_energy(choice.function(), &payoff, temperature, pair, &mut payoff.work());
            [energy([&values[0], nu.values()]), -energy([mu.values(), &values[1]])]
        };
        let mut before = share(&[mu.values().to_vec(), nu.values().to_vec()]);
        while let Some(stretch) = simulation.advance().unwrap() {
            let now = share(&cells(stretch.flow(), stretch.state()));
            for p in [0, 1] {
                assert!(now[p] <= before[p] + 1e-13, "{regulariser:?}: {:e}", now[p] - before[p]);
            }
            before = now;
        }
        let found = Equilibrium::solve_regularised_on_grid(&payoff, temperature, choice).unwrap();
        let end = cells(simulation.flow(), simulation.state());
        for p in [0, 1] {
            let off = end[p].iter().zip(found.densities()[p]).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(off <= 1e-4, "{regulariser:?}: {off:e} from the best response");
        }
    }
}

#[test]
fn a_step_is_the_rate_times_its_length_when_it_is_short() {
    for regulariser in ALL {
        let game = file(TEXT, regulariser, &[]);
        let mut flow = flow_of(&game);
        let [mu, nu] = initial(&game);
        let u = flow.start([mu.values(), nu.values()]);
        let (mut rate, mut next) = (u.clone(), u.clone());
        flow.nonlinear(&u, &mut rate);
        let h = 1e-7;
        flow.own_step(&u, h, &mut next).unwrap();
        let moved: Vec<Complex64> = next.iter().zip(&u).map(|(v, u)| (v - u) / h).collect();
        let size = rate.iter().map(|r| r.norm()).fold(0.0, f64::max);
        assert!(largest(&moved, &rate) <= 1e-3 * size, "{regulariser:?}: {:e} of {size:e}", largest(&moved, &rate));
    }
}

#[test]
fn mass_does_not_pass_a_vacuum_so_that_a_state_of_rest_need_not_be_the_equilibrium() {
    // Two wells of equal depth, more mass over the first: under the entropy it would pass the barrier.
    let settings = ["game.payoff=cos(4*pi*x) - cos(2*pi*y)".to_owned(), "solver.time=4".to_owned()];
    let game = file(TEXT, ALL[0], &settings);
    let (payoff, temperature) = payoff_of(&game);
    let choice = game.game().regulariser().regulariser();
    let [mu, nu] = initial(&game);
    let mut simulation = simulation_from(&game, [mu.values(), nu.values()]);
    while simulation.advance().unwrap().is_some() {}
    let [mu, nu] = cells(simulation.flow(), simulation.state());
    let gap = regularised_gap(choice.function(), &payoff, temperature, [&mu, &nu], &mut payoff.work());
    assert!(gap > 0.1, "{gap}");
    let mut rate = simulation.state().to_vec();
    flow_of(&game).nonlinear(simulation.state(), &mut rate);
    let fastest = rate.iter().map(|r| r.norm()).fold(0.0, f64::max);
    assert!(fastest <= 1e-5, "{fastest:e}");
}
