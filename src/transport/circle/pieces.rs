//! Measures on `R/Z` with piecewise linear quantile functions: point masses, and densities constant on cells.
//!
//! Piece `i` carries mass from level `F_i` to level `F_{i+1}`, spread evenly from `start_i` to `end_i` (the same place for
//! a point mass). Levels are pairs of doubles, so that the level of an edge in one measure minus the level of an edge in
//! another is as accurate as the masses are, however close the measures.

use crate::transport::{Cloud, Histogram};

/// A number as an unevaluated sum of two doubles.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Level {
    pub(super) high: f64,
    pub(super) low: f64,
}

impl Level {
    fn plus(self, term: f64) -> Level {
        let sum = self.high + term;
        let rest = sum - self.high;
        let lost = (self.high - (sum - rest)) + (term - rest);
        let low = self.low + lost;
        let high = sum + low;
        Level { high, low: low - (high - sum) }
    }

    /// `self - other`, rounded once.
    #[inline]
    pub(super) fn minus(self, other: Level) -> f64 {
        (self.high - other.high) + (self.low - other.low)
    }
}

/// A measure made of pieces, by increasing position.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pieces {
    pub(super) starts: Vec<f64>,
    pub(super) ends: Vec<f64>,
    /// `F_0 = 0, .., F_n = 1`.
    pub(super) levels: Vec<Level>,
    /// Share of the total mass by which rounding can have moved a level.
    pub(super) mass_error: f64,
}

impl Pieces {
    /// Cells around the nodes of a one-dimensional grid, origin at 0, period 1; empty cells are left out.
    pub(super) fn constant(histogram: &Histogram) -> Pieces {
        let n = histogram.masses().len() as f64;
        let edge = |i: usize| (i as f64 - 0.5) / n;
        let kept = histogram.masses().iter().enumerate().filter(|(_, m)| **m > 0.0);
        Pieces::of(kept.map(|(i, m)| (edge(i), edge(i + 1), *m)), f64::EPSILON)
    }

    /// Point masses at the nodes of a one-dimensional grid, origin at 0, period 1.
    pub(super) fn nodes(histogram: &Histogram) -> Pieces {
        let n = histogram.masses().len() as f64;
        let kept = histogram.masses().iter().enumerate().filter(|(_, m)| **m > 0.0);
        Pieces::of(kept.map(|(i, m)| (i as f64 / n, i as f64 / n, *m)), f64::EPSILON)
    }

    /// Point masses.
    pub(super) fn atoms(cloud: &Cloud) -> Pieces {
        let points = cloud.positions().iter().zip(cloud.weights()).filter(|(_, w)| **w > 0.0);
        let mut keys: Vec<(u64, u64)> = points.map(|(x, w)| (x.to_bits(), w.to_bits())).collect();
        if cloud.is_on_line() {
            // Places below 0: the bits of negative numbers are ordered the other way round.
            keys.sort_unstable_by(|a, b| f64::from_bits(a.0).total_cmp(&f64::from_bits(b.0)).then(a.1.cmp(&b.1)));
        } else {
            keys.sort_unstable();
        }
        let sorted = keys.into_iter().map(|(x, w)| (f64::from_bits(x), f64::from_bits(w)));
        let mass_error = if cloud.given_weights().is_none() { 0.0 } else { f64::EPSILON };
        Pieces::of(sorted.map(|(x, w)| (x, x, w)), mass_error)
    }

    /// From start, end and relative mass of each piece.
    fn of(pieces: impl Iterator<Item = (f64, f64, f64)>, mass_error: f64) -> Pieces {
        let (mut starts, mut ends, mut levels) = (Vec::new(), Vec::new(), vec![Level::default()]);
        let mut level = Level::default();
        for (start, end, mass) in pieces {
            level = level.plus(mass);
            starts.push(start);
            ends.push(end);
            levels.push(level);
        }
        // Dividing by a total of 1 + excess, excess a few roundings, is subtracting a small share.
        let excess = (level.high - 1.0) + level.low;
        let share = excess / (1.0 + excess);
        levels.iter_mut().for_each(|level| *level = level.plus(-level.high * share));
        *levels.last_mut().expect("there is a level before the first piece") = Level { high: 1.0, low: 0.0 };
        Pieces { starts, ends, levels, mass_error }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Mass of piece `i`.
    #[inline]
    pub(super) fn mass(&self, i: usize) -> f64 {
        self.levels[i + 1].minus(self.levels[i])
    }

    #[inline]
    pub(super) fn width(&self, i: usize) -> f64 {
        self.ends[i] - self.starts[i]
    }

    /// From the end of piece `i` to the start of the next one, round the circle.
    #[inline]
    pub(super) fn gap(&self, i: usize) -> f64 {
        match i + 1 == self.len() {
            true => (1.0 - self.ends[i]) + self.starts[0],
            false => self.starts[i + 1] - self.ends[i],
        }
    }

    /// The place of a level, wherever it is on the line of levels: a position and how often it has gone round the circle.
    pub(super) fn place(&self, level: f64) -> (f64, f64) {
        let turn = level.floor();
        let i = self.levels.partition_point(|l| l.high <= level - turn).clamp(1, self.len()) - 1;
        let share = (level - turn - self.levels[i].high) / self.mass(i);
        (self.starts[i] + self.width(i) * share.clamp(0.0, 1.0), turn)
    }

    /// The square of the distance by which rounding of the masses can move the measure: a flux `S` moves mass by `S / f`
    /// inside a cell and all the way across a gap.
    pub(super) fn square_of_error(&self) -> f64 {
        let flux = self.mass_error;
        let piece = |i: usize| {
            let (width, mass) = (self.width(i), self.mass(i));
            let inside = if width > 0.0 { width * flux * (flux / (mass / width)).min(1.0) } else { 0.0 };
            inside + flux * self.gap(i) * self.gap(i)
        };
        if flux == 0.0 { 0.0 } else { (0..self.len()).map(piece).sum() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torus::Grid;

    #[test]
    fn levels_of_equal_cells_are_their_shares_to_twice_the_digits() {
        let n = 1000;
        let grid = Grid::new(&[n], &[1.0], &[0.0]).unwrap();
        let pieces = Pieces::constant(&Histogram::new(&grid, &vec![0.3; n]).unwrap());
        for (i, level) in pieces.levels.iter().enumerate() {
            // i/n as a pair of doubles, by the remainder of the rounded quotient.
            let high = i as f64 / n as f64;
            let low = -high.mul_add(n as f64, -(i as f64)) / n as f64;
            assert!((level.minus(Level { high, low })).abs() <= 1e-30, "{i}: {level:?}");
        }
    }

    #[test]
    fn empty_cells_leave_gaps() {
        let grid = Grid::new(&[4], &[1.0], &[0.0]).unwrap();
        let pieces = Pieces::constant(&Histogram::new(&grid, &[1.0, 0.0, 0.0, 1.0]).unwrap());
        assert_eq!(
            (pieces.starts.as_slice(), pieces.ends.as_slice()),
            ([-0.125, 0.625].as_slice(), [0.125, 0.875].as_slice())
        );
        assert_eq!((pieces.gap(0), pieces.gap(1)), (0.5, 0.0));
    }
}
