//! A slow particle system: Euler-Maruyama with a double sum over all pairs, from a generator of its own, for players of
//! dimension 1.

use std::f64::consts::TAU;

/// Random numbers, the same in every run.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678)
    }

    /// Equidistributed on `[0, 1)`: xorshift64* (Vigna 2016).
    pub fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Standard normal, by Box and Muller.
    pub fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (TAU * self.uniform()).cos()
    }

    /// Points of an unnormalised density with values in `[0, most]`, by rejection.
    pub fn points(&mut self, count: usize, period: f64, most: f64, density: impl Fn(f64) -> f64) -> Vec<f64> {
        let mut points = Vec::with_capacity(count);
        while points.len() < count {
            let x = period * self.uniform();
            let value = density(x);
            assert!((0.0..=most).contains(&value), "{value} at {x}");
            if most * self.uniform() < value {
                points.push(x);
            }
        }
        points
    }
}

/// `dX_i = -(1/M) sum_j f_x(X_i, Y_j) dt + sqrt(2 tau_x) dB`, `dY_j = eta (1/N) sum_i f_y(X_i, Y_j) dt + sqrt(2 eta tau_y) dB'`.
pub struct System<'a> {
    pub force_x: &'a dyn Fn(f64, f64) -> f64,
    pub force_y: &'a dyn Fn(f64, f64) -> f64,
    pub temperature: [f64; 2],
    pub timescale: f64,
}

impl System<'_> {
    /// Both clouds after `steps` steps of length `dt`.
    pub fn evolve(&self, start: [Vec<f64>; 2], dt: f64, steps: usize, random: &mut Random) -> [Vec<f64>; 2] {
        let [mut x, mut y] = start;
        let [tau_x, tau_y] = self.temperature;
        for _ in 0..steps {
            let mean = |values: &mut dyn Iterator<Item = f64>, count: usize| values.sum::<f64>() / count as f64;
            let of_x: Vec<f64> =
                x.iter().map(|x| mean(&mut y.iter().map(|y| (self.force_x)(*x, *y)), y.len())).collect();
            let of_y: Vec<f64> =
                y.iter().map(|y| mean(&mut x.iter().map(|x| (self.force_y)(*x, *y)), x.len())).collect();
            for (x, f) in x.iter_mut().zip(&of_x) {
                *x += -f * dt + (2.0 * tau_x * dt).sqrt() * random.normal();
            }
            for (y, f) in y.iter_mut().zip(&of_y) {
                *y += self.timescale * f * dt + (2.0 * self.timescale * tau_y * dt).sqrt() * random.normal();
            }
        }
        [x, y]
    }

    /// The same where no player sees the other: forces at the opponent's first point stand for the mean over all.
    pub fn evolve_apart(&self, start: [Vec<f64>; 2], dt: f64, steps: usize, random: &mut Random) -> [Vec<f64>; 2] {
        let [tau_x, tau_y] = self.temperature;
        let [x, y] = start;
        let walk = |points: Vec<f64>, drift: &dyn Fn(f64) -> f64, tau: f64, random: &mut Random| -> Vec<f64> {
            let noise = (2.0 * tau * dt).sqrt();
            let end = |mut x: f64| {
                for _ in 0..steps {
                    x += drift(x) * dt + noise * random.normal();
                }
                x
            };
            points.into_iter().map(end).collect()
        };
        let x = walk(x, &|x| -(self.force_x)(x, 0.0), tau_x, random);
        let y = walk(y, &|y| self.timescale * (self.force_y)(0.0, y), self.timescale * tau_y, random);
        [x, y]
    }
}
