use super::*;
use crate::flow::{Flow, MflDa};
use crate::form::tries;
use crate::game::{GameFile, Initial, Payoff, Player, catalogue, sample_density};
use crate::stepper::{Etd43, Semilinear, Stepper};
use crate::torus::Grid;
use num_complex::Complex64;

/// A bundled game on fixed grids, with its initial state.
pub(super) struct Setting {
    file: GameFile,
    payoff: Payoff,
    flow: MflDa,
    symmetry: Symmetry,
    start: Vec<Complex64>,
}

pub(super) fn setting(file: GameFile, n: usize) -> Setting {
    let grids = Player::BOTH.map(|p| file.game().domain(p).grid(&vec![n; file.game().domain(p).dimension()]).unwrap());
    setting_on(file, grids)
}

fn setting_on(file: GameFile, grids: [Grid; 2]) -> Setting {
    let game = file.game();
    let payoff = Payoff::new(game.source(), &grids[0], &grids[1]).unwrap();
    let symmetry = Symmetry::find(&payoff);
    let flow = MflDa::new(payoff.clone(), temperatures(&file), game.timescale());
    let values = Player::BOTH.map(|p| match game.initial(p) {
        Initial::Expression(density) => sample_density(density, &grids[p.index()]).unwrap(),
        _ => panic!("the games of these tests start from formulas"),
    });
    let start = flow.layout().from_values([values[0].values(), values[1].values()]);
    Setting { payoff, flow, symmetry, start, file }
}

fn temperatures(file: &GameFile) -> [f64; 2] {
    Player::BOTH.map(|p| file.game().temperature(p))
}

fn cycle(tau: f64, n: usize) -> Setting {
    setting(catalogue::get("limit-cycle").unwrap().load(&[format!("game.temperature={tau}")]).unwrap(), n)
}

impl Setting {
    pub(super) fn find(&mut self, how: &Finding) -> Result<Orbit, OrbitError> {
        find(&mut self.flow, temperatures(&self.file), &self.symmetry, &self.start, how)
    }
}

struct Temperature(Payoff);

impl Family for Temperature {
    fn flow(&self, parameter: f64) -> Result<MflDa, OrbitError> {
        Ok(MflDa::new(self.0.clone(), [parameter; 2], 1.0))
    }
}

/// Temperature, grid, period and its uncertainty, leading multiplier that the mirror does not hide.
const CYCLES: [(f64, usize, f64, f64, f64); 5] = [
    (0.0625, 288, 5.0922357, 1e-7, 0.0421),
    (0.1, 216, 5.197939, 1e-6, 0.154),
    (0.13, 192, 5.34889, 5e-6, 0.424),
    (0.14, 192, 5.45836, 5e-6, 0.680),
    (0.143, 192, 5.5511, 6e-5, 0.932),
];

#[test]
fn the_cycles_of_the_torus_game_have_the_periods_and_multipliers_of_the_reference() {
    for (tau, n, period, uncertainty, multiplier) in CYCLES.into_iter().step_by(tries(4, 1)) {
        let how = Finding { multipliers: 6, ..Finding::default() };
        let orbit = cycle(tau, n).find(&how).unwrap_or_else(|error| panic!("tau = {tau}: {error}"));
        println!("tau = {tau}: {} +- {:.1e}, {:?}", orbit.point.period, orbit.period_error, orbit.multipliers);
        assert!((orbit.point.period - period).abs() <= uncertainty, "tau = {tau}: period {}", orbit.point.period);
        assert!(orbit.period_error <= 1e-8 && orbit.residual <= 1e-10, "tau = {tau}");
        let trivial = orbit.trivial().expect("a multiplier").value;
        assert!((trivial - 1.0).norm() <= 1e-8, "tau = {tau}: trivial multiplier {trivial}");
        let coupled = orbit.multipliers.iter().filter(|m| m.block == Block::Coupled);
        let next = coupled.map(|m| m.value).find(|m| (m - 1.0).norm() > 1e-6).expect("a second multiplier");
        assert!((next - multiplier).norm() <= 6e-4, "tau = {tau}: multiplier {next}");
        assert!(orbit.is_stable() && orbit.nearly_conserved() == 2, "tau = {tau}");
        assert!(orbit.multipliers.iter().all(|m| m.residual <= 1e-8), "tau = {tau}");
    }
}

/// Leakage over the barrier between the mirror images, once per player.
#[test]
fn the_mirror_multiplier_at_temperature_0_14_is_1_minus_1_33e_6_for_each_player() {
    let orbit = cycle(0.14, 192).find(&Finding::default()).unwrap();
    for player in Player::BOTH {
        let mirror = orbit.multipliers.iter().find(|m| m.block == Block::Mirror(player)).expect("a mirror multiplier");
        let leak = 1.0 - mirror.value.re;
        assert!((leak - 1.33e-6).abs() <= 0.005e-6, "{player:?}: 1 - {leak:e}");
    }
}

#[test]
fn there_is_no_orbit_at_temperature_0_15() {
    let found = cycle(0.15, 192).find(&Finding::default());
    assert!(matches!(found, Err(OrbitError::NoReturn { .. } | OrbitError::AtRest { .. })), "{found:?}");
}

/// The period between passages of `int sin(x/3) mu` through 0 in a long run of the adaptive scheme, which shares neither
/// section nor steps nor the symmetric start with the orbit.
#[test]
fn the_period_is_that_of_a_long_run_to_1e_8() {
    let Setting { mut flow, start, .. } = cycle(0.0625, 288);
    let height = |flow: &MflDa, state: &[Complex64]| flow.layout().part(Player::X, state)[1].im;
    let (mut state, mut stepper, mut time) = (start, Etd43::new(1e-10), 0.0);
    let mut passages = Vec::new();
    while time < 45.0 {
        let before = height(&flow, &state);
        let step = stepper.advance(&mut flow, &mut state, 45.0 - time).unwrap();
        let after = height(&flow, &state);
        if before < 0.0 && after >= 0.0 {
            let mut inside = state.clone();
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..50 {
                let middle = 0.5 * (low + high);
                stepper.interpolate(&mut flow, middle, &mut inside);
                if height(&flow, &inside) < 0.0 { low = middle } else { high = middle }
            }
            passages.push(time + low * step.length);
        }
        time += step.length;
    }
    let [.., before, last] = passages[..] else { panic!("{passages:?}") };
    let orbit = cycle(0.0625, 288).find(&Finding { multipliers: 1, ..Finding::default() }).unwrap();
    let difference = (last - before) - orbit.point.period;
    println!("long run {:.12}, orbit {:.12}", last - before, orbit.point.period);
    assert!(difference.abs() <= 1e-8, "{difference:e}");
}

/// Columns of the monodromy matrix by central differences of the return map, which know nothing of tangents.
#[test]
fn multipliers_agree_with_a_dense_monodromy_matrix() {
    let n = 80;
    let mut setting = cycle(0.14, n);
    let how = Finding { multipliers: 8, period_error: 1e-6, tolerance: 1e-6, ..Finding::default() };
    let orbit = setting.find(&how).unwrap();
    let (flow, steps) = (&mut setting.flow, 2 * orbit.tangent_steps);
    let coordinates = coordinates::Coordinates::new(flow.layout());
    // Real and imaginary parts of the modes 1 .. n/2 - 1 of both players.
    let half = flow.layout().grid(Player::X).spectrum_len();
    let unknowns: Vec<usize> = (0..2).flat_map(|p| (2..2 * half - 2).map(move |j| 2 * p * half + j)).collect();
    let columns: Vec<Vec<f64>> = unknowns
        .iter()
        .map(|&j| {
            let mut direction = vec![0.0; coordinates.len()];
            direction[j] = 1e-5;
            let change = coordinates.unpack(&direction);
            let mut end = |sign: f64| {
                let start = coordinates::sum(&orbit.point.state, sign, &change);
                coordinates.pack(&trajectory::follow(flow, &start, orbit.point.period, steps, |_, _| {}))
            };
            let (plus, minus) = (end(1.0), end(-1.0));
            unknowns.iter().map(|&i| (plus[i] - minus[i]) / 2e-5).collect()
        })
        .collect();
    let matrix = faer::Mat::from_fn(unknowns.len(), unknowns.len(), |i, j| columns[j][i]);
    let mut dense: Vec<Complex64> = nashflow_kernels::eigen::values(&matrix).unwrap();
    dense.sort_by(|a, b| b.norm().total_cmp(&a.norm()));
    for (a, b) in orbit.multipliers.iter().zip(&dense) {
        println!("{:?} {b:?}", a.value);
        assert!((a.value - b).norm() <= 1e-6, "{:?} against {b:?}", a.value);
    }
    assert_eq!(orbit.multipliers.len(), 8);
}

#[test]
fn tangents_of_a_path_are_its_central_differences_in_both_dimensions() {
    for name in ["wang-chizat-random", "players-1x2", "players-2x2"] {
        let mut setting = setting(catalogue::get(name).unwrap().load(&[]).unwrap(), 24);
        let flow = &mut setting.flow;
        let direction = coordinates::difference(
            &flow.layout().from_values(flow_values(flow, 0.7).each_ref().map(|v| &v[..])),
            &setting.start,
        );
        let mut tangents = trajectory::Trajectory::new(flow, &setting.start, 0.02, 20).unwrap();
        let tangent = tangents.tangent(flow, &direction);
        let mut end = |share: f64| {
            let start = coordinates::sum(&setting.start, share, &direction);
            trajectory::follow(flow, &start, 0.02, 20, |_, _| {})
        };
        let (plus, minus) = (end(1e-4), end(-1e-4));
        let expected: Vec<Complex64> = plus.iter().zip(&minus).map(|(p, m)| (p - m) / 2e-4).collect();
        let (error, size) = (flow.norm(&coordinates::difference(&tangent, &expected)), flow.norm(&tangent));
        println!("{name}: {error:.1e} of {size:.1e}");
        assert!(error <= 1e-7 * size, "{name}: {error:e} of {size:e}");
    }
}

/// Positive node values that fill every axis.
fn flow_values(flow: &MflDa, shift: f64) -> [Vec<f64>; 2] {
    Player::BOTH.map(|player| {
        let grid = flow.layout().grid(player);
        let turn = |j: usize| -> f64 {
            grid.node(j).iter().zip(grid.axes()).map(|(&i, a)| i as f64 / a.points as f64).sum::<f64>()
        };
        let wave = |j: usize| (1.0 + 0.5 * (std::f64::consts::TAU * turn(j) + shift).sin()) / grid.volume();
        (0..grid.len()).map(wave).collect()
    })
}

/// A second axis that decouples changes nothing in the first.
#[test]
fn a_cycle_of_players_in_two_dimensions_has_the_period_of_its_one_dimensional_factor() {
    let text = catalogue::get("limit-cycle").unwrap().text;
    let text =
        text.replace("(x/3)", "(x1/3)").replace("(y/3)", "(y1/3)").replace("*x/3", "*x1/3").replace("*y/3", "*y1/3");
    let text = text.replace(
        "dim = 1, period = \"6*pi\", origin = \"-3*pi\"",
        "dim = 2, period = [\"6*pi\", 1.0], origin = [\"-3*pi\", 0.0]",
    );
    let text = text
        .replace("(x-1.9)", "(x1-1.9)")
        .replace("-y^2", "-y1^2")
        .replace("temperature = 0.0625", "temperature = 0.14");
    let text = text.replace("payoff = \"", "payoff = \"0.05*cos(2*pi*x2) - 0.05*sin(2*pi*y2) + ");
    let file = GameFile::parse("planar.toml", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
    let grids = Player::BOTH.map(|p| file.game().domain(p).grid(&[108, 8]).unwrap());
    let mut planar = setting_on(file, grids);
    let how = Finding { multipliers: 4, period_error: 1e-8, tolerance: 1e-6, ..Finding::default() };
    let orbit = planar.find(&how).unwrap();
    let flat = cycle(0.14, 108).find(&how).unwrap();
    println!("{} {}", orbit.point.period, flat.point.period);
    assert!((orbit.point.period - flat.point.period).abs() <= 2e-7, "{} {}", orbit.point.period, flat.point.period);
    for (a, b) in orbit.multipliers.iter().zip(&flat.multipliers) {
        assert!((a.value.norm() - b.value.norm()).abs() <= 1e-5, "{a:?} {b:?}");
    }
}

#[test]
fn the_fold_of_the_torus_cycle_is_found_to_six_digits_and_a_second_multiplier_passes_1_there() {
    let mut setting = cycle(0.14, 144);
    let orbit = setting.find(&Finding { tolerance: 1e-6, period_error: 1e-7, ..Finding::default() }).unwrap();
    let steps = orbit.tangent_steps;
    let how = Continuation {
        first_step: 0.0015,
        range: [0.14, 0.2],
        most_points: 7,
        longest_step: 0.2,
        steps: 2 * steps,
        tangent_steps: steps,
        tolerance: 1e-10,
        multipliers: 3,
    };
    let family = Temperature(setting.payoff.clone());
    let branch = follow_branch(&family, &setting.symmetry, 0.14, &orbit.point, &how, &mut |_| true).unwrap();
    let [fold] = &branch.folds[..] else { panic!("{:?}", branch.folds.len()) };
    println!("fold {:.10} +- {:.1e}", fold.at.parameter, fold.error);
    assert!(
        (fold.at.parameter - 0.143_114_7).abs() <= 1e-7 && fold.error <= 1e-7,
        "{} {}",
        fold.at.parameter,
        fold.error
    );
    for multiplier in &fold.at.multipliers[..2] {
        assert!((multiplier.value - 1.0).norm() <= 1e-3, "{multiplier:?}");
    }
    // Stable before, unstable behind, with a real multiplier through 1.
    for (i, point) in branch.points.iter().enumerate() {
        assert_eq!(point.is_stable(), i < fold.behind - 1 || (i + 1 == fold.behind && point.is_stable()), "point {i}");
    }
    assert!(!branch.points[fold.behind].is_stable());
    // Near a fold (log m)^2 is linear in the parameter: an estimate from two stable orbits alone.
    let square = |p: &BranchPoint| {
        p.multipliers.iter().map(|m| m.value.re.ln().powi(2)).filter(|s| *s > 1e-6).fold(f64::INFINITY, f64::min)
    };
    let stable: Vec<&BranchPoint> = branch.points.iter().take_while(|p| p.is_stable()).collect();
    let [.., a, b] = stable[..] else { panic!("{} stable points", stable.len()) };
    let predicted = b.parameter + (b.parameter - a.parameter) * square(b) / (square(a) - square(b));
    println!("predicted {predicted:.6}");
    assert!((predicted - fold.at.parameter).abs() <= 3e-4, "{predicted}");
}

/// States of the torus game at a temperature, from the symmetric start, at a time.
fn evolved(setting: &mut Setting, time: f64) -> Vec<Complex64> {
    let mut state = setting.start.clone();
    setting.symmetry.project(&mut state);
    let (mut stepper, mut now) = (Etd43::new(1e-7), 0.0);
    while now < time {
        now += stepper.advance(&mut setting.flow, &mut state, time - now).unwrap().length;
    }
    state
}

#[test]
fn a_cycle_is_recognised_below_the_fold_and_a_slow_spiral_above_it_is_not() {
    for (tau, time, periodic) in
        [(0.1, 16.0, true), (0.14, 40.0, true), (0.1432, 60.0, false), (0.15, 60.0, false), (0.15, 150.0, false)]
    {
        let mut setting = cycle(tau, 144);
        let state = evolved(&mut setting, time);
        let found = recurrence(&mut setting.flow, [tau; 2], &setting.symmetry, &state, 0.5 * time, 1e-7);
        println!("tau = {tau}, t = {time}: {found:?}");
        assert_eq!(found.is_ok(), periodic, "tau = {tau}, t = {time}: {found:?}");
    }
}

/// The rotation game spirals into its equilibrium at a known rate, `exp(-1.26)` a turn here, however long one looks.
#[test]
fn the_spiral_of_the_rotation_game_is_no_cycle() {
    let file = catalogue::get("rotation").unwrap().load(&["game.temperature=0.004".to_owned()]).unwrap();
    let mut setting = setting(file, 48);
    for time in [0.5, 3.0] {
        let state = evolved(&mut setting, time);
        let found = recurrence(&mut setting.flow, [0.004; 2], &setting.symmetry, &state, 2.0, 1e-8);
        assert!(found.is_err(), "t = {time}: {found:?}");
    }
}

#[test]
fn the_boundary_between_rest_and_cycle_is_the_unstable_orbit_of_the_same_temperature() {
    let mut setting = cycle(0.14, 192);
    let uniform = Player::BOTH.map(|p| {
        let grid = setting.flow.layout().grid(p);
        vec![1.0 / grid.volume(); grid.len()]
    });
    let rest = setting.flow.layout().from_values([&uniform[0], &uniform[1]]);
    let equilibrium = crate::equilibrium::Equilibrium::solve(&setting.payoff, [0.14; 2]).unwrap();
    let equilibrium = setting.flow.layout().from_values(equilibrium.densities());
    let finding = Finding { tolerance: 1e-5, period_error: 1e-6, multipliers: 4, ..Finding::default() };
    let how = EdgeSearch { width: 1e-4, time: 2000.0, finding };
    let start = setting.start.clone();
    let found = edge(&mut setting.flow, [0.14; 2], &setting.symmetry, &equilibrium, [&rest, &start], &how).unwrap();
    let unstable = found.edge.as_ref().unwrap_or_else(|error| panic!("{error}"));
    println!("{:?} {} {:?}", found.interval, unstable.point.period, unstable.multipliers);
    assert!(found.first_goes_to_equilibrium && found.interval[1] - found.interval[0] <= 1e-4);
    assert_eq!(unstable.unstable_count(), 1);
    // The unstable branch at this temperature: see the_fold_of_the_torus_cycle_...
    assert!((unstable.point.period - 5.704).abs() <= 0.01, "{}", unstable.point.period);
    assert!(unstable.point.period > found.cycle.point.period + 0.2);
    let swapped = edge(&mut setting.flow, [0.14; 2], &setting.symmetry, &equilibrium, [&start, &start], &how);
    assert!(matches!(swapped, Err(OrbitError::SameBasin)), "{swapped:?}");
}

/// At this temperature mass needs longer than any run to pass the barriers on its way to the equilibrium.
#[test]
fn a_path_that_all_but_rests_is_on_its_way_to_the_equilibrium() {
    let mut setting = cycle(0.0625, 216);
    let uniform = Player::BOTH.map(|p| {
        let grid = setting.flow.layout().grid(p);
        vec![1.0 / grid.volume(); grid.len()]
    });
    let rest = setting.flow.layout().from_values([&uniform[0], &uniform[1]]);
    let equilibrium = crate::equilibrium::Equilibrium::solve_on_grid(&setting.payoff, [0.0625; 2]).unwrap();
    let equilibrium = setting.flow.layout().from_values(equilibrium.densities());
    let finding = Finding { tolerance: 1e-5, period_error: 1e-6, multipliers: 1, ..Finding::default() };
    let how = EdgeSearch { width: 0.02, time: 2000.0, finding };
    let start = setting.start.clone();
    let found = edge(&mut setting.flow, [0.0625; 2], &setting.symmetry, &equilibrium, [&rest, &start], &how);
    let found = found.unwrap_or_else(|error| panic!("{error}"));
    println!("{:?} {:?}", found.interval, found.edge.as_ref().map(|orbit| orbit.point.period));
    assert!(found.first_goes_to_equilibrium && found.interval[0] > 0.0 && found.interval[1] < 1.0);
    assert!((found.cycle.point.period - 5.0922357).abs() <= 1e-4, "{}", found.cycle.point.period);
}

#[test]
fn maps_that_change_no_force_are_found_and_others_are_not() {
    let symmetry = |payoff: &str, dimension: usize| {
        let text = format!(
            "[game]\npayoff = \"{payoff}\"\ntemperature = 0.1\n[game.domain]\nx = {{ dim = {dimension} }}\n[initial]\nx = \"1\"\ny = \"1\"\n"
        );
        let file = GameFile::parse("maps.toml", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
        let shapes = [vec![24; dimension], vec![30]];
        let grids = [0, 1].map(|p| file.game().domain(Player::BOTH[p]).grid(&shapes[p]).unwrap());
        setting_on(file, grids).symmetry
    };
    let tilted = symmetry("cos(2*pi*x) + 0.3*sin(4*pi*x) + sin(2*pi*x)*sin(2*pi*y) + sin(4*pi*y)", 1);
    assert_eq!(tilted.of(Player::X), []);
    let wells = symmetry("cos(4*pi*(x-0.1)) + cos(4*pi*(x-0.1))*sin(2*pi*y) + cos(2*pi*y)", 1);
    let [Invariance::Shift { axis: 0, order: 2 }, Invariance::Reflection { axis: 0, centre }] = wells.of(Player::X)
    else {
        panic!("{:?}", wells.of(Player::X))
    };
    assert!((centre.rem_euclid(0.25) - 0.1).abs() <= 1e-12, "{centre}");
    assert_eq!(wells.of(Player::Y), []);
    let payoff = cycle(0.1, 24).payoff;
    let found = Symmetry::find(&payoff);
    assert!(found.holds_for(&payoff) && found.of(Player::X).len() == 1);
    let plane = symmetry("sin(2*pi*(x1-0.2))*cos(2*pi*(x2-0.3))*sin(2*pi*y) + sin(4*pi*x2)*cos(4*pi*y)", 2);
    let [Invariance::Reflection { axis: 0, centre }, ..] = plane.of(Player::X) else {
        panic!("{:?}", plane.of(Player::X))
    };
    assert!((centre.rem_euclid(0.5) - 0.45).abs() <= 1e-12, "{centre}");
}

#[test]
fn projections_keep_invariant_states_and_split_tangents_without_remainder() {
    let mut setting = cycle(0.14, 60);
    let flow = &mut setting.flow;
    let u = flow.layout().from_values(flow_values(flow, 0.3).each_ref().map(|v| &v[..]));
    let parts = |player: Option<Player>| {
        let mut part = u.clone();
        match player {
            None => setting.symmetry.project(&mut part),
            Some(player) => setting.symmetry.project_out(player, &mut part),
        }
        part
    };
    let [even, x, y] = [parts(None), parts(Some(Player::X)), parts(Some(Player::Y))];
    let sum = coordinates::sum(&coordinates::sum(&even, 1.0, &x), 1.0, &y);
    assert!(flow.norm(&coordinates::difference(&sum, &u)) <= 1e-14 * flow.norm(&u));
    let mut again = even.clone();
    setting.symmetry.project(&mut again);
    assert!(flow.norm(&coordinates::difference(&again, &even)) <= 1e-15 * flow.norm(&u));
    assert!(flow.norm(&x) > 0.1 && flow.norm(&y) > 0.1);
    // What is invariant stays so along the flow.
    let mut end = trajectory::follow(flow, &even, 0.3, 60, |_, _| {});
    let before = end.clone();
    setting.symmetry.project(&mut end);
    assert!(flow.norm(&coordinates::difference(&end, &before)) <= 1e-12 * flow.norm(&u));
}
