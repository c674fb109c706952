//! From a cloud to the sites of a power diagram: distinct points of positive mass on a lattice, in the order of a Hilbert
//! curve.
//!
//! Coordinates are rounded to multiples of a power of two of the period, [`FINEST`] or coarser. Then differences of coordinates, also across
//! the seam of the torus, are exact in `f64`, which is what makes orientation tests exact. Atoms at the same place become
//! one site. Lengths are scaled to a torus of area 1.

use super::double_double::DoubleDouble;
use crate::transport::Cloud;

/// Lattice of the coordinates, as a share of the period: sums of a few coordinates and periods stay exact.
pub(super) const FINEST: f64 = 1.0 / (1u64 << 50) as f64;

/// Atoms lighter than this share of the mean weight move no digit of the distance.
const LIGHTEST: f64 = 1e-20;

/// Marks an atom without a site.
const NONE: u32 = u32::MAX;

/// The sites of a cloud.
#[derive(Debug, Clone)]
pub(super) struct Sites {
    /// Place as shares of the periods, multiples of the resolution in `[0, 1)`; consecutive sites are near each other.
    pub positions: Vec<[f64; 2]>,
    /// Mass of each site, positive, sum 1.
    pub masses: Vec<f64>,
    /// Periods over the square root of their product.
    pub lengths: [f64; 2],
    /// Site of each atom of the cloud.
    site_of_atom: Vec<u32>,
    /// Mass of the atoms left out.
    pub dropped: f64,
    /// Share of the periods to whose multiples the places were rounded.
    pub resolution: f64,
}

impl Sites {
    /// The sites of `cloud`, of dimension 2, rounded to multiples of `resolution`. Cost: a sort.
    pub fn new(cloud: &Cloud, resolution: f64) -> Sites {
        assert_eq!(cloud.dimension(), 2, "sites of a torus of dimension 2");
        let least = LIGHTEST / cloud.len() as f64;
        let mut order: Vec<(u64, [f64; 2], u32)> = Vec::with_capacity(cloud.len());
        let mut dropped = 0.0;
        for (atom, (point, &weight)) in cloud.positions().chunks_exact(2).zip(cloud.weights()).enumerate() {
            if weight > least {
                let place = [on_lattice(point[0], resolution), on_lattice(point[1], resolution)];
                order.push((hilbert_index(place), place, atom as u32));
            } else {
                dropped += weight;
            }
        }
        order.sort_unstable_by(|a, b| {
            let place = |p: &(u64, [f64; 2], u32)| (p.1[0].to_bits(), p.1[1].to_bits(), p.2);
            a.0.cmp(&b.0).then_with(|| place(a).cmp(&place(b)))
        });
        let mut sites = Sites {
            positions: Vec::with_capacity(order.len()),
            masses: Vec::with_capacity(order.len()),
            lengths: lengths(cloud.periods()),
            site_of_atom: vec![NONE; cloud.len()],
            dropped,
            resolution,
        };
        for (_, place, atom) in order {
            let weight = cloud.weights()[atom as usize];
            if sites.positions.last() == Some(&place) {
                *sites.masses.last_mut().expect("as many masses as positions") += weight;
            } else {
                sites.positions.push(place);
                sites.masses.push(weight);
            }
            sites.site_of_atom[atom as usize] = sites.positions.len() as u32 - 1;
        }
        let total: f64 = sites.masses.iter().sum();
        sites.masses.iter_mut().for_each(|m| *m /= total);
        sites
    }

    /// Number of sites.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// The sites with those of the same label joined at their centre of mass. Labels count from 0 in the order of the sites.
    pub fn joined(&self, labels: &[u32]) -> Sites {
        let count = labels.iter().max().map_or(0, |last| *last as usize + 1);
        let mut first = vec![usize::MAX; count];
        let (mut masses, mut moments) = (vec![0.0; count], vec![[0.0; 2]; count]);
        for (site, &label) in labels.iter().enumerate() {
            let (label, mass) = (label as usize, self.masses[site]);
            if first[label] == usize::MAX {
                first[label] = site;
            }
            masses[label] += mass;
            for (i, moment) in moments[label].iter_mut().enumerate() {
                let difference = self.positions[site][i] - self.positions[first[label]][i];
                *moment += mass * (difference - difference.round());
            }
        }
        let place = |label: usize| {
            [0, 1].map(|i| {
                let share = self.positions[first[label]][i] + moments[label][i] / masses[label];
                on_lattice(share - share.floor(), FINEST)
            })
        };
        let positions = (0..count).map(place).collect();
        Sites { positions, masses, lengths: self.lengths, site_of_atom: Vec::new(), dropped: 0.0, resolution: FINEST }
    }

    /// Weights that belong to the sites of another cloud with as many atoms, by atoms; `None` for another number of atoms,
    /// or when an atom has a site in one of them only.
    pub fn carry_over(&self, other: &Sites, values: &[DoubleDouble]) -> Option<Vec<DoubleDouble>> {
        if self.site_of_atom.len() != other.site_of_atom.len() {
            return None;
        }
        let mut carried = vec![DoubleDouble::default(); self.len()];
        for (&here, &there) in self.site_of_atom.iter().zip(&other.site_of_atom) {
            match (here, there) {
                (NONE, NONE) => {}
                (NONE, _) | (_, NONE) => return None,
                _ => carried[here as usize] = values[there as usize],
            }
        }
        Some(carried)
    }

    /// The site of an atom of the cloud; `None` when its weight was too small to matter.
    pub fn site_of_atom(&self, atom: usize) -> Option<usize> {
        let site = self.site_of_atom[atom];
        (site != NONE).then_some(site as usize)
    }
}

/// Periods scaled to area 1.
pub(super) fn lengths(periods: &[f64]) -> [f64; 2] {
    let ratio = (periods[0] / periods[1]).sqrt();
    [ratio, 1.0 / ratio]
}

/// The nearest multiple of `resolution`, 1 being 0.
fn on_lattice(share: f64, resolution: f64) -> f64 {
    let rounded = (share / resolution).round() * resolution;
    if rounded >= 1.0 { 0.0 } else { rounded }
}

/// Position along the Hilbert curve of order 31 through the unit square.
fn hilbert_index(place: [f64; 2]) -> u64 {
    let scale = (1u64 << 31) as f64;
    let (mut x, mut y) = ((place[0] * scale) as u32, (place[1] * scale) as u32);
    let mut index = 0;
    for bit in (0..31).rev() {
        let side = 1u32 << bit;
        let (right, upper) = (x & side != 0, y & side != 0);
        index = (index << 2) | ((3 * u64::from(right)) ^ u64::from(upper));
        if !upper {
            if right {
                (x, y) = (!x, !y);
            }
            (x, y) = (y, x);
        }
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hilbert_curve_visits_neighbours_one_after_the_other() {
        let n = 16;
        let mut cells: Vec<(u64, [i64; 2])> = (0..n * n)
            .map(|j| {
                let (a, b) = (j / n, j % n);
                (hilbert_index([a as f64 / n as f64, b as f64 / n as f64]), [a, b])
            })
            .collect();
        cells.sort_unstable();
        for pair in cells.windows(2) {
            let steps = (pair[0].1[0] - pair[1].1[0]).abs() + (pair[0].1[1] - pair[1].1[1]).abs();
            assert_eq!(steps, 1, "{pair:?}");
        }
    }

    #[test]
    fn equal_points_become_one_site_and_weightless_ones_none() {
        let points = [0.25, 0.5, 1.25, -0.5, 0.1, 0.2, 1.0 - 2f64.powi(-53), 0.0, -1e-18, 1.0];
        let cloud = Cloud::new(&points, Some(&[1.0, 2.0, 0.0, 3.0, 4.0]), &[1.0, 1.0], &[0.0, 0.0]).unwrap();
        let sites = Sites::new(&cloud, FINEST);
        assert_eq!(sites.len(), 2);
        assert_eq!(sites.site_of_atom(0), sites.site_of_atom(1));
        assert_eq!(sites.site_of_atom(3), sites.site_of_atom(4));
        assert_eq!(sites.site_of_atom(2), None);
        let mass = |atom: usize| sites.masses[sites.site_of_atom(atom).unwrap()];
        assert!((mass(0) - 0.3).abs() < 1e-15 && (mass(3) - 0.7).abs() < 1e-15);
        assert_eq!(sites.positions[sites.site_of_atom(3).unwrap()], [0.0, 0.0]);
    }
}
