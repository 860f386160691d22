use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::Path;

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};
use zip::write::SimpleFileOptions;

use super::*;
use crate::core::cell::{Cell, DateSystem, Flow, Note, Sheet, Width};
use crate::io::read::detect::detect;

/// Writes down what a reader tells, one line a call.
#[derive(Default)]
pub(super) struct Recorder {
    pub(super) told: String,
    pub(super) stop_after: Option<usize>,
    pub(super) rows: usize,
}

impl Recorder {
    fn flow(&mut self) -> Flow {
        self.rows += 1;
        if self.stop_after.is_some_and(|limit| self.rows >= limit) { Flow::Stop } else { Flow::Continue }
    }
}

impl RowSink for Recorder {
    fn sheet(&mut self, sheet: Sheet<'_>) {
        assert_eq!(sheet.width, Width::Sparse);
        let dates = if sheet.dates == DateSystem::Year1904 { " (1904)" } else { "" };
        writeln!(self.told, "# {}{dates}", sheet.name.unwrap_or("-")).unwrap();
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Flow {
        let mut blanks = 0;
        let mut row = String::new();
        for cell in cells {
            match cell {
                Cell::Blank => blanks += 1,
                Cell::Text(text) => write!(row, "+{blanks} '{}' ", text.escape_debug()).unwrap(),
                Cell::Number(n) => write!(row, "+{blanks} {n} ").unwrap(),
                Cell::DateSerial(n) => write!(row, "+{blanks} @{n} ").unwrap(),
                Cell::Bool(b) => write!(row, "+{blanks} {b} ").unwrap(),
                Cell::Error(e) => write!(row, "+{blanks} !{e} ").unwrap(),
                Cell::Null | Cell::Undecodable => panic!("no workbook has these"),
            }
            if *cell != Cell::Blank {
                blanks = 0;
            }
        }
        writeln!(self.told, "{}", row.trim_end().replace("+0 ", "")).unwrap();
        self.flow()
    }

    fn blank_rows(&mut self, count: u64) -> Flow {
        writeln!(self.told, "blank {count}").unwrap();
        self.flow()
    }

    fn broken_row(&mut self) -> Flow {
        panic!("workbooks have no broken rows")
    }

    fn note(&mut self, note: Note) {
        writeln!(self.told, "{note:?}").unwrap();
    }
}

/// Counts cells: for so many of them that writing them down would take a minute.
#[derive(Default)]
struct Counter(u64);

impl RowSink for Counter {
    fn sheet(&mut self, _: Sheet<'_>) {}

    fn row(&mut self, cells: &[Cell<'_>]) -> Flow {
        self.0 += cells.len() as u64;
        Flow::Continue
    }

    fn blank_rows(&mut self, _: u64) -> Flow {
        panic!("no row of these is blank")
    }

    fn broken_row(&mut self) -> Flow {
        panic!("workbooks have no broken rows")
    }

    fn note(&mut self, _: Note) {
        panic!("there is nothing to note")
    }
}

fn read(input: &Input) -> Result<String, ReadError> {
    let mut recorder = Recorder::default();
    let format = detect(input)?;
    read_workbook(input, format, &mut recorder)?;
    Ok(recorder.told)
}

pub(super) fn fixture(name: &str) -> Input {
    Input::File(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name))
}

fn check(input: &Input, expected: &str) {
    let lines: Vec<_> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(read(input).unwrap().lines().collect::<Vec<_>>(), lines);
}

pub(super) fn saved(mut workbook: Workbook) -> Input {
    Input::Memory(workbook.save_to_buffer().unwrap().into())
}

/// A ZIP file of named parts.
pub(super) fn zipped(parts: &[(&str, &[u8])]) -> Input {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    Input::Memory(zip.finish().unwrap().into_inner().into())
}

/// A workbook of one sheet, as hostile as its parts.
pub(super) fn xlsx(sheet_data: &str, strings: &str) -> Input {
    let rel = |kind: &str, target: &str| {
        format!(
            r#"<Relationship Id="r{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>"#,
            kind.len()
        )
    };
    let rels = |inner: String| format!("<Relationships>{inner}</Relationships>");
    let sheet_rel = rel("worksheet", "worksheets/sheet1.xml");
    let workbook =
        r#"<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="r9"/></sheets></workbook>"#;
    zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", rels(rel("officeDocument", "xl/workbook.xml")).as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels(sheet_rel).as_bytes()),
        ("xl/sharedStrings.xml", strings.as_bytes()),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet><sheetData>{sheet_data}</sheetData></worksheet>").as_bytes(),
        ),
    ])
}

#[test]
fn xls_xlsb_and_ods_of_other_programs() {
    check(
        &fixture("orders.xls"),
        "Note
        # 주문
        blank 1
        +1 '주문번호' '수량' '주문일시'
        +1 '20260102-0000001' 2 @46024.5
        blank 1
        +1 '20260103-0000001' true"
            .replace("Note", r#"HiddenSheet("숨김")"#)
            .as_str(),
    );
    check(
        &fixture("orders.xlsb"),
        r#"HiddenSheet("숨김")
        # 주문
        '주문번호' '수량' '주문일시'
        '20260102-0000001' 2 @46024.5
        blank 1
        '20260103-0000001' 1.5"#,
    );
    check(
        &fixture("orders.ods"),
        r#"# 주문
        blank 2
        +1 '주문번호' '수량' '주문일시' '비고'
        +1 '20260102-0000001' 2 '2026-01-02T12:00:00' 'a   b\nc\nd & e'
        +1 true +2 0.5 0.5
        +1 true +2 0.5 0.5
        +1 true +2 0.5 0.5
        HiddenSheet("숨김")"#,
    );
    check(
        &fixture("dates1904.xlsx"),
        r#"HiddenSheet("깊이숨김")
        # 주문 (1904)
        '주문번호' '주문일시'
        '20260102-0000001' @44562.5
        +1 46024"#,
    );
}

#[test]
fn cells_keep_their_kind_and_place() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("주문").unwrap();
    let date = CellFormat::new().set_num_format("yyyy-mm-dd hh:mm");
    sheet.write(2, 1, "D&#039;eL").unwrap();
    sheet.write(2, 3, 12000.5).unwrap();
    sheet.write(3, 0, true).unwrap();
    sheet.write_with_format(3, 2, ExcelDateTime::from_ymd(2026, 1, 2).unwrap(), &date).unwrap();
    sheet.write(5, 0, " 두 줄\n<b>&amp;").unwrap();
    sheet.write_blank(9, 9, &date).unwrap();
    sheet.write_formula(6, 1, rust_xlsxwriter::Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    workbook.add_worksheet().set_name("숨김").unwrap().set_hidden(true).write(0, 0, 1).unwrap();
    workbook.add_worksheet().set_name("빈").unwrap();
    check(
        &saved(workbook),
        r#"HiddenSheet("숨김")
        # 주문
        blank 2
        +1 'D&#039;eL' +1 12000.5
        true +1 @46024
        blank 1
        ' 두 줄\n<b>&amp;'
        +1 !#DIV/0!
        # 빈"#,
    );
}

#[test]
fn unusual_spellings_of_cells_are_understood() {
    check(
        &xlsx(
            r#"<row><c t="inlineStr"><is><t>no</t></is></c><c t="inlineStr"><is><r><t>r</t></r><r><t>ich</t></r></is></c></row>
            <row r="3"><c r="C3" t="str"><v>a_x000D_b &lt;</v></c><c r="B3" t="d"><v>2026-01-02T00:00:00</v></c></row>
            <row r="4"/>
            <row r="5"><c r="A5" t="s"><v>0</v></c><c r="B5" t="e"><v>#N/A</v></c><c r="C5" s="7"/></row>
            <row r="6"><c r="A6" t="inlineStr"><is><t></t></is></c></row>"#,
            r#"<sst uniqueCount="1"><si><t>x</t><rPh><t>y</t></rPh></si></sst>"#,
        ),
        r"# S
        'no' 'rich'
        blank 1
        +1 '2026-01-02' 'a\rb <'
        blank 1
        'x' !#N/A",
    );
}

#[test]
fn far_corners_cost_little() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, 1).unwrap();
    sheet.write(1_048_575, 16_383, 2).unwrap();
    check(&saved(workbook), "# Sheet1\n1\nblank 1048574\n+16383 2");
}

#[test]
fn stopping_is_no_error() {
    for name in ["orders.xls", "orders.xlsb", "orders.ods"] {
        for stop_after in 1..5 {
            let mut recorder = Recorder { stop_after: Some(stop_after), ..Recorder::default() };
            let input = fixture(name);
            read_workbook(&input, detect(&input).unwrap(), &mut recorder).unwrap();
            assert_eq!(recorder.rows, stop_after, "{name}");
        }
    }
}

#[test]
fn hostile_sheets_are_refused() {
    let no_strings = "<sst/>";
    let cell = |place: &str| format!(r#"<row r="1"><c r="{place}"><v>1</v></c></row>"#);
    for (sheet, strings, code) in [
        (cell("XFE1"), no_strings, "file.damaged"),
        (cell("A1048577"), no_strings, "file.damaged"),
        (cell("ZZZZZZZZZZ1"), no_strings, "file.damaged"),
        (
            r#"<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>"#.into(),
            no_strings,
            "file.damaged",
        ),
        (r#"<row r="1"><c r="A1" t="s"><v>5</v></c></row>"#.into(), no_strings, "file.damaged"),
        (r#"<row r="1"><c r="A1" t="str"><v>&xxe;</v></c></row>"#.into(), no_strings, "file.damaged"),
        ("<row><c><v>1</v>".into(), no_strings, "file.damaged"),
        (cell("A1"), r#"<sst uniqueCount="99999999999"></sst>"#, "file.too_large"),
        (
            cell("A1"),
            r#"<?x y?><!-- <sst uniqueCount="1"> --><x:sst uniqueCount="99999999999"/>"#,
            "file.too_large",
        ),
        (cell("A1"), "<sst uniqueCount='18446744073709551615'></sst>", "file.too_large"),
    ] {
        let error = read(&xlsx(&sheet, strings)).unwrap_err();
        assert_eq!(error.code(), code, "{sheet}: {error}");
    }
}

#[test]
fn a_text_that_explodes_is_refused_before_it_is_parsed() {
    let bomb = format!("<sst><si><t>{}</t></si></sst>", " ".repeat(70 << 20));
    let error = read(&xlsx("", &bomb)).unwrap_err();
    assert!(matches!(error, ReadError::TooLarge { what: "its compression ratio", .. }), "{error}");

    let style = format!("<styleSheet><font name=\"{}\"/></styleSheet>", "x".repeat(10_000));
    let input = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/styles.xml", style.as_bytes()),
    ]);
    assert_eq!(read(&input).unwrap_err().code(), "file.too_large");

    // Shrinks less than a bomb, but no cell holds so long a text.
    let mut seed = 1_u32;
    let noise = std::iter::repeat_with(|| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        char::from_digit(seed >> 28, 16).unwrap()
    });
    let long: String = std::iter::repeat_n('x', 66 << 20).chain(noise.take(1 << 20)).collect();
    let error = read(&xlsx(&format!("<row><c t=\"str\"><v>{long}</v></c></row>"), "<sst/>")).unwrap_err();
    assert!(matches!(error, ReadError::TooLarge { what: "the length of one of its texts", .. }), "{error}");
}

#[test]
fn repeated_cells_of_ods_do_not_multiply() {
    let content = |rows: &str| {
        let content = format!(
            "<d xmlns:table='t' xmlns:office='o' xmlns:text='x'><table:table table:name='S'>{rows}</table:table></d>"
        );
        zipped(&[
            ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
            ("content.xml", content.as_bytes()),
        ])
    };
    let wide = "<table:table-row table:number-rows-repeated='1000000'><table:table-cell office:value-type='float' \
        office:value='1' table:number-columns-repeated='16384'/></table:table-row>";
    let wide = content(wide);
    let mut counter = Counter::default();
    let error = read_workbook(&wide, detect(&wide).unwrap(), &mut counter).unwrap_err();
    assert_eq!(error.code(), "file.too_large");
    assert!(counter.0 <= 100_000_000, "{}", counter.0);
    let far = "<table:table-row table:number-rows-repeated='99999999999'/>\
        <table:table-row><table:table-cell office:value-type='string'><text:p>x</text:p></table:table-cell></table:table-row>";
    assert_eq!(read(&content(far)).unwrap_err().code(), "file.damaged");
    check(
        &content(
            "<table:table-row><table:table-cell table:number-columns-repeated='2'/>\
            <table:table-cell office:value-type='date' office:date-value='2026-01-02T00:00:00'/>\
            <table:table-cell office:value-type='string'><text:p>a&amp;&#44032;</text:p></table:table-cell></table:table-row>\
            <table:table-row table:number-rows-repeated='1048575'><table:table-cell/></table:table-row>",
        ),
        "# S\n+2 '2026-01-02' 'a&가'",
    );
}

#[test]
fn a_workbook_cut_short_is_incomplete() {
    for name in ["orders.xls", "orders.xlsb", "orders.ods", "dates1904.xlsx", "agile.xlsx"] {
        let whole = fixture(name).head(u64::MAX).unwrap();
        let cut = Input::Memory(whole[..whole.len() / 2].into());
        let error = read(&cut).unwrap_err();
        assert_eq!(error.code(), "file.incomplete", "{name}: {error}");
    }
}

/// Records of a BIFF stream.
pub(super) fn biff(records: &[(u16, &[u8])]) -> Vec<u8> {
    records
        .iter()
        .flat_map(|(kind, data)| {
            let length = u16::try_from(data.len()).unwrap();
            [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
        })
        .collect()
}

/// A bare BIFF5 workbook in CP949 whose one sheet has these records.
fn biff5(sheet: &[(u16, &[u8])]) -> Input {
    let bof = |kind: u8| [0x00, 0x05, kind, 0x00, 0, 0, 0, 0];
    let globals = |start: u32| {
        let bound = [&start.to_le_bytes()[..], &[0, 0, 2, 0xC7, 0xA5]].concat();
        biff(&[(0x0809, &bof(5)), (0x0042, &949_u16.to_le_bytes()), (0x0085, &bound), (0x000A, &[])])
    };
    let start = u32::try_from(globals(0).len()).unwrap();
    let bof = bof(0x10);
    let mut records = vec![(0x0809, &bof[..])];
    records.extend_from_slice(sheet);
    records.push((0x000A, &[]));
    Input::Memory([globals(start), biff(&records)].concat().into())
}

#[test]
fn biff5_without_a_container_in_cp949() {
    let number = [&[2, 0, 1, 0, 0, 0][..], &2.5_f64.to_le_bytes()].concat();
    let sheet = biff5(&[
        // A claim of 4 billion rows.
        (0x0200, &[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0, 0]),
        (0x0204, &[1, 0, 0, 0, 0, 0, 4, 0, 0xC1, 0xD6, 0xB9, 0xAE]),
        (0x0203, &number),
    ]);
    check(&sheet, "# 표\nblank 1\n'주문'\n+1 2.5");
}

/// An OLE container stores a stream in another way from 4096 bytes on, lists its sectors in another way from 7 MB on,
/// and the crate that writes ours goes another way from 64 KiB on.
#[test]
fn xls_of_every_size_is_read() {
    let mark = [&[3, 0, 1, 0, 0, 0][..], &7_f64.to_le_bytes()].concat();
    let shortest = biff5(&[(0x00EF, &[]), (0x0203, &mark)]).len().unwrap();
    for size in [shortest, 4095, 4096, 65_535, 65_536, 1 << 20, 7 << 20, 15 << 20] {
        // Records that make no cell push the only cell to the very end of the stream.
        let mut left = usize::try_from(size - shortest).unwrap();
        let mut sheet: Vec<(u16, &[u8])> = Vec::new();
        while left > 8_000 {
            sheet.push((0x00EF, &[0; 7_996]));
            left -= 8_000;
        }
        let filler = vec![0; left];
        sheet.extend([(0x00EF, &filler[..]), (0x0203, &mark)]);
        let input = biff5(&sheet);
        assert_eq!(input.len().unwrap(), size);
        check(&input, "# 표\nblank 3\n+1 7");
    }
}

#[test]
fn hostile_and_locked_xls_are_refused() {
    let number =
        |row: u16, column: u8| [&row.to_le_bytes()[..], &[column, 0, 0, 0], &1_f64.to_le_bytes()].concat();
    let (near, far) = (number(0, 0), number(65_535, 255));
    assert!(read(&biff5(&[(0x0203, &near), (0x0203, &far)])).is_ok());
    // The same sheet named three times.
    let mut bytes = biff5(&[(0x0203, &near), (0x0203, &far)]).head(u64::MAX).unwrap();
    let bound: Vec<u8> = bytes[18..31].to_vec();
    assert_eq!(bound[..2], [0x85, 0]);
    for _ in 0..2 {
        bytes.splice(18..18, bound.clone());
    }
    let start = u32::from_le_bytes(bytes[22..26].try_into().unwrap()) + 26;
    for at in [22, 35, 48] {
        bytes[at..at + 4].copy_from_slice(&start.to_le_bytes());
    }
    assert_eq!(read(&Input::Memory(bytes.into())).unwrap_err().code(), "file.too_large");

    for scheme in [0, 1] {
        let locked =
            biff(&[(0x0809, &[0, 6, 5, 0, 0, 0, 0, 0]), (0x002F, &[scheme, 0, 1, 0, 1, 0]), (0x000A, &[])]);
        let mut ole = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        ole.create_stream("/Workbook").unwrap().write_all(&locked).unwrap();
        ole.flush().unwrap();
        let error = read(&Input::Memory(ole.into_inner().into_inner().into())).unwrap_err();
        assert!(error.to_string().contains("password"), "{error}");
    }
}

proptest! {
    /// A file with bytes changed at random is read or refused; it never ends the program.
    #[test]
    fn damage_is_survived(file in 0_usize..4, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)) {
        let name = ["orders.xls", "orders.xlsb", "orders.ods", "dates1904.xlsx"][file];
        let mut bytes = fixture(name).head(u64::MAX).unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let told = read(&Input::Memory(bytes.into()));
        prop_assert!(told.is_ok() || !told.unwrap_err().code().is_empty());
    }
}
