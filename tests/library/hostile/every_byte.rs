//! Every byte of a small file of every kind turned over, and every length it can be cut to, through every reader.

use crate::support::form::tries;
use crate::support::hostile::{cloud, originals, output, resume};

/// Distance between the places that are tried, in the short form: a prime, so that no field is always missed.
const STRIDE: usize = 2003;

/// The script of one damage: see `damage.rs`.
fn script(file: usize, order: u8, place: usize, value: u8) -> [u8; 7] {
    let [a, b, c, _] = (place as u32).to_le_bytes();
    [file as u8, order, a, b, c, 0, value]
}

#[test]
fn every_damaged_byte_and_every_length_of_every_kind_comes_back_from_every_reader() {
    let stride = tries(STRIDE, 1);
    let folder =
        tempfile::tempdir_in(if std::path::Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "." }).unwrap();
    let mut tried = 0;
    for (file, original) in originals().iter().enumerate() {
        for place in (0..original.bytes.len()).step_by(stride) {
            for script in [script(file, 5, place, 0xff), script(file, 1, place, 0)] {
                cloud(folder.path(), &script);
                output(folder.path(), &script);
                if original.name.contains("run") || original.name.contains("particles") {
                    resume(folder.path(), &script);
                }
                tried += 1;
            }
        }
    }
    println!("{tried} damaged files of {} kinds", originals().len());
}
