//! Sums of many terms whose rounding does not grow with their number, and an integral that occurs in several of them.

/// A running sum with the rounding of every addition carried along (Neumaier 1974).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    sum: f64,
    carry: f64,
}

impl Sum {
    #[inline]
    pub(super) fn add(&mut self, term: f64) {
        let next = self.sum + term;
        let lost = if self.sum.abs() >= term.abs() { (self.sum - next) + term } else { (term - next) + self.sum };
        self.carry += lost;
        self.sum = next;
    }

    pub(super) fn value(&self) -> f64 {
        self.sum + self.carry
    }
}

/// Twice the mean modulus of a displacement that goes linearly from `d_0` to `d_1`.
#[inline]
pub(super) fn twice_mean_modulus(d_0: f64, d_1: f64) -> f64 {
    let sum = d_0.abs() + d_1.abs();
    if d_0 * d_1 < 0.0 { (d_0 * d_0 + d_1 * d_1) / sum } else { sum }
}

/// Terms added by plain additions before the sum is carried on with compensation.
const BLOCK: usize = 1024;
/// Independent partial sums, so that the processor can add them side by side.
const LANES: usize = 8;

/// `sum_l term(x_l, y_l, z_l)` over slices of the same length.
pub(super) fn blocked_sum(x: &[f64], y: &[f64], z: &[f64], term: impl Fn(f64, f64, f64) -> f64) -> f64 {
    let mut sum = Sum::default();
    for ((x, y), z) in x.chunks(BLOCK).zip(y.chunks(BLOCK)).zip(z.chunks(BLOCK)) {
        let mut lanes = [0.0; LANES];
        let whole = x.len() / LANES * LANES;
        let rows = x[..whole].chunks_exact(LANES).zip(y[..whole].chunks_exact(LANES));
        for ((x, y), z) in rows.zip(z[..whole].chunks_exact(LANES)) {
            for l in 0..LANES {
                lanes[l] += term(x[l], y[l], z[l]);
            }
        }
        for l in whole..x.len() {
            lanes[l - whole] += term(x[l], y[l], z[l]);
        }
        lanes.iter().for_each(|lane| sum.add(*lane));
    }
    sum.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_terms_survive_beside_large_ones() {
        let mut sum = Sum::default();
        for term in [1.0, 1e100, 1.0, -1e100] {
            sum.add(term);
        }
        assert_eq!(sum.value(), 2.0);
    }

    #[test]
    fn the_modulus_of_a_displacement_is_integrated_across_its_sign() {
        for (d_0, d_1, mean) in
            [(1.0, 3.0, 2.0), (-1.0, 1.0, 0.5), (3.0, -1.0, 1.25), (0.0, 0.0, 0.0), (0.0, -2.0, 1.0)]
        {
            assert_eq!(twice_mean_modulus(d_0, d_1), 2.0 * mean);
        }
    }

    #[test]
    fn every_term_of_a_blocked_sum_counts_once() {
        for n in [0, 1, 7, 8, 9, 1023, 1024, 1025, 5000] {
            let ones = vec![1.0; n];
            let places: Vec<f64> = (0..n).map(|i| i as f64).collect();
            let got = blocked_sum(&places, &ones, &ones, |x, y, z| x + y * z);
            assert_eq!(got, (n * (n.max(1) - 1) / 2 + n) as f64);
        }
    }
}
