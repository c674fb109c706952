//! A game evolved through the library on fixed grids, without equilibrium, diagnostics or files.

use nashflow::experiment::{Clock, Simulation};
use nashflow::flow::{MflDa, PairLayout};
use nashflow::game::{GameFile, GridChoice, Initial, Payoff, Player, Scheme, catalogue, sample_density};
use nashflow::stepper::{Etd43, Etdrk4, ImexEuler, Sbdf2, Stepper};
use nashflow::torus::{Density, Fourier, Grid};
use num_complex::Complex64;

/// A game from its text.
#[track_caller]
pub fn game(text: &str, overrides: &[&str]) -> GameFile {
    GameFile::parse("test.toml", text, &owned(overrides)).unwrap_or_else(|error| panic!("{error}"))
}

/// A bundled game.
#[track_caller]
pub fn bundled(name: &str, overrides: &[&str]) -> GameFile {
    catalogue::get(name).and_then(|game| game.load(&owned(overrides))).unwrap_or_else(|error| panic!("{error}"))
}

fn owned(overrides: &[&str]) -> Vec<String> {
    overrides.iter().map(|text| (*text).to_owned()).collect()
}

/// The grids of a game whose grids are fixed.
#[track_caller]
pub fn grids(file: &GameFile) -> [Grid; 2] {
    let GridChoice::Fixed(shapes) = file.solver().grid() else { panic!("evolutions need a fixed grid") };
    Player::BOTH.map(|player| file.game().domain(player).grid(&shapes[player.index()]).unwrap())
}

/// The initial densities on the grids of the game.
#[track_caller]
pub fn initial(file: &GameFile) -> [Density; 2] {
    let grids = grids(file);
    Player::BOTH.map(|player| match file.game().initial(player) {
        Initial::Expression(density) => sample_density(density, &grids[player.index()]).unwrap(),
        _ => panic!("evolutions start from expressions"),
    })
}

pub fn stepper(file: &GameFile) -> Box<dyn Stepper<f64>> {
    let solver = file.solver();
    match (solver.scheme(), solver.step()) {
        (Scheme::ImexEuler, Some(step)) => Box::new(ImexEuler::new(step)),
        (Scheme::Sbdf2, Some(step)) => Box::new(Sbdf2::new(step)),
        (Scheme::Etdrk4, Some(step)) => Box::new(Etdrk4::new(step)),
        _ => Box::new(Etd43::new(solver.tolerance())),
    }
}

/// A simulation of the game from its initial densities.
#[track_caller]
pub fn simulation(file: &GameFile) -> Simulation<MflDa> {
    let [mu, nu] = initial(file);
    simulation_from(file, [mu.values(), nu.values()])
}

/// A simulation of the game from these node values.
#[track_caller]
pub fn simulation_from(file: &GameFile, values: [&[f64]; 2]) -> Simulation<MflDa> {
    let game = file.game();
    let [x, y] = grids(file);
    let payoff = Payoff::new(game.source(), &x, &y).unwrap_or_else(|error| panic!("{error}"));
    let flow = MflDa::new(payoff, Player::BOTH.map(|player| game.temperature(player)), game.timescale());
    let state = flow.layout().from_values(values);
    Simulation::new(flow, stepper(file), state, Clock::new(file.solver().time(), file.solver().step()))
}

/// The states at the snapshot times of the game.
pub struct Evolution {
    pub layout: PairLayout,
    pub times: Vec<f64>,
    pub states: Vec<Vec<Complex64>>,
    pub steps: usize,
}

/// Evolves the game to its final time.
#[track_caller]
pub fn evolve(file: &GameFile) -> Evolution {
    evolve_simulation(file, simulation(file))
}

/// Evolves the game to its final time from these node values.
#[track_caller]
pub fn evolve_from(file: &GameFile, values: [&[f64]; 2]) -> Evolution {
    evolve_simulation(file, simulation_from(file, values))
}

#[track_caller]
fn evolve_simulation(file: &GameFile, mut simulation: Simulation<MflDa>) -> Evolution {
    let times = file.output().times().to_vec();
    let mut states = vec![simulation.state().to_vec()];
    while let Some(mut stretch) = simulation.advance().unwrap_or_else(|error| panic!("{error}")) {
        while let Some(&next) = times.get(states.len()).filter(|&&next| next <= stretch.to) {
            let mut state = Vec::new();
            stretch.state_at(next, &mut state);
            states.push(state);
        }
    }
    assert_eq!(states.len(), times.len(), "one state for each time");
    let layout = simulation.flow().layout().clone();
    Evolution { layout, times, states, steps: simulation.clock().steps }
}

impl Evolution {
    /// Coefficients of one player at snapshot `i`.
    pub fn spectrum(&self, i: usize, player: Player) -> &[Complex64] {
        self.layout.part(player, &self.states[i])
    }

    /// Node values of one player at snapshot `i`.
    pub fn values(&self, i: usize, player: Player) -> Vec<f64> {
        let fourier = Fourier::new(self.layout.grid(player));
        let mut values = vec![0.0; fourier.grid().len()];
        fourier.inverse(self.spectrum(i, player), &mut values, &mut fourier.scratch());
        values
    }

    /// The distance of the last states of two evolutions on the same grids, in the norm of the tolerance.
    #[track_caller]
    pub fn final_difference(&self, other: &Evolution) -> f64 {
        self.difference(other, self.states.len() - 1)
    }

    /// The distance of the states at snapshot `i`.
    #[track_caller]
    pub fn difference(&self, other: &Evolution, i: usize) -> f64 {
        assert_eq!(self.times[i], other.times[i], "states of one time");
        let difference: Vec<Complex64> = self.states[i].iter().zip(&other.states[i]).map(|(a, b)| a - b).collect();
        self.layout.norm(&difference)
    }
}
