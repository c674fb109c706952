//! Floquet multipliers: the leading eigenvalues of the linearised return map, by Arnoldi's method.
//!
//! `M = D phi_T(u)` is known by its products (`trajectory.rs`); mass is removed from every product. Where forces are blind
//! to a symmetry (`symmetry.rs`) `M` falls into blocks: the invariant tangent vectors of both players together, and the
//! rest of each player by himself. Each block has a Krylov space of its own, so that equal multipliers of different
//! blocks are all found. Within one block a Krylov space from one vector shows one copy of a repeated multiplier.
//!
//! A pair `(m, v)` of the projected matrix `H = Q^T M Q` has the residual `|M v - m v| = h |last entry of y|`, `v = Q y`, to
//! which the rounding of the products is added.

use super::coordinates::{Coordinates, dot};
use super::shooting::Point;
use super::trajectory::Trajectory;
use super::{OrbitError, Symmetry};
use crate::flow::{Flow, MflDa};
use crate::game::Player;
use faer::Mat;
use nashflow_kernels::eigen;
use num_complex::Complex64;

/// Residual at which a multiplier has settled.
pub const SETTLED: f64 = 1e-8;
/// The trivial multiplier is 1 within this. At a fold two multipliers meet at 1, and both are known to the square root of the
/// error only.
const TRIVIAL: f64 = 1e-2;
/// Largest Krylov space of one block.
const LARGEST_SPACE: usize = 60;
/// Rounding of a product, as a share of the largest column of the projected matrix.
const ROUNDING: f64 = 1e-14;
/// A Krylov space that grows by less than this share is complete.
const COMPLETE: f64 = 1e-13;

/// To which tangent vectors a multiplier belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// Both players, within the invariant densities.
    Coupled,
    /// Differences between mirror images of one player.
    Mirror(Player),
}

/// One multiplier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Multiplier {
    /// Its value.
    pub value: Complex64,
    /// `|M v - m v|` for the eigenvector `v` of length 1.
    pub residual: f64,
    /// Where it belongs.
    pub block: Block,
}

/// The `count` multipliers of largest modulus, largest first, with `steps` time steps a period.
///
/// # Errors
/// [`OrbitError::Multipliers`], [`OrbitError::Memory`].
pub fn multipliers(
    flow: &mut MflDa,
    symmetry: &Symmetry,
    orbit: &Point,
    steps: usize,
    count: usize,
) -> Result<Vec<Multiplier>, OrbitError> {
    let blocks: Vec<Block> = std::iter::once(Block::Coupled)
        .chain(Player::BOTH.into_iter().filter(|p| !symmetry.of(*p).is_empty()).map(Block::Mirror))
        .collect();
    let mut trajectory = Trajectory::new(flow, &orbit.state, orbit.period, steps)?;
    let mut found = Vec::new();
    for block in blocks {
        found.extend(block_multipliers(flow, symmetry, &mut trajectory, block, count)?);
    }
    found.sort_by(|a, b| b.value.norm().total_cmp(&a.value.norm()));
    found.truncate(count);
    Ok(found)
}

/// The leading multipliers among the invariant tangent vectors of both players together.
///
/// # Errors
/// As [`multipliers`].
pub fn coupled_multipliers(
    flow: &mut MflDa,
    symmetry: &Symmetry,
    orbit: &Point,
    steps: usize,
    count: usize,
) -> Result<Vec<Multiplier>, OrbitError> {
    let mut trajectory = Trajectory::new(flow, &orbit.state, orbit.period, steps)?;
    block_multipliers(flow, symmetry, &mut trajectory, Block::Coupled, count)
}

/// Every orbit has the multiplier 1, of the tangent along it. Where the list reaches below 1 without one, the linearised flow
/// has not been followed: its time steps are too long at places where the densities, but not their tangents, vanish.
fn check_trivial(found: &[Multiplier]) -> Result<(), OrbitError> {
    let distance = |m: &Multiplier| (m.value - 1.0).norm();
    let nearest = found.iter().map(distance).fold(f64::INFINITY, f64::min);
    let reaches_below = found.last().is_some_and(|m| m.value.norm() < 1.0 - TRIVIAL);
    if nearest > TRIVIAL && reaches_below {
        return Err(OrbitError::Trivial { off: nearest });
    }
    Ok(())
}

fn block_multipliers(
    flow: &mut MflDa,
    symmetry: &Symmetry,
    trajectory: &mut Trajectory,
    block: Block,
    count: usize,
) -> Result<Vec<Multiplier>, OrbitError> {
    let coordinates = Coordinates::new(flow.layout());
    let keep = |vector: &mut Vec<Complex64>| match block {
        Block::Coupled => symmetry.project(vector),
        Block::Mirror(player) => symmetry.project_out(player, vector),
    };
    let mut start = scattered(flow);
    keep(&mut start);
    let mut basis = vec![unit(coordinates.pack(&start))];
    let mut columns: Vec<Vec<f64>> = Vec::new();
    loop {
        let last = basis.last().expect("a Krylov space has a first vector");
        let mut image = trajectory.tangent(flow, &coordinates.unpack(last));
        keep(&mut image);
        let mut next = coordinates.pack(&image);
        let mut column = vec![0.0; basis.len()];
        for _ in 0..2 {
            for (h, q) in column.iter_mut().zip(&basis) {
                let share = dot(q, &next);
                *h += share;
                next.iter_mut().zip(q).for_each(|(a, q)| *a -= share * q);
            }
        }
        let height = dot(&next, &next).sqrt();
        columns.push(column);
        let (pairs, complete) = (ritz_pairs(&columns, height, block), height < COMPLETE);
        let settled = pairs.iter().take(count).take_while(|pair| pair.residual <= SETTLED).count();
        if complete || settled >= count {
            let found: Vec<Multiplier> = pairs.into_iter().take(count).collect();
            if block == Block::Coupled {
                check_trivial(&found)?;
            }
            return Ok(found);
        }
        if columns.len() == LARGEST_SPACE {
            return Err(OrbitError::Multipliers { found: settled, wanted: count, dimension: LARGEST_SPACE });
        }
        let height_column = columns.last_mut().expect("just pushed");
        height_column.push(height);
        basis.push(next.into_iter().map(|v| v / height).collect());
    }
}

fn unit(vector: Vec<f64>) -> Vec<f64> {
    let size = dot(&vector, &vector).sqrt();
    vector.into_iter().map(|v| v / size).collect()
}

/// The eigenpairs of the projected matrix, largest modulus first. All columns but the last end with the entry below the
/// diagonal; `height` is that of the last.
fn ritz_pairs(columns: &[Vec<f64>], height: f64, block: Block) -> Vec<Multiplier> {
    let n = columns.len();
    let matrix = Mat::from_fn(n, n, |i, j| columns[j].get(i).copied().unwrap_or(0.0));
    let Ok(decomposition) = eigen::pairs(&matrix) else { return Vec::new() };
    let largest = columns.iter().map(|c| dot(c, c)).fold(0.0, f64::max).sqrt();
    let rounding = ROUNDING * largest;
    let mut pairs: Vec<Multiplier> = (0..n)
        .map(|j| {
            let vector = decomposition.U().col(j);
            let size = (0..n).map(|i| vector[i].norm_sqr()).sum::<f64>().sqrt();
            let value = decomposition.S().column_vector()[j];
            Multiplier { value, residual: height * vector[n - 1].norm() / size + rounding, block }
        })
        .collect();
    pairs.sort_by(|a, b| b.value.norm().total_cmp(&a.value.norm()));
    pairs
}

/// A pair of real functions with some of every mode: a fixed pseudo-random sequence (splitmix64), smoothed by nothing.
fn scattered(flow: &MflDa) -> Vec<Complex64> {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut number = || {
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    let values = Player::BOTH.map(|p| (0..flow.layout().grid(p).len()).map(|_| number()).collect::<Vec<f64>>());
    flow.layout().from_values([&values[0], &values[1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_should_hold_the_trivial_multiplier_and_does_not_is_refused() {
        let list = |values: &[f64]| {
            let one = |re: &f64| Multiplier { value: Complex64::new(*re, 0.0), residual: 0.0, block: Block::Coupled };
            values.iter().map(one).collect::<Vec<Multiplier>>()
        };
        assert!(check_trivial(&list(&[1.0 - 1e-9, 0.4])).is_ok());
        assert!(check_trivial(&list(&[2.3, 1.0 + 1e-6, 0.4])).is_ok());
        // All listed ones are larger: the trivial one comes after them.
        assert!(check_trivial(&list(&[2.3, 1.7])).is_ok());
        for wrong in [&[-5.7, 0.14][..], &[53.0, 0.4], &[1.1, 0.5], &[0.9]] {
            assert!(matches!(check_trivial(&list(wrong)), Err(OrbitError::Trivial { .. })), "{wrong:?}");
        }
    }
}
