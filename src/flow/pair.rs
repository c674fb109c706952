//! The pair `(mu, nu)` as one flat array of Fourier coefficients: those of `mu` first, then those of `nu`.

use crate::game::Player;
use crate::torus::{Fourier, Grid, resample};
use num_complex::Complex64;

/// Where the coefficients of the two players stand in the state of a flow.
#[derive(Debug, Clone, PartialEq)]
pub struct PairLayout {
    grids: [Grid; 2],
    split: usize,
}

impl PairLayout {
    /// The layout for these two grids.
    pub fn new(x: &Grid, y: &Grid) -> PairLayout {
        PairLayout { grids: [x.clone(), y.clone()], split: x.spectrum_len() }
    }

    /// The grid of a player.
    pub fn grid(&self, player: Player) -> &Grid {
        &self.grids[player.index()]
    }

    /// Number of coefficients of the pair.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.grids.iter().map(Grid::spectrum_len).sum()
    }

    /// The coefficients of one player.
    pub fn part<'a>(&self, player: Player, state: &'a [Complex64]) -> &'a [Complex64] {
        let (x, y) = state.split_at(self.split);
        match player {
            Player::X => x,
            Player::Y => y,
        }
    }

    /// The coefficients of both players, to be written.
    pub fn parts_mut<'a>(&self, state: &'a mut [Complex64]) -> (&'a mut [Complex64], &'a mut [Complex64]) {
        state.split_at_mut(self.split)
    }

    /// Makes the means of both players 0.
    pub fn clear_means(&self, state: &mut [Complex64]) {
        let (x, y) = self.parts_mut(state);
        (x[0], y[0]) = (Complex64::ZERO, Complex64::ZERO);
    }

    /// The state with these node values.
    pub fn from_values(&self, values: [&[f64]; 2]) -> Vec<Complex64> {
        let mut state = vec![Complex64::ZERO; self.len()];
        let (x, y) = self.parts_mut(&mut state);
        for (player, out) in Player::BOTH.into_iter().zip([x, y]) {
            let fourier = Fourier::new(self.grid(player));
            fourier.forward(values[player.index()], out, &mut fourier.scratch());
        }
        state
    }

    /// The state moved to the grids of another layout; exact when no axis shrinks.
    pub fn resample(&self, to: &PairLayout, state: &[Complex64]) -> Vec<Complex64> {
        let mut out = Vec::with_capacity(to.len());
        for player in Player::BOTH {
            out.extend(resample(self.grid(player), to.grid(player), self.part(player, state)));
        }
        out
    }

    /// One number for every coefficient of each player, and 0 for his mean.
    pub fn symbol_but_means(&self, numbers: [f64; 2]) -> Vec<f64> {
        let mut symbol = Vec::with_capacity(self.len());
        for (grid, number) in self.grids.iter().zip(numbers) {
            symbol.push(0.0);
            symbol.resize(symbol.len() + grid.spectrum_len() - 1, number);
        }
        symbol
    }

    /// `max` over the players of `|X|^(1/2) |u|_{L2}`, computed from the coefficients by Parseval's identity.
    ///
    /// For a difference of two densities this is dimensionless and at least their L1 distance; it does not depend on
    /// the grid nor on the unit of length.
    pub fn norm(&self, state: &[Complex64]) -> f64 {
        larger(
            self.norm_of(Player::X, self.part(Player::X, state)),
            self.norm_of(Player::Y, self.part(Player::Y, state)),
        )
    }

    /// The largest [`PairLayout::norm`] of several pairs, one after the other.
    pub fn largest_norm(&self, states: &[Complex64]) -> f64 {
        states.chunks_exact(self.len()).map(|pair| self.norm(pair)).fold(0.0, |most, norm| larger(norm, most))
    }

    /// `|X|^(1/2) |u|_{L2}` of one player's coefficients.
    pub fn norm_of(&self, player: Player, part: &[Complex64]) -> f64 {
        self.grid(player).volume() * self.root_mean_square(player, part)
    }

    /// `max` over the players of the root mean square.
    pub fn largest_root_mean_square(&self, state: &[Complex64]) -> f64 {
        let of = |player: Player| self.root_mean_square(player, self.part(player, state));
        larger(of(Player::X), of(Player::Y))
    }

    fn root_mean_square(&self, player: Player, part: &[Complex64]) -> f64 {
        let grid = self.grid(player);
        // Modes with m_last = 0, and the Nyquist modes of an even last axis, stand for themselves only.
        let (first, rest) = part.split_at(grid.rows());
        let nyquist = if grid.row_len().is_multiple_of(2) { grid.rows() } else { 0 };
        let (pairs, last) = rest.split_at(rest.len() - nyquist);
        let sum = sum_of_squares(first) + 2.0 * sum_of_squares(pairs) + sum_of_squares(last);
        sum.sqrt()
    }
}

/// The larger of two; NaN when one is, which `f64::max` would drop.
fn larger(x: f64, y: f64) -> f64 {
    if x >= y { x } else { y + 0.0 * x }
}

/// `sum |c|^2` in four interleaved sums: a fixed order that the processor can overlap.
fn sum_of_squares(values: &[Complex64]) -> f64 {
    let chunks = values.chunks_exact(4);
    let rest: f64 = chunks.remainder().iter().map(Complex64::norm_sqr).sum();
    let mut sums = [0.0; 4];
    for chunk in chunks {
        for (sum, c) in sums.iter_mut().zip(chunk) {
            *sum += c.norm_sqr();
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_norm_is_the_root_mean_square_of_the_values_times_the_volume_and_sees_nan() {
        let x = Grid::new(&[8], &[3.0], &[0.0]).unwrap();
        let y = Grid::new(&[5, 6], &[0.5, 2.0], &[0.0, 0.0]).unwrap();
        let layout = PairLayout::new(&x, &y);
        let mu: Vec<f64> = (0..8).map(|j| (j as f64).sin()).collect();
        let nu: Vec<f64> = (0..30).map(|j| 4.0 * (j as f64 * 1.7).cos()).collect();
        let mut state = layout.from_values([&mu, &nu]);
        let direct =
            |grid: &Grid, u: &[f64]| grid.volume() * (u.iter().map(|v| v * v).sum::<f64>() / u.len() as f64).sqrt();
        let expected = direct(&x, &mu).max(direct(&y, &nu));
        assert!((layout.norm(&state) - expected).abs() <= 1e-14 * expected);
        state[2].im = f64::NAN;
        assert!(layout.norm(&state).is_nan());
    }
}
