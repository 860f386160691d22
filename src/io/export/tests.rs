use std::convert::Infallible;
use std::fs;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal64Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema};
use calamine::{Data, Xlsx, open_workbook};

use super::mend::write_mend_workbook;
use super::*;
use crate::core::tables::ColumnType;
use crate::io::report::quarantine::MendRow;

fn schema() -> SchemaRef {
    let columns = [
        ("order_id", ColumnType::String),
        ("product_no", ColumnType::Int64),
        ("product_price", ColumnType::Money),
        ("order_day", ColumnType::Date),
        ("order_date", ColumnType::Datetime),
        ("observed_at", ColumnType::Timestamp),
    ];
    Arc::new(Schema::new(columns.map(|(name, t)| Field::new(name, t.arrow(), true)).to_vec()))
}

/// 2024-07-01 12:34:56 as microseconds.
const TIME: i64 = 1_719_837_296_000_000;

fn batch(texts: &[Option<&str>]) -> RecordBatch {
    let n = texts.len();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(texts.to_vec())),
        Arc::new(Int64Array::from(
            (0..n).map(|i| [Some(9_007_199_254_740_993), Some(7), None][i % 3]).collect::<Vec<_>>(),
        )),
        Arc::new(
            Decimal64Array::from(
                (0..n).map(|i| [Some(1_200_050), Some(-1), None][i % 3]).collect::<Vec<_>>(),
            )
            .with_precision_and_scale(18, 2)
            .unwrap(),
        ),
        Arc::new(Date32Array::from(vec![Some(19_905); n])),
        Arc::new(TimestampMicrosecondArray::from(vec![Some(TIME); n])),
        Arc::new(TimestampMicrosecondArray::from(vec![Some(TIME); n]).with_timezone("UTC")),
    ];
    RecordBatch::try_new(schema(), columns).unwrap()
}

fn write(texts: &[Option<&str>], path: &Path) -> Result<u64, ExportError> {
    write_table("order_items", &schema(), [Ok::<_, Infallible>(batch(texts))], path)
}

#[test]
fn csv_says_what_the_table_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.CSV");
    let rows = write(&[Some("=1+1"), Some("말\"줄\n,"), None], &path).unwrap();
    assert_eq!(rows, 3);
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "\u{feff}order_id,product_no,product_price,order_day,order_date,observed_at\n\
         =1+1,9007199254740993,12000.50,2024-07-01,2024-07-01 12:34:56,2024-07-01T12:34:56Z\n\
         \"말\"\"줄\n,\",7,-0.01,2024-07-01,2024-07-01 12:34:56,2024-07-01T12:34:56Z\n\
         ,,,2024-07-01,2024-07-01 12:34:56,2024-07-01T12:34:56Z\n"
    );
}

#[test]
fn parquet_keeps_types_and_values() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let texts = [Some("20240701-0000001"), None];
    write(&texts, &path).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(
        fs::File::open(&path).unwrap(),
    )
    .unwrap();
    let types: Vec<String> =
        reader.parquet_schema().columns().iter().map(|c| format!("{:?}", c.logical_type_ref())).collect();
    assert!(types[2].contains("Decimal"), "{types:?}");
    let back: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
    assert_eq!(back.len(), 1);
    let money = arrow::compute::cast(back[0].column(2), &ColumnType::Money.arrow()).unwrap();
    assert_eq!(&money, batch(&texts).column(2));
    assert_eq!(back[0].column(4).data_type(), &ColumnType::Datetime.arrow());
    assert_eq!(back[0].column(5).data_type(), &ColumnType::Timestamp.arrow());
}

/// A part of a workbook, as it stands in its ZIP.
fn part(path: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    io::read_to_string(archive.by_name(name).unwrap()).unwrap()
}

#[test]
fn nothing_that_looks_like_a_formula_becomes_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let texts =
        ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "00012", "1E5", "#N/A", "TRUE"];
    write(&texts.map(Some), &path).unwrap();
    let found: Vec<Data> = sheet(&path, "order_items").into_iter().skip(1).map(|r| r[0].clone()).collect();
    assert_eq!(found, texts.map(|t| Data::String(t.to_owned())));
    let xml = part(&path, "xl/worksheets/sheet1.xml");
    assert!(!xml.contains("<f>"), "{xml}");
}

fn sheet(path: &Path, name: &str) -> Vec<Vec<Data>> {
    let mut workbook: Xlsx<_> = open_workbook(path).unwrap();
    let mut cells = workbook.worksheet_cells_reader(name).unwrap();
    let mut rows: Vec<Vec<Data>> = Vec::new();
    while let Some(cell) = cells.next_cell().unwrap() {
        let (row, column) = cell.get_position();
        rows.resize(rows.len().max(row as usize + 1), Vec::new());
        let row = &mut rows[row as usize];
        row.resize(row.len().max(column as usize + 1), Data::Empty);
        row[column as usize] = Data::from(cell.get_value().clone());
    }
    rows
}

#[test]
fn workbook_cells_have_the_type_of_their_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let texts = [Some("=HYPERLINK(\"x\")"), Some("000123"), Some("a\u{1}b\nc")];
    assert_eq!(write(&texts, &path).unwrap(), 3);
    let rows = sheet(&path, "order_items");
    assert_eq!(rows[0][2], Data::String("product_price".into()));
    assert_eq!(rows[1][0], Data::String("=HYPERLINK(\"x\")".into()));
    assert_eq!(rows[1][1], Data::String("9007199254740993".into()), "a double would lose the last digit");
    assert_eq!(rows[1][2], Data::Float(12_000.5));
    assert_eq!(rows[2][0], Data::String("000123".into()));
    assert_eq!(rows[2][1], Data::Float(7.0));
    assert_eq!(rows[3][1], Data::Empty);
    let Data::DateTime(time) = &rows[1][4] else { panic!("{:?}", rows[1][4]) };
    assert!((time.as_f64() - 45_474.524_259_259).abs() < 1e-8, "{time:?}");
    let Data::DateTime(day) = &rows[1][3] else { panic!("{:?}", rows[1][3]) };
    assert!((day.as_f64() - 45_474.0).abs() < 1e-9, "{day:?}");
}

#[test]
fn a_long_table_goes_on_in_the_next_sheet() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let file = fs::File::create(&path).unwrap();
    let batches = [batch(&[Some("a"), Some("b")]), batch(&[Some("c"), Some("d"), Some("e")])];
    let rows = xlsx::write_in_sheets(
        2,
        &file,
        folder.path(),
        "order_items",
        &schema(),
        &mut batches.into_iter().map(Ok),
    );
    assert_eq!(rows.unwrap(), 5);
    let first = |name: &str| sheet(&path, name).iter().map(|r| r[0].to_string()).collect::<Vec<_>>();
    assert_eq!(first("order_items"), ["order_id", "a", "b"]);
    assert_eq!(first("order_items (2)"), ["order_id", "c", "d"]);
    assert_eq!(first("order_items (3)"), ["order_id", "e"]);
}

#[test]
fn a_text_too_long_for_excel_is_refused_and_the_target_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    fs::write(&path, "before").unwrap();
    let long = "가".repeat(32_768);
    let error = write(&[Some("a"), Some(&long)], &path).unwrap_err();
    assert!(matches!(&error, ExportError::TextTooLong { row: 2, column } if column == "order_id"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "before");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn a_failing_source_leaves_nothing_behind() {
    for name in ["a.csv", "a.parquet", "a.xlsx"] {
        let folder = tempfile::tempdir().unwrap();
        let batches = [Ok(batch(&[Some("a")])), Err("broken")];
        let error = write_table("t", &schema(), batches, &folder.path().join(name)).unwrap_err();
        assert!(matches!(error, ExportError::Source(_)), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{name}");
    }
}

#[test]
fn an_empty_table_still_has_its_columns() {
    for name in ["a.csv", "a.parquet", "a.xlsx"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let none = std::iter::empty::<Result<RecordBatch, Infallible>>();
        assert_eq!(write_table("t", &schema(), none, &path).unwrap(), 0, "{name}");
        assert!(fs::metadata(&path).unwrap().len() > 0);
    }
}

#[test]
fn only_ordinary_files_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    fs::create_dir(&path).unwrap();
    assert!(matches!(write(&[], &path), Err(ExportError::Occupied { .. })));
    let error = write(&[], &folder.path().join("a.xls")).unwrap_err();
    assert_eq!((error.code(), error.hint()), ("usage", Some("end the name in .parquet, .csv or .xlsx")));
    assert!(matches!(write(&[], &folder.path().join("no/a.csv")), Err(ExportError::Io { .. })));
}

#[test]
fn rows_to_mend_keep_their_headers_and_lead_back() {
    let row = |row, headers: [&str; 2], blame: &str| MendRow {
        sha256: "ab".repeat(32),
        row,
        path: "a.csv".into(),
        reason: "bad_number".into(),
        message: "write digits only".into(),
        header: Some(blame.into()),
        cells: headers.map(|h| (h.to_owned(), format!("{h} {row}"))).to_vec(),
    };
    let rows = [
        row(3, ["주문번호", "수량"], "수량"),
        row(9, ["주문번호", "판매가"], "판매가"),
        row(4, ["주문번호", "수량"], "수량"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mend.xlsx");
    assert_eq!(write_mend_workbook(&rows, "leave _jangbu alone", &path).unwrap(), 3);
    let texts = |name: &str| -> Vec<String> {
        sheet(&path, name)
            .iter()
            .map(|r| r.iter().skip(1).map(ToString::to_string).collect::<Vec<_>>().join("|"))
            .collect()
    };
    assert_eq!(
        texts("quarantine"),
        [
            "_jangbu_row|_jangbu_path|_jangbu_reason|주문번호|수량",
            "3|a.csv|write digits only|주문번호 3|수량 3",
            "4|a.csv|write digits only|주문번호 4|수량 4",
        ]
    );
    assert_eq!(texts("quarantine (2)")[1], "9|a.csv|write digits only|주문번호 9|판매가 9");
    let notes = part(&path, "xl/comments1.xml");
    assert!(notes.contains("ref=\"A1\"") && notes.contains("leave _jangbu alone"), "{notes}");
    assert!(notes.contains("ref=\"F2\"") && notes.contains("write digits only"), "{notes}");
    assert!(write_mend_workbook(&rows, "", &folder.path().join("mend.csv")).is_err());
}

#[test]
fn rows_to_mend_split_into_sheets_and_blank_cells_are_marked_too() {
    let row = |row, quantity: &str| MendRow {
        sha256: "ab".repeat(32),
        row,
        path: "a.csv".into(),
        reason: "missing_order_id".into(),
        message: "fill in".into(),
        header: Some("수량".into()),
        cells: vec![("주문번호".into(), "1".into()), ("수량".into(), quantity.into())],
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mend.xlsx");
    let rows = [row(1, ""), row(2, "x"), row(3, "x")];
    assert_eq!(mend::write_in_sheets(2, &rows, "", &path).unwrap(), 3);
    assert_eq!(sheet(&path, "quarantine").len(), 3);
    assert_eq!(sheet(&path, "quarantine (2)").len(), 2);
    let first = part(&path, "xl/worksheets/sheet1.xml");
    assert!(first.contains("r=\"F2\" s="), "{first}");
    let long = [MendRow { cells: vec![("주문번호".into(), "가".repeat(32_768))], ..row(7, "") }];
    let error = write_mend_workbook(&long, "", &path).unwrap_err();
    assert!(error.to_string().starts_with("a.csv, row 7, column 주문번호: "), "{error}");
}
