//! The regular (weighted Delaunay) triangulation of sites on the flat torus, kept regular by flips while weights move.
//!
//! Half-edges `3 t + k` of triangle `t` run counter-clockwise. Each carries its site of origin, its twin, and the number
//! of periods by which the next site is moved: the vector of a half-edge is `y[next] - y[origin] + shift`. So one site
//! is enough for a triangulation (two triangles), no site needs copies, and cells may be larger than the torus allows
//! for in a picture with copies.
//!
//! An edge `ab` between triangles `abc` and `bad` is regular when the lifted point of `d` is not below the plane through
//! those of `a, b, c`; the lifted height of `x` is `|x|^2 - w`. When all edges are regular, so is the triangulation
//! (Edelsbrunner, Shah 1996), and its dual is the power diagram. Flipping irregular edges ends, since every flip lowers
//! the lifted surface; on flat tori it reaches the Delaunay triangulation (Despre, Schlenker, Teillaud 2020). With
//! weights it can be blocked; then a site is about to be hidden, or the step of the weights was too long, and the caller
//! takes a shorter one: on the way between two sets of weights without hidden sites no site is hidden, because convex
//! data stay convex under averages.
//!
//! Orientations are exact: coordinates lie on a lattice ([`super::sites`]) and the predicate is adaptive (Shewchuk 1997).
//! An edge is flipped only when it is irregular beyond doubt of rounding, so that flips cannot run in a circle; an edge
//! in doubt has a facet shorter than rounding.
//!
//! Cost: construction `O(N log N)` in practice (points inserted in rounds, each along the Hilbert curve), a check of all
//! edges 15 ns each; 60 bytes a site.

use super::double_double::DoubleDouble;
use super::regularity::{is_irregular, orientation};
use rayon::prelude::*;

/// Half-edges looked at by one thread at a time.
const BLOCK: usize = 1 << 13;

/// A triangulation of the torus with the sites as vertices.
#[derive(Debug, Clone)]
pub(super) struct Triangulation {
    origin: Vec<u32>,
    twin: Vec<u32>,
    shift: Vec<[i8; 2]>,
    stack: Vec<u32>,
}

/// An edge `a -> b` and the third corners of its triangles, seen from `a`, in units of length.
#[derive(Debug, Clone, Copy)]
struct Quadrilateral {
    sites: [usize; 4],
    /// Shares, exact: `b`, `c`, `d` minus `a`.
    shares: [[f64; 2]; 3],
}

impl Triangulation {
    /// The Delaunay triangulation of distinct `positions` (shares of the periods on the lattice) with these period
    /// `lengths`.
    pub fn delaunay(positions: &[[f64; 2]], lengths: [f64; 2]) -> Triangulation {
        assert!(!positions.is_empty(), "a triangulation needs a site");
        let order = insertion_order(positions.len());
        let mut triangulation = Triangulation::of_one_site(order[0] as u32, positions.len());
        let weights = vec![DoubleDouble::default(); positions.len()];
        let view = Sites { positions, lengths, weights: &weights };
        let mut near = 0;
        for &site in &order[1..] {
            near = triangulation.insert(site, near, &view);
        }
        assert!(triangulation.regularise(&view), "the flip algorithm is never blocked without weights");
        triangulation.in_order_of_sites()
    }

    /// The same with the triangles numbered in the order of their first sites, so that neighbours stand near each other.
    fn in_order_of_sites(&self) -> Triangulation {
        let first = |t: usize| (0..3).map(|k| self.origin[3 * t + k]).min().expect("three corners");
        let mut order: Vec<u32> = (0..self.half_edges() as u32 / 3).collect();
        order.sort_by_key(|t| first(*t as usize));
        let mut number = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, old)| number[*old as usize] = new as u32);
        let half_edges = || order.iter().flat_map(|t| (0..3).map(move |k| (3 * t + k) as usize));
        Triangulation {
            origin: half_edges().map(|h| self.origin[h]).collect(),
            twin: half_edges().map(|h| 3 * number[self.twin(h) / 3] + self.twin[h] % 3).collect(),
            shift: half_edges().map(|h| self.shift[h]).collect(),
            stack: Vec::new(),
        }
    }

    /// The square torus cut along one diagonal.
    fn of_one_site(site: u32, capacity: usize) -> Triangulation {
        let room = 6 * capacity;
        let mut t = Triangulation {
            origin: Vec::with_capacity(room),
            twin: Vec::with_capacity(room),
            shift: Vec::with_capacity(room),
            stack: Vec::new(),
        };
        t.origin.extend([site; 6]);
        t.shift.extend([[1, 0], [0, 1], [-1, -1], [1, 1], [-1, 0], [0, -1]]);
        t.twin.extend([4, 5, 3, 2, 0, 1]);
        t
    }

    /// Number of half-edges, `6 N`.
    pub fn half_edges(&self) -> usize {
        self.origin.len()
    }

    /// The site a half-edge starts from.
    #[inline]
    pub fn origin(&self, h: usize) -> usize {
        self.origin[h] as usize
    }

    /// The same edge from the other side.
    #[inline]
    pub fn twin(&self, h: usize) -> usize {
        self.twin[h] as usize
    }

    /// Periods by which the site at the end of a half-edge is moved.
    #[inline]
    pub fn shift(&self, h: usize) -> [i8; 2] {
        self.shift[h]
    }

    /// From the origin of a half-edge to its end, in shares of the periods, exact.
    #[inline]
    pub fn vector(&self, h: usize, positions: &[[f64; 2]]) -> [f64; 2] {
        let (from, to) = (positions[self.origin(h)], positions[self.origin(next(h))]);
        let shift = self.shift[h];
        [to[0] - from[0] + f64::from(shift[0]), to[1] - from[1] + f64::from(shift[1])]
    }

    /// Flips until every edge is regular for these weights. `false` when flips are blocked: the triangulation is then a
    /// valid one, but not regular.
    pub fn move_weights(&mut self, positions: &[[f64; 2]], lengths: [f64; 2], weights: &[DoubleDouble]) -> bool {
        self.regularise(&Sites { positions, lengths, weights })
    }

    fn regularise(&mut self, sites: &Sites) -> bool {
        let irregular = |h: &u32| {
            let h = *h as usize;
            h < self.twin(h) && self.is_irregular(h, sites)
        };
        self.stack = (0..self.half_edges() as u32).into_par_iter().with_min_len(BLOCK).filter(irregular).collect();
        let mut blocked = Vec::new();
        loop {
            let flips = self.flip_stacked(sites, &mut blocked);
            blocked.retain(|&h| self.is_irregular(h as usize, sites));
            if blocked.is_empty() {
                return true;
            }
            if flips == 0 {
                return false;
            }
            self.stack.append(&mut blocked);
        }
    }

    /// Flips what is on the stack and what becomes irregular by it; edges that cannot be flipped go to `blocked`.
    fn flip_stacked(&mut self, sites: &Sites, blocked: &mut Vec<u32>) -> usize {
        let mut flips = 0;
        while let Some(h) = self.stack.pop() {
            let h = h as usize;
            if !self.is_irregular(h, sites) {
                continue;
            }
            if !self.is_convex(h, sites) {
                blocked.push(h as u32);
                continue;
            }
            self.flip(h);
            flips += 1;
            let g = self.twin(h);
            self.stack.extend([next(h), previous(h), next(g), previous(g)].map(|e| e as u32));
        }
        flips
    }

    #[inline]
    fn quadrilateral(&self, h: usize, positions: &[[f64; 2]]) -> Quadrilateral {
        let g = self.twin(h);
        let to_a = self.vector(previous(h), positions);
        Quadrilateral {
            sites: [self.origin(h), self.origin(g), self.origin(previous(h)), self.origin(previous(g))],
            shares: [self.vector(h, positions), [-to_a[0], -to_a[1]], self.vector(next(g), positions)],
        }
    }

    /// Whether the edge is irregular beyond doubt.
    #[inline]
    fn is_irregular(&self, h: usize, sites: &Sites) -> bool {
        let q = self.quadrilateral(h, sites.positions);
        is_irregular(q.shares, sites.lengths, q.sites.map(|s| sites.weights[s]))
    }

    /// Whether the quadrilateral around the edge is strictly convex at its ends.
    fn is_convex(&self, h: usize, sites: &Sites) -> bool {
        let [b, c, d] = self.quadrilateral(h, sites.positions).shares;
        orientation(c, [0.0; 2], d) > 0.0 && orientation(d, b, c) > 0.0
    }

    /// Replaces the edge `a b` of the quadrilateral `a d b c` by `d c`. Half-edges `h` and its twin stay a pair.
    fn flip(&mut self, h: usize) {
        let g = self.twin(h);
        let (h1, h2, g1, g2) = (next(h), previous(h), next(g), previous(g));
        // Where the half-edges around the quadrilateral stand afterwards.
        let moved = |e: usize| match e {
            _ if e == h1 => g2,
            _ if e == h2 => h1,
            _ if e == g1 => h2,
            _ if e == g2 => g1,
            _ => e,
        };
        let around = [h1, h2, g1, g2].map(|e| (moved(e), self.origin[e], self.shift[e], moved(self.twin(e))));
        let (c, d) = (self.origin[h2], self.origin[g2]);
        let (db, bc) = (self.shift[g2], self.shift[h1]);
        let across = [db[0] + bc[0], db[1] + bc[1]];
        for (e, origin, shift, twin) in around {
            self.origin[e] = origin;
            self.shift[e] = shift;
            self.twin[e] = twin as u32;
            self.twin[twin] = e as u32;
        }
        (self.origin[h], self.shift[h]) = (d, across);
        (self.origin[g], self.shift[g]) = (c, [-across[0], -across[1]]);
    }

    /// Puts a new site into its triangle and restores the Delaunay property. Returns a half-edge nearby.
    fn insert(&mut self, site: usize, near: usize, sites: &Sites) -> usize {
        let (t, shift, on_edge) = self.locate(site, near, sites.positions);
        let h = [3 * t, 3 * t + 1, 3 * t + 2];
        let corner = h.map(|e| self.origin[e]);
        let twin = h.map(|e| self.twin[e]);
        let outer = h.map(|e| self.shift[e]);
        // Shift from the new site to each corner.
        let first = [-shift[0], -shift[1]];
        let second = [first[0] + outer[0][0], first[1] + outer[0][1]];
        let third = [second[0] + outer[1][0], second[1] + outer[1][1]];
        let to_corner = [first, second, third];
        let base = self.half_edges();
        // Triangle k: outer edge k, then to the new site, then to corner k.
        let slot = [3 * t, base, base + 3];
        self.origin.resize(base + 6, 0);
        self.twin.resize(base + 6, 0);
        self.shift.resize(base + 6, [0; 2]);
        for k in 0..3 {
            let after = (k + 1) % 3;
            let before = (k + 2) % 3;
            self.origin[slot[k]] = corner[k];
            self.origin[slot[k] + 1] = corner[after];
            self.origin[slot[k] + 2] = site as u32;
            self.shift[slot[k]] = outer[k];
            self.shift[slot[k] + 1] = [-to_corner[after][0], -to_corner[after][1]];
            self.shift[slot[k] + 2] = to_corner[k];
            self.twin[slot[k] + 1] = (slot[after] + 2) as u32;
            self.twin[slot[k] + 2] = (slot[before] + 1) as u32;
        }
        for k in 0..3 {
            // The triangle may be its own neighbour across the seam.
            let outside = h.iter().position(|&e| e == twin[k] as usize).map_or(twin[k], |j| slot[j] as u32);
            self.twin[slot[k]] = outside;
            self.twin[outside as usize] = slot[k] as u32;
        }
        self.stack.clear();
        if let Some(k) = on_edge {
            let e = slot[k];
            self.flip(e);
            let g = self.twin(e);
            self.stack.extend([next(e), previous(e), next(g), previous(g)].map(|e| e as u32));
        }
        self.stack.extend(slot.map(|e| e as u32));
        let mut blocked = Vec::new();
        self.flip_stacked(sites, &mut blocked);
        base
    }

    /// The triangle that holds a new site, the periods from its first corner to the site, and the number of the edge the
    /// site lies on. A walk towards the site; the edge tried first changes, so that it cannot run in a circle.
    fn locate(&self, site: usize, near: usize, positions: &[[f64; 2]]) -> (usize, [i8; 2], Option<usize>) {
        let target = positions[site];
        let mut h = near;
        let start = positions[self.origin(h)];
        // Nearest copy of the site.
        let mut shift = [0, 1].map(|i| -((target[i] - start[i]).round() as i8));
        let mut turn = 0usize;
        'walk: loop {
            // `shift` belongs to the origin of h; go round the triangle.
            let mut on_edge = None;
            turn = (turn + 1) % 3;
            for _ in 0..turn {
                shift = minus(shift, self.shift[h]);
                h = next(h);
            }
            for _ in 0..3 {
                let from = positions[self.origin(h)];
                let place = [0, 1].map(|i| target[i] - from[i] + f64::from(shift[i]));
                let side = orientation([0.0; 2], self.vector(h, positions), place);
                if side < 0.0 {
                    shift = minus(shift, self.shift[h]);
                    h = self.twin(h);
                    continue 'walk;
                }
                if side == 0.0 {
                    on_edge = Some(h % 3);
                }
                shift = minus(shift, self.shift[h]);
                h = next(h);
            }
            while !h.is_multiple_of(3) {
                shift = minus(shift, self.shift[h]);
                h = next(h);
            }
            return (h / 3, shift, on_edge);
        }
    }
}

/// What the predicates look at.
struct Sites<'a> {
    positions: &'a [[f64; 2]],
    lengths: [f64; 2],
    weights: &'a [DoubleDouble],
}

/// The half-edge after `h` in its triangle.
#[inline]
pub(super) fn next(h: usize) -> usize {
    if h % 3 == 2 { h - 2 } else { h + 1 }
}

/// The half-edge before `h` in its triangle.
#[inline]
pub(super) fn previous(h: usize) -> usize {
    if h.is_multiple_of(3) { h + 2 } else { h - 1 }
}

fn minus(a: [i8; 2], b: [i8; 2]) -> [i8; 2] {
    [a[0] - b[0], a[1] - b[1]]
}

/// Rounds of about doubling size, each in the order of the sites: long edges of a half-built triangulation are then
/// rare (biased randomised insertion order: Amenta, Choi, Rote 2003).
fn insertion_order(count: usize) -> Vec<usize> {
    let rounds = usize::BITS - count.leading_zeros();
    let round = |site: usize| {
        let scrambled = (site as u64 ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (scrambled ^ (scrambled >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb).leading_zeros().min(rounds)
    };
    let mut order: Vec<usize> = Vec::with_capacity(count);
    for r in (0..=rounds).rev() {
        order.extend((0..count).filter(|&site| round(site) == r));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(count: usize, seed: u64) -> Vec<[f64; 2]> {
        let mut state = seed;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 14) as f64 / (1u64 << 50) as f64
        };
        (0..count).map(|_| [random(), random()]).collect()
    }

    /// Twins agree, shifts around a triangle cancel, triangles are positive and cover the torus once.
    fn check(t: &Triangulation, positions: &[[f64; 2]]) {
        assert_eq!(t.half_edges(), 6 * positions.len());
        let mut area = 0.0;
        for h in 0..t.half_edges() {
            let g = t.twin(h);
            assert_eq!(t.twin(g), h);
            assert_eq!(t.origin(g), t.origin(next(h)));
            assert_eq!(t.shift(g), t.shift(h).map(|s| -s));
            let (u, v) = (t.vector(h, positions), t.vector(next(h), positions));
            if h % 3 == 0 {
                area += (u[0] * v[1] - u[1] * v[0]) / 2.0;
                let around: [i8; 2] = [0, 1].map(|i| (0..3).map(|k| t.shift(h + k)[i]).sum());
                assert_eq!(around, [0, 0]);
            }
            assert!(orientation([0.0; 2], u, [u[0] + v[0], u[1] + v[1]]) > 0.0);
        }
        assert!((area - 1.0).abs() < 1e-13, "triangles cover {area}");
    }

    #[test]
    fn every_number_of_sites_is_triangulated() {
        for count in [1, 2, 3, 4, 5, 10, 100, 3000] {
            for lengths in [[1.0, 1.0], [4.0, 0.25], [0.1, 10.0]] {
                let positions = places(count, count as u64);
                let t = Triangulation::delaunay(&positions, lengths);
                check(&t, &positions);
            }
        }
    }

    #[test]
    fn lattices_and_points_on_one_line_are_triangulated() {
        for (rows, columns) in [(1, 1), (2, 1), (2, 2), (16, 16), (1, 64), (64, 1), (8, 4)] {
            let positions: Vec<[f64; 2]> = (0..rows * columns)
                .map(|j| [(j / columns) as f64 / rows as f64, (j % columns) as f64 / columns as f64])
                .collect();
            check(&Triangulation::delaunay(&positions, [1.0, 1.0]), &positions);
        }
    }

    #[test]
    fn no_site_lies_inside_the_circle_of_a_triangle() {
        let positions = places(60, 7);
        let t = Triangulation::delaunay(&positions, [2.0, 0.5]);
        for h in (0..t.half_edges()).step_by(3) {
            let (b, c) = (t.vector(h, &positions), t.vector(previous(h), &positions).map(|v| -v));
            let a = positions[t.origin(h)];
            for site in &positions {
                for copy in 0..25 {
                    let shift = [(copy / 5) as f64 - 2.0, (copy % 5) as f64 - 2.0];
                    let d = [site[0] - a[0] + shift[0], site[1] - a[1] + shift[1]];
                    let inside = is_irregular([b, c, d], [2.0, 0.5], [DoubleDouble::default(); 4]);
                    assert!(!inside, "site {site:?} in the circle of triangle {}", h / 3);
                }
            }
        }
    }
}
