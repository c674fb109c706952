//! A slow second implementation of everything a run computes, written from the formulas and sharing nothing with the
//! library: potentials as dense sums over the payoff function, dense Fourier differentiation matrices, the classical
//! Runge-Kutta scheme on the whole right-hand side, the equilibrium by damped iteration, the duality gap as a maximum
//! minus a minimum, W2 on the circle from quantile functions.

use std::f64::consts::PI;

/// The nodes of one player's torus and what differentiates functions on them.
pub struct Side {
    /// Coordinates of every node, last axis fastest.
    pub nodes: Vec<Vec<f64>>,
    cell: f64,
    /// One dense matrix for each axis.
    derivatives: Vec<Vec<Vec<f64>>>,
}

/// The derivative of trigonometric interpolation on an odd number of nodes:
/// `D_jk = (pi/L) (-1)^(j-k) / sin(pi (j-k)/n)` (Trefethen, Spectral Methods in MATLAB, 2000, chapter 3).
fn differentiation_matrix(n: usize, period: f64) -> Vec<Vec<f64>> {
    assert!(n % 2 == 1, "the square of this matrix is the second derivative for odd n only, got {n}");
    let entry = |j: usize, k: usize| {
        let d = j as f64 - k as f64;
        let sign = if (j + k).is_multiple_of(2) { 1.0 } else { -1.0 };
        if j == k { 0.0 } else { sign * PI / period / (PI * d / n as f64).sin() }
    };
    (0..n).map(|j| (0..n).map(|k| entry(j, k)).collect()).collect()
}

impl Side {
    /// A torus of dimension 1 or 2 with an odd number of nodes on every axis.
    pub fn new(points: &[usize], period: &[f64], origin: &[f64]) -> Side {
        let coordinate = |axis: usize, j: usize| origin[axis] + period[axis] * j as f64 / points[axis] as f64;
        let count: usize = points.iter().product();
        let index = |flat: usize| if points.len() == 1 { vec![flat] } else { vec![flat / points[1], flat % points[1]] };
        let nodes = (0..count).map(|j| index(j).iter().enumerate().map(|(a, i)| coordinate(a, *i)).collect()).collect();
        let derivatives = (0..points.len())
            .map(|axis| {
                let small = differentiation_matrix(points[axis], period[axis]);
                let entry = |j: usize, k: usize| {
                    let (a, b) = (index(j), index(k));
                    let elsewhere = (0..points.len()).all(|other| other == axis || a[other] == b[other]);
                    if elsewhere { small[a[axis]][b[axis]] } else { 0.0 }
                };
                (0..count).map(|j| (0..count).map(|k| entry(j, k)).collect()).collect()
            })
            .collect();
        Side { nodes, cell: period.iter().product::<f64>() / count as f64, derivatives }
    }

    pub fn integral(&self, values: &[f64]) -> f64 {
        values.iter().sum::<f64>() * self.cell
    }

    /// Node values of a function divided by their integral.
    pub fn density(&self, u: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        let values: Vec<f64> = self.nodes.iter().map(|x| u(x)).collect();
        let mass = self.integral(&values);
        values.into_iter().map(|v| v / mass).collect()
    }

    /// `log int exp(values)`.
    fn log_integral(&self, values: &[f64]) -> f64 {
        let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        largest + (values.iter().map(|v| (v - largest).exp()).sum::<f64>() * self.cell).ln()
    }

    fn entropy(&self, density: &[f64]) -> f64 {
        self.integral(&density.iter().map(|r| r * r.ln()).collect::<Vec<_>>())
    }

    pub fn derivative(&self, axis: usize, values: &[f64]) -> Vec<f64> {
        apply(&self.derivatives[axis], values)
    }
}

fn apply(matrix: &[Vec<f64>], vector: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| row.iter().zip(vector).map(|(m, v)| m * v).sum()).collect()
}

fn plus(a: &[f64], scale: f64, b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + scale * b).collect()
}

/// A game with its payoff as a dense matrix.
pub struct Game {
    pub x: Side,
    pub y: Side,
    payoff: Vec<Vec<f64>>,
    transposed: Vec<Vec<f64>>,
    pub temperature: [f64; 2],
    pub timescale: f64,
}

impl Game {
    pub fn new(x: Side, y: Side, f: impl Fn(&[f64], &[f64]) -> f64, temperature: [f64; 2], timescale: f64) -> Game {
        let payoff: Vec<Vec<f64>> = x.nodes.iter().map(|x| y.nodes.iter().map(|y| f(x, y)).collect()).collect();
        let transposed = (0..y.nodes.len()).map(|j| payoff.iter().map(|row| row[j]).collect()).collect();
        Game { x, y, payoff, transposed, temperature, timescale }
    }

    /// `V[nu]` and `U[mu]` at the nodes.
    pub fn potentials(&self, mu: &[f64], nu: &[f64]) -> [Vec<f64>; 2] {
        let scaled = |matrix, vector: &[f64], cell: f64| apply(matrix, vector).into_iter().map(|v| v * cell).collect();
        [scaled(&self.payoff, nu, self.y.cell), scaled(&self.transposed, mu, self.x.cell)]
    }

    /// The right-hand side of the flow.
    pub fn velocity(&self, mu: &[f64], nu: &[f64]) -> [Vec<f64>; 2] {
        self.velocity_under(mu, nu, self.potentials(mu, nu), self.temperature)
    }

    /// The same under any potentials and at any temperatures.
    pub fn velocity_under(
        &self,
        mu: &[f64],
        nu: &[f64],
        [v, u]: [Vec<f64>; 2],
        [tau_x, tau_y]: [f64; 2],
    ) -> [Vec<f64>; 2] {
        let minus_u: Vec<f64> = u.iter().map(|u| -u).collect();
        let part = |side: &Side, density: &[f64], potential: &[f64], tau: f64, speed: f64| {
            let mut sum = vec![0.0; density.len()];
            for axis in 0..side.derivatives.len() {
                let force = side.derivative(axis, potential);
                let slope = side.derivative(axis, density);
                let flux: Vec<f64> =
                    density.iter().zip(&force).zip(&slope).map(|((r, f), s)| r * f + tau * s).collect();
                sum = plus(&sum, speed, &side.derivative(axis, &flux));
            }
            sum
        };
        [part(&self.x, mu, &v, tau_x, 1.0), part(&self.y, nu, &minus_u, tau_y, self.timescale)]
    }

    /// The state at `time`, by `steps` steps of the classical Runge-Kutta scheme.
    pub fn evolve(&self, mu: &[f64], nu: &[f64], time: f64, steps: usize) -> [Vec<f64>; 2] {
        let h = time / steps as f64;
        let (mut mu, mut nu) = (mu.to_vec(), nu.to_vec());
        for _ in 0..steps {
            let k1 = self.velocity(&mu, &nu);
            let k2 = self.velocity(&plus(&mu, 0.5 * h, &k1[0]), &plus(&nu, 0.5 * h, &k1[1]));
            let k3 = self.velocity(&plus(&mu, 0.5 * h, &k2[0]), &plus(&nu, 0.5 * h, &k2[1]));
            let k4 = self.velocity(&plus(&mu, h, &k3[0]), &plus(&nu, h, &k3[1]));
            let next = |r: &[f64], p: usize| -> Vec<f64> {
                let slope = |j: usize| k1[p][j] + 2.0 * k2[p][j] + 2.0 * k3[p][j] + k4[p][j];
                (0..r.len()).map(|j| r[j] + h / 6.0 * slope(j)).collect()
            };
            (mu, nu) = (next(&mu, 0), next(&nu, 1));
        }
        [mu, nu]
    }

    /// The Gibbs answers `exp(-V[nu]/tau_x)/Z` and `exp(U[mu]/tau_y)/Z`, as logarithms.
    pub fn log_responses(&self, mu: &[f64], nu: &[f64]) -> [Vec<f64>; 2] {
        let [v, u] = self.potentials(mu, nu);
        let response = |side: &Side, scaled: Vec<f64>| {
            let constant = side.log_integral(&scaled);
            scaled.into_iter().map(|s| s - constant).collect()
        };
        let [tau_x, tau_y] = self.temperature;
        [
            response(&self.x, v.iter().map(|v| -v / tau_x).collect()),
            response(&self.y, u.iter().map(|u| u / tau_y).collect()),
        ]
    }

    /// The equilibrium densities by damped iteration of the Gibbs answers.
    pub fn equilibrium(&self, damping: f64, iterations: usize) -> [Vec<f64>; 2] {
        let uniform = |side: &Side| vec![-(side.cell * side.nodes.len() as f64).ln(); side.nodes.len()];
        let mut logs = [uniform(&self.x), uniform(&self.y)];
        let densities = |logs: &[Vec<f64>; 2]| [0, 1].map(|p| logs[p].iter().map(|l| l.exp()).collect::<Vec<f64>>());
        for _ in 0..iterations {
            let [mu, nu] = densities(&logs);
            let answers = self.log_responses(&mu, &nu);
            for (log, answer) in logs.iter_mut().zip(&answers) {
                log.iter_mut().zip(answer).for_each(|(l, a)| *l += damping * (a - *l));
            }
        }
        densities(&logs)
    }

    /// `max_q F(mu, q) - min_p F(p, nu)`, both in closed form:
    /// `tau_x H(mu) + tau_y log int exp(U/tau_y) + tau_x log int exp(-V/tau_x) + tau_y H(nu)`.
    pub fn duality_gap(&self, mu: &[f64], nu: &[f64]) -> f64 {
        let [v, u] = self.potentials(mu, nu);
        let [tau_x, tau_y] = self.temperature;
        let over = |potential: &[f64], tau: f64| potential.iter().map(|p| p / tau).collect::<Vec<f64>>();
        let best_y = tau_x * self.x.entropy(mu) + tau_y * self.y.log_integral(&over(&u, tau_y));
        let best_x = -tau_x * self.x.log_integral(&over(&v, -tau_x)) - tau_y * self.y.entropy(nu);
        best_y - best_x
    }

    /// `F(mu, nu)`.
    pub fn energy(&self, mu: &[f64], nu: &[f64]) -> f64 {
        let [v, _] = self.potentials(mu, nu);
        let coupling = self.x.integral(&v.iter().zip(mu).map(|(v, m)| v * m).collect::<Vec<_>>());
        coupling + self.temperature[0] * self.x.entropy(mu) - self.temperature[1] * self.y.entropy(nu)
    }

    /// `dF/dt = -int mu |grad(V + tau_x log mu)|^2 + eta int nu |grad(U - tau_y log nu)|^2`.
    pub fn energy_rate(&self, mu: &[f64], nu: &[f64]) -> f64 {
        let [v, u] = self.potentials(mu, nu);
        let work = |side: &Side, density: &[f64], potential: &[f64], tau: f64| {
            let total: Vec<f64> = potential.iter().zip(density).map(|(p, r)| p + tau * r.ln()).collect();
            let power = |axis: usize| {
                let slope = side.derivative(axis, &total);
                side.integral(&slope.iter().zip(density).map(|(s, r)| s * s * r).collect::<Vec<_>>())
            };
            (0..side.derivatives.len()).map(power).sum::<f64>()
        };
        self.timescale * work(&self.y, nu, &u, -self.temperature[1]) - work(&self.x, mu, &v, self.temperature[0])
    }
}

/// The cumulative function of the band-limited density through these node values, period 1.
struct Cumulative {
    /// `(m, a_m, b_m)` of `u = 1 + sum a_m cos 2 pi m x + b_m sin 2 pi m x`.
    modes: Vec<(f64, f64, f64)>,
}

impl Cumulative {
    fn new(values: &[f64]) -> Cumulative {
        let n = values.len();
        let mass = values.iter().sum::<f64>();
        let modes = (1..=(n - 1) / 2).map(|m| {
            let sum = |wave: fn(f64) -> f64| -> f64 {
                values.iter().enumerate().map(|(j, v)| v * wave(2.0 * PI * ((m * j) % n) as f64 / n as f64)).sum()
            };
            (m as f64, 2.0 * sum(f64::cos) / mass, 2.0 * sum(f64::sin) / mass)
        });
        Cumulative { modes: modes.filter(|(_, a, b)| a.hypot(*b) > 1e-17).collect() }
    }

    fn at(&self, x: f64) -> f64 {
        let wave = |&(m, a, b): &(f64, f64, f64)| {
            let k = 2.0 * PI * m;
            (a * (k * x).sin() + b * (1.0 - (k * x).cos())) / k
        };
        x + self.modes.iter().map(wave).sum::<f64>()
    }

    /// The quantile of level `s`, any real number, by bisection.
    fn quantile(&self, s: f64) -> f64 {
        let (mut low, mut high) = (s.floor(), s.floor() + 1.0);
        for _ in 0..52 {
            let middle = 0.5 * (low + high);
            if self.at(middle) < s { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }
}

/// W2 on the circle of period `period` between the densities through these node values on one grid:
/// `min_a int_0^1 (F^-1(s) - G^-1(s + a))^2 ds`, midpoint rule in `s`, golden section in `a`.
pub fn circle_distance(f: &[f64], g: &[f64], period: f64, levels: usize) -> f64 {
    let (f, g) = (Cumulative::new(f), Cumulative::new(g));
    let s: Vec<f64> = (0..levels).map(|i| (i as f64 + 0.5) / levels as f64).collect();
    let from: Vec<f64> = s.iter().map(|s| f.quantile(*s)).collect();
    let cost = |a: f64| s.iter().zip(&from).map(|(s, x)| (x - g.quantile(s + a)).powi(2)).sum::<f64>() / levels as f64;
    let golden = 0.5 * (5_f64.sqrt() - 1.0);
    let (mut low, mut high) = (-1.0, 1.0);
    let (mut left, mut right) = (high - golden * (high - low), low + golden * (high - low));
    let (mut cost_left, mut cost_right) = (cost(left), cost(right));
    for _ in 0..45 {
        if cost_left < cost_right {
            (high, right, cost_right) = (right, left, cost_left);
            left = high - golden * (high - low);
            cost_left = cost(left);
        } else {
            (low, left, cost_left) = (left, right, cost_right);
            right = low + golden * (high - low);
            cost_right = cost(right);
        }
    }
    cost_left.min(cost_right).sqrt() * period
}
