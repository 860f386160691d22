//! Whole workbooks through [`read_spreadsheetml`].

use encoding_rs::EUC_KR;

use super::*;
use crate::core::cell::{DateSystem, Width};

/// Everything a sink was told: `=== name` for a sheet, then rows with cells joined by `|`.
#[derive(Default)]
struct Told(Vec<String>);

impl RowSink for Told {
    fn sheet(&mut self, sheet: Sheet<'_>) {
        assert_eq!(sheet.width, Width::Sparse);
        let system = if sheet.dates == DateSystem::Year1904 { " 1904" } else { "" };
        self.0.push(format!("=== {}{system}", sheet.name.unwrap()));
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Flow {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| match cell {
                Cell::Text(text) => (*text).to_owned(),
                Cell::Blank => "·".to_owned(),
                Cell::Undecodable => "!".to_owned(),
                Cell::Number(number) => format!("#{number}"),
                Cell::Bool(value) => format!("?{value}"),
                Cell::Error(text) => format!("E{text}"),
                other => panic!("unexpected {other:?}"),
            })
            .collect();
        self.0.push(cells.join("|"));
        Flow::Continue
    }

    fn blank_rows(&mut self, count: u64) -> Flow {
        self.0.push(format!("<{count} blank>"));
        Flow::Continue
    }

    fn broken_row(&mut self) -> Flow {
        self.0.push("<broken>".to_owned());
        Flow::Continue
    }

    fn note(&mut self, note: Note) {
        self.0.push(format!("{note:?}"));
    }
}

fn read(xml: &[u8]) -> Result<(&'static str, Vec<String>), ReadError> {
    let mut told = Told::default();
    let facts = read_spreadsheetml(&Input::Memory(xml.into()), &mut told)?;
    Ok((facts.encoding, told.0))
}

fn workbook(sheets: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n\
         <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
         xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">{sheets}</Workbook>\n"
    )
}

fn sheet(name: &str, rows: &str, options: &str) -> String {
    format!(
        "<Worksheet ss:Name=\"{name}\"><Table>{rows}</Table><WorksheetOptions \
         xmlns=\"urn:schemas-microsoft-com:office:excel\">{options}</WorksheetOptions></Worksheet>"
    )
}

fn row(cells: &[&str]) -> String {
    let open = "<Cell><Data ss:Type=\"String\">";
    let close = "</Data></Cell>";
    format!("<Row>{open}{}{close}</Row>", cells.join(&format!("{close}{open}")))
}

#[track_caller]
fn check(rows: &str, expected: &[&str]) {
    let (_, told) = read(workbook(&sheet("S", rows, "")).as_bytes()).unwrap();
    assert_eq!(told.first().map(String::as_str), Some("=== S"));
    assert_eq!(told.get(1..).unwrap(), expected, "{rows}");
}

#[test]
fn types() {
    let cell = |kind: &str, text: &str| {
        format!("<Row><Cell ss:StyleID=\"s1\"><Data ss:Type=\"{kind}\">{text}</Data></Cell></Row>")
    };
    let cases = [
        ("String", " 주문\n번호 ", " 주문\n번호 "),
        ("Number", "12000.5", "#12000.5"),
        ("Number", "1E3", "#1000"),
        ("Number", "20260101000000001", "20260101000000001"),
        ("Number", "none", "none"),
        ("DateTime", "2026-01-02T03:04:05.000", "2026-01-02T03:04:05.000"),
        ("DateTime", "2026-01-02T00:00:00.000", "2026-01-02"),
        ("Boolean", "1", "?true"),
        ("Error", "#DIV/0!", "E#DIV/0!"),
        ("String", "\u{ffff}", "!"),
    ];
    for (kind, text, expected) in cases {
        check(&cell(kind, text), &[expected]);
    }
}

#[test]
fn places() {
    check(
        &(row(&["a"]) + "<Row ss:Index=\"5\"><Cell ss:Index=\"3\"><Data>b</Data></Cell></Row>"),
        &["a", "<3 blank>", "·|·|b"],
    );
    check(
        "<Row><Cell ss:MergeAcross=\"2\"><Data>t</Data></Cell><Cell><Data>u</Data></Cell></Row>",
        &["t|·|·|u"],
    );
    check(
        &(row(&["a"]) + "<Row/><Row ss:Span=\"1\"/><Row><Cell/></Row>" + &row(&["b"]) + "<Row/><Row/>"),
        &["a", "<4 blank>", "b"],
    );
    check("<Row><Cell><Data></Data></Cell><Cell><Data>a</Data></Cell><Cell/></Row>", &["·|a|·"]);
}

#[test]
fn text_of_a_cell() {
    check(
        &row(&["A&amp;B", "&amp;lt;", "&lt;b&gt;", "a&#10;b", "<![CDATA[x&y]]>"]),
        &["A&B|&lt;|<b>|a\nb|x&y"],
    );
    check(
        "<Row><Cell><ss:Data ss:Type=\"String\" xmlns=\"http://www.w3.org/TR/REC-html40\"><B>굵은</B><Font> 글</Font>\
         </ss:Data><Comment ss:Author=\"x\"><ss:Data>메모</ss:Data></Comment><NamedCell ss:Name=\"n\"/></Cell></Row>",
        &["굵은 글"],
    );
}

#[test]
fn sheets() {
    let xml = workbook(
        &(sheet("주문 &amp; 기타", &row(&["a"]), "")
            + &sheet("숨김", &row(&["b"]), "<Visible>SheetHidden</Visible>")
            + &sheet("깊이", &row(&["c"]), "<Visible>SheetVeryHidden</Visible>")
            + &sheet("끝", &row(&["d"]), "<Selected/>")),
    );
    let expected = ["=== 주문 & 기타", "a", "HiddenSheet(\"숨김\")", "HiddenSheet(\"깊이\")", "=== 끝", "d"];
    assert_eq!(read(xml.as_bytes()).unwrap().1, expected);
    let old = "<ExcelWorkbook xmlns=\"urn:schemas-microsoft-com:office:excel\"><Date1904/></ExcelWorkbook>";
    let xml = workbook(&(old.to_owned() + &sheet("S", "", "")));
    assert_eq!(read(xml.as_bytes()).unwrap().1, ["=== S 1904"]);
}

#[test]
fn encodings() {
    let xml = workbook(&sheet("주문", &row(&["주문번호", "똠양꿍"]), ""));
    let korean = xml.replace("version=\"1.0\"", "version=\"1.0\" encoding=\"euc-kr\"");
    let utf16: Vec<u8> = format!("\u{feff}{xml}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases = [
        (xml.as_bytes().to_vec(), "utf-8"),
        (format!("\u{feff}{xml}").into_bytes(), "utf-8-bom"),
        (EUC_KR.encode(&korean).0.into_owned(), "cp949"),
        (utf16, "utf-16le"),
    ];
    for (bytes, encoding) in cases {
        let (found, told) = read(&bytes).unwrap();
        assert_eq!(found, encoding);
        assert_eq!(told, ["=== 주문", "주문번호|똠양꿍"]);
    }
}

#[test]
fn what_is_refused() {
    let entity = |head: &str, cell: &str| {
        workbook(&sheet("S", &row(&[cell]), "")).replace("<Workbook", &format!("{head}<Workbook"))
    };
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>";
    let code = |xml: &str| read(xml.as_bytes()).unwrap_err().code();
    assert_eq!(code(&entity(laughs, "&b;")), "file.unsupported");
    assert_eq!(code(&entity("<!DOCTYPE x SYSTEM \"file:///etc/passwd\">", "")), "file.unsupported");
    assert_eq!(code(&entity("", "&b;")), "file.unsupported");
    assert_eq!(code(&entity("", "&#0;")), "file.damaged");
    let whole = workbook(&sheet("S", &row(&["a"]), ""));
    for cut in [whole.find("</Row>").unwrap(), whole.len() - 14, whole.find("Type=").unwrap()] {
        assert_eq!(code(whole.get(..cut).unwrap()), "file.incomplete", "{cut}");
    }
    assert_eq!(code(&whole.replace("</Row>", "</Raw>")), "file.damaged");
    let rows = |rows: &str| workbook(&sheet("S", rows, ""));
    assert_eq!(code(&rows("<Row ss:Index=\"3\"/><Row ss:Index=\"3\"/>")), "file.damaged");
    assert_eq!(code(&rows("<Row><Cell/><Cell ss:Index=\"1\"/></Row>")), "file.damaged");
    assert_eq!(code(&rows("<Row ss:Index=\"1048577\"/>")), "file.too_large");
    assert_eq!(code(&rows("<Row ss:Span=\"18446744073709551615\"/>")), "file.too_large");
    assert_eq!(code(&rows("<Row><Cell ss:Index=\"16385\"/></Row>")), "file.too_large");
    assert_eq!(code(&rows(&row(&[&"a".repeat(5 << 20)]))), "file.too_large");
    assert_eq!(code(&rows(&("<Row>".to_owned() + &"<a>".repeat(100)))), "file.too_large");
}

#[test]
fn a_cell_over_the_budget_costs_its_row() {
    check(&(row(&[&"가".repeat(50_000)]) + &row(&["b"])), &["<broken>", "b"]);
}
