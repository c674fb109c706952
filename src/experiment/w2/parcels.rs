//! The coupling of point masses on the circle as arcs between the points that a user gave.
//!
//! The solver sorts the points and merges those at one place; here every parcel of mass finds its way back to their
//! numbers. Points at one place are emptied, or filled, in the order in which they were given.

use crate::output::PlanPoints;
use crate::transport::CircleParcel;

/// Places closer than this share of the period are one place.
const SAME_PLACE: f64 = 1e-12;

/// Arcs `(source, target, mass)` of the parcels between two lists of points of a circle.
pub(super) fn arcs(
    parcels: &[CircleParcel],
    source: &PlanPoints,
    target: &PlanPoints,
    period: f64,
) -> Vec<(usize, usize, f64)> {
    let (mut from, mut to) = (Side::new(source, period), Side::new(target, period));
    let mut arcs: Vec<(usize, usize, f64)> = Vec::with_capacity(parcels.len());
    for parcel in parcels {
        let mut left = from.take(parcel.source[0], parcel.mass).into_iter();
        let mut right = to.take(parcel.target[0], parcel.mass).into_iter();
        let (mut give, mut fill) = (left.next(), right.next());
        while let (Some((i, available)), Some((j, room))) = (give, fill) {
            let mass = available.min(room);
            if mass > 0.0 {
                arcs.push((i, j, mass));
            }
            (give, fill) = match available <= room {
                true => (left.next(), Some((j, room - mass))),
                false => (Some((i, available - mass)), right.next()),
            };
        }
    }
    arcs
}

/// The points of one side, by place, with the mass that is still to be accounted for.
struct Side<'a> {
    points: &'a [f64],
    order: Vec<usize>,
    remaining: Vec<f64>,
    period: f64,
}

impl Side<'_> {
    fn new(list: &PlanPoints, period: f64) -> Side<'_> {
        let mut order: Vec<usize> = (0..list.points.len()).filter(|&i| list.masses[i] > 0.0).collect();
        order.sort_by(|&i, &j| list.points[i].total_cmp(&list.points[j]).then(i.cmp(&j)));
        Side { points: &list.points, order, remaining: list.masses.clone(), period }
    }

    /// Distance on the circle between a point and a place.
    fn distance(&self, position: usize, place: f64) -> f64 {
        let share = (self.points[self.order[position]] - place) / self.period;
        (share - share.round()).abs()
    }

    /// Takes `mass` from the points at the place nearest to `place`; rounding stays with the last of them.
    fn take(&mut self, place: f64, mass: f64) -> Vec<(usize, f64)> {
        let count = self.order.len();
        let first = self.points[self.order[0]];
        let wrapped = place - self.period * ((place - first) / self.period).floor();
        let after = self.order.partition_point(|&i| self.points[i] < wrapped) % count;
        let before = (after + count - 1) % count;
        let nearest = if self.distance(after, place) <= self.distance(before, place) { after } else { before };
        let at = self.points[self.order[nearest]];
        // All points at this place, the last of the circle and the first may be one place.
        let mut start = nearest;
        for _ in 1..count {
            let previous = (start + count - 1) % count;
            if self.distance(previous, at) > SAME_PLACE || previous == nearest {
                break;
            }
            start = previous;
        }
        let mut taken = Vec::new();
        let mut wanted = mass;
        for step in 0..count {
            let position = (start + step) % count;
            let next = (position + 1) % count;
            let is_last = step + 1 == count || self.distance(next, at) > SAME_PLACE;
            let index = self.order[position];
            let part = if is_last { wanted } else { self.remaining[index].min(wanted) };
            if part > 0.0 {
                self.remaining[index] = (self.remaining[index] - part).max(0.0);
                taken.push((index, part));
                wanted -= part;
            }
            if is_last || wanted <= 0.0 {
                break;
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{CirclePlan, Cloud, Measure, circle_plan};

    #[test]
    fn arcs_have_the_masses_of_the_points_and_the_cost_of_the_plan() {
        let source = [0.7, 0.1, 0.95, 0.1, 0.4];
        let (weights, target) = ([0.1, 0.25, 0.3, 0.15, 0.2], [0.05, 0.55, 0.8, 0.55]);
        let shares = [0.5, 0.125, 0.25, 0.125];
        let cloud = |points: &[f64], weights: &[f64]| Cloud::new(points, Some(weights), &[1.0], &[0.0]).unwrap();
        let (a, b) = (cloud(&source, &weights), cloud(&target, &shares));
        let (distance, plan) = circle_plan(&Measure::Atoms(a), &Measure::Atoms(b)).unwrap();
        let CirclePlan::Parcels(parcels) = plan else { panic!("point masses have parcels") };
        let list = |points: &[f64], masses: &[f64]| PlanPoints { points: points.to_vec(), masses: masses.to_vec() };
        let arcs = arcs(&parcels, &list(&source, &weights), &list(&target, &shares), 1.0);
        let mut cost = 0.0;
        let (mut given, mut received) = ([0.0; 5], [0.0; 4]);
        for (i, j, mass) in arcs {
            let d: f64 = source[i] - target[j];
            cost += mass * (d - d.round()).powi(2);
            given[i] += mass;
            received[j] += mass;
        }
        assert!((cost.sqrt() - distance.value).abs() <= 1e-14, "{cost} {distance:?}");
        assert!(given.iter().zip(&weights).all(|(a, b)| (a - b).abs() <= 1e-15), "{given:?}");
        assert!(received.iter().zip(&shares).all(|(a, b)| (a - b).abs() <= 1e-15), "{received:?}");
    }
}
