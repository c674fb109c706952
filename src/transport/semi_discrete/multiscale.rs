//! A start for clouds with crowds: sites much nearer to each other than their cells are wide.
//!
//! With weights 0 the cells inside a crowd of diameter `d` have areas of the order `d^2`, and damped Newton would take very
//! short steps. So sites nearer than a threshold count as one at first; the threshold is lowered by decades (a multiscale
//! scheme as in Merigot 2011). When a site `c` with the cell `C_c` splits into sites at `c + delta_i`, these get the weights
//!
//! ```text
//! w_i = w_c - 2 delta_i.b + |delta_i|^2 (1 - s),
//! ```
//!
//! which cut `C_c` as the Voronoi cells of the points `b + s delta_i` would: `|x - c - delta_i|^2 - w_i` and
//! `|x - b - s delta_i|^2 / s` differ by what does not depend on `i`. With `b` (relative to `c`) the centre of `C_c` and `s`
//! such that these points lie inside, every cell has its share of `C_c`.

use super::double_double::DoubleDouble;
use super::field::Field;
use super::newton::{Newton, STAGE_DONE, SemiDiscreteEffort, State};
use super::power_diagram::Weighted;
use super::sites::Sites;
use super::triangulation::Triangulation;

/// The first threshold, and the factor from each to the next.
const DECADE: f64 = 0.1;
/// The points `b + s delta_i` fill this share of the largest circle round `b` inside the cell.
const FILLING: f64 = 0.5;
/// Shares of the weights that are tried: with less of them no site is hidden.
const SHARES: [f64; 5] = [1.0, 0.5, 0.25, 0.125, 0.0625];

/// A state of all sites in which no cell is nearly empty as far as crowds would make it so; `None` when no way there was
/// found.
pub(super) fn start(
    sites: &Sites,
    triangulation: &Triangulation,
    field: &Field,
    effort: &mut SemiDiscreteEffort,
) -> Option<State> {
    let mut coarse: Option<(Sites, Vec<u32>, State)> = None;
    let mut threshold = DECADE / (sites.len() as f64).sqrt();
    loop {
        let labels = labels(sites, triangulation, threshold);
        let (level, complete) = match sites.joined(&labels) {
            level if level.len() == sites.len() => (sites.clone(), true),
            level => (level, false),
        };
        threshold *= DECADE;
        if coarse.as_ref().is_some_and(|(above, ..)| above.len() == level.len()) {
            continue;
        }
        let own =
            if complete { triangulation.clone() } else { Triangulation::delaunay(&level.positions, level.lengths) };
        let mut newton = Newton { sites: &level, field, uniform_part: 0.0, effort: *effort };
        let mut state = match &coarse {
            None => newton.state(vec![DoubleDouble::default(); level.len()], own)?,
            Some((above, of_above, state)) => {
                let mut parents = vec![0; level.len()];
                labels.iter().zip(of_above).for_each(|(own, parent)| parents[*own as usize] = *parent as usize);
                let weights = split(above, state, &level.positions, &parents);
                SHARES
                    .iter()
                    .find_map(|share| newton.state(weights.iter().map(|w| w.scaled(*share)).collect(), own.clone()))?
            }
        };
        if coarse.is_none() {
            newton.thin_out(&mut state).ok()?;
        }
        if !complete && !newton.iterate(&mut state, |newton, state, _| newton.mismatch(state) <= STAGE_DONE) {
            return None;
        }
        *effort = newton.effort;
        if complete {
            return Some(state);
        }
        coarse = Some((level, labels, state));
    }
}

/// The part of each site: sites joined by edges shorter than `threshold` share one. Numbered in the order of the sites.
fn labels(sites: &Sites, triangulation: &Triangulation, threshold: f64) -> Vec<u32> {
    let mut parent: Vec<u32> = (0..sites.len() as u32).collect();
    fn root(parent: &mut [u32], mut a: u32) -> u32 {
        while parent[a as usize] != a {
            parent[a as usize] = parent[parent[a as usize] as usize];
            a = parent[a as usize];
        }
        a
    }
    for h in 0..triangulation.half_edges() {
        let u = triangulation.vector(h, &sites.positions);
        if (u[0] * sites.lengths[0]).hypot(u[1] * sites.lengths[1]) < threshold {
            let ends = [triangulation.origin(h), triangulation.origin(triangulation.twin(h))];
            let [a, b] = ends.map(|a| root(&mut parent, a as u32));
            parent[a.max(b) as usize] = a.min(b);
        }
    }
    let mut number = vec![u32::MAX; sites.len()];
    let mut count = 0;
    (0..sites.len() as u32)
        .map(|a| {
            let first = root(&mut parent, a) as usize;
            if number[first] == u32::MAX {
                number[first] = count;
                count += 1;
            }
            number[first]
        })
        .collect()
}

/// Weights for the sites at `positions`, each of which belonged to a site of the solved `state` above.
fn split(above: &Sites, state: &State, positions: &[[f64; 2]], parents: &[usize]) -> Vec<DoubleDouble> {
    let offset = |place: [f64; 2], parent: usize| {
        [0, 1].map(|i| {
            let share = place[i] - above.positions[parent][i];
            (share - share.round()) * above.lengths[i]
        })
    };
    let rooms = rooms(above, state);
    let mut spread = vec![0.0_f64; above.len()];
    for (place, &parent) in positions.iter().zip(parents) {
        let [x, y] = offset(*place, parent);
        spread[parent] = spread[parent].max(x.hypot(y));
    }
    let weight = |(place, &parent): (&[f64; 2], &usize)| {
        let (delta, Room { centre, radius }) = (offset(*place, parent), rooms[parent]);
        if spread[parent] == 0.0 {
            return state.weights[parent];
        }
        let scale = FILLING * radius / spread[parent];
        let square = delta[0] * delta[0] + delta[1] * delta[1];
        let more = square * (1.0 - scale) - 2.0 * (delta[0] * centre[0] + delta[1] * centre[1]);
        state.weights[parent].plus(more)
    };
    positions.iter().zip(parents).map(weight).collect()
}

/// The room in a cell: a point inside, relative to the site, and its distance from the boundary.
#[derive(Debug, Clone, Copy)]
struct Room {
    centre: [f64; 2],
    radius: f64,
}

fn rooms(sites: &Sites, state: &State) -> Vec<Room> {
    let weighted = Weighted {
        positions: &sites.positions,
        lengths: sites.lengths,
        weights: &state.weights,
        triangulation: &state.triangulation,
    };
    let mut areas = vec![0.0; sites.len()];
    let mut moments = vec![[0.0; 2]; sites.len()];
    for facet in state.diagram.facets(&weighted) {
        for (a, (area, moment)) in
            [facet.a, facet.b].into_iter().zip(facet.areas().into_iter().zip(facet.first_moments()))
        {
            areas[a] += area;
            (0..2).for_each(|i| moments[a][i] += moment[i]);
        }
    }
    let centre = |(moment, area): (&[f64; 2], &f64)| Room { centre: moment.map(|m| m / area), radius: f64::INFINITY };
    let mut rooms: Vec<Room> = moments.iter().zip(&areas).map(centre).collect();
    for facet in state.diagram.facets(&weighted).filter(|facet| facet.ratio > 0.0) {
        let sides =
            [(facet.a, facet.u, facet.height), (facet.b, facet.u.map(|v| -v), 2.0 * facet.square - facet.height)];
        for (a, u, height) in sides {
            let room = &mut rooms[a];
            let distance =
                (height - 2.0 * (u[0] * room.centre[0] + u[1] * room.centre[1])) / (2.0 * facet.square.sqrt());
            room.radius = room.radius.min(distance.max(0.0));
        }
    }
    rooms
}
