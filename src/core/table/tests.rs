//! Rows of cells as readers hand them over, and what becomes of them.

use super::*;
use crate::core::cell::DateSystem;
use crate::core::normalise::Policy;
use crate::core::person::PersonKey;
use crate::core::problem::FindingKind;
use crate::core::schema::{Additions, Schema};
use crate::core::stage::Contents;

/// Reads text rows (`|` between cells) of one sheet.
fn read(width: Width, lines: &[&str], check: impl FnOnce(FileRows)) {
    let rows: Vec<Vec<Cell<'_>>> =
        lines.iter().map(|line| line.split('|').map(Cell::Text).collect()).collect();
    read_cells(width, &rows, check);
}

fn read_cells(width: Width, rows: &[Vec<Cell<'_>>], check: impl FnOnce(FileRows)) {
    let schema = Schema::load(&Additions::default()).unwrap();
    let (policy, key, hashes) = (Policy::default(), PersonKey::new(&[7; 32]), StoredHashes::new());
    let mut reader = TableReader::new(
        Normaliser::new(&schema, &policy, &key),
        Stage::new(&schema, Contents::Collected),
        &hashes,
    );
    reader.sheet(Sheet { name: None, dates: DateSystem::Year1900, width });
    for row in rows {
        assert_eq!(reader.row(row), Flow::Continue);
    }
    check(reader.finish());
}

/// Accepted rows, skipped rows, and quarantined rows as `row reason`.
fn outcome(rows: &FileRows) -> (u64, u64, Vec<String>) {
    let quarantined = rows.quarantine.iter().map(|q| format!("{} {}", q.row, q.reason.code())).collect();
    (rows.stage.rows, rows.rows_skipped, quarantined)
}

const HEADER: &str = "주문번호|품목별 주문번호|상품명|수량";

#[test]
fn the_header_is_found_below_titles_and_rows_count_from_it() {
    let lines = ["하루홈 매출", "", HEADER, "20240705-0000001|20240705-0000001-01|컵|1", "", "x|y|z|2"];
    read(Width::Sparse, &lines, |rows| {
        assert_eq!(rows.tables[0].records_above, 2);
        assert_eq!(outcome(&rows), (1, 0, vec!["3 bad_order_id".into()]));
    });
}

#[test]
fn totals_and_repeated_headers_are_no_data() {
    let good = "20240705-0000001|20240705-0000001-01|컵|1";
    let lines = [HEADER, good, HEADER, "합 계|||1", "Total|||1", "|소계||"];
    read(Width::Strict, &lines, |rows| assert_eq!(outcome(&rows), (1, 4, vec![])));
    // A product that is called like a sum is none: the row names an order.
    let lines = ["상품명|주문번호|수량", "Total|20240705-0000001|1"];
    read(Width::Strict, &lines, |rows| assert_eq!(outcome(&rows), (1, 0, vec![])));
    // How many orders there are is not the id of one.
    let lines = ["상품명|주문번호|수량", "컵|20240705-0000001|1", "합계|128|1", "총계|128건|1"];
    read(Width::Strict, &lines, |rows| assert_eq!(outcome(&rows), (1, 2, vec![])));
}

#[test]
fn another_header_further_down_begins_anew() {
    let other = "수량|상품명|품목별 주문번호|주문번호";
    let lines = [
        HEADER,
        "20240705-0000001|20240705-0000001-01|컵|1",
        other,
        "2|컵|20240705-0000002-01|20240705-0000002",
    ];
    read(Width::Strict, &lines, |rows| {
        assert_eq!(outcome(&rows), (2, 1, vec![]));
        assert_eq!(rows.tables.len(), 2);
    });
}

#[test]
fn rows_that_slipped_are_quarantined_without_their_cells() {
    let lines = [HEADER, "20240705-0000001|20240705-0000001-01|컵, 큰|것|1", "20240705-0000002|x|컵"];
    read(Width::Strict, &lines, |rows| {
        assert_eq!(outcome(&rows), (0, 0, vec!["1 row_width".into(), "2 row_width".into()]));
        assert!(rows.quarantine.iter().all(|q| q.cells.is_empty() && q.value.is_none()));
    });
}

#[test]
fn what_may_be_a_persons_is_not_kept_in_a_number_column() {
    let id = "20240705-0000001|20240705-0000001-01";
    let lines =
        [HEADER, &format!("{id}|홍길동|010-1234-5678"), &format!("{id}|컵|2개"), &format!("{id}|컵|홍길동")];
    read(Width::Strict, &lines, |rows| {
        let quantities: Vec<&str> = rows.quarantine.iter().map(|q| q.cells[3].1.as_str()).collect();
        assert_eq!(quantities, ["?", "2개", "?"]);
        let values: Vec<Option<&str>> = rows.quarantine.iter().map(|q| q.value.as_deref()).collect();
        assert_eq!(values, [None, Some("2개"), None]);
    });
    // A cell that was read well, or that says nothing, is kept as it stands: the row is not to fail for it again.
    let lines = [
        "주문번호|판매가|수량|주문일시",
        "20240705-0000001|１２，０００|2개|0000-00-00 00:00:00",
        "20240705-0000001|０１０１２３４５６７８|2개|0000-00-00",
    ];
    read(Width::Strict, &lines, |rows| {
        let cells = |row: usize| -> Vec<&str> {
            rows.quarantine[row].cells.iter().map(|(_, text)| text.as_str()).collect()
        };
        assert_eq!(cells(0), ["20240705-0000001", "１２，０００", "2개", "0000-00-00 00:00:00"]);
        assert_eq!(cells(1), ["20240705-0000001", "?", "2개", "0000-00-00"]);
    });
}

#[test]
fn unreadable_extraction_times_are_told() {
    let header = "주문번호|상품명|_extracted_at";
    let lines = [header, "20240705-0000001|컵|어제", "20240705-0000002|컵|2024-07-06T01:02:03Z"];
    read(Width::Strict, &lines, |rows| {
        assert_eq!(outcome(&rows), (2, 0, vec![]));
        let odd: Vec<_> = rows.findings.iter().map(|f| (f.row, f.kind, f.column.as_deref())).collect();
        assert_eq!(odd, [(Some(1), FindingKind::UnreadableExtra, Some("_extracted_at"))]);
    });
}

#[test]
fn unreadable_bytes_quarantine_their_row() {
    let header: Vec<Cell<'_>> = HEADER.split('|').map(Cell::Text).collect();
    let row = vec![Cell::Text("20240705-0000001"), Cell::Blank, Cell::Undecodable, Cell::Text("1")];
    read_cells(Width::Strict, &[header, row], |rows| {
        assert_eq!(outcome(&rows), (0, 0, vec!["1 bad_text".into()]));
    });
}

#[test]
fn an_id_that_a_workbook_rounded_is_blank_with_a_finding() {
    let header: Vec<Cell<'_>> = "주문번호|상품명|마켓 주문번호".split('|').map(Cell::Text).collect();
    let row = |order, market| vec![order, Cell::Text("컵"), market];
    let rows = [
        header,
        row(Cell::Number(1.234_567_890_123_457e16), Cell::Blank),
        row(Cell::Number(10_023.0), Cell::Number(2.5e17)),
        row(Cell::Text("'20240705-0000001"), Cell::Number(1_234_567_890_123_456.0)),
    ];
    read_cells(Width::Sparse, &rows, |rows| {
        assert_eq!(outcome(&rows), (2, 0, vec!["1 missing_order_id".into()]));
        let kinds: Vec<FindingKind> = rows.findings.iter().map(|f| f.kind).collect();
        assert_eq!(kinds, [FindingKind::DamagedId]);
        let ids: Vec<&str> =
            rows.samples.iter().filter_map(|s| s.values.first()).map(|(_, _, v)| v.as_str()).collect();
        assert_eq!(ids, ["10023", "20240705-0000001"]);
    });
}

#[test]
fn wrapped_and_escaped_blanks_do_not_speak() {
    let row = |name: &str, count: &str| format!("20240705-0000001|20240705-0000001-01|{name}|{count}");
    for blank in ["", "-", "=\"\"", "=\"--\"", "&nbsp;", "=\" \"", "###", "0000-00-00"] {
        read(Width::Strict, &[HEADER, &row(blank, blank)], |rows| {
            assert_eq!(outcome(&rows), (1, 0, vec![]), "{blank}");
            assert_eq!(rows.samples[0].values.len(), 2, "{blank}: only the ids speak");
        });
    }
}
