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
mod frame;
mod histogram;
mod measure;
mod monge_ampere;
mod network_simplex;
mod plane;
mod reading;
mod semi_discrete;
#[cfg(test)]
mod test_random;

pub use circle::{
    CircleDistance, CircleParcel, CirclePlan, CircleSemiDiscrete, LineSemiDiscrete, circle_distance, circle_plan,
};
pub use cloud::Cloud;
pub(crate) use cloud::normalised;
pub use distance::{Distance, Method};
pub use error::TransportError;
pub use histogram::Histogram;
pub use measure::Measure;
pub use monge_ampere::{Effort, MongeAmpere, Potential, TransportMap};
pub use network_simplex::{DiscreteTransport, Shipment, SimplexEffort};
pub use plane::{PlaneDistance, PlaneSemiDiscrete};
pub use reading::Reading;
pub use semi_discrete::{Cells, SemiDiscrete, SemiDiscreteEffort};
