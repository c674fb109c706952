//! The densities that infinitely many particles have at the snapshot times: the evolution of `run`, without its file.

use crate::experiment::advice::{after_failed_step, check_fixed_grid};
use crate::experiment::grid_growth::grown_shapes;
use crate::experiment::positivity::Watch;
use crate::experiment::seam;
use crate::experiment::time_stepping::{new_clock, new_flow, new_stepper};
use crate::experiment::{Discretisation, RunError, Simulation};
use crate::flow::{Flow, PairLayout};
use crate::game::{GameFile, GridChoice, Player};
use crate::torus::{Density, Fourier};
use num_complex::Complex64;

/// Both densities at every time of `times`, which begin with 0 and end with the final time of the solver.
///
/// # Errors
/// [`RunError`] when a step fails, a density is not resolved or negative by more than rounding, or reaches the seam of the box
/// of a player on the line.
pub(crate) fn mean_field(
    file: &GameFile,
    mut discretisation: Discretisation,
    initial: [Density; 2],
    times: &[f64],
) -> Result<Vec<[Density; 2]>, RunError> {
    let flow = new_flow(file, &discretisation);
    let state = flow.start([initial[0].values(), initial[1].values()]);
    let clock = new_clock(file, &flow);
    let mut simulation = Simulation::new(flow, new_stepper(file), state, clock);
    let mut watch = Watch::new(simulation.flow().layout());
    let mut densities = vec![initial];
    let mut buffer = Vec::new();
    loop {
        let (time, steps) = (simulation.clock().time, simulation.clock().steps);
        match simulation.advance() {
            Ok(None) => return Ok(densities),
            Ok(Some(mut stretch)) => {
                while let Some(&next) = times.get(densities.len()).filter(|&&next| next <= stretch.to) {
                    stretch.state_at(next, &mut buffer);
                    let layout = stretch.flow().layout();
                    let [mu, nu] = pair(file, layout, &buffer)?;
                    seam::check(file, layout, [mu.values(), nu.values()], next)?;
                    densities.push([mu, nu]);
                }
            }
            Err(source) => {
                let advice = after_failed_step(file, simulation.flow(), simulation.state(), &source);
                return Err(RunError::Step { time, steps, source, advice, kept: String::new() });
            }
        }
        grow(file, &mut discretisation, &mut simulation, &mut watch)?;
    }
}

/// Grows an automatic grid whose tails have risen; a fixed one stays.
fn grow(
    file: &GameFile,
    discretisation: &mut Discretisation,
    simulation: &mut Simulation<Box<dyn Flow>>,
    watch: &mut Watch,
) -> Result<(), RunError> {
    let layout = simulation.flow().layout().clone();
    let dated = |error: RunError| error.dated(simulation.clock().time);
    if *file.solver().grid() != GridChoice::Auto {
        return check_fixed_grid(file, simulation.flow(), simulation.state()).map_err(dated);
    }
    let dip = watch.look(simulation.state(), simulation.clock().time);
    let grown = grown_shapes(file, &layout, simulation.state(), dip.as_ref()).map_err(dated)?;
    let Some(shapes) = grown else { return Ok(()) };
    *discretisation = Discretisation::new(file.game(), &shapes)?;
    let flow = new_flow(file, discretisation);
    *watch = Watch::new(flow.layout());
    simulation.regrid(flow);
    Ok(())
}

/// The densities of a state, which is the pair itself; on the line what is above 0.
fn pair(file: &GameFile, layout: &PairLayout, state: &[Complex64]) -> Result<[Density; 2], RunError> {
    let of = |player: Player| {
        let fourier = Fourier::new(layout.grid(player));
        let mut values = vec![0.0; layout.grid(player).len()];
        fourier.inverse(layout.part(player, state), &mut values, &mut fourier.scratch());
        let on_line = file.game().domain(player).is_line();
        Density::computed(layout.grid(player), values, on_line).map_err(RunError::from)
    };
    Ok([of(Player::X)?, of(Player::Y)?])
}
