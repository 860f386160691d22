//! Whole files through [`read_text`]: written by the `csv` crate in every encoding, or damaged by hand.

use encoding_rs::EUC_KR;
use proptest::prelude::*;

use super::*;

/// Sizes small enough that every boundary falls somewhere.
const TINY: Sizes = Sizes { head: 4096, block: 7, line: 64, record: 1 << 20, record_lines: 2000 };

/// Everything a sink was told, as text: cells joined by `|`, with `·` for blank, `!` for undecodable.
#[derive(Default)]
struct Told {
    rows: Vec<String>,
    notes: Vec<Note>,
    sheets: usize,
    stop_after: Option<usize>,
}

impl Told {
    fn flow(&self) -> Flow {
        if self.stop_after.is_some_and(|limit| self.rows.len() >= limit) {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }
}

impl RowSink for Told {
    fn sheet(&mut self, sheet: Sheet<'_>) {
        assert_eq!(sheet.width, Width::Strict);
        self.sheets += 1;
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Flow {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| match cell {
                Cell::Text(text) => (*text).to_owned(),
                Cell::Blank => "·".to_owned(),
                Cell::Undecodable => "!".to_owned(),
                other => panic!("unexpected {other:?}"),
            })
            .collect();
        self.rows.push(cells.join("|"));
        self.flow()
    }

    fn blank_rows(&mut self, count: u64) -> Flow {
        for _ in 0..count {
            self.rows.push("<blank>".to_owned());
        }
        self.flow()
    }

    fn broken_row(&mut self) -> Flow {
        self.rows.push("<broken>".to_owned());
        self.flow()
    }

    fn note(&mut self, note: Note) {
        self.notes.push(note);
    }
}

fn score(cells: &[&str]) -> usize {
    let known = ["주문번호", "품목별 주문번호", "수량", "상품명", "배송메시지", "order_id", "memo"];
    cells.iter().filter(|cell| known.contains(&cell.trim())).count()
}

fn input(bytes: &[u8]) -> Input {
    Input::Memory(bytes.into())
}

fn cp949(text: &str) -> Vec<u8> {
    let (bytes, _, lossy) = EUC_KR.encode(text);
    assert!(!lossy, "{text}");
    bytes.into_owned()
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

fn read(bytes: &[u8], sizes: Sizes) -> Result<(TextFacts, Told), ReadError> {
    let mut told = Told::default();
    let facts = read_sized(&input(bytes), sizes, &score, &mut told)?;
    assert_eq!(told.sheets, 1);
    Ok((facts, told))
}

/// Reads with ordinary and with tiny blocks and expects the same rows.
#[track_caller]
fn check(bytes: &[u8], expected: &[&str]) -> TextFacts {
    let (facts, told) = read(bytes, SIZES).unwrap();
    assert_eq!(told.rows, expected);
    let (tiny_facts, told) = read(bytes, TINY).unwrap();
    assert_eq!(told.rows, expected, "in tiny blocks");
    assert_eq!(facts, tiny_facts);
    facts
}

#[track_caller]
fn check_encoding(bytes: &[u8], encoding: &str) {
    let facts = check(bytes, &["주문번호|상품명|수량", "1|똠양꿍|2", "2|·|3"]);
    assert_eq!((facts.encoding, facts.delimiter), (encoding, ','));
}

#[test]
fn encodings() {
    let text = "주문번호,상품명,수량\n1,똠양꿍,2\n2,,3\n";
    check_encoding(text.as_bytes(), "utf-8");
    check_encoding(format!("\u{feff}{text}").as_bytes(), "utf-8-bom");
    check_encoding(&cp949(text), "cp949");
    check_encoding(&utf16(&format!("\u{feff}{text}"), u16::to_le_bytes), "utf-16le");
    check_encoding(&utf16(&format!("\u{feff}{text}"), u16::to_be_bytes), "utf-16be");
    check_encoding(&utf16(text, u16::to_le_bytes), "utf-16le");
}

#[test]
fn an_ascii_head_leaves_the_encoding_open() {
    let head = "order_id,memo\n".to_owned() + &"1,a\n".repeat(3000);
    for (tail, encoding) in [("2,주문\n".as_bytes().to_vec(), "utf-8"), (cp949("2,주문\n"), "cp949")] {
        let (facts, told) = read(&[head.as_bytes(), &tail].concat(), TINY).unwrap();
        assert_eq!(facts.encoding, encoding);
        assert_eq!(told.rows.last().unwrap(), "2|주문");
    }
}

#[test]
fn line_ends_and_blank_lines() {
    let rows = ["주문번호|수량", "1|2", "<blank>", "<blank>", "3|4"];
    for end in ["\n", "\r\n", "\r"] {
        let text = ["주문번호,수량", "1,2", "", " ", "3,4"].join(end);
        check(text.as_bytes(), &rows);
        check((text + end).as_bytes(), &rows);
    }
    check("주문번호,수량\r\n1,2\n3,4\r5,6".as_bytes(), &["주문번호|수량", "1|2", "3|4", "5|6"]);
    check("\n\n주문번호,수량\n".as_bytes(), &["<blank>", "<blank>", "주문번호|수량"]);
}

#[test]
fn nothing_in_it() {
    for bytes in [&b""[..], b"\xef\xbb\xbf", b"\xff\xfe", b"sep=;\n"] {
        check(bytes, &[]);
    }
    check(b" \r\n\t\n,,\n", &["<blank>", "<blank>", "<blank>"]);
}

#[test]
fn dialects() {
    let rows = ["주문번호|상품명", "1|a,b;c"];
    for (delimiter, text) in [
        (',', "주문번호,상품명\n1,\"a,b;c\"\n"),
        ('\t', "주문번호\t상품명\n1\ta,b;c\n"),
        (';', "주문번호;상품명\n1;\"a,b;c\"\n"),
        ('|', "주문번호|상품명\n1|a,b;c\n"),
        ('^', "sep=^\r\n주문번호^상품명\r\n1^a,b;c\r\n"),
    ] {
        assert_eq!(check(text.as_bytes(), &rows).delimiter, delimiter);
    }
    check("\u{feff}\u{feff}sep=;\n주문번호;상품명\n".as_bytes(), &["주문번호|상품명"]);
    assert_eq!(
        check("\u{feff}sep=;\n주문번호;상품명\n".as_bytes(), &["주문번호|상품명"]).encoding,
        "utf-8-bom"
    );
}

#[test]
fn bytes_that_are_no_text_cost_their_cell() {
    let lead = [&cp949("주문번호,상품명,수량\n1,"), &b"\xc1"[..], &cp949(",3\n2,주문,4\n")].concat();
    check(&lead, &["주문번호|상품명|수량", "1|!|3", "2|주문|4"]);
    let quoted = [&cp949("주문번호,상품명,수량\n1,\"가"), &b"\xc1"[..], &cp949("\",3\n2,주문,4\n")].concat();
    check(&quoted, &["주문번호|상품명|수량", "1|!|3", "2|주문|4"]);
    let utf8 = ["주문번호,상품명,수량\n1,주문".as_bytes(), b"\xec\xa3,3\n2,a\xff\"b\n"].concat();
    check(&utf8, &["주문번호|상품명|수량", "1|!|3", "2|!"]);
    check("주문번호,상품명\n1,a\0b\n2,\u{fffd}\n".as_bytes(), &["주문번호|상품명", "1|!", "2|\u{fffd}"]);
    let odd = [&utf16("\u{feff}주문번호,수량\n1,2", u16::to_le_bytes)[..], b"x"].concat();
    check(&odd, &["주문번호|수량", "1|!"]);
}

#[test]
fn stray_quotes_are_text() {
    check(
        "주문번호,상품명\n1,5\" TV\n2,\"말 \"\"인용\"\" \"끝\n3,\"\"\n".as_bytes(),
        &["주문번호|상품명", "1|5\" TV", "2|말 \"인용\" 끝", "3|·"],
    );
}

#[test]
fn an_open_quote_costs_its_line() {
    let head = "주문번호,상품명,수량\n";
    let cases: [(&str, &[&str]); 7] = [
        ("1,\"a,2\n2,b,3\n3,c,4\n", &["<broken>", "2|b|3", "3|c|4"]),
        ("1,a,\"2", &["<broken>"]),
        // It pairs with the quote of a later row, whose field has a comma, a line break, or neither.
        ("1,\"a,2\n2,b,3\n3,\"c,d\",4\n5,e,6\n", &["<broken>", "2|b|3", "3|c,d|4", "5|e|6"]),
        ("1,\"a,2\n3,\"c\nd\",4\n5,e,6\n", &["<broken>", "3|c\nd|4", "5|e|6"]),
        ("1,\"a,2\n3,\"c\",4\n5,e,6\n", &["<broken>", "3|c|4", "5|e|6"]),
        ("\"1\",\"a\",\"2\n\"3\",\"c\",\"4\"\n", &["<broken>", "3|c|4"]),
        // A row that is only too short or too long stays one row.
        ("1,\"a\nb\"\n2,\"c\nd\",3,4\n5,e,6\n", &["1|a\nb", "2|c\nd|3|4", "5|e|6"]),
    ];
    for (text, rows) in cases {
        let rows: Vec<&str> = std::iter::once("주문번호|상품명|수량").chain(rows.iter().copied()).collect();
        check(format!("{head}{text}").as_bytes(), &rows);
        assert_eq!(read(&cp949(&format!("{head}{text}")), TINY).unwrap().1.rows, rows);
    }
}

#[test]
fn a_record_without_end_is_given_up() {
    let sizes = Sizes { head: 512, block: 16, line: 64, record: 256, record_lines: 5 };
    let rows = |text: String| read(text.as_bytes(), sizes).unwrap().1.rows;
    let long = "x".repeat(2000);
    let after_line = format!("주문번호,수량\r\n1,{long}\r\n2,3\r\n");
    assert_eq!(rows(after_line), ["주문번호|수량", "<broken>", "2|3"]);
    let at_the_end = format!("주문번호,수량\n1,{long}");
    assert_eq!(rows(at_the_end), ["주문번호|수량", "<broken>"]);
    let open = format!("주문번호,수량\n1,\"{}2,\"3\"\n", "4,5\n".repeat(6));
    let expected = [&["주문번호|수량", "<broken>"][..], &["4|5"; 5], &["2|3"]].concat();
    assert_eq!(rows(open), expected);
}

#[test]
fn a_pasted_file_may_bring_its_mark() {
    let text = "\u{feff}주문번호,수량\n1,2\n\u{feff}\"주문번호\",수량\n3,4\n";
    check(text.as_bytes(), &["주문번호|수량", "1|2", "주문번호|수량", "3|4"]);
}

fn rows_of(range: std::ops::Range<u32>) -> String {
    range.map(|n| format!("{n},상품{n} 이름,1\n")).collect::<Vec<_>>().concat()
}

#[track_caller]
fn check_switch(parts: &[&[u8]], expected: Option<(u64, &str)>) {
    for sizes in [SIZES, TINY] {
        match (read(&parts.concat(), sizes), expected) {
            (Err(ReadError::MixedEncoding { row, before }), Some(expected)) => {
                assert_eq!((row, before), expected);
            }
            (Ok(_), None) => {}
            (other, _) => panic!("{:?} instead of {expected:?}", other.map(|(_, told)| told.rows)),
        }
    }
}

#[test]
fn two_files_pasted_together() {
    let header = "주문번호,상품명,수량\n";
    let utf8 = |text: &str| text.as_bytes().to_vec();
    for count in [5, 3000] {
        let (first, second) = (rows_of(0..count), rows_of(count..count * 2));
        let row = u64::from(count) + 1;
        check_switch(&[&utf8(header), &utf8(&first), &cp949(&second)], Some((row, "utf-8")));
        check_switch(&[&cp949(header), &cp949(&first), &utf8(&second)], Some((row, "cp949")));
        check_switch(&[&cp949(header), &cp949(&first), &utf8(header), &utf8(&second)], Some((row, "cp949")));
        let marked = utf8(&format!("\u{feff}{header}{first}"));
        check_switch(&[&marked, &cp949(&second), &utf8(&first)], Some((row, "utf-8-bom")));
    }
    check_switch(&[&utf8(header), &utf8(&rows_of(0..9)), &cp949(&rows_of(0..2))], Some((10, "utf-8")));
    check_switch(&[&utf8(header), &utf8("\n1,\"여러\n줄\",2\n"), &cp949(&rows_of(0..3))], Some((3, "utf-8")));
}

#[test]
fn a_few_broken_rows_are_no_switch() {
    let header = "주문번호,상품명,수량\n".as_bytes();
    let broken: &[u8] = b"1,\xc1\xd6\xb9\xae,2\n";
    let good = rows_of(0..9);
    check_switch(&[header, good.as_bytes(), broken, good.as_bytes()], None);
    check_switch(&[header, good.as_bytes(), broken, broken, good.as_bytes()], None);
    check_switch(&[header, good.as_bytes(), broken], None);
    check_switch(&[header, b"1,\xff,2\n1,\xff,2\n1,\xff,2\n1,\xff,2\n"], None);
}

#[test]
fn stops_when_told() {
    let mut told = Told { stop_after: Some(2), ..Told::default() };
    read_text(&input("주문번호,수량\n1,2\n3,4\n".as_bytes()), &score, &mut told).unwrap();
    assert_eq!(told.rows, ["주문번호|수량", "1|2"]);
}

#[test]
fn spelled_out_syllables_are_put_together() {
    // What Python's `euc_kr` writes for 뷁 and 쀄.
    let spelled = b"\xa4\xd4\xa4\xb2\xa4\xce\xa4\xaa\xa4\xd4\xa4\xb3\xa4\xce\xa4\xd4".to_vec();
    let mut bytes = [&cp949("주문번호,상품명\n1,"), &spelled[..], b"\n2,", &spelled, b"\n"].concat();
    for _ in 0..2 {
        for sizes in [SIZES, TINY] {
            let (_, told) = read(&bytes, sizes).unwrap();
            assert_eq!(told.rows.get(..3).unwrap(), ["주문번호|상품명", "1|뷁쀄", "2|뷁쀄"]);
            assert_eq!(told.notes, [Note::RecomposedJamo(4)]);
        }
        bytes.extend(b"3,\xc1\n");
    }
}

#[derive(Clone, Copy, Debug)]
enum Written {
    Utf8,
    Utf8Bom,
    Cp949,
    Utf16Le,
    Utf16Be,
}

fn write(rows: &[Vec<String>], how: Written, delimiter: u8, end: csv::Terminator) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).terminator(end).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).unwrap();
    }
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    match how {
        Written::Utf8 => text.into_bytes(),
        Written::Utf8Bom => format!("\u{feff}{text}").into_bytes(),
        Written::Cp949 => cp949(&text),
        Written::Utf16Le => utf16(&format!("\u{feff}{text}"), u16::to_le_bytes),
        Written::Utf16Be => utf16(&format!("\u{feff}{text}"), u16::to_be_bytes),
    }
}

/// Rows that are not blank. `first` holds what a cell with special characters may begin with.
fn any_rows(first: &'static str) -> impl Strategy<Value = Vec<Vec<String>>> {
    let special = prop::string::string_regex(&format!("{first}[가-힣ab,;\t|\"\r\n]{{0,12}}")).unwrap();
    let cell = prop_oneof![
        4 => "[가-힣a-z0-9 ]{0,8}",
        1 => special,
    ];
    let row = (1..9999_u32, cell.clone(), cell).prop_map(|(id, a, b)| vec![id.to_string(), a, b]);
    prop::collection::vec(row, 0..20)
}

fn any_writing() -> impl Strategy<Value = (Written, u8, csv::Terminator)> {
    (
        prop::sample::select(vec![
            Written::Utf8,
            Written::Utf8Bom,
            Written::Cp949,
            Written::Utf16Le,
            Written::Utf16Be,
        ]),
        prop::sample::select(vec![b',', b'\t', b';', b'|']),
        prop::sample::select(vec![
            csv::Terminator::CRLF,
            csv::Terminator::Any(b'\n'),
            csv::Terminator::Any(b'\r'),
        ]),
    )
}

fn with_header(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let header = ["주문번호", "상품명", "수량"].map(str::to_owned).to_vec();
    std::iter::once(header).chain(rows).collect()
}

fn as_told(rows: &[Vec<String>]) -> Vec<String> {
    let cell = |cell: &String| if cell.is_empty() { "·".to_owned() } else { cell.clone() };
    rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join("|")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_was_written_is_read((how, delimiter, end) in any_writing(), rows in any_rows(""), block in 1..40_usize) {
        let rows = with_header(rows);
        let bytes = write(&rows, how, delimiter, end);
        let (facts, told) = read(&bytes, Sizes { block, ..TINY }).unwrap();
        prop_assert_eq!(facts.delimiter, char::from(delimiter));
        prop_assert_eq!(told.rows, as_told(&rows));
    }

    /// One cell gains an opening quote: every other row is there. (Unless the quote that seems to close it stands
    /// before a delimiter or a line end in the same column: then the record is a good one, and nobody can tell.)
    #[test]
    fn a_broken_quote_keeps_the_other_rows(
        (how, delimiter, end) in any_writing(),
        before in any_rows("[가-힣ab]"),
        after in any_rows("[가-힣ab]"),
        block in 1..40_usize,
    ) {
        let victim = vec!["7".to_owned(), "QQQ".to_owned(), "8".to_owned()];
        let rows = with_header([before.clone(), vec![victim], after.clone()].concat());
        let text = String::from_utf8(write(&rows, Written::Utf8, delimiter, end)).unwrap();
        let broken = text.replacen("QQQ", "\"QQQ", 1);
        let bytes = match how {
            Written::Cp949 => cp949(&broken),
            _ => broken.into_bytes(),
        };
        let (_, told) = read(&bytes, Sizes { block, ..TINY }).unwrap();
        let expected: Vec<String> = [
            as_told(&with_header(before)),
            vec!["<broken>".to_owned()],
            as_told(&after),
        ].concat();
        prop_assert_eq!(told.rows, expected);
    }

    /// Whatever the bytes are, reading ends, and the size of the blocks makes no difference.
    #[test]
    fn any_bytes(bytes in prop::collection::vec(prop::sample::select(
        b"\"\",,\n\r;\t\0a\xec\xa3\xbc\xeb\xac\xb8\xc1\xd6\xb9\xae\xff\xfe\xef\xbb\xbf".to_vec()), 0..200),
        block in 1..40_usize,
    ) {
        let sizes = Sizes { line: 1 << 20, ..TINY };
        let told = |result: Result<(TextFacts, Told), ReadError>| match result {
            Ok((facts, told)) => format!("{facts:?} {:?}", told.rows),
            Err(error) => error.to_string(),
        };
        prop_assert_eq!(told(read(&bytes, Sizes { block, ..sizes })), told(read(&bytes, sizes)));
    }
}
