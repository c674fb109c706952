//! Exact Wasserstein-2 distances on flat tori, with error bars. This room knows nothing of games.
//!
//! ```text
//! W2^2(mu, nu) = min over couplings of mu and nu of int d(x, y)^2 d(coupling),   d the geodesic distance of the torus.
//! ```
//!
//! On a product of tori squared distances add: `W2^2((mu, nu), (mu', nu')) = W2^2(mu, mu') + W2^2(nu, nu')`.

mod circle;
mod cloud;
mod distance;
mod error;
mod histogram;
mod monge_ampere;
mod network_simplex;

pub use circle::CircleDistance;
pub use cloud::Cloud;
pub use distance::{Distance, Method};
pub use error::TransportError;
pub use histogram::Histogram;
pub use monge_ampere::{Effort, MongeAmpere, Potential};
pub use network_simplex::{DiscreteTransport, Shipment, SimplexEffort};
