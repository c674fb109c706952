//! Leading eigenvalues from the energy modes of both players, where one has two dimensions.
//!
//! 1. Energy modes are computed, more and more, until the projection on them counts every eigenvalue above some line beyond
//!    those that are wanted (`completeness.rs`). Modes of equal energies come with their number, which a Krylov space of one
//!    start never has.
//! 2. Corrections are added for these eigenvectors until their residuals are rounding (`galerkin.rs`): the payoff's functions
//!    need many more modes than the eigenvectors do.
//!
//! As left eigenvectors are right ones with the sign of one player turned, `J = diag(1, -1)`, an eigenvalue of rate `r` is off
//! by `|rho|^2/((c - r) s)` only, where no energy outside the space is below the cut `c` and `s` is the smallest singular value
//! of `X^T J X` on its eigenspace (the Schur complement of what is outside), and by rounding: an energy by
//! `1e-16 |B|/sqrt(a)` of itself.
//!
//! It fails to be complete when the payoff ties modes of energies far above the wanted ones together so strongly that the
//! count needs more than `MOST_MODES`; the list then says so.

use super::completeness::{Tails, is_counted};
use super::dense::{Group, eigenspace, groups, smallest_twisted_product};
use super::energy_modes::Cascade;
use super::galerkin::{Lifted, PlayerSpace, Projection, tangent_norms};
use super::generator::Generator;
use super::linearisation::Coupling;
use super::ordering::{is_distinct, turned};
use super::subspace::norm;
use super::{Found, Mode, TOLERANCE};
use faer::Mat;
use num_complex::Complex64;

/// Modes of a player at first and at most, and the growth of their number.
pub const FIRST_MODES: usize = 24;
const MOST_MODES: usize = 240;
const GROWTH: f64 = 1.5;
/// A line between eigenvalues is drawn where their real parts differ by this share.
const WIDTH: f64 = 1e-3;
/// Modes reach so many times as far as the line: what is beyond them is corrected by about the inverse of this in every round.
const ROOM: f64 = 1.8;
/// Lines that are tried.
const LINES: usize = 2;
/// Rounds of corrections at most, and rounds in which the residuals have to be halved.
const MOST_ROUNDS: usize = 60;
const PATIENCE: usize = 15;
/// Residuals are rounding when they are so many times what one operation leaves.
const ROUNDINGS: f64 = 20.0;
/// A player is corrected when his part of the residual is at least this share of what is enough.
const UNEVEN: f64 = 0.1;
/// An eigenvalue with a larger relative error is not listed. Rounding of the smallest gap that counts as resolved is a fifth.
const LISTED: f64 = 1e-3;

/// The `count` leading eigenvalues.
pub fn search(
    cascades: &mut [Cascade; 2],
    coupling: &Coupling,
    temperature: [f64; 2],
    timescale: f64,
    count: usize,
) -> Found {
    let (mut spaces, line) = counted_modes(cascades, coupling, temperature, timescale, count);
    let [x, y] = cascades;
    let generators: [&mut dyn Generator; 2] = [&mut *x.generator, &mut *y.generator];
    let mut refinement = Refinement { coupling, generators, temperature, timescale };
    let (mut best, mut waited) = (f64::INFINITY, 0);
    let mut known: Vec<Mode> = Vec::new();
    for round in 0.. {
        let projection = Projection::new(&spaces, coupling);
        let mut directions: [Vec<Vec<f64>>; 2] = [Vec::new(), Vec::new()];
        let (mut modes, mut excess) = (Vec::new(), 0.0);
        for group in wanted(groups(&projection.matrix), line, count) {
            if let Some(mode) = known.iter().find(|mode| is_that(mode, &group)) {
                modes.push(mode.clone());
                continue;
            }
            let examined = refinement.examine(&spaces, &projection, &group);
            excess += examined.excess;
            for (all, own) in directions.iter_mut().zip(examined.directions) {
                all.extend(own);
            }
            if examined.excess == 0.0 {
                known.push(examined.mode.clone());
            }
            modes.push(examined.mode);
        }
        waited = if excess < 0.5 * best { 0 } else { waited + 1 };
        best = best.min(excess);
        let is_last = excess == 0.0 || round >= MOST_ROUNDS || waited >= PATIENCE;
        if is_last || refinement.correct(&mut spaces, &directions) == 0 {
            return listed(modes, line.is_some(), count, projection.matrix.nrows());
        }
    }
    unreachable!("the loop has no other end")
}

fn is_that(mode: &Mode, group: &Group) -> bool {
    mode.multiplicity == Some(group.multiplicity) && !is_distinct(mode.eigenvalue, group.value)
}

/// What is needed to see how good an eigenvector is and to make it better.
struct Refinement<'a> {
    coupling: &'a Coupling,
    generators: [&'a mut dyn Generator; 2],
    temperature: [f64; 2],
    timescale: f64,
}

/// An eigenvalue of the projection as one of the linearisation.
struct Examined {
    mode: Mode,
    /// Residuals over what is enough, summed over those that are larger.
    excess: f64,
    /// What the players' spaces lack, before the preconditioner.
    directions: [Vec<Vec<f64>>; 2],
}

impl Refinement<'_> {
    fn examine(&mut self, spaces: &[PlayerSpace; 2], projection: &Projection, group: &Group) -> Examined {
        let nodes = self.generators[0].len();
        let largest = self.temperature[0].max(self.temperature[1]);
        let factor_norm =
            self.generators[0].factor_norm().max(self.timescale.sqrt() * self.generators[1].factor_norm());
        let vectors = eigenspace(&projection.matrix, group);
        let lifted: Vec<Lifted> = vectors.iter().map(|[re, im]| projection.lift(spaces, [re, im])).collect();
        let (mut worst, mut excess): (f64, f64) = (0.0, 0.0);
        let mut directions: [Vec<Vec<f64>>; 2] = [Vec::new(), Vec::new()];
        for one in &lifted {
            let defect = one.defect(self.coupling, -group.value, nodes);
            let norms = tangent_norms(&defect, &mut self.generators, self.timescale);
            let residual = norms[0].hypot(norms[1]);
            worst = worst.max(residual + one.mode_residual * group.value.norm());
            let enough = TOLERANCE * group.value.norm() + ROUNDINGS * one.rounding(largest, factor_norm);
            if residual <= enough {
                continue;
            }
            excess += residual / enough;
            for part in defect.iter().filter(|part| norm(part) > 0.0) {
                let mut lacking = vec![0.0; part.len()];
                self.coupling.solve(&part[..nodes], &part[nodes..], &mut lacking);
                for (player, own) in [&lacking[..nodes], &lacking[nodes..]].into_iter().enumerate() {
                    if norms[player] > UNEVEN * enough {
                        directions[player].push(own.to_vec());
                    }
                }
            }
        }
        let [re, im] = &lifted[0].perturbation;
        let size = norm(re).hypot(norm(im));
        let vector = re.iter().zip(im).map(|(a, b)| Complex64::new(*a, *b) / size).collect();
        let multiplicity = Some(group.multiplicity);
        let beyond = (spaces[0].cut().min(spaces[1].cut()) + group.value.re).max(0.0);
        let twisted = smallest_twisted_product(&vectors, projection.first());
        let rounding = f64::EPSILON * factor_norm * (largest * group.value.norm()).sqrt() + group.radius;
        let residual = worst.min(worst * worst / (beyond * twisted) + rounding);
        let mode = Mode { eigenvalue: group.value, residual, multiplicity, vector: turned(vector) };
        Examined { mode, excess, directions }
    }

    /// Adds the directions to the spaces; how many were new.
    fn correct(&mut self, spaces: &mut [PlayerSpace; 2], directions: &[Vec<Vec<f64>>; 2]) -> usize {
        let mut added = 0;
        for ((space, generator), directions) in spaces.iter_mut().zip(&mut self.generators).zip(directions) {
            let mut columns = Mat::from_fn(generator.len(), directions.len(), |i, j| directions[j][i]);
            // A share of a slow mode, which is in the space, would be all that is left of the rest.
            let modes = &space.modes.vectors;
            let shares = modes.transpose() * &columns;
            columns -= modes * shares;
            generator.precondition(&mut columns);
            added += space.corrections.extend(&mut **generator, &space.modes.vectors, columns);
        }
        added
    }
}

/// Modes of both players with which the count is right, and the line beyond the wanted eigenvalues; without a line there
/// are as many modes as are allowed.
fn counted_modes(
    cascades: &mut [Cascade; 2],
    coupling: &Coupling,
    temperature: [f64; 2],
    timescale: f64,
    count: usize,
) -> ([PlayerSpace; 2], Option<f64>) {
    let mut sizes = [FIRST_MODES.max(count); 2];
    loop {
        let spaces = [0, 1].map(|p| {
            let share = if p == 0 { 1.0 } else { timescale };
            PlayerSpace::new(cascades[p].modes(sizes[p]).lowest(sizes[p]), share, temperature[p])
        });
        let projection = Projection::new(&spaces, coupling);
        let cut = spaces[0].cut().min(spaces[1].cut());
        let tails = Tails::new(&spaces, coupling, cascades, timescale);
        let lines = lines(&groups(&projection.matrix), count, cut);
        let is_accurate = (0..2).all(|p| cascades[p].is_accurate(sizes[p]));
        let mut lines = lines.into_iter().filter(|_| is_accurate);
        if let Some(line) = lines.find(|line| is_counted(&projection, coupling, &tails, *line, cut)) {
            return (spaces, Some(line));
        }
        let least = if spaces[0].cut() <= spaces[1].cut() { 0 } else { 1 };
        if spaces[least].cut().is_infinite() || sizes[least] >= MOST_MODES {
            return (spaces, None);
        }
        sizes[least] = ((sizes[least] as f64 * GROWTH) as usize).min(MOST_MODES);
    }
}

/// Rates at which a line can be drawn behind the first `count` eigenvalues and before the energies that may be missing.
fn lines(groups: &[Group], count: usize, cut: f64) -> Vec<f64> {
    let mut listed = 0;
    let Some(last) = groups.iter().position(|group| {
        listed += if group.value.im == 0.0 { 1 } else { 2 };
        listed >= count
    }) else {
        return if cut.is_infinite() { vec![f64::INFINITY] } else { Vec::new() };
    };
    let rates: Vec<f64> = groups[last..].iter().map(|group| -group.value.re).collect();
    let middles = (0..rates.len()).filter_map(|i| {
        let next = rates.get(i + 1).copied().unwrap_or(cut);
        (next - rates[i] > WIDTH * rates[i])
            .then(|| if next.is_finite() { 0.5 * (rates[i] + next) } else { f64::INFINITY })
    });
    middles.filter(|line| ROOM * *line < cut || cut.is_infinite()).take(LINES).collect()
}

/// The groups before the line, or the first ones that hold `count` eigenvalues.
fn wanted(groups: Vec<Group>, line: Option<f64>, count: usize) -> Vec<Group> {
    let mut before = 0;
    let is_wanted = |group: &Group| {
        let is_listed = before < count;
        before += if group.value.im == 0.0 { 1 } else { 2 };
        is_listed || line.is_some_and(|line| line.is_finite() && -group.value.re < line)
    };
    groups.into_iter().take_while(is_wanted).collect()
}

/// The first `count` eigenvalues, up to one that has not converged.
fn listed(modes: Vec<Mode>, is_counted: bool, count: usize, vectors: usize) -> Found {
    let converged = |mode: &Mode| mode.residual <= LISTED * mode.eigenvalue.norm();
    let all = modes.iter().all(converged);
    let mut list = Vec::new();
    for mode in modes.into_iter().take_while(converged) {
        if list.len() < count {
            let lower = (mode.eigenvalue.im != 0.0 && list.len() + 1 < count).then(|| Mode {
                eigenvalue: mode.eigenvalue.conj(),
                vector: mode.vector.iter().map(|v| v.conj()).collect(),
                residual: mode.residual,
                multiplicity: mode.multiplicity,
            });
            list.push(mode);
            list.extend(lower);
        }
    }
    Found { modes: list, complete: is_counted && all, vectors }
}
