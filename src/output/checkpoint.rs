//! What the solver remembers, as bytes with a hash.
//!
//! ```text
//! slot     = length (u64) | hash (u64) | payload of that length | unused
//! payload  = time | snapshot_count | step_count | numbers | integers | texts
//! numbers  = count | count x ( name length | name | value count | values )
//! texts    = count | count x ( name length | name | byte count | UTF-8 )
//! ```
//!
//! Everything is little-endian, 8 bytes a number. The hash is FNV-1a of 64 bits over the sequence number and the
//! payload, taken in words of 8 bytes: it tells a torn slot from a whole one; it is no defence against intent.

use super::record::Diagnostics;
use std::collections::BTreeMap;

/// State of a run between two steps. Numbers are kept to the bit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checkpoint {
    /// Time reached.
    pub time: f64,
    /// Snapshots handed to the writer before.
    pub snapshot_count: u64,
    /// Accepted steps handed to the writer before.
    pub step_count: u64,
    /// Named arrays: state, multistep history, controller memory. All finite.
    pub numbers: BTreeMap<String, Vec<f64>>,
    /// Named counters, flags and generator states.
    pub integers: BTreeMap<String, Vec<u64>>,
    /// Named texts: what a summary tells at the end.
    pub texts: BTreeMap<String, String>,
}

/// Bytes before the payload of a slot.
pub(super) const SLOT_HEADER: usize = 16;

impl Checkpoint {
    /// The slot that holds this checkpoint.
    pub(super) fn encode(&self, sequence: u64) -> Vec<u8> {
        let mut bytes = vec![0; SLOT_HEADER];
        bytes.extend(self.time.to_bits().to_le_bytes());
        bytes.extend(self.snapshot_count.to_le_bytes());
        bytes.extend(self.step_count.to_le_bytes());
        encode_map(&mut bytes, &self.numbers, |value| value.to_bits());
        encode_map(&mut bytes, &self.integers, |value| *value);
        encode_texts(&mut bytes, &self.texts);
        let length = (bytes.len() - SLOT_HEADER) as u64;
        let hash = hash(sequence, &bytes[SLOT_HEADER..]);
        bytes[..8].copy_from_slice(&length.to_le_bytes());
        bytes[8..SLOT_HEADER].copy_from_slice(&hash.to_le_bytes());
        bytes
    }

    /// Bytes of the slot that begins like this, used part only.
    pub(super) fn slot_length(start: &[u8]) -> Option<usize> {
        let length = take_word(&mut &*start)?;
        usize::try_from(length).ok()?.checked_add(SLOT_HEADER)
    }

    /// The checkpoint in a slot, or `None` when the slot is torn, empty or of another sequence number.
    pub(super) fn decode(slot: &[u8], sequence: u64) -> Option<Checkpoint> {
        let mut bytes = slot;
        let length = usize::try_from(take_word(&mut bytes)?).ok()?;
        let expected = take_word(&mut bytes)?;
        let mut payload = bytes.get(..length)?;
        if hash(sequence, payload) != expected {
            return None;
        }
        let checkpoint = Checkpoint {
            time: f64::from_bits(take_word(&mut payload)?),
            snapshot_count: take_word(&mut payload)?,
            step_count: take_word(&mut payload)?,
            numbers: decode_map(&mut payload, f64::from_bits)?,
            integers: decode_map(&mut payload, |word| word)?,
            texts: decode_texts(&mut payload)?,
        };
        payload.is_empty().then_some(checkpoint)
    }
}

fn encode_map<T>(bytes: &mut Vec<u8>, map: &BTreeMap<String, Vec<T>>, word: impl Fn(&T) -> u64) {
    bytes.extend((map.len() as u64).to_le_bytes());
    for (name, values) in map {
        encode_text(bytes, name);
        bytes.extend((values.len() as u64).to_le_bytes());
        values.iter().for_each(|value| bytes.extend(word(value).to_le_bytes()));
    }
}

fn encode_texts(bytes: &mut Vec<u8>, texts: &BTreeMap<String, String>) {
    bytes.extend((texts.len() as u64).to_le_bytes());
    for (name, text) in texts {
        encode_text(bytes, name);
        encode_text(bytes, text);
    }
}

fn encode_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn decode_map<T>(bytes: &mut &[u8], value: impl Fn(u64) -> T) -> Option<BTreeMap<String, Vec<T>>> {
    let mut map = BTreeMap::new();
    for _ in 0..take_word(bytes)? {
        let name = take_text(bytes)?;
        let count = take_word(bytes)?;
        let words = take(bytes, count.checked_mul(8)?)?;
        let values = words.chunks_exact(8).map(|w| value(u64::from_le_bytes(w.try_into().expect("8 bytes"))));
        map.insert(name, values.collect());
    }
    Some(map)
}

fn decode_texts(bytes: &mut &[u8]) -> Option<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    for _ in 0..take_word(bytes)? {
        let name = take_text(bytes)?;
        texts.insert(name, take_text(bytes)?);
    }
    Some(texts)
}

fn take_text(bytes: &mut &[u8]) -> Option<String> {
    let length = take_word(bytes)?;
    String::from_utf8(take(bytes, length)?.to_vec()).ok()
}

fn take<'a>(bytes: &mut &'a [u8], count: u64) -> Option<&'a [u8]> {
    let (head, tail) = bytes.split_at_checked(usize::try_from(count).ok()?)?;
    *bytes = tail;
    Some(head)
}

fn take_word(bytes: &mut &[u8]) -> Option<u64> {
    take(bytes, 8).map(|word| u64::from_le_bytes(word.try_into().expect("8 bytes")))
}

/// One number for times and diagnostics, by which a file whose metadata are damaged is known: data have checksums of
/// their own, but a damaged description of a dataset can make HDF5 return fill values.
pub fn fingerprint(snapshots: &[(f64, Diagnostics)]) -> u64 {
    let words = snapshots.iter().flat_map(|(time, d)| std::iter::once(*time).chain(d.values()));
    let bytes: Vec<u8> = words.flat_map(|value| value.to_bits().to_le_bytes()).collect();
    hash(snapshots.len() as u64, &bytes)
}

/// A number that tells one text or file from others: FNV-1a of 64 bits, which nobody should take for a signature.
pub fn digest(bytes: &[u8]) -> u64 {
    hash(0, bytes)
}

/// FNV-1a over words instead of bytes: eight times as fast, and every bit still moves the result.
fn hash(sequence: u64, payload: &[u8]) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let mut state = (OFFSET ^ sequence).wrapping_mul(PRIME);
    for chunk in payload.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        // The rotation carries high bits down: a product alone only moves bits up.
        state = (state ^ u64::from_le_bytes(word)).wrapping_mul(PRIME).rotate_left(29);
    }
    state ^ payload.len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Checkpoint {
        let numbers = [("mu_hat", vec![1.0, -0.0, f64::MIN_POSITIVE, 5e-324]), ("ü", vec![])];
        let integers = [("rejected", vec![3, u64::MAX])];
        Checkpoint {
            time: 0.1 + 0.2,
            snapshot_count: 31,
            step_count: 1234,
            numbers: numbers.into_iter().map(|(name, values)| (name.to_string(), values)).collect(),
            integers: integers.into_iter().map(|(name, values)| (name.to_string(), values)).collect(),
            texts: [("note_0", "the grid grew"), ("note_1", "")].map(|(n, t)| (n.to_string(), t.to_string())).into(),
        }
    }

    #[test]
    fn a_checkpoint_comes_back_to_the_bit() {
        let mut slot = sample().encode(7);
        slot.extend([0xff; 100]);
        let back = Checkpoint::decode(&slot, 7).unwrap();
        assert_eq!(back, sample());
        assert!(back.numbers["mu_hat"][1].is_sign_negative());
    }

    #[test]
    fn every_changed_bit_and_every_lost_byte_is_seen() {
        let slot = sample().encode(7);
        assert_eq!(Checkpoint::decode(&slot, 8), None);
        for bit in 0..8 * slot.len() {
            let mut torn = slot.clone();
            torn[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Checkpoint::decode(&torn, 7), None, "bit {bit}");
        }
        for length in 0..slot.len() {
            assert_eq!(Checkpoint::decode(&slot[..length], 7), None, "length {length}");
            let mut torn = slot.clone();
            torn[length..].fill(0);
            let same = torn == slot;
            assert_eq!(Checkpoint::decode(&torn, 7).is_some(), same, "zeros from {length}");
        }
    }
}
