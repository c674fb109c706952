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
    /// Plane, densities that are almost empty at the ends of their box: Newton for the dual potential in splines.
    Plane,
    /// Circle, point masses against point masses: the exact shift of the sorted points.
    CircleAtoms,
    /// Circle, point masses or cells against a band-limited density: every cell by quadrature to rounding.
    CircleSemiDiscrete,
    /// Circle, cells of constant density against cells or point masses: every straight stretch in closed form.
    CirclePieces,
    /// Line, point masses against a band-limited density: every cell by quadrature to rounding.
    Line,
    /// Plane, point masses against a density in a box: the semi-discrete solver on a torus so large that nothing wraps.
    PlaneSemiDiscrete,
    /// Torus of dimension 2, point masses against point masses (clouds or grids): network simplex in integers.
    NetworkSimplex,
    /// Torus of dimension 2, point masses against a density: damped Newton on the weights of the power diagram.
    SemiDiscrete,
}

impl std::fmt::Display for Method {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Method::Identical => "identical",
            Method::CircleDisplacement => "circle, displacement form",
            Method::CircleSymmetric => "circle, symmetric form",
            Method::PeriodicMongeAmpere => "periodic Monge-Ampere",
            Method::Plane => "plane, dual potential",
            Method::CircleAtoms => "circle, atoms",
            Method::CircleSemiDiscrete => "circle, semi-discrete",
            Method::CirclePieces => "circle, constant cells",
            Method::Line => "line, semi-discrete",
            Method::PlaneSemiDiscrete => "plane, semi-discrete",
            Method::NetworkSimplex => "network simplex",
            Method::SemiDiscrete => "semi-discrete",
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
    /// Value of the primal problem minus value of the dual one, in squared length, where the method has both (network
    /// simplex: exactly 0 when optimal; semi-discrete): `value^2 - gap <= W2^2 <= value^2` up to rounding.
    pub gap: Option<f64>,
}

impl Distance {
    /// The distance of a density to itself: exactly 0.
    pub const ZERO: Distance = Distance { value: 0.0, error: 0.0, method: Method::Identical, gap: None };

    /// The same with a bar that holds measures up to `reach` away from those that were compared.
    pub fn holding(self, reach: f64) -> Distance {
        Distance { error: self.error + reach, ..self }
    }
}
