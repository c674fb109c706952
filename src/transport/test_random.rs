//! Numbers for tests, the same in every run.

/// Equidistributed numbers in `[0, 1)`: the upper bits of a linear congruential sequence modulo 2^64.
pub(crate) struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn points(&mut self, count: usize, period: [f64; 2]) -> Vec<[f64; 2]> {
        (0..count).map(|_| [self.next() * period[0], self.next() * period[1]]).collect()
    }
}
