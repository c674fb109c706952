//! Promise 16: without the wide instructions of newer processors the steps are the same, and values agree to rounding,
//! eigenvalues to their error bars.
//!
//! The shim makes the instruction `cpuid` deny AVX and FMA, by which the transforms and the linear algebra choose their code;
//! `GLIBC_TUNABLES` does the same for exponentials and sines. Where the processor cannot be masked the test says so and ends.

use super::shim;
use crate::contents::Contents;
use crate::form::tries;
use crate::workspace::{Outcome, Workspace};
use std::collections::BTreeMap;

const TUNABLES: &str = "glibc.cpu.hwcaps=-AVX2,-AVX,-FMA,-FMA4,-AVX512F,-AVX2_Usable,-FMA_Usable,-AVX_Usable";
/// What the shim ends with where the processor cannot be masked.
const SKIPPED: i32 = 77;
/// Largest difference, in units of the largest value of the array.
const TOLERANCE: f64 = 1e-12;
/// The same for arrays of rounding errors, as the energy of a game whose value is 0.
const LEAST_SCALE: f64 = 1e-3;

fn numbers(bytes: &[u8]) -> Vec<f64> {
    bytes.chunks_exact(8).map(|word| f64::from_le_bytes(word.try_into().unwrap())).collect()
}

/// The largest value of an array; of the minima of a density, that of the density.
fn scale(name: &str, datasets: &BTreeMap<String, (Vec<usize>, Vec<u8>)>) -> f64 {
    let whole = match name {
        "/min_x" => "/mu",
        "/min_y" => "/nu",
        other => other,
    };
    let finite = numbers(&datasets[whole].1).into_iter().filter(|value| value.is_finite());
    finite.fold(LEAST_SCALE, |largest, value| largest.max(value.abs()))
}

/// `max |a - b|`, where equal bits, those of NaN too, differ by nothing.
fn difference(a: &[f64], b: &[f64]) -> f64 {
    let differences = a.iter().zip(b).map(|(a, b)| if a.to_bits() == b.to_bits() { 0.0 } else { (a - b).abs() });
    differences.fold(0.0, |largest, d| if d.is_nan() || d > largest { d } else { largest })
}

/// Eigenvalues that are nearly multiple move by more than rounding, and say so.
fn assert_within_bars(values: &[f64], others: &[f64], errors: &[f64], other_errors: &[f64]) {
    for (k, (pair, other)) in values.chunks(2).zip(others.chunks(2)).enumerate() {
        let distance = (pair[0] - other[0]).hypot(pair[1] - other[1]);
        let rounding = TOLERANCE * pair[0].hypot(pair[1]);
        assert!(distance <= errors[k] + other_errors[k] + rounding, "eigenvalue {k}: {pair:?} and {other:?}");
    }
}

#[test]
fn an_older_processor_takes_the_same_steps_and_agrees_to_rounding() {
    let short: [&[&str]; 2] =
        [&["run", "rotation", "--set", "solver.time=0.3"], &["run", "players-1x2", "--set", "solver.time=0.01"]];
    let long: [&[&str]; 5] = [
        &["run", "limit-cycle"],
        &["run", "two-temperatures"],
        &["run", "wang-chizat-hard"],
        &["run", "players-2x2"],
        &["particles", "rotation", "-n", "500", "--set", "solver.time=0.3"],
    ];
    let workspace = Workspace::new();
    let mut largest: (f64, String) = (0.0, String::new());
    for words in short.into_iter().chain(long).take(tries(short.len(), short.len() + long.len())) {
        let new = [words, &["-o", "new.h5", "--quiet", "--force"]].concat();
        workspace.run(&new).succeeds();
        let old = [words, &["-o", "old.h5", "--quiet", "--force"]].concat();
        let mut command = shim::command(&workspace, &old);
        let output = command.envs([("FAULT_PROCESSOR", "PLAIN"), ("GLIBC_TUNABLES", TUNABLES)]).output().unwrap();
        if output.status.code() == Some(SKIPPED) {
            eprintln!("skipped: {}", String::from_utf8_lossy(&output.stderr));
            return;
        }
        Outcome::new(output, &old).succeeds();
        let [new, old] = ["new.h5", "old.h5"].map(|name| Contents::read(&workspace.path(name)).datasets);
        assert_eq!(new.keys().collect::<Vec<_>>(), old.keys().collect::<Vec<_>>());
        for (name, (shape, bytes)) in &new {
            assert_eq!(*shape, old[name].0, "{words:?}: shape of {name}");
            if name.starts_with("/checkpoint") || name.ends_with("error") || name.ends_with("residual") {
                continue;
            }
            if name.starts_with("/steps") {
                assert!(*bytes == old[name].1, "{words:?}: {name}");
                continue;
            }
            let (values, others) = (numbers(bytes), numbers(&old[name].1));
            if name == "/spectrum/eigenvalues" {
                let [errors, other_errors] = [&new, &old].map(|file| numbers(&file["/spectrum/error"].1));
                assert_within_bars(&values, &others, &errors, &other_errors);
                continue;
            }
            let difference = difference(&values, &others) / scale(name, &new);
            println!("{} {name}: {difference:.1e}", words[1]);
            if difference > largest.0 {
                largest = (difference, format!("{words:?} {name}"));
            }
        }
    }
    println!("largest difference {:.1e} of the largest value: {}", largest.0, largest.1);
    assert!(largest.0 <= TOLERANCE, "{largest:?}");
    assert!(largest.0 > 0.0, "nothing was switched off");
}
