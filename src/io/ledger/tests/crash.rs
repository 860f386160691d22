//! Processes that die at every named moment, and two writers at once. The test program starts itself again as the one
//! that dies.

use std::process::{Command, Output};

use super::super::kill::KILL_POINTS;
use super::*;

const FOLDER: &str = "JANGBU_TEST_LEDGER";
const ACTION: &str = "JANGBU_TEST_ACTION";

fn first() -> Given {
    given("first", 1, &[line("20260105-0000001", 1, "컵"), line("OLD-1", 1, "병")])
}

fn second() -> Given {
    let dated = Line { date: Some(17_965), ..line("OLD-1", 1, "병") };
    given("second", 2, &[line("20260105-0000001", 1, "유리컵"), line("20260207-0000001", 1, "솥"), dated])
}

/// Runs one action on the ledger of another process.
fn child(folder: &Path, action: &str, kill_at: &str) -> Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "io::ledger::tests::crash::the_other_process", "--nocapture"])
        .env(FOLDER, folder)
        .env(ACTION, action)
        .env("JANGBU_KILL_AT", kill_at)
        .output()
        .unwrap()
}

/// Not a test of its own: what the other process does, if there is one.
#[test]
fn the_other_process() {
    let (Some(folder), Ok(action)) = (std::env::var_os(FOLDER), std::env::var(ACTION)) else { return };
    let mut writer = match Writer::open(Path::new(&folder), schema(), "undo") {
        Ok(writer) => writer,
        Err(e) => {
            println!("refused: {} {e}", e.code());
            return;
        }
    };
    match action.as_str() {
        "commit" => drop(commit(&mut writer, &[&second()])),
        "undo" => drop(writer.undo("r0001", &NoProgress).unwrap()),
        _ => {}
    }
}

#[test]
fn a_killed_run_is_there_as_a_whole_or_not_at_all() {
    let (_a, before) = ledger_of(&[&[&first()]]);
    let (_b, committed) = ledger_of(&[&[&first()], &[&second()]]);
    let (_c, undone) = ledger_of(&[]);
    for (action, after) in [("commit", &committed), ("undo", &undone)] {
        for (place, point) in KILL_POINTS.iter().enumerate() {
            let (folder, writer) = ledger_of(&[&[&first()]]);
            drop(writer);
            let output = child(folder.path(), action, point);
            assert!(!output.status.success(), "{action} was not killed at {point}");
            let committed_at = KILL_POINTS.iter().position(|p| *p == "committed").unwrap();
            let expected = if place < committed_at { &before } else { after };
            assert_eq!(picture(&reader(folder.path())), picture(expected), "{action} killed at {point}");

            let mut writer = super::writer(folder.path());
            assert_eq!(loose_ends(&writer), [""; 0], "{action} killed at {point}: leftovers are swept");
            if action == "commit" {
                commit(&mut writer, &[&second()]);
            } else if place < committed_at {
                writer.undo("r0001", &NoProgress).unwrap();
            }
            assert_eq!(picture(&writer), picture(after), "{action} again after {point}");
        }
    }
}

#[test]
fn a_second_writer_is_refused_and_told_who_has_the_ledger() {
    let (folder, writer) = ledger_of(&[&[&first()]]);
    let output = child(folder.path(), "commit", "");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("refused: store.locked"), "{said}");
    assert!(said.contains(&format!("jangbu ingest (process {}", std::process::id())), "{said}");
    drop(writer);
    let output = child(folder.path(), "commit", "");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("refused"));
    assert_eq!(reader(folder.path()).runs().unwrap().len(), 2);
}
