//! A write that fails half way: the error names the file, the process ends by itself with status 3, and what was
//! written before is read and resumed.
//!
//! The disk is made full by a limit on the size of files, in a process of its own (this program again).

use crate::support::form::tries;
use crate::support::limit::{Resource, limit};
use crate::support::run_file::{Script, header, layout};
use nashflow::output::{OutputError, RunWriter};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

const OUTPUT: &str = "NASHFLOW_TEST_DISK_FULL_OUTPUT";

fn script() -> Script {
    Script::new(&layout(&[64], &[64], 101), 10)
}

/// Not a test by itself: the body of the writing process.
#[test]
fn writing_process() {
    let Ok(output) = std::env::var(OUTPUT) else { return };
    let error: OutputError = match script().complete(&PathBuf::from(output), |_, _| {}) {
        Ok(()) => return,
        Err(error) => error,
    };
    eprintln!("{error}");
    assert!(matches!(error, OutputError::Write { .. } | OutputError::NoRoom { .. } | OutputError::System { .. }));
    // SAFETY: ends the process without the exit handlers of HDF5, which crash after a failed write.
    unsafe { libc::_exit(3) }
}

#[test]
fn a_full_disk_is_an_error_with_a_name_and_not_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let begun = folder.path().join("begun.h5");
    let mut writer = RunWriter::create(&begun, &header(), &script().layout, false).unwrap();
    script().begin(&mut writer).unwrap();
    script().play(&mut writer, 37, |_, _| {}).unwrap();
    drop(writer);
    let size = std::fs::metadata(&begun).unwrap().len();
    for bytes in (0..=16).step_by(tries(4, 1)).map(|sixteenths| size * sixteenths / 16) {
        for resumed in [false, true] {
            let output = folder.path().join(format!("{bytes}-{resumed}.h5"));
            if resumed {
                std::fs::copy(&begun, &output).unwrap();
            }
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", "output::disk_full::writing_process", "--nocapture"]).env(OUTPUT, &output);
            // SAFETY: the call is safe between fork and exec.
            unsafe {
                command.pre_exec(|| {
                    libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
                    Ok(())
                });
            }
            limit(&mut command, Resource::FileSize, bytes);
            let result = command.output().unwrap();
            let message = String::from_utf8_lossy(&result.stderr).into_owned();
            let code = result.status.code();
            assert!(code == Some(3) || bytes == size && code == Some(0), "limit {bytes}: {}\n{message}", result.status);
            if code == Some(3) {
                assert!(message.contains(".h5"), "{message}");
            }
            if resumed && code == Some(3) {
                script().complete(&output, |_, _| {}).unwrap();
            }
        }
    }
}
