//! The relative entropy to a reference density as the entropy of another payoff:
//!
//! ```text
//! int int f + tau_x KL(mu|pi_x) - tau_y KL(nu|pi_y) = int int g + tau_x H(mu) - tau_y H(nu),
//! g(x, y) = f(x, y) - tau_x log pi_x(x) + tau_y log pi_y(y),      int pi_x = int pi_y = 1.
//! ```

use super::domain::Domain;
use super::fault::Fault;
use super::sampling::check_reference;
use super::source::{PayoffSource, Term, coordinate_names};
use super::{Expression, Player, Scope};

/// `g` of the file head.
pub(super) fn shifted(
    source: &PayoffSource,
    reference: &[Expression; 2],
    temperature: [f64; 2],
    domain: &[Domain; 2],
) -> Result<PayoffSource, Fault> {
    let names = Player::BOTH.map(|player| coordinate_names(player.letter(), domain[player.index()].dimension()));
    let [log_x, log_y] =
        [normalised_logarithm(Player::X, reference, domain)?, normalised_logarithm(Player::Y, reference, domain)?];
    let split = names[0].len();
    let all = names.concat();
    let whole = |f: &Expression| {
        let x = log_x.with_variables_at(&all, 0);
        let y = log_y.with_variables_at(&all, split);
        PayoffSource::Expression(Expression::linear_combination(&[
            (1.0, f),
            (-temperature[0], &x),
            (temperature[1], &y),
        ]))
    };
    match source {
        PayoffSource::Expression(f) => Ok(whole(f)),
        PayoffSource::Kernel(kernel) => Ok(whole(&kernel.of_differences(&all))),
        PayoffSource::Terms(terms) => {
            let one = |player: usize| Expression::constant(1.0, &Scope::new(names[player].clone()));
            let mut terms = terms.clone();
            terms.push(Term { coefficient: -temperature[0], x: log_x, y: one(1) });
            terms.push(Term { coefficient: temperature[1], x: one(0), y: log_y });
            Ok(PayoffSource::Terms(terms))
        }
        PayoffSource::Table { .. } => {
            let message = "kl needs a payoff given by a formula; game.table is one of numbers";
            Err(Fault::new("game.regulariser", message)
                .with_help("add the static term -tau*log(reference) to the table and leave regulariser out"))
        }
    }
}

/// `log pi` of a player, `int pi = 1`.
fn normalised_logarithm(
    player: Player,
    reference: &[Expression; 2],
    domain: &[Domain; 2],
) -> Result<Expression, Fault> {
    let density = &reference[player.index()];
    let logarithm = density.logarithm();
    let key = format!("game.reference.{}", player.letter());
    let log_mass = check_reference(density, &logarithm, &domain[player.index()], &key)?;
    let one = Expression::constant(1.0, &Scope::new(density.variables().to_vec()));
    Ok(Expression::linear_combination(&[(1.0, &logarithm), (-log_mass, &one)]))
}
