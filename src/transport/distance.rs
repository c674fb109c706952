//! What every solver of this room answers: a Wasserstein-2 distance with its error bar and the way it was found.

/// How a distance was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// The two densities are the same, bit for bit: the distance is 0 and nothing was computed.
    Identical,
    /// Circle, densities: Newton for the displacement `T(x) - x` at the nodes (near pairs).
    CircleDisplacement,
    /// Circle, densities: quadrature in `s = x + T(x)` (far pairs).
    CircleSymmetric,
    /// Torus of dimension 2, densities: Newton-Krylov for the periodic Monge-Ampere equation.
    PeriodicMongeAmpere,
}

impl std::fmt::Display for Method {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Method::Identical => "identical",
            Method::CircleDisplacement => "circle, displacement form",
            Method::CircleSymmetric => "circle, symmetric form",
            Method::PeriodicMongeAmpere => "periodic Monge-Ampere",
        })
    }
}

/// A Wasserstein-2 distance (not its square), in the unit of length of the torus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distance {
    /// The distance: finite, at least `+0.0`.
    pub value: f64,
    /// The true distance between the densities lies within `value - error` and `value + error`.
    pub error: f64,
    /// How it was computed.
    pub method: Method,
}

impl Distance {
    /// The distance of a density to itself: exactly 0.
    pub const ZERO: Distance = Distance { value: 0.0, error: 0.0, method: Method::Identical };
}
