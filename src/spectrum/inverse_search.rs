//! Leading eigenvalues from the inverse of the linearisation, for two players of one dimension.
//!
//! The largest eigenvalues of `-L^-1` are the leading ones of `L`; the generators are factorised, so that an application costs
//! `O(n^2)`, and Arnoldi's method needs some hundred. It lists repeated eigenvalues once: copies come into a Krylov space by
//! rounding alone, so their number is not known.
//!
//! Rounding of the inverse is that of its largest eigenvalue `theta_1`: it moves another one, relative, by
//! `1e-16 |theta_1/theta|`, which is part of its residual.

use super::arnoldi::{Arnoldi, RitzPair};
use super::energy_modes::irregular;
use super::linearisation::InverseLinearisation;
use super::ordering::{is_distinct, sort_leading, turned, without_rounding};
use super::{Found, Mode, TOLERANCE};

/// Krylov vectors at most.
pub const MOST_VECTORS: usize = 400;
/// Looks at a Krylov space in which no further eigenvalue converges and the next one comes no nearer, after which it is given
/// up: a much smaller eigenvalue leaves only rounding of the others in the products.
const FRUITLESS_LOOKS: usize = 4;
/// The next eigenvalue comes nearer when its residual falls below this share of the smallest so far.
const NEARER: f64 = 0.5;
/// A Ritz value so near to a converged one, relative, is its copy.
const NEARLY: f64 = 1e-5;

/// The `count` leading eigenvalues.
pub fn search(inverse: &mut InverseLinearisation, count: usize, largest_frequency: f64) -> Found {
    let mut found = Leading::default();
    let mut progress = Progress::default();
    let space = Arnoldi::run(
        irregular(inverse.len(), 0),
        inverse.kernel(),
        MOST_VECTORS,
        |input, out| inverse.apply(input, out),
        |space| {
            found = Leading::new(space, count, largest_frequency);
            found.complete || progress.has_ended(&found)
        },
    );
    Found { modes: modes(&space, &found.pairs, inverse), complete: found.complete, vectors: space.len() }
}

/// The leading pairs among those converged.
#[derive(Default)]
struct Leading {
    pairs: Vec<RitzPair>,
    /// Whether none can be missing.
    complete: bool,
    /// How many Ritz values are known before the first that has not converged, and its relative residual.
    known: usize,
    next_residual: f64,
}

/// Whether looks at a growing space still find something.
struct Progress {
    known: usize,
    next_residual: f64,
    fruitless: usize,
}

impl Default for Progress {
    fn default() -> Progress {
        Progress { known: 0, next_residual: f64::INFINITY, fruitless: 0 }
    }
}

impl Progress {
    fn has_ended(&mut self, found: &Leading) -> bool {
        if found.known > self.known || found.next_residual < NEARER * self.next_residual {
            *self = Progress { known: found.known, next_residual: found.next_residual, fruitless: 0 };
        } else {
            self.fruitless += 1;
        }
        self.fruitless >= FRUITLESS_LOOKS
    }
}

impl Leading {
    fn new(space: &Arnoldi, count: usize, largest_frequency: f64) -> Leading {
        let converged = |pair: &RitzPair| pair.residual <= TOLERANCE * pair.value.norm();
        // Eigenvalues come by falling |theta| = 1/|lambda|: up to the first that is not converged, all are known. Another
        // copy of one that is known, on its way into the space, is nothing new.
        let is_new = |i: usize| {
            let pair = &space.pairs[i];
            let near = NEARLY * pair.value.norm();
            !converged(pair) && space.pairs[..i].iter().all(|p| (p.value - pair.value).norm() > near || !converged(p))
        };
        let known = (0..space.pairs.len()).find(|i| is_new(*i)).unwrap_or(space.pairs.len());
        let radius = match space.pairs.get(known).or(space.pairs.last()) {
            Some(pair) if !space.invariant => 1.0 / pair.value.norm(),
            _ => f64::INFINITY,
        };
        let eigenvalue = |p: &RitzPair| -1.0 / p.value;
        let mut sorted: Vec<RitzPair> = space.pairs[..known].iter().filter(|p| converged(p)).cloned().collect();
        sort_leading(&mut sorted, eigenvalue);
        let mut pairs: Vec<RitzPair> = Vec::new();
        for pair in sorted {
            if pairs.len() < count && pairs.iter().all(|p| is_distinct(eigenvalue(p), eigenvalue(&pair))) {
                pairs.push(pair);
            }
        }
        let reach = pairs.last().map_or(f64::INFINITY, |p| eigenvalue(p).re.hypot(largest_frequency));
        let complete = space.invariant || (pairs.len() == count && reach < radius);
        let next_residual = space.pairs.get(known).map_or(0.0, |pair| pair.residual / pair.value.norm());
        Leading { pairs, complete, known, next_residual }
    }
}

/// Eigenvalues from the quotients of the vectors, sorted, repeated ones once.
fn modes(space: &Arnoldi, pairs: &[RitzPair], inverse: &mut InverseLinearisation) -> Vec<Mode> {
    let largest = space.pairs[0].value.norm();
    let mut all: Vec<Mode> = pairs
        .iter()
        .map(|pair| {
            let vector = turned(space.vector(pair));
            let quotient = inverse.quotient(&vector);
            // A conjugate pair near to the axis would be listed once.
            let eigenvalue = without_rounding(quotient);
            let residual = (pair.residual + f64::EPSILON * largest) * eigenvalue.norm_sqr();
            Mode { eigenvalue, residual, vector, multiplicity: None }
        })
        .collect();
    sort_leading(&mut all, |mode| mode.eigenvalue);
    let mut modes: Vec<Mode> = Vec::new();
    for mode in all {
        if modes.iter().all(|m| is_distinct(m.eigenvalue, mode.eigenvalue)) {
            modes.push(mode);
        }
    }
    modes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_is_given_up_when_looks_find_nothing_and_not_before() {
        let look = |known, next_residual| Leading { known, next_residual, ..Leading::default() };
        let mut progress = Progress::default();
        for i in 0..100 {
            // Slowly nearer, then another one.
            assert!(!progress.has_ended(&look(i / 20, 0.4_f64.powi(i as i32 % 20))), "look {i}");
        }
        let mut progress = Progress::default();
        let ends = (0..).find(|_| progress.has_ended(&look(2, 1e-3))).unwrap();
        assert_eq!(ends, FRUITLESS_LOOKS);
    }
}
