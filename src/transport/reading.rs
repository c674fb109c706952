//! How the values of a grid are read as a measure.

use super::TransportError;
use std::str::FromStr;

/// What the node values of a grid stand for. Node `i` of an axis is at `origin + i L / n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reading {
    /// The density is the trigonometric polynomial through the values.
    #[default]
    BandLimited,
    /// The density is constant on cells of width `h = L / n` centred at the nodes, `[x_i - h/2, x_i + h/2)`: the value
    /// at a node is the midpoint value of its cell, and the mean stays where the nodes put it.
    Constant,
    /// A point mass at every node.
    Nodes,
}

impl Reading {
    /// All readings, in the order in which they are documented.
    pub const ALL: [Reading; 3] = [Reading::BandLimited, Reading::Constant, Reading::Nodes];

    /// The name a user types.
    pub fn name(self) -> &'static str {
        match self {
            Reading::BandLimited => "band-limited",
            Reading::Constant => "constant",
            Reading::Nodes => "nodes",
        }
    }
}

impl std::fmt::Display for Reading {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Reading {
    type Err = TransportError;

    /// The reading of this name.
    ///
    /// # Errors
    /// [`TransportError::Reading`] with the names there are.
    fn from_str(name: &str) -> Result<Reading, TransportError> {
        let found = Reading::ALL.into_iter().find(|reading| reading.name() == name);
        found.ok_or_else(|| TransportError::Reading { got: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_and_another_is_refused_with_the_names_there_are() {
        for reading in Reading::ALL {
            assert_eq!(reading.to_string().parse(), Ok(reading));
        }
        let error = "histogram".parse::<Reading>().unwrap_err().to_string();
        for part in ["histogram", "band-limited", "constant", "nodes"] {
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(Reading::default(), Reading::BandLimited);
    }
}
