//! An interrupted and resumed run ends with the file of an uninterrupted one; what must be refused is refused, untouched.

use crate::support::form::tries;
use crate::support::run_file::{self, Script, assert_same_datasets, datasets, header, layout, snapshot};
use nashflow::game::Player;
use nashflow::output::{EigenvalueRecord, Header, OutputError, RunWriter, StateIndex, read_state};
use std::path::PathBuf;

/// Scripts and the numbers of snapshots after which their runs are interrupted.
fn scripts() -> Vec<(&'static str, Script, Vec<Vec<usize>>)> {
    let plain = Script::new(&layout(&[16], &[12, 10], 41), 10);
    let mut growing = Script::new(&layout(&[12, 9], &[16], 41), 10);
    growing.regrids.insert(13, layout(&[18, 9], &[16], 41));
    growing.regrids.insert(22, layout(&[18, 12], &[25], 41));
    growing.regrids.insert(23, layout(&[20, 15], &[40], 41));
    // More steps than the first room of the file.
    let long = Script::new(&layout(&[8], &[8], 1400), 400);
    let cuts = vec![vec![0], vec![1, 3], vec![9, 10], vec![11], vec![13, 14], vec![22, 23, 24], vec![37], vec![41]];
    vec![("plain", plain, cuts.clone()), ("growing", growing, cuts), ("long", long, vec![vec![399], vec![1390, 1400]])]
}

#[test]
fn a_resumed_run_ends_with_the_same_bytes_wherever_it_was_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    for (i, (name, script, interruptions)) in scripts().into_iter().enumerate() {
        let whole = folder.path().join(format!("{name}.h5"));
        script.complete(&whole, |_, _| {}).unwrap();
        // In the short form the places alternate between the scripts.
        for cuts in interruptions.into_iter().skip(i % tries(2, 1)).step_by(tries(2, 1)) {
            let path = folder.path().join(format!("{name}-{cuts:?}.h5"));
            for (i, &cut) in cuts.iter().enumerate() {
                let mut writer = if i == 0 {
                    RunWriter::create(&path, &header(), &script.layout, false).unwrap()
                } else {
                    RunWriter::resume(&path).unwrap().unwrap().writer.unwrap()
                };
                if writer.snapshot_count() == 0 {
                    script.begin(&mut writer).unwrap();
                }
                script.play(&mut writer, cut, |_, _| {}).unwrap();
            }
            script.complete(&path, |_, _| {}).unwrap();
            assert_same_datasets(&whole, &path);
        }
    }
}

#[test]
fn resuming_goes_back_to_the_checkpoint_and_tells_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let script = Script::new(&layout(&[16], &[16], 100), 30);
    assert!(RunWriter::resume(&path).unwrap().is_none(), "nothing to resume is not an error");
    let mut writer = RunWriter::create(&path, &header(), &script.layout, false).unwrap();
    script.begin(&mut writer).unwrap();
    script.play(&mut writer, 37, |_, _| {}).unwrap();
    drop(writer);

    let resumed = RunWriter::resume(&path).unwrap().unwrap();
    assert!(!resumed.finished);
    assert_eq!(resumed.header.game, header().game);
    assert_eq!(resumed.layout, script.layout);
    assert_eq!(resumed.equilibrium, Some(run_file::equilibrium(&script.layout)));
    let checkpoint = resumed.checkpoint.unwrap();
    assert_eq!((checkpoint.snapshot_count, checkpoint.step_count), (30, 29 * 3));
    assert_eq!(resumed.snapshots.len(), 30);
    assert_eq!(resumed.snapshots[29], (29.0 / 8.0, snapshot(&script.layout, 29).diagnostics));
    let writer = resumed.writer.unwrap();
    assert_eq!((writer.snapshot_count(), writer.step_count()), (30, 87));
    assert!(matches!(RunWriter::resume(&path), Err(OutputError::Locked { .. })), "resumed twice at once");
    drop(writer);
    let time = run_file::open(&path).dataset("time").unwrap().read_raw::<f64>().unwrap();
    assert!(time.iter().enumerate().all(|(k, t)| t.is_nan() == (k >= 30)), "rows after the checkpoint are unwritten");

    script.complete(&path, |_, _| {}).unwrap();
    let before = std::fs::read(&path).unwrap();
    let finished = RunWriter::resume(&path).unwrap().unwrap();
    assert!(finished.finished && finished.writer.is_none());
    assert_eq!(finished.snapshots.len(), 100);
    assert_eq!(finished.checkpoint.unwrap().snapshot_count, 100);
    assert!(std::fs::read(&path).unwrap() == before, "a finished file is left alone");
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["run.h5"], "nothing is left beside the output");
}

#[test]
fn an_existing_output_is_kept_until_its_replacement_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Überspiel ∮ 100%.h5");
    let old = Script::new(&layout(&[16], &[16], 11), 5);
    old.complete(&path, |_, _| {}).unwrap();
    let before = std::fs::read(&path).unwrap();
    let new = Script::new(&layout(&[24], &[16], 21), 5);
    let refused = RunWriter::create(&path, &header(), &new.layout, false);
    assert!(matches!(&refused, Err(OutputError::Exists { path: named, .. }) if named.ends_with("Überspiel ∮ 100%.h5")));
    assert!(std::fs::read(&path).unwrap() == before, "a refused overwrite leaves the file untouched");

    let mut writer = RunWriter::create(&path, &header(), &new.layout, true).unwrap();
    new.begin(&mut writer).unwrap();
    new.play(&mut writer, 13, |_, _| {}).unwrap();
    drop(writer);
    assert!(std::fs::read(&path).unwrap() == before, "the old file stays while the new one is written");
    new.complete(&path, |_, _| {}).unwrap();
    let whole = folder.path().join("whole.h5");
    new.complete(&whole, |_, _| {}).unwrap();
    assert_same_datasets(&whole, &path);
    assert!(!folder.path().join("Überspiel ∮ 100%.h5.part").exists());
}

#[test]
fn what_can_not_be_an_output_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let plan = layout(&[8], &[8], 3);
    let create = |path: PathBuf| RunWriter::create(&path, &header(), &plan, true).unwrap_err();
    assert!(matches!(create(folder.path().to_path_buf()), OutputError::NotAFile { .. }));
    assert!(matches!(create(PathBuf::from("/dev/full")), OutputError::NotAFile { .. }));
    assert!(matches!(create(folder.path().join("missing/run.h5")), OutputError::System { .. }));
    assert!(matches!(create(PathBuf::from("/proc/run.h5")), OutputError::System { .. }));
    let grid = |n: usize| nashflow::torus::Grid::new(&[n], &[1.0], &[0.0]).unwrap();
    let times: Vec<f64> = (0..1_000_000).map(f64::from).collect();
    let huge = nashflow::output::Layout::new(&grid(1 << 24), &grid(1 << 24), &times).unwrap();
    let error = RunWriter::create(&folder.path().join("huge.h5"), &header(), &huge, false).unwrap_err();
    assert!(matches!(error, OutputError::NoRoom { bytes, .. } if bytes > 1 << 47), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn two_writers_do_not_meet() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let script = Script::new(&layout(&[8], &[8], 5), 2);
    let first = RunWriter::create(&path, &header(), &script.layout, false).unwrap();
    for overwrite in [false, true] {
        assert!(RunWriter::create(&path, &header(), &script.layout, overwrite).is_err());
    }
    drop(first);
    script.complete(&path, |_, _| {}).unwrap();
}

#[test]
fn numbers_that_are_not_finite_are_named_and_never_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let script = Script::new(&layout(&[8], &[4, 6], 5), 2);
    let mut writer = RunWriter::create(&path, &header(), &script.layout, false).unwrap();
    script.play(&mut writer, 3, |_, _| {}).unwrap();
    let mut bad = snapshot(&script.layout, 3);
    bad.nu[2 * 6 + 5] = f64::NAN;
    match writer.snapshot(bad).unwrap_err() {
        OutputError::NotFinite { dataset, index, time, .. } => {
            assert_eq!((dataset.as_str(), index, time), ("nu", vec![2, 5], 0.375));
        }
        other => panic!("{other}"),
    }
    let mut bad = script.checkpoint(&writer);
    bad.numbers.insert("history".to_string(), vec![0.0, f64::INFINITY]);
    assert!(matches!(writer.checkpoint(bad), Err(OutputError::NotFinite { .. })));
    let bad = EigenvalueRecord {
        eigenvalues: vec![[-1.0, 0.5], [-1.0, f64::NAN]],
        errors: vec![0.0; 2],
        residuals: vec![0.0; 2],
        attributes: vec![("gap", 1.0)],
    };
    match writer.spectrum(bad).unwrap_err() {
        OutputError::NotFinite { dataset, index, .. } => {
            assert_eq!((dataset.as_str(), index), ("spectrum/eigenvalues", vec![1, 1]));
        }
        other => panic!("{other}"),
    }
    let mut early = snapshot(&script.layout, 3);
    early.time = 0.25;
    assert!(matches!(writer.snapshot(early), Err(OutputError::Order { .. })));
    writer.flush().unwrap();
    assert_eq!(read_state(&path, Player::Y, StateIndex::Last).unwrap().time, Some(0.25));
    script.play(&mut writer, 5, |_, _| {}).unwrap();
    writer.finish().unwrap();
    assert_eq!(datasets(&path)["/nu"].0, [5, 4, 6]);
}

#[test]
fn a_run_that_ends_early_keeps_the_rows_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let script = Script::new(&layout(&[8], &[8], 50), 7);
    let mut writer = RunWriter::create(&path, &header(), &script.layout, false).unwrap();
    script.play(&mut writer, 9, |_, _| {}).unwrap();
    writer.finish().unwrap();
    let all = datasets(&path);
    assert_eq!((all["/mu"].0.as_slice(), all["/steps/time"].0.as_slice()), ([9, 8].as_slice(), [24].as_slice()));
    assert!(!all.contains_key("/checkpoint/state"), "a checkpoint that is not the last word is dropped");
}

#[test]
fn states_come_back_with_their_grids() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let script = Script::new(&layout(&[8], &[4, 6], 5), 2);
    let mut writer = RunWriter::create(&path, &header(), &script.layout, false).unwrap();
    script.begin(&mut writer).unwrap();
    let missing = read_state(&path, Player::X, StateIndex::Last).unwrap_err();
    assert!(matches!(missing, OutputError::NoSuchState { .. }), "{missing}");
    script.play(&mut writer, 4, |_, _| {}).unwrap();
    writer.flush().unwrap();
    let check = |k: usize, which: StateIndex| {
        let state = read_state(&path, Player::Y, which).unwrap();
        assert_eq!(&state.grid, script.layout.grid(Player::Y));
        assert_eq!(state.values, snapshot(&script.layout, k).nu);
        assert_eq!(state.time, Some(k as f64 / 8.0));
    };
    check(3, StateIndex::Last);
    check(1, StateIndex::Snapshot(1));
    assert!(read_state(&path, Player::Y, StateIndex::Snapshot(4)).is_err());
    script.play(&mut writer, 5, |_, _| {}).unwrap();
    writer.finish().unwrap();
    check(4, StateIndex::Last);
    let equilibrium = read_state(&path, Player::X, StateIndex::Equilibrium).unwrap();
    assert_eq!(equilibrium.values, run_file::equilibrium(&script.layout).mu);
    assert_eq!(equilibrium.time, None);
}

#[test]
fn foreign_and_damaged_files_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("foreign.h5");
    let refused = |what: &str| {
        let before = std::fs::read(&path).unwrap();
        let resumed = RunWriter::resume(&path).map(|_| ()).unwrap_err();
        let read = read_state(&path, Player::X, StateIndex::Last).map(|_| ()).unwrap_err();
        assert!(std::fs::read(&path).unwrap() == before, "{what} was changed");
        (resumed, read)
    };
    std::fs::write(&path, "time,x\n0,1\n").unwrap();
    assert!(matches!(refused("text"), (OutputError::Foreign { .. }, OutputError::Foreign { .. })));
    hdf5::File::create(&path).unwrap().new_dataset::<f64>().shape(3).create("mu").unwrap();
    assert!(matches!(refused("foreign HDF5"), (OutputError::Foreign { .. }, OutputError::Foreign { .. })));

    let script = Script::new(&layout(&[8], &[8], 5), 2);
    std::fs::remove_file(&path).unwrap();
    let mut writer = RunWriter::create(&path, &header(), &script.layout, false).unwrap();
    script.play(&mut writer, 4, |_, _| {}).unwrap();
    drop(writer);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(refused("half a file"), (OutputError::Damaged { .. }, OutputError::Damaged { .. })));
    std::fs::write(&path, &whole).unwrap();
    let file = hdf5::File::open_rw(&path).unwrap();
    file.unlink("mu").unwrap();
    file.link_external("/etc/passwd", "mu", "mu").unwrap();
    drop(file);
    assert!(matches!(refused("an external link"), (OutputError::Damaged { .. }, OutputError::Damaged { .. })));
    std::fs::write(&path, &whole).unwrap();
    let file = hdf5::File::open_rw(&path).unwrap();
    file.unlink("mu").unwrap();
    file.new_dataset::<f64>().shape((5, 9)).create("mu").unwrap();
    drop(file);
    assert!(matches!(refused("a wrong shape"), (OutputError::Damaged { .. }, OutputError::Damaged { .. })));
    std::fs::write(&path, &whole).unwrap();
    hdf5::File::open_rw(&path).unwrap().attr("format_version").unwrap().write_scalar(&99_i64).unwrap();
    assert!(matches!(refused("a later version"), (OutputError::Newer { found: 99, .. }, OutputError::Newer { .. })));
}

#[test]
fn no_single_changed_byte_of_a_small_file_crashes_the_reader() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let script = Script::new(&layout(&[4], &[4], 2), 1);
    script.complete(&path, |_, _| {}).unwrap();
    let whole = std::fs::read(&path).unwrap();
    // Primes, so that no byte of a record is always missed.
    for position in (0..whole.len()).step_by(tries(307, 1)) {
        let mut bytes = whole.clone();
        bytes[position] ^= 0xff;
        std::fs::write(&path, &bytes).unwrap();
        // Refused or read: both are right, an end of the process is not.
        let _ = RunWriter::resume(&path);
        let _ = read_state(&path, Player::X, StateIndex::Last);
    }
    for length in (0..whole.len()).step_by(tries(1499, 1)) {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert!(read_state(&path, Player::X, StateIndex::Last).is_err(), "cut to {length} bytes");
    }
}

#[test]
fn the_game_may_be_megabytes_and_any_unicode() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.h5");
    let game = "name = \"Überspiel ∮\"\n".repeat(100_000);
    let long = Header::new(&game, "nashflow run", "Überspiel ∮");
    let mut writer = RunWriter::create(&path, &long, &layout(&[8], &[8], 1), false).unwrap();
    writer.snapshot(snapshot(&layout(&[8], &[8], 1), 0)).unwrap();
    writer.finish().unwrap();
    assert_eq!(RunWriter::resume(&path).unwrap().unwrap().header, long);
}
