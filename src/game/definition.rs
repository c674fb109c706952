//! The game: two domains, two temperatures, a timescale, a payoff and two initial states, all checked.

use super::confinement::{Setup, Tail, settle};
use super::domain::Domain;
use super::fault::Fault;
use super::reference;
use super::regulariser_choice::RegulariserChoice;
use super::sampling;
use super::source::{Initial, PayoffSource, coordinate_names};
use super::{GameError, Payoff, PayoffError, Player};
use crate::torus::Grid;

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
    /// What is known of the tails of players on the line.
    tails: [Option<Tail>; 2],
    /// Whose boxes the program has chosen.
    chosen: [bool; 2],
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
        Game {
            name: name.into(),
            source,
            regulariser: RegulariserChoice::Entropy,
            effective: None,
            temperature,
            timescale,
            domain,
            initial,
            tails: [None, None],
            chosen: [false, false],
        }
    }

    /// The game with what is known of the tails of players on the line, and whose boxes the program has chosen.
    pub(super) fn with_tails(self, tails: [Option<Tail>; 2], chosen: [bool; 2]) -> Game {
        Game { tails, chosen, ..self }
    }

    /// The game when nothing is wrong with it.
    pub(super) fn checked(mut self) -> Result<Game, Fault> {
        self.check()?;
        self.regulariser.check()?;
        if self.lines().contains(&true) && !matches!(self.regulariser, RegulariserChoice::Entropy) {
            let message = format!("{} is not there for players on the line", self.regulariser.name());
            return Err(Fault::new("game.regulariser", message).with_help("allowed with space = \"line\": entropy"));
        }
        if let RegulariserChoice::RelativeEntropy { reference } = &self.regulariser {
            self.effective = Some(reference::shifted(&self.source, reference, self.temperature, &self.domain)?);
        }
        Ok(self)
    }

    /// Temperatures and timescale are positive.
    pub(super) fn check_numbers(temperature: [f64; 2], timescale: f64) -> Result<(), Fault> {
        for player in Player::BOTH {
            let tau = temperature[player.index()];
            // 1/tau enters the Gibbs densities.
            if !(tau > 0.0 && tau.is_finite() && tau.recip().is_finite()) {
                let key = format!("game.temperature.{}", player.letter());
                return Err(Fault::new(key, format!("must be positive and finite, got {tau:?}")));
            }
        }
        if !(timescale.is_normal() && timescale > 0.0) {
            let message = format!("must be positive and finite, got {timescale:?}");
            return Err(Fault::new("game.timescale", message));
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Fault> {
        Fault::unless_printable("game.name", &self.name)?;
        Self::check_numbers(self.temperature, self.timescale)?;
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

    /// What is known of the tails of a player on the line for all times; `None` on a torus.
    pub fn tail(&self, player: Player) -> Option<&Tail> {
        self.tails[player.index()].as_ref()
    }

    /// Whether the program has chosen the box of a player on the line.
    pub fn box_is_chosen(&self, player: Player) -> bool {
        self.chosen[player.index()]
    }

    /// Which players live on the line or plane.
    pub fn lines(&self) -> [bool; 2] {
        [self.domain[0].is_line(), self.domain[1].is_line()]
    }

    /// The payoff operator on these grids of the game's domains.
    ///
    /// # Errors
    /// As [`Payoff::new`], and [`Payoff::on_line`] where a player lives on the line.
    pub fn payoff(&self, x: &Grid, y: &Grid) -> Result<Payoff, PayoffError> {
        match self.lines() {
            [false, false] => Payoff::new(self.source(), x, y),
            lines => Payoff::on_line(self.source(), lines, x, y),
        }
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
        let game = Game { temperature, effective: None, ..self.clone() }.checked()?;
        Ok(game.with_domain(self.domain.clone())?)
    }

    /// The same game in other boxes of players on the line, and what is then known of their tails.
    pub(super) fn with_domain(self, domain: [Domain; 2]) -> Result<Game, Fault> {
        let setup = Setup {
            source: &self.source,
            temperature: self.temperature,
            timescale: self.timescale,
            initial: &self.initial,
            domain: &domain,
            wanted: [false, false],
        };
        let (domain, tails) = settle(&setup)?;
        Ok(Game { domain, tails, ..self })
    }
}
