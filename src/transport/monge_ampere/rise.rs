//! Differences of a band-limited function over short ways, without cancellation:
//! `u(m + d) - u(m) = int_0^1 grad u(m + t d).d dt` by Gauss-Legendre quadrature.

/// Longest displacement, as phase `pi d / h` of the grid's finest mode, for the cancellation-free form.
const NEAR_PHASE: f64 = 0.34;

/// Nodes and weights of the Gauss-Legendre rules on `[0, 1]` with the phase up to which each leaves 1e-13: the error
/// of `m` nodes is `phase^(2m) (m!)^4 / ((2m + 1) ((2m)!)^3)`.
const GAUSS: [(f64, &[(f64, f64)]); 4] = [
    (1.5e-6, &[(0.5, 1.0)]),
    (4.5e-3, &[(0.211_324_865_405_187_1, 0.5), (0.788_675_134_594_812_9, 0.5)]),
    (2.4e-2, &[(0.112_701_665_379_258_31, 5.0 / 18.0), (0.5, 8.0 / 18.0), (0.887_298_334_620_741_7, 5.0 / 18.0)]),
    (
        NEAR_PHASE,
        &[
            (0.069_431_844_202_973_71, 0.173_927_422_568_726_93),
            (0.330_009_478_207_571_87, 0.326_072_577_431_273_07),
            (0.669_990_521_792_428_1, 0.326_072_577_431_273_07),
            (0.930_568_155_797_026_3, 0.173_927_422_568_726_93),
        ],
    ),
];

/// The rule for displacements up to this phase; none when they are too long.
pub fn near_rule(phase: f64) -> Option<&'static [(f64, f64)]> {
    GAUSS.iter().find(|(longest, _)| phase <= *longest).map(|(_, rule)| *rule)
}

/// `u(m + d) - u(m)` without cancellation, and the gradient at `m + d`.
pub fn rise(u: impl Fn([f64; 2]) -> (f64, [f64; 2]), m: [f64; 2], d: [f64; 2], rule: &[(f64, f64)]) -> (f64, [f64; 2]) {
    let mut sum = 0.0;
    for (t, weight) in rule {
        let (_, slope) = u([m[0] + t * d[0], m[1] + t * d[1]]);
        sum += weight * (slope[0] * d[0] + slope[1] * d[1]);
    }
    (sum, u([m[0] + d[0], m[1] + d[1]]).1)
}
