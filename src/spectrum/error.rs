//! Why there is no spectrum to report.

/// What can go wrong between an equilibrium and its spectrum.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SpectrumError {
    /// The preconditioner of a generator in two dimensions could not be factorised.
    #[error("the finite-volume generator of the equilibrium density cannot be factorised: {reason}")]
    Singular {
        /// What the factorisation said.
        reason: String,
    },
    /// A solve with the generator did not reach rounding.
    #[error("a solve with the generator of the equilibrium density stopped at the relative residual {residual:.1e}")]
    Inverse {
        /// Residual over right-hand side.
        residual: f64,
    },
    /// The gap cannot be told from rounding.
    #[error(
        "the spectral gap is below resolution: the smallest singular value of the Witten factor is {smallest:.1e} of the \
         largest, and rounding is 1e-12; raise the temperature"
    )]
    BelowResolution {
        /// Smallest over largest singular value.
        smallest: f64,
    },
    /// The leading eigenvalues did not converge.
    #[error("only {found} of {wanted} leading eigenvalues converged within {vectors} Krylov vectors")]
    NotConverged {
        /// Converged.
        found: usize,
        /// Asked for.
        wanted: usize,
        /// Vectors used.
        vectors: usize,
    },
}
