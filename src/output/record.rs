//! What a run hands to the writer.

use super::OutputError;
use super::schema::{EIGENVALUE_ERROR, EIGENVALUES, RESIDUAL};

/// The state at one snapshot time, with its diagnostics.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Time.
    pub time: f64,
    /// Density of x at the nodes, row-major, integral 1. Must be finite.
    pub mu: Vec<f64>,
    /// Density of y at the nodes, row-major, integral 1. Must be finite.
    pub nu: Vec<f64>,
    /// One number for each diagnostic dataset.
    pub diagnostics: Diagnostics,
}

/// Leading eigenvalues of the linearisation at the equilibrium.
#[derive(Debug, Clone, PartialEq)]
pub struct EigenvalueRecord {
    /// Real and imaginary parts, leading first.
    pub eigenvalues: Vec<[f64; 2]>,
    /// Error of each, absolute.
    pub errors: Vec<f64>,
    /// Residual of each, absolute.
    pub residuals: Vec<f64>,
    /// Attributes of the group `spectrum` and of `spectrum/eigenvalues`: at least `gap`, `frequency`, `guaranteed_rate`.
    pub attributes: Vec<(&'static str, f64)>,
}

/// Declares [`Diagnostics`] from one list of `field, description`, so that fields, datasets and order can not part.
macro_rules! diagnostics {
    ($($field:ident: $description:literal,)*) => {
        /// One number for each diagnostic dataset of the file. Stored as they are: NaN means that a number could not
        /// be had.
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct Diagnostics {
            $(#[doc = $description] pub $field: f64,)*
        }

        impl Diagnostics {
            /// Dataset names and descriptions, in the order of [`Diagnostics::values`].
            pub const NAMES: [(&'static str, &'static str); Self::COUNT] =
                [$((stringify!($field), $description),)*];
            /// Number of diagnostic datasets.
            pub const COUNT: usize = [$($description,)*].len();
            /// All numbers NaN: nothing could be had.
            pub const UNKNOWN: Diagnostics = Diagnostics { $($field: f64::NAN,)* };

            /// The numbers in the order of [`Diagnostics::NAMES`].
            pub fn values(&self) -> [f64; Self::COUNT] {
                [$(self.$field,)*]
            }

            /// Numbers in the order of [`Diagnostics::NAMES`].
            pub fn from_values(values: [f64; Self::COUNT]) -> Diagnostics {
                let [$($field,)*] = values;
                Diagnostics { $($field,)* }
            }
        }
    };
}

diagnostics! {
    w2: "Wasserstein-2 distance to the equilibrium pair",
    w2_x: "Wasserstein-2 distance of mu to the equilibrium",
    w2_y: "Wasserstein-2 distance of nu to the equilibrium",
    w2_error: "error bar of w2",
    nikaido_isoda: "Nikaido-Isoda error (duality gap)",
    energy: "payoff and entropies, F(mu, nu)",
    kl_x: "Kullback-Leibler divergence KL(mu | mu*)",
    kl_y: "Kullback-Leibler divergence KL(nu | nu*)",
    mass_x: "integral of mu",
    mass_y: "integral of nu",
    min_x: "smallest node value of mu",
    min_y: "smallest node value of nu",
    tail_x: "spectral tail of mu",
    tail_y: "spectral tail of nu",
}

/// The equilibrium pair and what certifies it.
#[derive(Debug, Clone, PartialEq)]
pub struct EquilibriumRecord {
    /// mu* at the nodes, row-major, integral 1. Must be finite.
    pub mu: Vec<f64>,
    /// nu* at the nodes, row-major, integral 1. Must be finite.
    pub nu: Vec<f64>,
    /// Attributes of the group and of both datasets: at least `nikaido_isoda`, `residual`, `energy`.
    pub attributes: Vec<(String, f64)>,
}

/// One accepted time step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepRecord {
    /// Time at the end of the step. Must be finite.
    pub time: f64,
    /// Length of the step. Must be finite.
    pub step: f64,
    /// Estimated error of the step; NaN for schemes without an estimate.
    pub error: f64,
}

/// Refuses values that are not finite, naming the first; `index` makes a multi-index of a place in `values`.
pub(super) fn check_finite(
    dataset: &str,
    values: &[f64],
    index: impl Fn(usize) -> Vec<usize>,
    time: f64,
) -> Result<(), OutputError> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(place) => Err(OutputError::NotFinite {
            dataset: dataset.to_string(),
            index: index(place),
            value: values[place],
            time,
        }),
    }
}

impl EigenvalueRecord {
    /// Refuses rows that are not finite.
    pub(super) fn check_finite(&self) -> Result<(), OutputError> {
        let parts = |place: usize| vec![place / 2, place % 2];
        check_finite(EIGENVALUES.0, self.eigenvalues.as_flattened(), parts, f64::INFINITY)?;
        check_finite(EIGENVALUE_ERROR.0, &self.errors, |row| vec![row], f64::INFINITY)?;
        check_finite(RESIDUAL.0, &self.residuals, |row| vec![row], f64::INFINITY)
    }
}
