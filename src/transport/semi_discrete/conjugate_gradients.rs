//! The linear systems of Newton's method: flexible conjugate gradients, preconditioned by one cycle of [`super::multigrid`],
//! which is not linear.

use super::laplacian::{Laplacian, dot};
use super::multigrid::{DIRECT, Multigrid};

/// The system of one matrix.
pub(super) struct System {
    multigrid: Multigrid,
}

impl System {
    /// Prepares the preconditioner.
    pub fn new(matrix: Laplacian) -> System {
        System { multigrid: Multigrid::new(matrix) }
    }

    /// Improves `x`, whose residual is `r`, until the norm of the residual is `wanted` or `most` steps are done; `r` is left
    /// as the residual. Returns the number of steps.
    pub fn solve(&mut self, r: &mut [f64], x: &mut [f64], wanted: f64, most: usize) -> usize {
        let n = x.len();
        // Rounding leaves a constant that no solution can meet.
        let mean = r.iter().sum::<f64>() / n as f64;
        r.iter_mut().for_each(|v| *v -= mean);
        let (mut z, mut p, mut image) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        if n <= DIRECT {
            self.multigrid.cycle(r, &mut z);
            let right = r.to_vec();
            self.multigrid.matrix().residual(&right, &z, r);
            x.iter_mut().zip(&z).for_each(|(x, z)| *x += z);
            return 1;
        }
        let mut energy = 0.0;
        for step in 0..most {
            if dot(r, r).sqrt() <= wanted {
                return step;
            }
            self.multigrid.cycle(r, &mut z);
            let beta = if energy > 0.0 { -dot(&z, &image) / energy } else { 0.0 };
            p.iter_mut().zip(&z).for_each(|(p, z)| *p = z + beta * *p);
            self.multigrid.matrix().apply(&p, &mut image);
            energy = dot(&p, &image);
            if energy <= 0.0 {
                return step;
            }
            let alpha = dot(&p, r) / energy;
            x.iter_mut().zip(&p).for_each(|(x, p)| *x += alpha * p);
            r.iter_mut().zip(&image).for_each(|(r, v)| *r -= alpha * v);
        }
        most
    }
}

#[cfg(test)]
mod tests {
    use super::super::elimination::Elimination;
    use super::*;
    use crate::transport::test_random::Random;

    /// A ring of sites with chords and couplings over many powers of ten, solved by cycles and by elimination.
    #[test]
    fn cycles_and_elimination_agree() {
        let mut random = Random(7);
        let mut draw = || random.next();
        for (size, powers) in [(2, 0.0), (30, 2.0), (300, 0.0), (300, 3.0), (2000, 1.0)] {
            let chord = |a: u32, draw: &mut dyn FnMut() -> f64| (a, ((a as f64 + 2.0 + draw() * 40.0) as u32) % size);
            let ring = (0..size).map(|a| (a, (a + 1) % size));
            let chords: Vec<(u32, u32)> = (0..size).map(|a| chord(a, &mut draw)).collect();
            let edges: Vec<(u32, u32, f64)> =
                ring.chain(chords).map(|(a, b)| (a, b, 10.0_f64.powf(powers * (draw() - 0.5)))).collect();
            let matrix = Laplacian::new(size as usize, edges.iter().copied());
            let mut right: Vec<f64> = (0..size).map(|_| draw() - 0.5).collect();
            let mean = right.iter().sum::<f64>() / f64::from(size);
            right.iter_mut().for_each(|r| *r -= mean);
            let (mut left, mut x) = (right.clone(), vec![0.0; size as usize]);
            let wanted = 1e-11 * dot(&right, &right).sqrt();
            let steps = System::new(matrix.clone()).solve(&mut left, &mut x, wanted, 100);
            assert!(steps <= 40, "{size} sites, couplings over {powers} powers of ten: {steps} steps");
            if size <= 300 {
                let mut exact = vec![0.0; size as usize];
                Elimination::new(&matrix).solve(&right, &mut exact);
                let shift = exact[0] - x[0];
                let largest = exact.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
                let off = x.iter().zip(&exact).map(|(a, b)| (a + shift - b).abs()).fold(0.0, f64::max);
                assert!(off <= 1e-8 * largest, "{size} sites, {powers}: off by {off:e} of {largest:e}");
            }
        }
    }

    /// A solve in two parts ends where one in a single part does, also for a system small enough for elimination.
    #[test]
    fn a_solution_is_improved_from_where_it_was_left() {
        for size in [30, 9000_u32] {
            let mut random = Random(3);
            let edges: Vec<(u32, u32, f64)> = (0..size)
                .flat_map(|a| [1, 7].map(|k| (a, (a + k) % size)))
                .map(|(a, b)| (a, b, random.next() + 0.1))
                .collect();
            let matrix = Laplacian::new(size as usize, edges.iter().copied());
            let mut right: Vec<f64> = (0..size).map(|_| random.next()).collect();
            let mean = right.iter().sum::<f64>() / f64::from(size);
            right.iter_mut().for_each(|r| *r -= mean);
            let (mut left, mut x, norm) = (right.clone(), vec![0.0; size as usize], dot(&right, &right).sqrt());
            let mut system = System::new(matrix.clone());
            for share in [1e-2, 1e-8] {
                let steps = system.solve(&mut left, &mut x, share * norm, 200);
                assert!(steps < 200, "{size} sites, to {share:e}: {steps} steps");
                let mut again = vec![0.0; size as usize];
                matrix.residual(&right, &x, &mut again);
                let (own, kept) = (dot(&again, &again).sqrt(), dot(&left, &left).sqrt());
                assert!(
                    own <= 1.01 * share * norm && kept <= share * norm,
                    "{size} sites: {own:e}, {kept:e} of {norm:e}"
                );
            }
        }
    }
}
