//! Gauss-Legendre rules on `[0, 1]` and their error on waves.

/// A rule with `q` nodes, exact for polynomials of degree `2 q - 1`.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// `(node, weight)`, weights of sum 1.
    pub points: Vec<(f64, f64)>,
}

impl Rule {
    /// The rule with `q` nodes: roots of the Legendre polynomial by Newton's method from the Chebyshev-like guess.
    pub fn new(q: usize) -> Rule {
        let n = q as f64;
        let mut points = Vec::with_capacity(q);
        for i in 0..q {
            let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n + 0.5)).cos();
            let mut slope = 0.0;
            for _ in 0..8 {
                let (value, derivative) = legendre(q, x);
                slope = derivative;
                x -= value / derivative;
            }
            points.push(((1.0 - x) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope)));
        }
        Rule { points }
    }

    /// Bound on the error for a wave of unit size whose phase turns by `phase` over the interval:
    /// `phase^(2q) (q!)^4 / ((2q+1) ((2q)!)^3)`, and never more than 2.
    pub fn error_on_wave(&self, phase: f64) -> f64 {
        let q = self.points.len();
        let mut factor = 1.0 / (2.0 * q as f64 + 1.0);
        // (q!)^4 / ((2q)!)^3 phase^(2q), factor by factor, so that nothing overflows.
        for j in 1..=q {
            let (j, m) = (j as f64, (q + j) as f64);
            factor *= phase * phase * j / (m * m * m);
        }
        factor.min(2.0)
    }
}

/// Value and derivative of the Legendre polynomial of degree `q`.
fn legendre(q: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for j in 2..=q {
        let j = j as f64;
        (before, value) = (value, ((2.0 * j - 1.0) * x * value - (j - 1.0) * before) / j);
    }
    (value, q as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_exact_up_to_its_degree_and_keeps_its_bound_on_waves() {
        for q in 2..10 {
            let rule = Rule::new(q);
            for degree in 0..2 * q {
                let sum: f64 = rule.points.iter().map(|(x, w)| w * x.powi(degree as i32)).sum();
                assert!((sum * (degree + 1) as f64 - 1.0).abs() < 1e-14, "{q} nodes, degree {degree}: {sum}");
            }
            for phase in [0.5, 1.0, 2.0] {
                let sum: f64 = rule.points.iter().map(|(x, w)| w * (phase * x).cos()).sum();
                let error = (sum - f64::sin(phase) / phase).abs();
                assert!(error <= rule.error_on_wave(phase) + 1e-15, "{q} nodes, phase {phase}: {error:e}");
            }
            // Not a bound of another size: the cosine reaches a fair part of it.
            let sum: f64 = Rule::new(2).points.iter().map(|(x, w)| w * x.cos()).sum();
            assert!((sum - 1f64.sin()).abs() > 0.5 * Rule::new(2).error_on_wave(1.0));
        }
    }
}
