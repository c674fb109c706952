//! `game.regulariser` and the keys that belong to it: `tsallis_q`, `[game.reference]`.

use super::document::Section;
use super::sections::expression;
use crate::game::domain::Domain;
use crate::game::fault::Fault;
use crate::game::flow_choice::FlowChoice;
use crate::game::regulariser_choice::RegulariserChoice;
use crate::game::settings::{Scheme, Solver};
use crate::game::source::coordinate_names;
use crate::game::spelling::advice;
use crate::game::{Expression, Player, Scope};

/// Reads the keys of `[game]`.
pub(super) fn regulariser(game: &Section<'_>, domain: &[Domain; 2], scope: &Scope) -> Result<RegulariserChoice, Fault> {
    let name = game.get("regulariser").map(|entry| entry.text()).transpose()?.unwrap_or("entropy");
    if !RegulariserChoice::NAMES.contains(&name) {
        let help = advice(name, "allowed", &RegulariserChoice::NAMES);
        return Err(Fault::new(game.key_of("regulariser"), format!("unknown regulariser `{name}`")).with_help(help));
    }
    for (key, owner) in [("tsallis_q", "tsallis"), ("reference", "kl")] {
        if let Some(entry) = game.get(key).filter(|_| name != owner) {
            let fault = Fault::new(entry.key, format!("belongs to the regulariser {owner}, not to {name}"));
            return Err(Fault { names_key: true, ..fault });
        }
    }
    Ok(match name {
        "tsallis" => RegulariserChoice::Tsallis { q: game.require("tsallis_q")?.number(scope)? },
        "chi2" => RegulariserChoice::ChiSquared,
        "reverse-kl" => RegulariserChoice::ReverseKl,
        "kl" => RegulariserChoice::RelativeEntropy { reference: Box::new(reference(game, domain, scope)?) },
        _ => RegulariserChoice::Entropy,
    })
}

/// `[game.reference]`: an expression per player; one that is not given is uniform.
fn reference(game: &Section<'_>, domain: &[Domain; 2], scope: &Scope) -> Result<[Expression; 2], Fault> {
    let section = game.require("reference")?.section()?;
    section.allow(&["x", "y"])?;
    let of = |player: Player| {
        let names = coordinate_names(player.letter(), domain[player.index()].dimension());
        let scope = scope.with_variables(names);
        match section.get(player.letter()) {
            Some(entry) => expression(&entry, &scope),
            None => Ok(Expression::constant(1.0, &scope)),
        }
    };
    Ok([of(Player::X)?, of(Player::Y)?])
}

/// The scheme of finite volumes, of every regulariser but the entropies, chooses its steps.
pub(super) fn check_solver(regulariser: &RegulariserChoice, solver: &Solver) -> Result<(), Fault> {
    if regulariser.is_entropic() || solver.scheme() == Scheme::Adaptive {
        return Ok(());
    }
    let message = format!("with the regulariser {} time is stepped by finite volumes of their own", regulariser.name());
    Err(Fault::new("solver.scheme", message).with_help("allowed with it: adaptive"))
}

/// Which dynamics are defined for a regulariser.
pub(super) fn check_flow(regulariser: &RegulariserChoice, flow: &FlowChoice) -> Result<(), Fault> {
    let refused = |why: &str, allowed: &str| {
        let message = format!("{} is not there for the regulariser {}: {why}", flow.name(), regulariser.name());
        Err(Fault::new("flow.dynamics", message).with_help(format!("allowed with it: {allowed}")))
    };
    match (regulariser, flow) {
        (RegulariserChoice::Entropy, _) | (_, FlowChoice::MflDa) => Ok(()),
        (RegulariserChoice::RelativeEntropy { .. }, FlowChoice::Annealing { .. }) => {
            refused("the reference is part of the payoff, which a schedule does not reach", "all but annealing")
        }
        (RegulariserChoice::RelativeEntropy { .. }, _) => Ok(()),
        _ => refused("it is known for the entropy only", "mfl-da"),
    }
}
