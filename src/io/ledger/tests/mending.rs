//! Rows that were mended and dropped again.

use super::*;

/// Rows 1 of the file is good, row 2 is in quarantine.
fn broken() -> Given {
    Given { quarantine: vec![2], ..given("broken", 1_000, &[line("20260105-0000001", 1, "컵")]) }
}

fn mending(bytes: &str, at: i64, name: &str) -> Given {
    let stand_ins = vec![StandIn { row: 1, origin: hash_of("broken"), origin_row: 2 }];
    Given { stand_ins, source: Source::History, ..given(bytes, at, &[line("20260105-0000002", 1, name)]) }
}

fn sources(ledger: &Ledger) -> Vec<String> {
    texts(ledger, Table::OrderItems, "sources")
}

#[test]
fn a_mended_row_takes_the_place_of_its_origin() {
    let (_folder, mut writer) = ledger_of(&[&[&broken()]]);
    assert_eq!(writer.quarantined().unwrap().len(), 1);
    assert_eq!(writer.quarantined_hashes(&hash_of("broken"), 2).unwrap()[0].1, "0002");
    assert_eq!(writer.quarantined_hashes(&hash_of("broken"), 3).unwrap(), []);
    commit(&mut writer, &[&mending("mended", 9_000, "잔")]);
    assert_eq!(writer.quarantined().unwrap(), []);
    assert_eq!(sources(&writer), ["export", "export"], "it speaks with its origin's source");

    let seen = writer.observations_of("20260105-0000002").unwrap().remove(0);
    let (file, sighting) = (&seen.files[0], &seen.sightings[0]);
    assert_eq!((file.hash, file.observed_at, sighting.row), (hash_of("broken"), Instant(1_000), 2));
    let place = Place { path: "mended.csv".into(), hash: hash_of("mended"), row: 1 };
    assert_eq!(seen.places, [place]);
}

#[test]
fn a_mended_row_keeps_its_own_extraction_time() {
    let timed = Given { quarantine_time: Some(Instant(7_000)), ..broken() };
    let (_a, forward) = ledger_of(&[&[&timed], &[&mending("mended", 9_000, "잔")]]);
    let (_b, backward) = ledger_of(&[&[&mending("mended", 9_000, "잔")], &[&timed]]);
    assert_eq!(picture(&forward), picture(&backward));
    let seen = forward.observations_of("20260105-0000002").unwrap().remove(0);
    assert_eq!(seen.files[0].moment_of(&seen.sightings[0]), Instant(7_000));
}

#[test]
fn the_order_of_mending_and_origin_does_not_matter() {
    let (first, second) = (mending("m1", 5_000, "잔"), mending("m2", 6_000, "유리잔"));
    let (_a, forward) = ledger_of(&[&[&broken()], &[&first], &[&second]]);
    let (_b, backward) = ledger_of(&[&[&second], &[&first], &[&broken()]]);
    let (_c, at_once) = ledger_of(&[&[&first, &broken(), &second]]);
    assert_eq!(picture(&forward), picture(&backward));
    assert_eq!(picture(&forward), picture(&at_once));
    assert_eq!(
        texts(&forward, Table::OrderItems, "product_name"),
        ["컵", "유리잔"],
        "the newest mending counts"
    );
}

#[test]
fn without_its_origin_a_mended_row_speaks_for_itself() {
    let (_folder, mut writer) = ledger_of(&[&[&broken()], &[&mending("mended", 9_000, "잔")]]);
    writer.undo("r0001", &NoProgress).unwrap();
    assert_eq!(sources(&writer), ["history"]);
    commit(&mut writer, &[&broken()]);
    assert_eq!(sources(&writer), ["export", "export"]);
    writer.undo("r0002", &NoProgress).unwrap();
    assert_eq!(writer.quarantined().unwrap().len(), 1, "nothing mends the row any more");
}

#[test]
fn a_mending_that_fails_again_can_be_mended() {
    let failed = Given { lines: Vec::new(), quarantine: vec![1], ..mending("failed", 5_000, "") };
    let again = Given {
        stand_ins: vec![StandIn { row: 1, origin: hash_of("failed"), origin_row: 1 }],
        ..mending("again", 6_000, "잔")
    };
    let (_folder, mut writer) = ledger_of(&[&[&broken()], &[&failed]]);
    let waiting = writer.quarantined().unwrap();
    assert_eq!(waiting.len(), 1, "the attempt waits in the place of its origin");
    assert_eq!(waiting[0].hash, hash_of("failed"));
    commit(&mut writer, &[&again]);
    assert_eq!(writer.quarantined().unwrap(), []);
    assert_eq!(sources(&writer), ["export", "export"], "it stands in for the first of the chain");
    writer.undo("r0002", &NoProgress).unwrap();
    assert_eq!(sources(&writer), ["export", "history"], "the chain is broken");
}
