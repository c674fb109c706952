//! The game: two domains, two temperatures, a timescale, a payoff and two initial states, all checked.

use super::domain::Domain;
use super::fault::Fault;
use super::reference;
use super::regulariser_choice::RegulariserChoice;
use super::sampling;
use super::source::{Initial, PayoffSource, coordinate_names};
use super::{GameError, Player};

/// A checked game. Pairs hold the x player first.
#[derive(Debug, Clone)]
pub struct Game {
    name: String,
    source: PayoffSource,
    regulariser: RegulariserChoice,
    /// The payoff less the logarithms of the reference densities, where the regulariser has any.
    effective: Option<PayoffSource>,
    temperature: [f64; 2],
    timescale: f64,
    domain: [Domain; 2],
    initial: [Initial; 2],
}

impl Game {
    /// A game made of checked parts; expressions are sampled to see that they are finite, periodic (payoffs) and not
    /// negative (initial densities).
    ///
    /// # Errors
    /// [`GameError::Invalid`] with the key of the game file that corresponds to what is wrong.
    pub fn new(
        name: impl Into<String>,
        source: PayoffSource,
        temperature: [f64; 2],
        timescale: f64,
        domain: [Domain; 2],
        initial: [Initial; 2],
    ) -> Result<Game, GameError> {
        Ok(Self::unchecked(name, source, temperature, timescale, domain, initial).checked()?)
    }

    /// The same game with another regulariser.
    ///
    /// # Errors
    /// [`GameError::Invalid`] with the key `game.regulariser`, `game.tsallis_q` or `game.reference`.
    pub fn with_regulariser(self, regulariser: RegulariserChoice) -> Result<Game, GameError> {
        Ok(self.regularised(regulariser).checked()?)
    }

    pub(super) fn regularised(self, regulariser: RegulariserChoice) -> Game {
        Game { regulariser, effective: None, ..self }
    }

    pub(super) fn unchecked(
        name: impl Into<String>,
        source: PayoffSource,
        temperature: [f64; 2],
        timescale: f64,
        domain: [Domain; 2],
        initial: [Initial; 2],
    ) -> Game {
        let (regulariser, effective) = (RegulariserChoice::Entropy, None);
        Game { name: name.into(), source, regulariser, effective, temperature, timescale, domain, initial }
    }

    /// The game when nothing is wrong with it.
    pub(super) fn checked(mut self) -> Result<Game, Fault> {
        self.check()?;
        self.regulariser.check()?;
        if let RegulariserChoice::RelativeEntropy { reference } = &self.regulariser {
            self.effective = Some(reference::shifted(&self.source, reference, self.temperature, &self.domain)?);
        }
        Ok(self)
    }

    fn check(&self) -> Result<(), Fault> {
        for player in Player::BOTH {
            let tau = self.temperature[player.index()];
            // 1/tau enters the Gibbs densities.
            if !(tau > 0.0 && tau.is_finite() && tau.recip().is_finite()) {
                let key = format!("game.temperature.{}", player.letter());
                return Err(Fault::new(key, format!("must be positive and finite, got {tau:?}")));
            }
        }
        if !(self.timescale.is_normal() && self.timescale > 0.0) {
            let message = format!("must be positive and finite, got {:?}", self.timescale);
            return Err(Fault::new("game.timescale", message));
        }
        self.check_variables()?;
        sampling::check_payoff(&self.source, &self.domain)?;
        for player in Player::BOTH {
            if let Initial::Expression(density) = self.initial(player) {
                sampling::check_density(density, self.domain(player), &format!("initial.{}", player.letter()))?;
            }
        }
        Ok(())
    }

    /// Every expression has the variables of the spaces it lives on.
    fn check_variables(&self) -> Result<(), Fault> {
        let names = |player: Player| coordinate_names(player.letter(), self.domain(player).dimension());
        let (x, y) = (names(Player::X), names(Player::Y));
        let expect = |key: &str, got: &[String], expected: &[String]| {
            if got == expected {
                return Ok(());
            }
            Err(Fault::new(key, format!("expected the variables {}, got {}", expected.join(", "), got.join(", "))))
        };
        match &self.source {
            PayoffSource::Expression(f) => expect("game.payoff", f.variables(), &[x.clone(), y.clone()].concat())?,
            PayoffSource::Kernel(kernel) => {
                self.check_kernel_domain()?;
                expect("game.kernel", kernel.variables(), &coordinate_names("z", x.len()))?;
            }
            PayoffSource::Terms(terms) => {
                for (k, term) in terms.iter().enumerate() {
                    expect(&format!("game.terms[{k}].x"), term.x.variables(), &x)?;
                    expect(&format!("game.terms[{k}].y"), term.y.variables(), &y)?;
                }
            }
            PayoffSource::Table { .. } => {}
        }
        for (player, expected) in Player::BOTH.into_iter().zip([x, y]) {
            if let Initial::Expression(density) = self.initial(player) {
                expect(&format!("initial.{}", player.letter()), density.variables(), &expected)?;
            }
        }
        Ok(())
    }

    fn check_kernel_domain(&self) -> Result<(), Fault> {
        let [x, y] = &self.domain;
        if x.period() == y.period() {
            return Ok(());
        }
        let message = format!(
            "a kernel of x - y needs the same dimension and periods for both players, got {:?} and {:?}",
            x.period(),
            y.period()
        );
        Err(Fault::new("game.kernel", message).with_help("write a payoff of x and y, or make the domains equal"))
    }

    /// The name, for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The payoff whose potentials the players feel: as written, or with the regulariser `kl` the written one less
    /// `tau_x log pi_x`, plus `tau_y log pi_y`.
    pub fn source(&self) -> &PayoffSource {
        self.effective.as_ref().unwrap_or(&self.source)
    }

    /// The payoff as written.
    pub fn written_source(&self) -> &PayoffSource {
        &self.source
    }

    /// What keeps the densities spread out.
    pub fn regulariser(&self) -> &RegulariserChoice {
        &self.regulariser
    }

    /// `tau_x` or `tau_y`.
    pub fn temperature(&self, player: Player) -> f64 {
        self.temperature[player.index()]
    }

    /// `eta`, the timescale of the y player.
    pub fn timescale(&self) -> f64 {
        self.timescale
    }

    /// The torus of a player.
    pub fn domain(&self, player: Player) -> &Domain {
        &self.domain[player.index()]
    }

    /// The initial state of a player.
    pub fn initial(&self, player: Player) -> &Initial {
        &self.initial[player.index()]
    }

    /// The same game at other temperatures.
    ///
    /// # Errors
    /// As [`Game::new`].
    pub fn with_temperature(&self, temperature: [f64; 2]) -> Result<Game, GameError> {
        Ok(Game { temperature, effective: None, ..self.clone() }.checked()?)
    }
}
