//! What the ledger remembers of requests.

use super::*;
use crate::core::plan::{Asked, Kind, Span};
use crate::core::types::Day;

fn asked(from: i32) -> (String, i64, Asked) {
    let span = Span { from: Day(from), to: Day(from + 9) };
    ("mall".to_owned(), 2, Asked { kind: Kind::Drift, span, on: Day(20_000) })
}

#[test]
fn requests_are_kept_until_they_are_withdrawn_and_belong_to_no_run() {
    let file = given("a", 1, &[line("20240701-0000001", 1, "컵")]);
    let (_folder, mut writer) = ledger_of(&[&[&file]]);
    let run = writer.runs().unwrap()[0].run_id.clone();
    assert_eq!(writer.note_requests(&[asked(10), asked(30)]).unwrap(), ["q0001", "q0002"]);
    writer.undo(&run, &NoProgress).unwrap();
    let [first, second] = &writer.requests().unwrap()[..] else { panic!("two requests") };
    assert_eq!((first.request_id.as_str(), first.mall_id.as_str(), first.shop_no), ("q0001", "mall", 2));
    assert_eq!((first.asked, second.asked), (asked(10).2, asked(30).2));

    // A name that is wrong withdraws nothing.
    let error = writer.withdraw_requests(&["q0002".into(), "q9".into()]).unwrap_err();
    assert_eq!(error.code(), "store.unknown_request");
    assert_eq!(writer.requests().unwrap().len(), 2);
    writer.withdraw_requests(&["2".into()]).unwrap();
    assert_eq!(writer.note_requests(&[asked(30)]).unwrap(), ["q0003"], "a name never comes again");
}

#[test]
fn an_older_ledger_learns_to_remember_requests() {
    let (folder, writer) = ledger_of(&[]);
    writer.db.execute_batch("DROP TABLE requests").unwrap();
    assert_eq!(writer.requests().unwrap(), []);
    let root = writer.root().to_owned();
    drop(writer);
    let reading = reader(&root);
    assert_eq!(reading.requests().unwrap(), []);
    drop(reading);
    let mut writer = Writer::open(&root, schema(), "test").unwrap();
    assert_eq!(writer.note_requests(&[asked(1)]).unwrap(), ["q0001"]);
    drop(folder);
}
