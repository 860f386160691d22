//! Scans, listings, the folder and its secret.

use super::*;
use crate::core::types::Day;

fn two_months() -> Given {
    given(
        "two",
        1_000,
        &[
            line("20260105-0000001", 1, "컵"),
            line("20260131-0000001", 1, "솥"),
            line("20260201-0000001", 1, "잔"),
            Line { date: None, ..line("OLD-1", 1, "병") },
        ],
    )
}

#[test]
fn scans_cut_out_days() {
    let (_folder, writer) = ledger_of(&[&[&two_months()]]);
    let day = |y, m, d| Day::from_ymd(y, m, d);
    let cases = [
        (None, None, 4),
        (day(2026, 1, 31), None, 2),
        (day(2026, 1, 31), day(2026, 1, 31), 1),
        (None, day(2026, 1, 30), 1),
        (day(2027, 1, 1), None, 0),
    ];
    for (from, to, expected) in cases {
        let scan = writer.scan(Table::OrderItems, DayRange { from, to }).unwrap();
        let rows: usize = scan.map(|b| b.unwrap().num_rows()).sum();
        assert_eq!(rows, expected, "{from:?} {to:?}");
    }
}

#[test]
fn an_empty_ledger_has_all_tables() {
    let (_folder, writer) = ledger_of(&[]);
    for (name, rows) in picture(&writer) {
        assert_eq!(rows, [""; 0], "{name}");
    }
}

#[test]
fn a_scan_shows_the_ledger_as_it_was_when_it_began() {
    let (_folder, mut writer) = ledger_of(&[&[&two_months()]]);
    let scan = writer.scan(Table::Orders, DayRange::default()).unwrap();
    writer.undo("r0001", &NoProgress).unwrap();
    assert_eq!(scan.map(|b| b.unwrap().num_rows()).sum::<usize>(), 4);
}

#[test]
fn what_is_read_of_one_state_is_read_again_where_a_run_comes_between() {
    let (folder, mut writer) = ledger_of(&[&[&two_months()]]);
    let reader = reader(folder.path());
    let mut times = 0u32;
    let seen = reader.at_one_state(|| {
        let before = texts(&reader, Table::Orders, "order_id").len();
        times += 1;
        if times < 3 {
            let id = format!("20260105-000001{times}");
            commit(&mut writer, &[&given(&id, 2, &[line(&id, 1, "컵")])]);
        }
        Ok::<_, LedgerError>((before, texts(&reader, Table::Orders, "order_id").len()))
    });
    assert_eq!((seen.unwrap(), times), ((6, 6), 3));
    let never = reader.at_one_state(|| {
        times += 1;
        let id = format!("20260106-00000{times:02}");
        commit(&mut writer, &[&given(&id, 2, &[line(&id, 1, "컵")])]);
        Ok::<_, LedgerError>(())
    });
    assert_eq!(never.unwrap_err().code(), "store.locked");
}

#[test]
fn months_are_folded_in_the_columns_that_are_asked_for() {
    let (folder, _writer) = ledger_of(&[&[&two_months()]]);
    let wanted = WantedColumns { items: &["product_name"], orders: &["order_id", "no_such_column"] };
    let seen: Result<Vec<(usize, usize)>, LedgerError> =
        reader(folder.path()).fold_months(wanted, |all: &mut Vec<_>, month| {
            let columns = |batches: &[RecordBatch]| batches.iter().map(RecordBatch::num_columns).max();
            assert_eq!((columns(&month.items), columns(&month.orders)), (Some(1), Some(1)));
            let rows = |batches: &[RecordBatch]| batches.iter().map(RecordBatch::num_rows).sum();
            all.push((rows(&month.items), rows(&month.orders)));
            Ok(())
        });
    assert_eq!(seen.unwrap(), [(2, 2), (1, 1), (1, 1)]);
}

#[test]
fn a_reader_and_a_writer_live_side_by_side() {
    let (folder, mut writer) = ledger_of(&[&[&two_months()]]);
    let reader = reader(folder.path());
    assert_eq!(texts(&reader, Table::Orders, "order_id").len(), 4);
    commit(&mut writer, &[&given("more", 2, &[line("20260105-0000002", 1, "컵")])]);
    assert_eq!(texts(&reader, Table::Orders, "order_id").len(), 5);
}

#[test]
fn listings_name_files_and_sentences() {
    let file = Given { quarantine: vec![5], ..two_months() };
    let (_folder, writer) = ledger_of(&[&[&file]]);
    assert_eq!(texts(&writer, Table::Files, "unknown_headers"), ["비고"]);
    assert_eq!(texts(&writer, Table::Quarantine, "path"), ["two.csv"]);
    assert_eq!(texts(&writer, Table::Quarantine, "message"), [Reason::BadNumber.message()]);
    let mut reasons = texts(&writer, Table::Findings, "reason");
    reasons.sort();
    assert_eq!(reasons, ["damaged_id", "no_order_day"]);
    let record = writer.known(&hash_of("two")).unwrap().unwrap();
    assert_eq!((record.details.rows_read, record.rows_accepted(), record.rows_duplicate), (5, 4, 0));
    assert_eq!(record.mall_id.as_deref(), Some("shop"));
}

#[test]
fn equal_rows_of_one_file_are_counted_as_duplicates() {
    let lines = [line("20260105-0000001", 1, "컵"), line("20260105-0000001", 1, "컵")];
    let (_folder, mut writer) = ledger_of(&[]);
    assert_eq!(commit(&mut writer, &[&given("twice", 1, &lines)]).files[0].duplicates, 1);
    let record = writer.known(&hash_of("twice")).unwrap().unwrap();
    assert_eq!((record.rows_accepted(), record.rows_duplicate), (1, 1));
}

#[test]
fn the_tables_are_plain_parquet_with_exact_types() {
    use parquet::basic::{LogicalType, TimeUnit};
    let (_folder, writer) = ledger_of(&[&[&two_months()]]);
    let (_, path) = writer.table_files(Table::Orders).unwrap().remove(0);
    let reader = parquet::file::reader::SerializedFileReader::try_from(path.as_path()).unwrap();
    let metadata = parquet::file::reader::FileReader::metadata(&reader);
    let logical = |name: &str| {
        let columns = metadata.file_metadata().schema_descr().columns();
        columns.iter().find(|c| c.name() == name).and_then(|c| c.logical_type_ref().cloned())
    };
    assert_eq!(logical("payment_amount"), Some(LogicalType::decimal(2, 18)));
    assert_eq!(logical("order_date"), Some(LogicalType::timestamp(false, TimeUnit::MICROS)));
    assert_eq!(logical("observed_at"), Some(LogicalType::timestamp(true, TimeUnit::MICROS)));
}

#[test]
fn the_key_is_made_once_and_is_its_owners_alone() {
    let (folder, mut writer) = ledger_of(&[]);
    let key = writer.person_key().unwrap();
    assert_eq!(writer.person_key().unwrap(), key);
    let path = folder.path().join("person.key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        writer.person_key().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let named = listing(folder.path()).into_keys().filter(|p| p.to_string_lossy().contains("key"));
    assert_eq!(named.collect::<Vec<_>>(), [Path::new("person.key")]);

    std::fs::write(&path, [7; 32]).unwrap();
    assert_eq!(writer.person_key().unwrap_err().code(), "store.key");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(writer.person_key().unwrap_err().code(), "store.key", "a new key would break the hashes");
}

#[test]
fn what_is_no_ledger_or_a_newer_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let code = |root: &Path| Ledger::open(root, schema()).err().map(|e| e.code());
    assert_eq!(code(folder.path()), Some("store.missing"));
    assert_eq!(code(&folder.path().join("nowhere")), Some("store.missing"));

    drop(writer(folder.path()));
    let format = folder.path().join("FORMAT");
    for (text, expected) in [
        ("jangbu ledger format 1.7\n", None),
        ("jangbu ledger format 3.0\n", Some("store.newer")),
        ("something else\n", Some("store.damaged")),
    ] {
        std::fs::write(&format, text).unwrap();
        assert_eq!(code(folder.path()), expected, "{text}");
        let as_writer = Writer::open(folder.path(), schema(), "ingest").err().map(|e| e.code());
        assert_eq!(as_writer, expected, "{text}");
    }
}

#[test]
fn data_without_its_catalogue_is_never_swept() {
    let (folder, writer) = ledger_of(&[&[&two_months()]]);
    drop(writer);
    let before = listing(&folder.path().join("observations"));
    std::fs::remove_file(folder.path().join("catalogue.sqlite")).unwrap();
    let error = Writer::open(folder.path(), schema(), "ingest").err().unwrap();
    assert_eq!(error.code(), "store.damaged");
    assert_eq!(listing(&folder.path().join("observations")), before);
}

#[test]
fn a_lost_or_cut_file_is_an_error_that_names_it() {
    let (folder, writer) = ledger_of(&[&[&two_months()]]);
    let (_, path) = writer.table_files(Table::Orders).unwrap().remove(0);
    let fails = |ledger: &Ledger| {
        let scan = ledger.scan(Table::Orders, DayRange::default());
        let error = scan.and_then(|mut s| s.try_for_each(|b| b.map(drop))).unwrap_err();
        assert!(error.to_string().contains("month=2026-01"), "{error}");
        error.code()
    };
    std::fs::write(&path, b"PAR1").unwrap();
    assert_eq!(fails(&reader(folder.path())), "store.damaged");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(fails(&reader(folder.path())), "store.damaged");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_leaves_the_ledger_as_it_was() {
    let (folder, mut writer) = ledger_of(&[&[&two_months()]]);
    let before = (picture(&writer), listing(folder.path()));
    // A file where a folder should be fails for every user, root too.
    std::fs::write(folder.path().join("observations/month=2026-03"), b"").unwrap();
    let input = run_of(
        &writer,
        &[&given("march", 5, &[line("20260303-0000001", 1, "컵"), line("20260105-0000009", 1, "컵")])],
    );
    let error = writer.commit(input, &NoProgress).unwrap_err();
    assert_eq!(error.code(), "store.io");
    std::fs::remove_file(folder.path().join("observations/month=2026-03")).unwrap();
    assert_eq!((picture(&writer), listing(folder.path())), before);
}
