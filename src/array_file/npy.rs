//! The npy format of numpy: `\x93NUMPY`, version, length of the header, a Python dictionary, the values.
//!
//! Reference: numpy.lib.format, versions 1.0 (length of 2 bytes), 2.0 and 3.0 (4 bytes; UTF-8). Read here: integers of 1 to 8
//! bytes and floats of 4 and 8 bytes, little- or big-endian, in C or Fortran order.

use super::{ArrayError, NumericArray, checked_count};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// The first bytes.
pub(super) const MAGIC: [u8; 6] = *b"\x93NUMPY";
/// Longest header that is read; numpy itself stops at 10000 bytes.
const MOST_HEADER_BYTES: usize = 1 << 16;
/// Bytes read at a time.
const BLOCK: usize = 1 << 16;

/// Reads an npy file.
pub(super) fn read_file(path: &Path) -> Result<NumericArray, ArrayError> {
    let file = File::open(path).map_err(|error| ArrayError::read(path, error))?;
    let bytes = file.metadata().map_err(|error| ArrayError::read(path, error))?.len();
    read(path, BufReader::new(file), bytes)
}

/// Reads an array from a stream of `bytes` bytes that belongs to `path`.
pub(super) fn read(path: &Path, mut stream: impl Read, bytes: u64) -> Result<NumericArray, ArrayError> {
    let (text, length) = header(path, &mut stream)?;
    let header = Header::parse(&text).map_err(|reason| ArrayError::format(path, reason))?;
    let count = checked_count(path, &header.shape)?;
    let announced = (count * header.element.size) as u64;
    let there = bytes.saturating_sub(length as u64);
    if announced > there {
        return Err(ArrayError::Short { path: path.into(), shape: header.shape, announced, there });
    }
    let values = decode(&mut stream, count, header.element).map_err(|error| ArrayError::read(path, error))?;
    let values = if header.fortran_order { row_major(&values, &header.shape) } else { values };
    // A number is an array of one value.
    let shape = if header.shape.is_empty() { vec![1] } else { header.shape };
    let rounding = if header.element.is_single() { f64::from(f32::EPSILON) } else { f64::EPSILON };
    Ok(NumericArray { shape, values, rounding })
}

/// The dictionary, and the bytes up to the values.
fn header(path: &Path, stream: &mut impl Read) -> Result<(String, usize), ArrayError> {
    let cut = |_| ArrayError::format(path, "its npy header is cut off");
    let mut start = [0; 8];
    stream.read_exact(&mut start).map_err(cut)?;
    if start[..6] != MAGIC {
        return Err(ArrayError::format(path, "it is not an npy file"));
    }
    let (length, before) = match start[6] {
        1 => {
            let mut length = [0; 2];
            stream.read_exact(&mut length).map_err(cut)?;
            (usize::from(u16::from_le_bytes(length)), 10)
        }
        2 | 3 => {
            let mut length = [0; 4];
            stream.read_exact(&mut length).map_err(cut)?;
            (u32::from_le_bytes(length) as usize, 12)
        }
        version => {
            let reason = format!("npy version {version}.{} is unknown; 1.0, 2.0 and 3.0 are read", start[7]);
            return Err(ArrayError::format(path, reason));
        }
    };
    if length > MOST_HEADER_BYTES {
        let reason = format!("its npy header has {length} bytes; at most {MOST_HEADER_BYTES} are read");
        return Err(ArrayError::format(path, reason));
    }
    let mut text = vec![0; length];
    stream.read_exact(&mut text).map_err(cut)?;
    Ok((String::from_utf8_lossy(&text).into_owned(), before + length))
}

/// What the dictionary says.
#[derive(Debug, PartialEq)]
struct Header {
    element: Element,
    fortran_order: bool,
    shape: Vec<usize>,
}

impl Header {
    /// Parses `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }`, keys in any order.
    fn parse(text: &str) -> Result<Header, String> {
        let value = |key: &str| {
            let at = [format!("'{key}'"), format!("\"{key}\"")].iter().find_map(|key| text.split_once(key.as_str()));
            let value = at.and_then(|(_, rest)| rest.trim_start().strip_prefix(':'));
            value.map(str::trim_start).ok_or_else(|| format!("its npy header has no '{key}'"))
        };
        let fortran_order = match value("fortran_order")? {
            rest if rest.starts_with("False") => false,
            rest if rest.starts_with("True") => true,
            _ => return Err("its npy header has a 'fortran_order' that is neither True nor False".into()),
        };
        Ok(Header { element: Element::parse(value("descr")?)?, fortran_order, shape: parse_shape(value("shape")?)? })
    }
}

/// A tuple of lengths; those too large for a `usize` count as the largest one.
fn parse_shape(text: &str) -> Result<Vec<usize>, String> {
    let tuple = text.strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(tuple, _)| tuple);
    let numbers = tuple.map(|tuple| tuple.split(',').map(str::trim).filter(|number| !number.is_empty()));
    let parse = |number: &str| {
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| number.parse().unwrap_or(usize::MAX))
    };
    let shape = numbers.and_then(|numbers| numbers.map(parse).collect::<Option<Vec<usize>>>());
    shape.ok_or_else(|| "its npy header has a 'shape' that is no tuple of lengths".into())
}

/// Kind of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Float,
    Signed,
    Unsigned,
}

/// How one number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Element {
    kind: Kind,
    size: usize,
    big_endian: bool,
}

impl Element {
    const DOUBLE: Element = Element { kind: Kind::Float, size: 8, big_endian: false };

    /// Parses the beginning of `'<f8'`.
    fn parse(text: &str) -> Result<Element, String> {
        let quoted = text.strip_prefix(['\'', '"']).and_then(|rest| rest.split(['\'', '"']).next());
        let refuse = |found: &str| {
            let hint = if found.contains('O') { "; objects are never unpickled" } else { "" };
            format!("expected real numbers (dtype f4, f8, or an integer type), got dtype {found}{hint}")
        };
        let Some(name) = quoted else { return Err(refuse("with fields")) };
        let mut characters = name.chars();
        let (order, kind) = (characters.next().unwrap_or(' '), characters.next().unwrap_or(' '));
        let size: usize = characters.as_str().parse().unwrap_or(0);
        let kind = match kind {
            'f' if matches!(size, 4 | 8) => Kind::Float,
            'i' if matches!(size, 1 | 2 | 4 | 8) => Kind::Signed,
            'u' if matches!(size, 1 | 2 | 4 | 8) => Kind::Unsigned,
            _ => return Err(refuse(name)),
        };
        match order {
            '<' | '>' | '|' | '=' => Ok(Element { kind, size, big_endian: order == '>' }),
            _ => Err(refuse(name)),
        }
    }

    fn is_single(self) -> bool {
        (self.kind, self.size) == (Kind::Float, 4)
    }

    /// The number in `bytes`, whose length is [`Element::size`].
    fn value(self, bytes: &[u8]) -> f64 {
        let mut word = [0; 8];
        if self.big_endian {
            word[..self.size].iter_mut().zip(bytes.iter().rev()).for_each(|(to, from)| *to = *from);
        } else {
            word[..self.size].copy_from_slice(bytes);
        }
        let unsigned = u64::from_le_bytes(word);
        let unused = 64 - 8 * self.size as u32;
        match self.kind {
            Kind::Float if self.size == 4 => f64::from(f32::from_bits(unsigned as u32)),
            Kind::Float => f64::from_bits(unsigned),
            Kind::Signed => (((unsigned << unused) as i64) >> unused) as f64,
            Kind::Unsigned => unsigned as f64,
        }
    }
}

fn decode(stream: &mut impl Read, count: usize, element: Element) -> std::io::Result<Vec<f64>> {
    let mut values = Vec::with_capacity(count);
    let mut block = vec![0; BLOCK];
    while values.len() < count {
        let bytes = (element.size * (count - values.len())).min(BLOCK);
        stream.read_exact(&mut block[..bytes])?;
        let block = &block[..bytes];
        if element == Element::DOUBLE {
            // As `value` does, many times as fast.
            values.extend(block.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)));
        } else {
            values.extend(block.chunks_exact(element.size).map(|bytes| element.value(bytes)));
        }
    }
    Ok(values)
}

/// Values in Fortran order (first index fastest) as row-major ones.
fn row_major(values: &[f64], shape: &[usize]) -> Vec<f64> {
    let reversed: Vec<usize> = shape.iter().rev().copied().collect();
    let view = ndarray::ArrayView::from_shape(reversed, values).expect("one value for each index");
    view.reversed_axes().iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_numpy_are_understood_and_others_refused() {
        let parse = |text: &str| Header::parse(text);
        let header = parse("{'descr': '>f4', 'fortran_order': True, 'shape': (3, 2), }").unwrap();
        let element = Element { kind: Kind::Float, size: 4, big_endian: true };
        assert_eq!(header, Header { element, fortran_order: true, shape: vec![3, 2] });
        assert_eq!(parse("{'shape': (7,), 'fortran_order': False, 'descr': '|u1'}").unwrap().shape, [7]);
        let huge = parse("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999999, 2)}").unwrap();
        assert_eq!(huge.shape, [usize::MAX, 2]);
        for (bad, word) in [
            ("{'descr': '<f8', 'shape': (2,)}", "fortran_order"),
            ("{'descr': '<f8', 'fortran_order': 1, 'shape': (2,)}", "True nor False"),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (-2,)}", "tuple of lengths"),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': 2}", "tuple of lengths"),
            ("{'descr': '|O', 'fortran_order': False, 'shape': (2,)}", "unpickled"),
            ("{'descr': '<c16', 'fortran_order': False, 'shape': (2,)}", "<c16"),
            ("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (2,)}", "with fields"),
            ("", "fortran_order"),
        ] {
            let reason = parse(bad).unwrap_err();
            assert!(reason.contains(word), "{bad}: {reason}");
        }
    }

    #[test]
    fn numbers_of_every_type_keep_their_value() {
        let value = |descr: &str, bytes: &[u8]| Element::parse(&format!("'{descr}'")).unwrap().value(bytes);
        assert_eq!(value("<f8", &(-0.1_f64).to_le_bytes()), -0.1);
        assert_eq!(value(">f8", &(-0.1_f64).to_be_bytes()), -0.1);
        assert_eq!(value(">f4", &1.5_f32.to_be_bytes()), 1.5);
        assert_eq!(value("|i1", &[0x80]), -128.0);
        assert_eq!(value(">i2", &(-3_i16).to_be_bytes()), -3.0);
        assert_eq!(value("<i8", &(-5_i64).to_le_bytes()), -5.0);
        assert_eq!(value("<u4", &u32::MAX.to_le_bytes()), 4_294_967_295.0);
    }

    #[test]
    fn an_empty_axis_hides_no_others_that_are_too_long() {
        for (order, shape, word) in [
            ("True", "(0, 100000000000, 1000000000000)", "is empty"),
            ("False", "(99999999999, 0, 99999999999)", "is empty"),
            ("True", "(99999999999, 99999999999)", "allowed"),
        ] {
            let text = format!("{{'descr': '<f8', 'fortran_order': {order}, 'shape': {shape}, }}");
            let length = (text.len() as u16).to_le_bytes();
            let bytes = [&MAGIC[..], &[1, 0], &length, text.as_bytes()].concat();
            let error = read(Path::new("a.npy"), bytes.as_slice(), bytes.len() as u64).unwrap_err().to_string();
            assert!(error.contains(word), "{shape}: {error}");
        }
    }

    #[test]
    fn long_arrays_are_decoded_block_by_block_number_by_number() {
        let values: Vec<f64> = (0..3 * BLOCK / 8 + 5).map(|i| (i as f64).sqrt() - 40.0).collect();
        let little: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        let big: Vec<u8> = values.iter().flat_map(|x| x.to_be_bytes()).collect();
        for (descr, bytes) in [("'<f8'", little), ("'>f8'", big)] {
            let element = Element::parse(descr).unwrap();
            assert_eq!(decode(&mut bytes.as_slice(), values.len(), element).unwrap(), values, "{descr}");
            assert!(decode(&mut &bytes[1..], values.len(), element).is_err(), "{descr} cut off");
        }
    }
}
