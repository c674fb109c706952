//! Damage to a good file, written as a script that a fuzzer can find.
//!
//! The first byte chooses the file. Then come orders of 6 bytes: what to do, a place (3 bytes, little-endian, modulo the length
//! of the file), how much, and a value.
//!
//! | order (modulo 6) | does |
//! |---|---|
//! | 0 | writes the value at the place |
//! | 1 | cuts the file there |
//! | 2 | writes `how much` times the value |
//! | 3 | copies `how much` bytes from the place `256 value` |
//! | 4 | writes the 8 bytes of a large number, `value` low bits less than `2^(how much)` |
//! | 5 | turns over the bits of the value |

use super::originals::Original;

/// Most orders of a script.
const MOST_ORDERS: usize = 64;

/// The number of the file that a script damages, and what is left of it.
pub fn damaged<'a>(originals: &'a [Original], script: &[u8]) -> Option<(&'a Original, Vec<u8>)> {
    let (first, rest) = script.split_first()?;
    let original = &originals[usize::from(*first) % originals.len()];
    let mut bytes = original.bytes.clone();
    for order in rest.as_chunks::<6>().0.iter().take(MOST_ORDERS) {
        if bytes.is_empty() {
            break;
        }
        let [what, a, b, c, count, value] = *order;
        let place = u32::from_le_bytes([a, b, c, 0]) as usize % bytes.len();
        let end = (place + usize::from(count)).min(bytes.len());
        match what % 6 {
            0 => bytes[place] = value,
            1 => bytes.truncate(place),
            2 => bytes[place..end].fill(value),
            3 => {
                let source = (256 * usize::from(value)) % bytes.len();
                let length = (end - place).min(bytes.len() - source);
                bytes.copy_within(source..source + length, place);
            }
            4 => {
                let number = (1u64 << (count % 64)).wrapping_sub(u64::from(value)).to_le_bytes();
                let end = (place + 8).min(bytes.len());
                bytes[place..end].copy_from_slice(&number[..end - place]);
            }
            _ => bytes[place] ^= value,
        }
    }
    Some((original, bytes))
}
