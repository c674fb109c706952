//! What a run says of a dynamics: nothing that belongs to another.

use crate::support::comparison::{assert_at_most, assert_close};
use crate::support::evolution::{bundled, game};
use crate::support::experiment::{run_error, run_game};
use nashflow::experiment::Verdict;

#[test]
fn a_run_with_fisher_rao_claims_no_spectrum_and_measures_its_own_rate() {
    let settings = ["flow.dynamics=fisher-rao", "solver.time=250", "solver.tolerance=1e-7"];
    let ran = run_game(&bundled("rotation", &settings));
    let summary = &ran.summary;
    assert_eq!((summary.dynamics, summary.verdict), ("fisher-rao", Verdict::Converged), "{}", summary.reason);
    assert!(summary.spectrum.is_none() && summary.rates.is_none() && summary.cycle.is_none());
    assert!(summary.notes.iter().any(|note| note.contains("says nothing of fisher-rao")), "{:?}", summary.notes);
    let decay = summary.decay.as_ref().expect("a decay");
    assert_close("rate of W2", decay.rate, 0.1, 1e-3, 0.1);
}

#[test]
fn quasistatic_descent_lowers_the_largest_energy() {
    let ran = run_game(&bundled("two-temperatures", &["flow.dynamics=quasistatic", "solver.time=0.5"]));
    let energy = ran.dataset("/energy");
    assert!(energy[0] - energy[energy.len() - 1] > 1e-3, "{energy:?}");
    let range = ran.summary.payoff.range;
    for pair in energy.windows(2) {
        assert_at_most("rise of the energy", (pair[1] - pair[0]).max(0.0), 1e-12 * range);
    }
    assert!(ran.summary.notes.iter().any(|note| note.contains("initial density is not used")));
}

#[test]
fn the_last_snapshot_of_an_annealed_run_is_at_its_final_time() {
    let settings =
        ["flow.dynamics=annealing", "flow.schedule=0.5 + 3*exp(-4*t)", "solver.time=1.7", "output.every=0.3"];
    let ran = run_game(&bundled("rotation", &settings));
    assert_eq!(
        ran.dataset("/time"),
        [0.0, 0.3, 0.6, 0.9, 1.2, 1.5, 1.7].map(|t: f64| (t / 0.3).round() * 0.3).map(|t| if t > 1.55 {
            1.7
        } else {
            t
        })
    );
    let steps = ran.dataset("/steps/time");
    assert_eq!(steps.last(), Some(&1.7));
    assert!(steps.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn a_log_density_with_a_kink_is_refused_at_the_start() {
    let text = r#"
        [game]
        payoff = "cos(2*pi*(x - y))"
        temperature = 0.1
        [initial]
        x = "exp(-(x - 0.5)^2/0.01)"
        [flow]
        dynamics = "fisher-rao"
    "#;
    let error = run_error(&game(text, &[])).to_string();
    assert!(error.starts_with("initial.x: no grid resolves this density and its logarithm"), "{error}");
    let error = run_error(&game(text, &["solver.grid=128"])).to_string();
    assert!(error.contains("the initial log-density of player x is not resolved"), "{error}");
}
