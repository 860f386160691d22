//! Whole HTML files through [`read_html`].

use encoding_rs::EUC_KR;
use html5gum::IoReader;
use proptest::prelude::*;

use super::window::Scope;
use super::*;
use crate::core::cell::{Cell, Flow, Sheet, Width};

/// Everything a sink was told: `=== ` for a sheet, then rows with cells joined by `|`.
#[derive(Default)]
struct Told(Vec<String>);

impl RowSink for Told {
    fn sheet(&mut self, sheet: Sheet<'_>) {
        assert_eq!((sheet.width, sheet.name), (Width::Strict, None));
        self.0.push("===".to_owned());
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Flow {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| match cell {
                Cell::Text(text) => (*text).to_owned(),
                Cell::Blank => "·".to_owned(),
                Cell::Undecodable => "!".to_owned(),
                Cell::Number(number) => format!("#{number}"),
                Cell::Error(error) => format!("error {error}"),
                Cell::Bool(value) => format!("is {value}"),
                other => panic!("unexpected {other:?}"),
            })
            .collect();
        self.0.push(cells.join("|"));
        Flow::Continue
    }

    fn blank_rows(&mut self, _: u64) -> Flow {
        panic!("HTML has no gaps")
    }

    fn broken_row(&mut self) -> Flow {
        self.0.push("<broken>".to_owned());
        Flow::Continue
    }

    fn note(&mut self, note: Note) {
        panic!("unexpected {note:?}")
    }
}

fn score(cells: &[&str]) -> usize {
    cells.iter().filter(|cell| ["주문번호", "수량", "상품명"].contains(cell)).count()
}

const TINY: Sizes = Sizes { head: 64, block: 7, line: 32, ..SIZES };

fn read(html: &[u8], sizes: Sizes) -> Result<(&'static str, Vec<String>), ReadError> {
    let mut told = Told::default();
    let facts = read_sized(&Input::Memory(html.into()), sizes, &score, &mut told)?;
    Ok((facts.encoding, told.0))
}

#[track_caller]
fn check(html: &str, expected: &[&str]) {
    for sizes in [SIZES, TINY] {
        assert_eq!(read(html.as_bytes(), sizes).unwrap().1, expected, "{html}");
    }
}

#[test]
fn tables_are_sheets() {
    check(
        "<html><head><title>주문</title></head><body>x<table border=1><tr><th>주문번호<th>수량</tr>\
         <tr><td>1</td>\n<td>2</td></tr></table>y<TABLE><TBODY><TR><TD>3</TABLE>",
        &["===", "주문번호|수량", "1|2", "===", "3"],
    );
    check("<p>주문번호</p>", &[]);
    check("<table><tr></tr><tr><td></td><td> </td></tr></table>", &["===", "", "·|·"]);
}

#[test]
fn cells_are_read_as_shown() {
    let cases = [
        (" a \n  b ", "a b"),
        ("a<br>b<br/> c<br>", "a\nb\nc"),
        ("<p>a</p><div>b</div>c", "a\nb\nc"),
        ("a&nbsp;b", "a\u{a0}b"),
        ("<b>a</b><i>b</i> <u>c</u>", "ab c"),
        ("a<script>if (1 < 2) x()</script><style>td{}</style>b", "ab"),
        ("a<!-- c -->b", "ab"),
        ("<table><tr><td>a<td>b<tr><td>c</table>d", "a b\nc\nd"),
        ("&#44032;&lt;b&gt;", "가<b>"),
        ("a\0b", "!"),
    ];
    for (cell, expected) in cases {
        check(
            &format!("<table><tr><td>{cell}</td><td>z</td></tr></table>"),
            &["===", &format!("{expected}|z")],
        );
    }
}

#[test]
fn raw_numbers_go_before_what_is_shown_unless_they_stand_for_something_else() {
    let cases = [
        (r#"<td sdval="1200">1,200원</td>"#, "#1200"),
        (r#"<td x:num="45000.5">########</td>"#, "#45000.5"),
        (r#"<td sdval="0" sdnum="1033;">#DIV/0!</td>"#, "error #DIV/0!"),
        (r#"<td x:num="0"> #N/A </td>"#, "error #N/A"),
        (r#"<td sdval="1" sdnum="1033;0;BOOLEAN">TRUE</td>"#, "is true"),
        (r#"<td sdval="0">false</td>"#, "is false"),
        ("<td>#N/A</td>", "#N/A"),
    ];
    for (cell, expected) in cases {
        check(&format!("<table><tr>{cell}<td>z</td></tr></table>"), &["===", &format!("{expected}|z")]);
    }
}

#[test]
fn a_cell_is_what_a_browser_shows() {
    check(
        "<table><tr><td>A&amp;B</td><td>&amp;lt;</td><td>D&amp;#039;eL</td><td>&lt;</td></tr></table>",
        &["===", "A&B|&lt;|D&#039;eL|<"],
    );
}

#[test]
fn spans() {
    check(
        "<table><tr><td colspan=3>제목</td></tr><tr><td>a</td><td>b</td><td>c</td></tr></table>",
        &["===", "제목|·|·", "a|b|c"],
    );
    check(
        "<table><tr><td rowspan=2>1<td>a<td rowspan='3'>x<tr><td>b<tr><td>2<td>c<tr><td>3<td>d<td>y</table>",
        &["===", "1|a|x", "1|b|x", "2|c|x", "3|d|y"],
    );
    check(
        "<table><tr><td rowspan=2 colspan=2>1<td>a<tr><td>b<tr><td rowspan=2>c</table><table><tr><td>d</table>",
        &["===", "1|·|a", "1|·|b", "c", "===", "d"],
    );
    check("<table><tr><td>a<td rowspan=0>b<tr><td>c<tr></table>", &["===", "a|b", "c|b", "·|b"]);
}

#[test]
fn raw_numbers() {
    check(
        "<table><tr><td x:num=\"46106\">2026-03-25</td><td x:num>1,000</td><td sdval=1.5>2</td>\
         <td x:num='20260101000000001'>20260101000000001</td></tr></table>",
        &["===", "#46106|1,000|#1.5|20260101000000001"],
    );
}

#[test]
fn what_is_cut_off_is_broken() {
    check("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4", &["===", "1|2", "<broken>"]);
    check("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td>", &["===", "1|2", "3"]);
    check("<table><tr><td>1</td><td>2</td></tr>", &["===", "1|2"]);
}

#[test]
fn budgets() {
    let huge = "가".repeat(50_000);
    let html = format!("<table><tr><td>{huge}</td></tr><tr><td>1</td></tr></table>");
    assert_eq!(read(html.as_bytes(), SIZES).unwrap().1, ["===", "<broken>", "1"]);
    let wide = "<td colspan=1000>".repeat(17);
    let html = format!("<table><tr>{wide}</tr><tr><td>1</td></tr></table>");
    assert_eq!(read(html.as_bytes(), SIZES).unwrap().1, ["===", "<broken>", "1"]);
}

#[test]
fn encodings() {
    let table = "<table><tr><td>주문번호</td><td>상품명</td></tr><tr><td>1</td><td>똠양꿍</td></tr></table>";
    let rows = ["===", "주문번호|상품명", "1|똠양꿍"];
    let cp949 = |text: &str| EUC_KR.encode(text).0.into_owned();
    let cases = [
        (table.as_bytes().to_vec(), "utf-8"),
        (format!("\u{feff}{table}").into_bytes(), "utf-8-bom"),
        (cp949(table), "cp949"),
        (cp949(&format!("<meta charset=euc-kr>{table}")), "cp949"),
        (cp949(&format!("<meta charset=utf-8>{table}")), "cp949"),
        (format!("<meta charset=euc-kr>{table}").into_bytes(), "utf-8"),
    ];
    for (html, encoding) in cases {
        let (found, told) = read(&html, SIZES).unwrap();
        assert_eq!((found, told), (encoding, rows.map(str::to_owned).to_vec()));
    }
}

#[test]
fn bytes_that_are_no_text_cost_their_cell() {
    let html =
        [b"<table><tr><td>1</td><td>\xff</td></tr>", "<tr><td>주문</td></tr></table>".as_bytes()].concat();
    assert_eq!(read(&html, SIZES).unwrap().1, ["===", "1|!", "주문"]);
}

#[test]
fn a_change_of_encoding_is_refused() {
    let row = |n: u32| format!("<tr><td>{n}</td><td>상품 이름</td></tr>\n");
    let utf8: String = (0..5).map(row).collect();
    let cp949: Vec<u8> = EUC_KR.encode(&(5..10).map(row).collect::<String>()).0.into_owned();
    let html = [b"<table><tr><td>a</td></tr>\n", utf8.as_bytes(), &cp949, b"</table>"].concat();
    for sizes in [SIZES, TINY] {
        assert!(matches!(read(&html, sizes), Err(ReadError::MixedEncoding { .. })));
    }
}

/// What table programs do not write, or seldom.
const ODD: [&str; 66] = [
    "</table>",
    "<TBODY>",
    "</thead >",
    "<td rowspan=2 colspan='3'>",
    "<td x:num=\"1.5\">",
    "<TD X:NUM = 2 >",
    "<td sdval=3/>",
    "<td a=b/c>",
    "<td a=\"<td>\">",
    "<td a='x'b=1>",
    "<td a=\"&amp;\">",
    "<td a=\"1\rx\" x:num=\"4\">",
    "<td a\0b>",
    "<td a\"b=1>",
    "<td =1>",
    "<td a=>",
    "<td a= >",
    "<td/ >",
    "<td\tcolspan\n=\n2\x0c>",
    "<td\r\nrowspan=2>",
    "<br>",
    "<br/>",
    "<br />",
    "</br>",
    "<p>",
    "</p>",
    "<span style=\"mso-spacerun:yes\">",
    "<font color=#ff0000>",
    "<title>",
    "</title>",
    "<textarea>",
    "</textarea>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<!--",
    "-->",
    "<!-->",
    "<!doctype html>",
    "<![CDATA[",
    "]]>",
    "<?xml ?>",
    "<!",
    "</",
    "<",
    ">",
    "/",
    "=",
    "\"",
    "'",
    "&",
    "&amp;",
    "&nbsp;",
    "&lt",
    "&#44;",
    "&#x0;",
    "&notit;",
    "\r\n",
    "\r",
    "\0",
    "<a",
    "<1>",
    "</ td>",
    "<plaintext>",
    "<td x:num=\"",
];

fn told_by(read: impl FnOnce(TableEmitter<'_>)) -> Vec<String> {
    let mut told = Told::default();
    let rows = Shared::new(0);
    read(TableEmitter::new(&mut told, &rows));
    told.0
}

proptest! {
    /// Cells without markup come out as they were written, whatever the blocks.
    #[test]
    fn what_was_written_is_read(
        rows in prop::collection::vec(prop::collection::vec("[가-힣a-z0-9.]{1,9}( [가-힣a-z0-9.]{1,9})?", 1..5), 0..9),
        block in 1..40_usize,
    ) {
        let row_html = |row: &Vec<String>| format!("<tr><td>{}</td></tr>", row.join("</td><td>"));
        let html = format!("<table>{}</table>", rows.iter().map(row_html).collect::<Vec<_>>().concat());
        let expected: Vec<String> =
            std::iter::once("===".to_owned()).chain(rows.iter().map(|row| row.join("|"))).collect();
        prop_assert_eq!(read(html.as_bytes(), Sizes { block, ..TINY }).unwrap().1, expected);
    }

    /// What is read without the tokenizer means what the tokenizer says.
    #[test]
    fn plain_markup_means_what_the_tokenizer_says(
        parts in prop::collection::vec(prop_oneof![
            4 => prop::sample::select(vec!["<table>", "<tr>", "<td>", "</td>", "</tr>", "가나", "a b", "\n"]),
            1 => prop::sample::select(ODD.to_vec()),
        ], 0..60),
        most in 1..40_usize,
        least in 1..40_usize,
    ) {
        let html = format!("<table><tr><td>{}", parts.concat());
        let expected = told_by(|emitter| {
            let mut tokens = Tokenizer::new_with_emitter(IoReader::new(html.as_bytes()), emitter);
            assert!(tokens.next().is_none());
        });
        let told = told_by(|emitter| {
            let mut emitter = emitter;
            walk(Window::new(html.as_bytes(), Scope { most, least }), &mut emitter).unwrap();
        });
        prop_assert_eq!(told, expected, "{}", html);
    }

    /// Any soup of tags ends without an error.
    #[test]
    fn any_tags(parts in prop::collection::vec(prop::sample::select(vec![
        "<table>", "</table>", "<tr>", "</tr>", "<td rowspan=3 colspan=2>", "<td>", "</td>", "<br>", "<p>", "a", " ",
        "<script>", "</script>", "<tbody>", "&amp;", "<!--", "-->", "가", "<td x:num=1>",
    ]), 0..60)) {
        prop_assert!(read(parts.concat().as_bytes(), TINY).is_ok());
    }
}
