//! Atoms against atoms on `R/Z`: the shift of the sorted points that costs least, exactly.
//!
//! With quantile functions `Q` of the source and `R` of the target, cumulative weights in whole units of mass,
//!
//! ```text
//! C(a) = int_0^1 |R(u + a) - Q(u)|^2 du,
//! C'(a+) = sum_j (y_{j+1} - y_j) (y_{j+1} + y_j - 2 Q(R_j - a)),      R_j the mass up to y_j       (summation by parts)
//! ```
//!
//! `C` is convex and piecewise linear with kinks only where a cumulative weight of the source meets one of the target
//! (Delon, Salomon, Sobolevski 2010), so the minimum is at a whole number of units and is found exactly: the first `a`
//! with `C'(a+) >= 0`. False position on `C'` until few kinks are left, which are then sorted. For `N` equal weights
//! against `N` a unit is a point and `a` a rotation.
//!
//! Displacements are differences of positions: nothing cancels however close the clouds are.
//!
//! Cost: sorting, then about ten sweeps over the points.

use super::atoms::{SortedAtoms, common_units};
use super::sum::{Sum, blocked_sum};

/// False position ends when the bracket is this narrow: every shift in it is then tried.
const NARROW: i64 = 4;
/// A search on every so-many-th point first when there are at least twice as many as this.
const SAMPLE: usize = 4096;

/// Two sorted clouds with their masses in common units.
pub(super) struct Rotation<'a> {
    source: &'a SortedAtoms,
    target: &'a SortedAtoms,
    /// Mass up to and including each point; empty when every point is one unit.
    source_ends: Vec<u64>,
    target_ends: Vec<u64>,
    total: i64,
}

/// Mass that goes from one point of the source to a point of the target.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    pub(super) from: usize,
    /// `T - x`, on the side of the circle it takes.
    pub(super) displacement: f64,
    pub(super) mass: f64,
}

/// Position `i` of endless copies of a list of `n`: winding and index.
fn unwind(i: i64, n: usize) -> (f64, usize) {
    (i.div_euclid(n as i64) as f64, i.rem_euclid(n as i64) as usize)
}

/// `(y + winding) - x` such that no digit of the nearer of the two copies is lost.
#[inline]
fn displacement(x: f64, y: f64, winding: f64) -> f64 {
    (y + winding.min(0.0)) + (winding.max(0.0) - x)
}

impl<'a> Rotation<'a> {
    pub(super) fn new(source: &'a SortedAtoms, target: &'a SortedAtoms) -> Rotation<'a> {
        let equal = source.has_equal_weights() && target.has_equal_weights() && source.len() == target.len();
        if equal {
            let total = source.len() as i64;
            return Rotation { source, target, source_ends: Vec::new(), target_ends: Vec::new(), total };
        }
        let (source_ends, target_ends, total) = common_units(source, target);
        Rotation { source, target, source_ends, target_ends, total: total as i64 }
    }

    fn one_unit_each(&self) -> bool {
        self.source_ends.is_empty()
    }

    /// The shift that costs least, in units.
    pub(super) fn best_shift(&self) -> i64 {
        // From a whole turn back everything had better go forwards, and the other way round.
        let mut bracket = Bracket { low: -self.total - 1, high: self.total, below: None, above: None };
        let mut next = self.guess().clamp(bracket.low + 1, bracket.high - 1);
        let mut last_width = i64::MAX;
        let mut stretch = 1_i64;
        while bracket.width() > 1 {
            bracket.narrow(next, self.slope(next));
            if bracket.width() > NARROW && !self.one_unit_each() && bracket.kinks() <= 2 * self.points() {
                return self.first_rise(&bracket);
            }
            next = self.next_trial(&bracket, last_width, stretch);
            last_width = bracket.width();
            // Crowded points have long flat stretches, over which the slope says nothing.
            stretch = stretch.saturating_mul(4);
        }
        bracket.high
    }

    /// Where to look next: where the slope would be 0 if it were linear, or half way when that made little progress.
    fn next_trial(&self, bracket: &Bracket, last_width: i64, stretch: i64) -> i64 {
        let Bracket { low, high, below, above } = *bracket;
        let width = bracket.width();
        let far = |slope: f64| self.overshoot(slope.abs()).saturating_mul(stretch);
        let next = match (below, above) {
            (Some(below), Some(above)) if NARROW < width && width <= last_width / 2 => {
                let share = -below.slope / (above.slope - below.slope);
                low + (share * width as f64) as i64
            }
            (None, Some(above)) if NARROW < width => high.saturating_sub(far(above.slope)),
            (Some(below), None) if NARROW < width => low.saturating_add(far(below.slope)),
            _ => low + width / 2,
        };
        next.clamp(low + 1, (high - 1).max(low + 1))
    }

    fn points(&self) -> i64 {
        (self.source.len() + self.target.len()) as i64
    }

    /// Further than the minimum is from a place with this slope when the points are spread out: `C''` is at least 2.
    fn overshoot(&self, slope: f64) -> i64 {
        1 + (0.55 * slope * self.total as f64) as i64 + 2 * self.total / self.points()
    }

    /// The shift of every so-many-th point of both clouds.
    fn guess(&self) -> i64 {
        let stride = self.source.len() / SAMPLE;
        if stride < 2 || !self.one_unit_each() {
            return 0;
        }
        let sample = |atoms: &SortedAtoms| {
            let count = self.source.len() / stride;
            SortedAtoms::of_sorted((0..count).map(|i| atoms.positions[i * stride]).collect())
        };
        let (source, target) = (sample(self.source), sample(self.target));
        Rotation::new(&source, &target).best_shift() * stride as i64
    }

    /// `C'(a+)`.
    fn slope(&self, a: i64) -> Slope {
        if self.one_unit_each() { self.slope_of_rotation(a) } else { self.slope_of_shift(a) }
    }

    fn slope_of_rotation(&self, k: i64) -> Slope {
        let (x, y) = (&self.source.positions, &self.target.positions);
        let n = x.len();
        let seam = |i: usize, winding: f64| {
            let d = |y: f64, winding: f64| displacement(x[i], y, winding);
            self.target.gap(n - 1) * (d(y[n - 1], winding) + d(y[0], winding + 1.0))
        };
        let mut sum = Sum::default();
        self.for_each_run(k, |i, j, length, winding| {
            let (forward, back) = (winding.max(0.0), winding.min(0.0));
            // The last point of a turn has its neighbour on the next one.
            let inner = if j + length == n { length - 1 } else { length };
            sum.add(blocked_sum(&x[i..i + inner], &y[j..j + inner], &y[j + 1..j + 1 + inner], |x, y, next| {
                let from = forward - x;
                (next - y) * ((next + back + from) + (y + back + from))
            }));
            if inner < length {
                sum.add(seam(i + inner, winding));
            }
        });
        Slope { slope: sum.value(), crossings: -(n as i64) * k }
    }

    /// Runs of a rotation in which neither list passes its end: first source, first target, length, winding of the target.
    fn for_each_run(&self, k: i64, mut run: impl FnMut(usize, usize, usize, f64)) {
        let n = self.source.len();
        let mut i = 0;
        while i < n {
            let (winding, j) = unwind(i as i64 + k, n);
            let length = (n - i).min(n - j);
            run(i, j, length, winding);
            i += length;
        }
    }

    fn slope_of_shift(&self, a: i64) -> Slope {
        let (x, y) = (&self.source.positions, &self.target.positions);
        let mut sum = Sum::default();
        let mut crossings = 0;
        let mut cursor = Cursor::below(&self.source_ends, self.total, self.target_ends[0] as i64 - a);
        for (j, end) in self.target_ends.iter().enumerate() {
            cursor.advance(*end as i64 - a);
            let (winding, from) = (cursor.winding(), x[cursor.index]);
            let last = j + 1 == y.len();
            let next = if last { (y[0], 1.0 - winding) } else { (y[j + 1], -winding) };
            let ends = displacement(from, next.0, next.1) + displacement(from, y[j], -winding);
            sum.add(self.target.gap(j) * ends);
            crossings += cursor.count();
        }
        Slope { slope: sum.value(), crossings }
    }

    /// The first kink in `(low, high]` after which the cost does not fall.
    fn first_rise(&self, bracket: &Bracket) -> i64 {
        let Bracket { low, high, below, .. } = *bracket;
        let n = self.source.len();
        let first = self.target_ends[0] as i64;
        let mut late = Cursor::below(&self.source_ends, self.total, first - high);
        let mut early = Cursor::below(&self.source_ends, self.total, first - low);
        let mut kinks: Vec<(i64, f64)> = Vec::new();
        for (j, end) in self.target_ends.iter().enumerate() {
            late.advance(*end as i64 - high);
            early.advance(*end as i64 - low);
            for i in late.count()..early.count() {
                let (winding, index) = unwind(i, n);
                let at = *end as i64 - (winding as i64 * self.total + self.source_ends[index] as i64);
                kinks.push((at, 2.0 * self.source.gap(index) * self.target.gap(j)));
            }
        }
        kinks.sort_unstable_by(|p, q| p.0.cmp(&q.0).then(p.1.total_cmp(&q.1)));
        let mut sum = Sum::default();
        sum.add(below.expect("kinks are counted between two known slopes").slope);
        for (at, rise) in &kinks {
            sum.add(*rise);
            if sum.value() >= 0.0 {
                return *at;
            }
        }
        high
    }

    /// `C(a)`.
    pub(super) fn cost(&self, a: i64) -> f64 {
        if !self.one_unit_each() {
            let mut sum = Sum::default();
            self.for_each_move(a, |m| sum.add(m.mass * m.displacement * m.displacement));
            return sum.value();
        }
        let (x, y) = (&self.source.positions, &self.target.positions);
        let mut sum = Sum::default();
        self.for_each_run(a, |i, j, length, winding| {
            let (forward, back) = (winding.max(0.0), winding.min(0.0));
            let (x, y) = (&x[i..i + length], &y[j..j + length]);
            sum.add(blocked_sum(x, y, y, |x, y, _| {
                let d = (y + back) + (forward - x);
                d * d
            }));
        });
        sum.value() / x.len() as f64
    }

    /// The coupling with shift `a`, by increasing position of the source.
    pub(super) fn for_each_move(&self, a: i64, mut visit: impl FnMut(Move)) {
        let (x, y) = (&self.source.positions, &self.target.positions);
        if self.one_unit_each() {
            let mass = 1.0 / x.len() as f64;
            for from in 0..x.len() {
                let (winding, to) = unwind(from as i64 + a, x.len());
                visit(Move { from, displacement: displacement(x[from], y[to], winding), mass });
            }
            return;
        }
        let mut start = 0_i64;
        let mut target = Cursor::below(&self.target_ends, self.total, 1 + a);
        for (from, end) in self.source_ends.iter().enumerate() {
            let end = *end as i64;
            while start < end {
                target.advance(start + 1 + a);
                let until = end.min(target.end() - a);
                let mass = (until - start) as f64 / self.total as f64;
                let to = target.index;
                visit(Move { from, displacement: displacement(x[from], y[to], target.winding()), mass });
                start = until;
            }
        }
    }

    /// How far the rounding of cumulative weights can move the squared distance: a mass `S` on the wrong side of a gap
    /// between two points goes the gap too far, on top of a displacement of at most `farthest`.
    pub(super) fn weight_error(&self, a: i64) -> f64 {
        let unit = self.source.mass_error.max(self.target.mass_error);
        if unit == 0.0 {
            return 0.0;
        }
        let mut farthest = 0.0_f64;
        self.for_each_move(a, |m| farthest = farthest.max(m.displacement.abs()));
        let of =
            |atoms: &SortedAtoms| (0..atoms.len()).map(|i| atoms.gap(i) * (2.0 * farthest + atoms.gap(i))).sum::<f64>();
        unit * (of(self.source) + of(self.target))
    }
}

/// `C'(a+)`, and the number of points of the source before each point of the target, summed.
#[derive(Debug, Clone, Copy)]
struct Slope {
    slope: f64,
    crossings: i64,
}

/// Two shifts between which the slope changes its sign, and the slopes there where they have been computed.
#[derive(Debug, Clone, Copy)]
struct Bracket {
    low: i64,
    high: i64,
    below: Option<Slope>,
    above: Option<Slope>,
}

impl Bracket {
    fn width(&self) -> i64 {
        self.high - self.low
    }

    fn narrow(&mut self, at: i64, slope: Slope) {
        if slope.slope >= 0.0 {
            (self.high, self.above) = (at, Some(slope));
        } else {
            (self.low, self.below) = (at, Some(slope));
        }
    }

    /// Kinks in the bracket, more than there are as long as one end is not known.
    fn kinks(&self) -> i64 {
        self.below.zip(self.above).map_or(i64::MAX, |(below, above)| below.crossings - above.crossings)
    }
}

/// A place in endless copies of a list of cumulative weights.
struct Cursor<'a> {
    ends: &'a [u64],
    total: i64,
    turn: i64,
    index: usize,
}

impl<'a> Cursor<'a> {
    /// The first point whose cumulative weight is not below `u`.
    fn below(ends: &'a [u64], total: i64, u: i64) -> Cursor<'a> {
        let turn = (u - 1).div_euclid(total);
        let rest = (u - turn * total) as u64;
        Cursor { ends, total, turn, index: ends.partition_point(|end| *end < rest) }
    }

    /// The same for a larger `u`.
    #[inline]
    fn advance(&mut self, u: i64) {
        while self.end() < u {
            self.index += 1;
            if self.index == self.ends.len() {
                self.index = 0;
                self.turn += 1;
            }
        }
    }

    #[inline]
    fn end(&self) -> i64 {
        self.turn * self.total + self.ends[self.index] as i64
    }

    fn winding(&self) -> f64 {
        self.turn as f64
    }

    /// Points before this one.
    fn count(&self) -> i64 {
        self.turn * self.ends.len() as i64 + self.index as i64
    }
}
