//! The two players.

/// One of the two players: `X` minimises, `Y` maximises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Player {
    /// The minimising player, with density `mu(x)` and potential `V[nu]`.
    X,
    /// The maximising player, with density `nu(y)` and potential `U[mu]`.
    Y,
}

impl Player {
    /// Both players, in the order in which pairs of arrays hold them.
    pub const BOTH: [Player; 2] = [Player::X, Player::Y];

    /// Position in a pair of arrays: 0 for `X`, 1 for `Y`.
    pub fn index(self) -> usize {
        match self {
            Player::X => 0,
            Player::Y => 1,
        }
    }

    /// The other player.
    pub fn opponent(self) -> Player {
        match self {
            Player::X => Player::Y,
            Player::Y => Player::X,
        }
    }

    /// `mu` or `nu`, as in names of datasets.
    pub fn density(self) -> &'static str {
        match self {
            Player::X => "mu",
            Player::Y => "nu",
        }
    }

    /// `x` or `y`, as in key and dataset names.
    pub fn letter(self) -> &'static str {
        match self {
            Player::X => "x",
            Player::Y => "y",
        }
    }
}
