//! What the ledger remembers of pushes and pulls.

use super::*;

fn sending(content: &str) -> Sending {
    Sending { table: Table::Orders, month: Month::parse("2024-07"), content: content.into() }
}

#[test]
fn a_content_keeps_its_number_until_it_has_arrived() {
    let (_folder, mut writer) = ledger_of(&[]);
    let begin =
        |writer: &mut Writer, content: &str| writer.begin_sending("t", &[sending(content)]).unwrap()[0];
    assert_eq!(begin(&mut writer, "a"), 1);
    assert_eq!(begin(&mut writer, "a"), 1, "the same try, taken up again");
    assert_eq!(begin(&mut writer, "b"), 2);
    assert_eq!(begin(&mut writer, "a"), 3, "a again, though it was on its way before");
    let waiting: Vec<_> = writer.unsent("t").unwrap().into_iter().collect();
    assert_eq!(waiting, [((Table::Orders, Month::parse("2024-07")), ("a".to_owned(), 3))]);
    assert!(writer.unsent("other").unwrap().is_empty());
    writer.doubt_sending("t", &[(Table::Orders, Month::parse("2024-07"))]).unwrap();
    assert_eq!(begin(&mut writer, "a"), 4, "what arrived otherwise than it was sent is sent anew");
    writer.end_sending("t").unwrap();
    assert!(writer.unsent("t").unwrap().is_empty());
    assert_eq!(begin(&mut writer, "a"), 5, "what has arrived is sent anew");
}

#[test]
fn what_was_pulled_is_known_as_long_as_its_file() {
    let (_folder, mut writer) = ledger_of(&[]);
    let file = given("pulled", 1, &[line("20240701-0000001", 1, "컵")]);
    let pulled = Pulled {
        time_column: Some("t TIMESTAMP".into()),
        since: Some("2".into()),
        newest: Some("5".into()),
        rows: vec![1, u128::MAX],
    };
    writer.note_pulled("p.d.t", &hash_of("pulled"), &pulled).unwrap();
    assert_eq!(writer.pulled("p.d.t").unwrap(), [], "the run was not committed yet");
    let outcome = commit(&mut writer, &[&file]);
    assert_eq!(writer.pulled("p.d.t").unwrap(), [pulled]);
    assert_eq!(writer.pulled("p.d.other").unwrap(), []);
    writer.undo(&outcome.run_id, &NoProgress).unwrap();
    assert_eq!(writer.pulled("p.d.t").unwrap(), []);
}

#[test]
fn a_ledger_has_one_name_and_an_older_one_learns_to_remember() {
    let (folder, mut writer) = ledger_of(&[]);
    assert_eq!(writer.identity().unwrap(), None);
    let name = writer.make_identity().unwrap();
    assert_eq!(writer.make_identity().unwrap(), name);
    writer.db.execute_batch("DROP TABLE outbox; DROP TABLE pulled").unwrap();
    assert!(writer.unsent("t").unwrap().is_empty() && writer.pulled("t").unwrap().is_empty());
    let root = writer.root().to_owned();
    drop(writer);
    let mut writer = Writer::open(&root, schema(), "test").unwrap();
    assert_eq!(writer.identity().unwrap(), Some(name));
    assert_eq!(writer.begin_sending("t", &[sending("a")]).unwrap(), [1]);
    drop(folder);
}

#[test]
fn a_ledger_whose_pulls_tell_no_beginning_is_read_and_completed() {
    let (_folder, mut writer) = ledger_of(&[]);
    let file = given("pulled", 1, &[line("20240701-0000001", 1, "컵")]);
    let pulled = Pulled { newest: Some("5".into()), rows: vec![1], ..Pulled::default() };
    writer.note_pulled("p.d.t", &hash_of("pulled"), &pulled).unwrap();
    commit(&mut writer, &[&file]);
    writer
        .db
        .execute_batch("ALTER TABLE pulled DROP COLUMN since; ALTER TABLE pulled DROP COLUMN time_column")
        .unwrap();
    assert_eq!(writer.pulled("p.d.t").unwrap(), std::slice::from_ref(&pulled));
    let root = writer.root().to_owned();
    drop(writer);
    let mut writer = Writer::open(&root, schema(), "test").unwrap();
    assert_eq!(writer.pulled("p.d.t").unwrap(), std::slice::from_ref(&pulled));
    let later = Pulled { since: Some("5".into()), ..pulled };
    writer.note_pulled("p.d.t", &hash_of("pulled"), &later).unwrap();
    assert_eq!(writer.pulled("p.d.t").unwrap(), [later]);
}

#[test]
fn months_are_listed_with_their_rows() {
    let file = given("a", 1, &[line("20240701-0000001", 1, "컵"), line("20240701-0000001", 2, "접시")]);
    let (_folder, writer) = ledger_of(&[&[&file]]);
    let months = writer.table_months(Table::OrderItems).unwrap();
    assert_eq!(months.iter().map(|m| (m.month, m.rows)).collect::<Vec<_>>(), [(Month::parse("2024-07"), 2)]);
    let rows: usize =
        writer.read_month(Table::OrderItems, &months[0]).unwrap().iter().map(RecordBatch::num_rows).sum();
    assert_eq!(rows, 2);
    assert!(writer.table_months(Table::OrderChanges).unwrap().is_empty(), "a month without rows is none");
}
