//! What a user types for a cloud, and where its arrays are.
//!
//! ```text
//! FILE.h5          /particles/x, /particles/y and /time; weights in /particles/x_weight, /particles/y_weight
//! FILE.npz         x, y and times (or time); weights in x_weight, y_weight
//! x=FILE,y=FILE    one array each (or of one player only): npy, text, FILE.npz:name, FILE.h5:/dataset
//! ```

use super::ValidationError;
use crate::array_file::{ArrayAddress, FileFormat};
use crate::game::Player;
use std::path::Path;

/// Where a cloud comes from.
#[derive(Debug, Clone, Copy)]
pub enum CloudSource<'a> {
    /// As typed.
    Typed(&'a str),
    /// Arrays in memory.
    Arrays(&'a CloudArrays),
}

/// A cloud in memory.
#[derive(Debug, Clone)]
pub struct CloudArrays {
    /// What it goes by in messages.
    pub name: String,
    /// Points of each player, if there are any.
    pub points: [Option<ArrayAddress>; 2],
    /// Weights of each player's points, if they have any.
    pub weights: [Option<ArrayAddress>; 2],
    /// Times of the leading axis.
    pub times: Option<ArrayAddress>,
}

impl<'a> CloudSource<'a> {
    /// What it goes by in messages.
    pub fn name(&self) -> &'a str {
        match self {
            CloudSource::Typed(word) => word,
            CloudSource::Arrays(arrays) => &arrays.name,
        }
    }

    pub(super) fn resolve(&self) -> Result<Operand, ValidationError> {
        match self {
            CloudSource::Typed(word) => Operand::parse(word),
            CloudSource::Arrays(arrays) => {
                let CloudArrays { points, weights, times, .. } = (*arrays).clone();
                Ok(Operand { points, weights, times, has_rows: false })
            }
        }
    }
}

/// The arrays of a cloud.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operand {
    /// Points of each player, if there are any.
    pub points: [Option<ArrayAddress>; 2],
    /// Weights of each player's points, if they have any.
    pub weights: [Option<ArrayAddress>; 2],
    /// Times of the leading axis.
    pub times: Option<ArrayAddress>,
    /// Whether rows can be read one by one: an HDF5 file whose times are `/time`.
    pub has_rows: bool,
}

impl Operand {
    /// Takes a word apart, and looks into the file it names.
    pub fn parse(word: &str) -> Result<Operand, ValidationError> {
        if !Path::new(word).exists()
            && let Some(points) = named(word)?
        {
            return Ok(Operand { points, weights: [None, None], times: None, has_rows: false });
        }
        let path = Path::new(word);
        let member = |name: &str| ArrayAddress { name: Some(name.to_owned()), ..ArrayAddress::whole(path) };
        let first_of = |names: &[&str]| names.iter().map(|name| member(name)).find(ArrayAddress::is_member);
        let operand = match FileFormat::of(path)? {
            FileFormat::Hdf5 if member("checkpoint/game").is_member() && member("mu").is_member() => {
                return Err(ValidationError::input(
                    word,
                    "is the file of a run, not of a cloud; it belongs after --against",
                ));
            }
            FileFormat::Hdf5 => Operand {
                points: Player::BOTH.map(|player| first_of(&[&format!("particles/{}", player.letter())])),
                weights: Player::BOTH.map(|player| first_of(&[&format!("particles/{}_weight", player.letter())])),
                times: first_of(&["time", "times"]),
                has_rows: member("time").is_member(),
            },
            FileFormat::Npz => Operand {
                points: Player::BOTH.map(|player| first_of(&[player.letter()])),
                weights: Player::BOTH.map(|player| first_of(&[&format!("{}_weight", player.letter())])),
                times: first_of(&["times", "time"]),
                has_rows: false,
            },
            FileFormat::Npy | FileFormat::Text => {
                return Err(ValidationError::input(
                    word,
                    format!("holds one array; say whose points it holds: x={word} or y={word}"),
                ));
            }
        };
        if operand.points.iter().all(Option::is_none) {
            let message = "holds no points: expected /particles/x and /particles/y in an HDF5 file, x and y in an npz \
                           file, or x=FILE:name,y=FILE:name";
            return Err(ValidationError::input(word, message));
        }
        Ok(operand)
    }
}

/// The addresses of `x=..,y=..` in either order, or of one of them.
fn named(word: &str) -> Result<Option<[Option<ArrayAddress>; 2]>, ValidationError> {
    let letter = |text: &str| match text.get(..2) {
        Some("x=") => Some(Player::X),
        Some("y=") => Some(Player::Y),
        _ => None,
    };
    let Some(first) = letter(word) else { return Ok(None) };
    let separator = format!(",{}=", first.opponent().letter());
    let (own, other) = match word[2..].split_once(&separator) {
        Some((own, other)) => (own, Some(other)),
        None => (&word[2..], None),
    };
    let address = |player: Player, text: &str| {
        if text.is_empty() {
            return Err(ValidationError::input(word, format!("a file is missing after {}=", player.letter())));
        }
        Ok(ArrayAddress::parse(text))
    };
    let mut points = [None, None];
    points[first.index()] = Some(address(first, own)?);
    if let Some(other) = other {
        points[first.opponent().index()] = Some(address(first.opponent(), other)?);
    }
    Ok(Some(points))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_the_files_of_one_or_both_players() {
        let path = |address: &Option<ArrayAddress>| address.as_ref().map(|a| a.path.display().to_string());
        let both = |word: &str| named(word).unwrap().map(|points| [path(&points[0]), path(&points[1])]);
        let text = |name: &str| Some(name.to_owned());
        assert_eq!(both("x=a.npy,y=b.npy"), Some([text("a.npy"), text("b.npy")]));
        assert_eq!(both("y=b.npy,x=a,c.npy"), Some([text("a,c.npy"), text("b.npy")]));
        assert_eq!(both("y=b.npy"), Some([None, text("b.npy")]));
        assert_eq!(both("cloud.npz"), None);
        assert!(named("x=").is_err() && named("x=a.npy,y=").is_err());
    }
}
