//! `phi(s) = (s^q - s)/(q - 1)`: Tsallis, `q > 0`, `q != 1`; the entropy is the limit `q -> 1`. `P(s) = s^q`.
//!
//! ```text
//! phi'(s) = (q s^(q-1) - 1)/(q - 1),     best response ([1 + (q-1)(c - V)/tau]_+ / q)^(1/(q-1))
//! ```
//!
//! For `q > 1` it has a compact support where `tau` is small; for `q < 1` it is positive, with power laws. All powers are
//! written with `expm1` and `log1p` of `(q - 1) log s`, so that nothing cancels as `q -> 1`.

use super::{ConvexFunction, SERIES_LIMIT, larger_and_log_ratio, series};

/// The function `(s^q - s)/(q - 1)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tsallis {
    q: f64,
}

impl Tsallis {
    /// With this exponent.
    ///
    /// # Panics
    /// Unless `q` is positive, finite and not 1.
    #[track_caller]
    pub fn new(q: f64) -> Tsallis {
        assert!(q.is_finite() && q > 0.0 && q != 1.0, "q is positive and not 1, got {q}");
        Tsallis { q }
    }

    /// The exponent.
    pub fn q(&self) -> f64 {
        self.q
    }
}

impl ConvexFunction for Tsallis {
    fn value(&self, s: f64) -> f64 {
        if s <= 0.0 {
            return 0.0;
        }
        s * ((self.q - 1.0) * s.ln()).exp_m1() / (self.q - 1.0)
    }

    fn slope(&self, s: f64) -> f64 {
        if s <= 0.0 {
            return if self.q > 1.0 { -1.0 / (self.q - 1.0) } else { f64::NEG_INFINITY };
        }
        self.q * ((self.q - 1.0) * s.ln()).exp_m1() / (self.q - 1.0) + 1.0
    }

    fn compliance(&self, s: f64) -> f64 {
        s.powf(2.0 - self.q) / self.q
    }

    fn pressure_slope(&self, s: f64) -> f64 {
        self.q * s.powf(self.q - 1.0)
    }

    fn tilt(&self, s: f64) -> f64 {
        (2.0 - self.q) / self.q * s.powf(1.0 - self.q)
    }

    fn lower(&self, peak: f64, drop: f64) -> f64 {
        // s^(q-1) = peak^(q-1) (1 + change)
        let change = -(self.q - 1.0) * drop / self.pressure_slope(peak);
        if change <= -1.0 { 0.0 } else { peak * (change.ln_1p() / (self.q - 1.0)).exp() }
    }

    fn drop_to_vacuum(&self, s: f64) -> Option<f64> {
        (self.q > 1.0).then(|| self.pressure_slope(s) / (self.q - 1.0))
    }

    fn divergence(&self, r: f64, b: f64) -> f64 {
        let q = self.q;
        if b <= 0.0 {
            return if q > 1.0 { r.powf(q) / (q - 1.0) } else { f64::INFINITY };
        }
        if r <= 0.0 {
            return b.powf(q);
        }
        let e = (r - b) / b;
        if e.abs() < SERIES_LIMIT {
            return b.powf(q) * series(e, 0.5 * q, |k| (q - k) / (k + 1.0));
        }
        // b^(q-1) (r expm1((q-1) log(r/b))/(q-1) - (r - b))
        let power = ((q - 1.0) * (r / b).ln()).exp_m1() / (q - 1.0);
        (b.powf(q - 1.0) * (r * power - (r - b))).max(0.0)
    }

    fn chord_diffusivity(&self, a: f64, b: f64) -> f64 {
        if a <= 0.0 || b <= 0.0 {
            return a.max(b).powf(self.q - 1.0);
        }
        let (a, z) = larger_and_log_ratio(a, b);
        a.powf(self.q - 1.0) * if z == 0.0 { self.q } else { (self.q * z).exp_m1() / z.exp_m1() }
    }

    fn mobility(&self, a: f64, b: f64) -> f64 {
        let q = self.q;
        if a <= 0.0 || b <= 0.0 {
            return if q > 1.0 { (q - 1.0) / q * a.max(b) } else { 0.0 };
        }
        let (a, z) = larger_and_log_ratio(a, b);
        if z == 0.0 { a } else { a * (q - 1.0) / q * (q * z).exp_m1() / ((q - 1.0) * z).exp_m1() }
    }
}
