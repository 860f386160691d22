//! Spells a normalised value the ways people, spreadsheets and Cafe24 do, and turns grids of cells into files.

use std::io::Write as _;

use unicode_normalization::UnicodeNormalization as _;

use super::canary::Person;
use super::headers::{Column, Kind, label};
use super::rng::Rng;
use super::words::{Word, says};

/// How precisely a form tells a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    Day,
    Minute,
    Second,
}

/// A cell before it is written: text everywhere, or a number or date where the format has those.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Text(String),
    Number(f64),
    Serial(f64),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// What the container can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Text in a Unicode encoding.
    Unicode,
    /// Text in CP949: no NBSP, no U+20A9, no conjoining jamo.
    Cp949,
    Workbook,
}

/// A blank in one of its spellings.
pub fn blank(rng: &mut Rng, medium: Medium) -> Cell {
    let spellings = ["", "", "", " ", "-", "--", "###", "=\"\"", "0000-00-00 00:00:00", "\u{3000}", "\u{a0}"];
    let limit = if medium == Medium::Cp949 { spellings.len() - 1 } else { spellings.len() };
    Cell::text(*rng.pick(&spellings[..limit]))
}

/// Spells a value of a column; returns the cell and the word a reader must see.
pub fn spell(
    rng: &mut Rng,
    column: &Column,
    value: &str,
    precision: Precision,
    medium: Medium,
) -> (Cell, Vec<(String, Word)>) {
    let one = |cell: Cell, word: String| (cell, vec![(column.name.to_owned(), says(word))]);
    match column.kind {
        Kind::Money => one(money(rng, value, medium), value.to_owned()),
        Kind::Whole => one(whole(rng, value, medium), value.to_owned()),
        Kind::Time => {
            let (cell, told) = time(rng, value, precision, medium);
            one(cell, told)
        }
        Kind::Text | Kind::Region | Kind::Hash => one(text(rng, value, medium), value.to_owned()),
        Kind::Canceled => {
            let word = match value {
                "T" => "취소",
                "M" => "부분취소",
                _ => "취소안함",
            };
            one(Cell::text(word), value.to_owned())
        }
        Kind::Status => {
            let spelled = match rng.below(3) {
                0 => label(value).to_owned(),
                1 => label(value).replace('-', " - "),
                _ => label(value).replace("완료", " 완료").replace("준비중", " 준비중").trim().to_owned(),
            };
            (
                Cell::text(&spelled),
                vec![("order_status".into(), says(value)), ("status_text".into(), says(spelled))],
            )
        }
    }
}

/// A person's value in a hashed column; the word is what must have one hash.
pub fn personal(rng: &mut Rng, column: &str, person: &Person) -> (String, Word) {
    match column {
        "buyer_email_hash" => (person.email.clone(), says(format!("email:{}", person.email))),
        "receiver_region" => (person.address(), says(person.region.clone())),
        _ => (person.spelled(rng.below(4)), says(format!("phone:{}", person.mobile))),
    }
}

fn money(rng: &mut Rng, value: &str, medium: Medium) -> Cell {
    let short = value.trim_end_matches(".00");
    if medium == Medium::Workbook && rng.chance(60) {
        return Cell::Number(value.parse().expect("an amount"));
    }
    let grouped = group(short);
    Cell::Text(match rng.below(8) {
        0 | 1 => value.to_owned(),
        2 => short.to_owned(),
        3 => grouped,
        4 => format!("{grouped}원"),
        5 if medium != Medium::Cp949 => format!("₩{grouped}"),
        5 | 6 => format!("￦{grouped}"),
        _ => format!(" {} ", short.chars().map(wide).collect::<String>()),
    })
}

fn wide(c: char) -> char {
    c.to_digit(10).and_then(|digit| char::from_u32(0xFF10 + digit)).unwrap_or(c)
}

fn group(digits: &str) -> String {
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn whole(rng: &mut Rng, value: &str, medium: Medium) -> Cell {
    if medium == Medium::Workbook && rng.chance(60) {
        return Cell::Number(value.parse().expect("a whole number"));
    }
    Cell::Text(match rng.below(5) {
        0 => format!("{value}.0"),
        1 => value.chars().map(wide).collect(),
        _ => value.to_owned(),
    })
}

/// Returns the cell and the time as precisely as the cell tells it.
fn time(rng: &mut Rng, value: &str, precision: Precision, medium: Medium) -> (Cell, String) {
    let (day, clock) = (&value[..10], &value[11..]);
    let [year, month, date] = [0..4, 5..7, 8..10].map(|range| day[range].parse::<u32>().expect("a date"));
    let hour: u32 = clock[..2].parse().expect("an hour");
    let told = match precision {
        Precision::Day => day.to_owned(),
        Precision::Minute => value[..16].to_owned(),
        Precision::Second => value.to_owned(),
    };
    if medium == Medium::Workbook && precision != Precision::Minute && rng.chance(60) {
        let serial = f64::from(serial_day(day));
        let seconds = if precision == Precision::Day { 0 } else { seconds_of(clock) };
        // A whole-day serial is a bare day, so exact midnight would be told less precisely.
        if precision == Precision::Day || seconds != 0 {
            return (Cell::Serial(serial + f64::from(seconds) / 86_400.0), told);
        }
    }
    let dated = match rng.below(6) {
        0 => format!("{year}.{month}.{date}"),
        1 => format!("{year}. {month}. {date}."),
        2 => format!("{year}/{month}/{date}"),
        3 => format!("{month}/{date}/{}", year % 100),
        4 if precision == Precision::Day => day.replace('-', ""),
        _ => day.to_owned(),
    };
    let spelled = match precision {
        Precision::Day => dated,
        Precision::Minute => format!("{dated} {}", spelled_clock(rng, hour, &clock[2..5])),
        Precision::Second if rng.chance(15) => format!("{day}T{clock}+09:00"),
        Precision::Second if rng.chance(10) => format!("{day} {clock}.987"),
        Precision::Second => format!("{dated} {}", spelled_clock(rng, hour, &clock[2..])),
    };
    (Cell::Text(spelled), told)
}

fn spelled_clock(rng: &mut Rng, hour: u32, rest: &str) -> String {
    match rng.below(4) {
        0 => format!("{hour}{rest}"),
        1 => {
            let half = if hour < 12 { "오전" } else { "오후" };
            format!("{half} {}{rest}", if hour.is_multiple_of(12) { 12 } else { hour % 12 })
        }
        _ => format!("{hour:02}{rest}"),
    }
}

fn serial_day(day: &str) -> i32 {
    let zero = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).expect("a day");
    let day = chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").expect("a day");
    i32::try_from((day - zero).num_days()).expect("a near day")
}

fn seconds_of(clock: &str) -> u32 {
    clock.split(':').fold(0, |sum, part| sum * 60 + part.parse::<u32>().expect("a clock"))
}

fn text(rng: &mut Rng, value: &str, medium: Medium) -> Cell {
    Cell::Text(match rng.below(10) {
        0 => format!(" {value}  "),
        1 => value.replace('&', "&amp;").replace('\'', "&#039;"),
        2 if medium != Medium::Cp949 => value.nfd().collect(),
        _ => value.to_owned(),
    })
}

/// How a text table is written.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    pub delimiter: u8,
    pub line_end: &'static str,
    pub quote_all: bool,
    pub encoding: Encoding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8Bom,
    Utf8,
    Cp949,
    Utf16,
}

/// Writes a grid as delimited text.
pub fn delimited(grid: &[Vec<Cell>], dialect: Dialect) -> Vec<u8> {
    let delimiter = char::from(dialect.delimiter);
    let mut out = String::new();
    for row in grid {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell, delimiter, dialect.quote_all)).collect();
        out.push_str(&cells.join(&delimiter.to_string()));
        out.push_str(dialect.line_end);
    }
    match dialect.encoding {
        Encoding::Utf8 => out.into_bytes(),
        Encoding::Utf8Bom => [b"\xEF\xBB\xBF", out.as_bytes()].concat(),
        Encoding::Cp949 => {
            let (bytes, _, lossy) = encoding_rs::EUC_KR.encode(&out);
            if lossy { [b"\xEF\xBB\xBF", out.as_bytes()].concat() } else { bytes.into_owned() }
        }
        Encoding::Utf16 => {
            let units = out.encode_utf16().flat_map(u16::to_le_bytes);
            [0xFF, 0xFE].into_iter().chain(units).collect()
        }
    }
}

fn quoted(cell: &Cell, delimiter: char, always: bool) -> String {
    let text = match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) | Cell::Serial(number) => number.to_string(),
    };
    if always || text.contains([delimiter, '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// A sheet: its name, whether it is hidden, and its cells.
pub struct Sheet {
    pub name: String,
    pub hidden: bool,
    pub grid: Vec<Vec<Cell>>,
}

/// Writes a workbook.
pub fn workbook(sheets: &[Sheet]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let time = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    for sheet in sheets {
        let page = book.add_worksheet();
        page.set_name(&sheet.name).expect("a good sheet name");
        page.set_hidden(sheet.hidden);
        for (row, cells) in (0..).zip(&sheet.grid) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Text(text) if text.is_empty() => Ok(&mut *page),
                    Cell::Text(text) => page.write_string(row, column, text),
                    Cell::Number(number) => page.write_number(row, column, *number),
                    Cell::Serial(serial) => page.write_number_with_format(row, column, *serial, &time),
                }
                .expect("a cell inside the sheet");
            }
        }
    }
    book.save_to_buffer().expect("a workbook in memory")
}

/// A ZIP of members.
pub fn zipped(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("a member");
        writer.write_all(bytes).expect("room in memory");
    }
    writer.finish().expect("a zip in memory").into_inner()
}

pub fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).expect("room in memory");
    writer.finish().expect("a gzip in memory")
}

pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(
            ["1", "999", "1000", "38900", "1234567"].map(group),
            ["1", "999", "1,000", "38,900", "1,234,567"]
        );
    }

    #[test]
    fn serials_of_the_1900_system() {
        assert_eq!(serial_day("2026-03-25"), 46106);
        assert_eq!(seconds_of("00:00:50"), 50);
    }

    #[test]
    fn cells_are_quoted_where_they_must() {
        assert_eq!(quoted(&Cell::text("가,나\"다"), ',', false), "\"가,나\"\"다\"");
        assert_eq!(quoted(&Cell::text("가"), ',', false), "가");
    }
}
