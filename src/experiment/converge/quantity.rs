//! What is compared along the ladders: the numbers that `run`, `equilibrium` and `spectrum` print, the first wave of both
//! last densities, and the last pair itself.
//!
//! With each comes the error that a run itself states of it, and the size below which a difference is rounding.

use super::ladder::Setting;
use super::rung::Outcome;
use crate::experiment::RunError;
use crate::experiment::sweep::{QUANTITIES, Quantity, Reading, Stage};
use crate::game::{Game, Player, Scheme};

/// Differences below this share of their scale are rounding: of sums over nodes, and of thousands of steps.
const ROUNDING: [f64; 2] = [2e-14, 1e-13];
/// Share of an error bar that differs from run to run: what solvers leave that stop before rounding, and fits.
const NOISE: f64 = 1e-3;
/// Densities are known to rounding of their largest values: an entropy, which is quadratic, to so much of its root.
const ENTROPY_ROUNDING: f64 = 16.0 * f64::EPSILON;

/// The error that a run states of a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stated {
    /// None.
    Nothing,
    /// Another quantity.
    Bar(&'static str),
    /// Another quantity, the error bar of the distance, and what `solver.tolerance` leaves of the digits of the distance.
    BarAndTolerance(&'static str),
}

/// What rounding is measured by, beside the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    /// Nothing.
    Value,
    /// The range of the payoff.
    Payoff,
    /// The first distance, however far it has decayed, and the error bar of the distance.
    Distance(&'static str),
    /// The root of an entropy.
    Entropy,
    /// The error bar of a fit.
    Fit(&'static str),
}

/// The numbers that are recorded by `sweep` too.
const RECORDED: [(&str, Stated, Scale); 20] = [
    ("equilibrium_energy", Stated::Nothing, Scale::Payoff),
    ("gap", Stated::Bar("gap_error"), Scale::Value),
    ("frequency", Stated::Bar("frequency_error"), Scale::Value),
    ("guaranteed_rate", Stated::Bar("guaranteed_rate_error"), Scale::Value),
    ("poincare_x", Stated::Bar("poincare_x_error"), Scale::Value),
    ("poincare_y", Stated::Bar("poincare_y_error"), Scale::Value),
    ("initial_w2", Stated::Bar("initial_w2_error"), Scale::Distance("initial_w2_error")),
    ("initial_nikaido_isoda", Stated::Nothing, Scale::Payoff),
    ("w2", Stated::BarAndTolerance("w2_error"), Scale::Distance("w2_error")),
    ("w2_x", Stated::Nothing, Scale::Distance("w2_error")),
    ("w2_y", Stated::Nothing, Scale::Distance("w2_error")),
    ("nikaido_isoda", Stated::Nothing, Scale::Payoff),
    ("energy", Stated::Nothing, Scale::Payoff),
    ("kl_x", Stated::Nothing, Scale::Entropy),
    ("kl_y", Stated::Nothing, Scale::Entropy),
    ("decay_rate", Stated::Bar("decay_error"), Scale::Fit("decay_error")),
    ("period", Stated::Bar("period_error"), Scale::Value),
    ("amplitude_x", Stated::Nothing, Scale::Value),
    ("amplitude_y", Stated::Nothing, Scale::Value),
    ("contraction", Stated::Nothing, Scale::Value),
];

/// How a quantity is had.
enum Source {
    Recorded { quantity: &'static Quantity, stated: Stated, scale: Scale },
    FirstWave { player: Player, axis: usize, is_sine: bool },
    State,
}

/// One quantity.
pub struct Measured {
    /// Its name.
    pub name: String,
    /// Its meaning.
    pub meaning: String,
    source: Source,
}

impl Measured {
    /// Those of these names, or all; in the order of the report.
    ///
    /// # Errors
    /// [`RunError`] for an unknown name or one that is there twice.
    pub fn chosen(game: &Game, names: Option<&[String]>) -> Result<Vec<Measured>, RunError> {
        let all = Self::all(game);
        let Some(names) = names else { return Ok(all) };
        let refuse = |message: String| RunError::option("--quantities", message);
        for (i, name) in names.iter().enumerate() {
            if !all.iter().any(|measured| measured.name == *name) {
                let known: Vec<&str> = all.iter().map(|measured| measured.name.as_str()).collect();
                return Err(refuse(format!("`{name}` is none; allowed: {}", known.join(", "))));
            }
            if names[..i].contains(name) {
                return Err(refuse(format!("{name} is there twice")));
            }
        }
        if names.is_empty() {
            return Err(refuse("names at least one quantity".to_owned()));
        }
        Ok(all.into_iter().filter(|measured| names.contains(&measured.name)).collect())
    }

    fn all(game: &Game) -> Vec<Measured> {
        let recorded = RECORDED.iter().map(|(name, stated, scale)| {
            let quantity = recorded(name);
            Measured {
                name: quantity.name.to_owned(),
                meaning: quantity.meaning.to_owned(),
                source: Source::Recorded { quantity, stated: *stated, scale: *scale },
            }
        });
        let mut all: Vec<Measured> = recorded.collect();
        for player in Player::BOTH {
            let dimension = game.domain(player).dimension();
            for (axis, is_sine) in (0..dimension).flat_map(|axis| [(axis, false), (axis, true)]) {
                let number = if dimension == 1 { String::new() } else { (axis + 1).to_string() };
                let coordinate = format!("{}{number}", player.letter());
                let function = if is_sine { "sin" } else { "cos" };
                all.push(Measured {
                    name: format!("{function}_{coordinate}"),
                    meaning: format!("mean of {function}(2 pi ({coordinate} - origin)/period) in the last state"),
                    source: Source::FirstWave { player, axis, is_sine },
                });
            }
        }
        all.push(Measured {
            name: "state".to_owned(),
            meaning: "the last pair of densities: differences are distances in the norm of the tolerance".to_owned(),
            source: Source::State,
        });
        all
    }

    /// What has to be computed for it.
    pub fn stage(&self) -> Stage {
        match &self.source {
            Source::Recorded { quantity, .. } => quantity.stage,
            Source::FirstWave { .. } | Source::State => Stage::Evolution,
        }
    }

    /// Whether it depends on how time is stepped.
    pub fn follows_time(&self) -> bool {
        self.stage() == Stage::Evolution && !self.name.starts_with("initial_")
    }

    /// Whether it is the state itself, which has differences and no value.
    pub fn is_state(&self) -> bool {
        matches!(self.source, Source::State)
    }

    /// The number; `None` where there is none.
    pub fn value(&self, outcome: &Outcome) -> Option<f64> {
        match &self.source {
            Source::Recorded { quantity, .. } => read(quantity, outcome),
            Source::FirstWave { player, axis, is_sine } => {
                let wave = outcome.last.as_ref()?.first_wave(*player, *axis);
                Some(if *is_sine { wave.im } else { wave.re })
            }
            Source::State => None,
        }
    }

    /// The error that the run states; `None` where it states none, or would not have gone to its end.
    pub fn stated(&self, outcome: &Outcome, setting: &Setting) -> Option<f64> {
        if !outcome.is_accepted {
            return None;
        }
        let solver = setting.file.solver();
        let tolerance = (solver.scheme() == Scheme::Adaptive).then_some(solver.tolerance());
        match &self.source {
            Source::Recorded { stated: Stated::Bar(name), .. } => read(recorded(name), outcome),
            Source::Recorded { stated: Stated::BarAndTolerance(name), .. } => {
                Some(read(recorded(name), outcome)? + tolerance? * self.value(outcome)?)
            }
            Source::State => tolerance,
            Source::Recorded { stated: Stated::Nothing, .. } | Source::FirstWave { .. } => None,
        }
    }

    /// The size below which differences to this run are rounding.
    pub fn rounding(&self, outcome: &Outcome) -> f64 {
        let value = self.value(outcome).unwrap_or(0.0).abs();
        let bar = |name| read(recorded(name), outcome).unwrap_or(0.0);
        let (scale, least) = match &self.source {
            Source::Recorded { scale: Scale::Value, .. } => (value, 0.0),
            Source::Recorded { scale: Scale::Payoff, .. } => {
                let range = outcome.findings.recorded.as_ref().map_or(0.0, |recorded| recorded.summary.payoff.range);
                (value.max(range), 0.0)
            }
            Source::Recorded { scale: Scale::Distance(error), .. } => {
                (value, (NOISE * bar(error)).max(f64::EPSILON * bar("initial_w2")))
            }
            Source::Recorded { scale: Scale::Entropy, .. } => (value, ENTROPY_ROUNDING * value.sqrt()),
            Source::Recorded { scale: Scale::Fit(error), .. } => (value, NOISE * bar(error)),
            Source::FirstWave { .. } | Source::State => (1.0, 0.0),
        };
        (ROUNDING[usize::from(self.follows_time())] * scale).max(least)
    }

    /// The error bar of the distance behind it, which no ladder of steps shows.
    pub fn transport_error(&self, outcome: &Outcome) -> f64 {
        match &self.source {
            Source::Recorded { scale: Scale::Distance(bar), .. } => read(recorded(bar), outcome).unwrap_or(0.0),
            _ => 0.0,
        }
    }

    /// Why it is missing from a run.
    pub fn why_missing(&self, outcome: &Outcome, failure: impl Fn(&RunError) -> String) -> String {
        if self.stage() == Stage::Spectrum
            && let Some(reason) = &outcome.no_spectrum
        {
            return format!("no spectrum: {reason}");
        }
        if let Some(error) = &outcome.failure {
            return failure(error);
        }
        let verdict = outcome.findings.recorded.as_ref().map_or("none", |recorded| recorded.summary.verdict.name());
        match self.name.as_str() {
            "decay_rate" => "W2 does not decay exponentially".to_owned(),
            "period" | "amplitude_x" | "amplitude_y" | "contraction" => {
                format!("the verdict is {verdict}, not periodic")
            }
            "w2" | "w2_x" | "w2_y" | "initial_w2" => "the distance could not be computed".to_owned(),
            _ => "it is not a finite number".to_owned(),
        }
    }
}

fn recorded(name: &str) -> &'static Quantity {
    QUANTITIES.iter().find(|quantity| quantity.name == name).expect("a quantity of a sweep")
}

fn read(quantity: &Quantity, outcome: &Outcome) -> Option<f64> {
    let value = match quantity.reading {
        Reading::Number(read) => read(&outcome.findings),
        Reading::Code(_) | Reading::Times(_) => None,
    };
    value.filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::catalogue;

    fn names(game: &str, names: Option<&[&str]>) -> Result<Vec<String>, RunError> {
        let file = catalogue::get(game).unwrap().load(&[]).unwrap();
        let names: Option<Vec<String>> = names.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        Ok(Measured::chosen(file.game(), names.as_deref())?.into_iter().map(|measured| measured.name).collect())
    }

    #[test]
    fn every_axis_has_its_first_wave_and_every_name_is_there_once() {
        let all = names("players-1x2", None).unwrap();
        assert_eq!(all[20..], ["cos_x", "sin_x", "cos_y1", "sin_y1", "cos_y2", "sin_y2", "state"]);
        let mut sorted = all.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), all.len());
    }

    #[test]
    fn a_choice_keeps_the_order_of_the_report_and_refuses_what_it_does_not_know() {
        assert_eq!(names("rotation", Some(&["state", "gap"])).unwrap(), ["gap", "state"]);
        for (wrong, words) in
            [(&["gap", "gap"][..], "twice"), (&["verdict"], "`verdict` is none"), (&[], "at least one")]
        {
            let message = names("rotation", Some(wrong)).unwrap_err().to_string();
            assert!(message.contains(words), "{message}");
        }
    }
}
