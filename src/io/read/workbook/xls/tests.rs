//! What is read from records is what calamine reads.

use proptest::prelude::*;

use super::super::tests::{Recorder, biff};
use super::*;

/// A kind of record, and its data.
type Written = (u16, Vec<u8>);

/// A BIFF8 workbook: texts, then for each sheet whether it is hidden, and its records.
fn workbook(texts: &[String], sheets: &[(bool, Vec<Written>)], is_1904: bool) -> Vec<u8> {
    let bof = |kind: u8| [&[0x00, 0x06, kind, 0x00][..], &[0; 12]].concat();
    let mut globals = vec![
        (0x0809, bof(5)),
        (0x0042, 1200_u16.to_le_bytes().to_vec()),
        (0x0022, vec![u8::from(is_1904), 0]),
        (0x041E, [&[164, 0, 10, 0, 0][..], b"yyyy-mm-dd"].concat()),
    ];
    // General, a day, a duration, a format of one's own.
    for format in [0_u8, 14, 46, 164] {
        globals.push((0x00E0, [&[0, 0, format, 0][..], &[0; 16]].concat()));
    }
    let bounds = globals.len();
    for (number, (is_hidden, _)) in (b'A'..).zip(sheets) {
        globals.push((0x0085, vec![0, 0, 0, 0, u8::from(*is_hidden), 0, 1, 0, number]));
    }
    let mut table = vec![0; 8];
    for text in texts {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        table.extend(u16::try_from(wide.len() / 2).unwrap().to_le_bytes());
        table.push(1);
        table.extend(wide);
    }
    globals.push((0x00FC, table));
    globals.push((0x000A, Vec::new()));
    let bytes = |records: &[Written]| {
        biff(&records.iter().map(|(kind, data)| (*kind, data.as_slice())).collect::<Vec<_>>())
    };
    let mut end = bytes(&globals).len();
    let mut parts = Vec::new();
    for ((_, records), (_, bound)) in sheets.iter().zip(&mut globals[bounds..]) {
        bound[..4].copy_from_slice(&u32::try_from(end).unwrap().to_le_bytes());
        let part = bytes(&[vec![(0x0809, bof(0x10))], records.clone(), vec![(0x000A, Vec::new())]].concat());
        end += part.len();
        parts.push(part);
    }
    [bytes(&globals), parts.concat()].concat()
}

fn told(book: Result<Box<dyn WorkbookRows>, ReadError>) -> Result<String, &'static str> {
    let mut recorder = Recorder::default();
    let mut output = Output::new(&mut recorder);
    let read = book.and_then(|book| book.read(&mut output));
    read.map_err(|error| error.code())?;
    output.finish();
    Ok(recorder.told)
}

fn told_by_calamine(stream: &[u8]) -> Result<String, &'static str> {
    let mut stream = stream.to_vec();
    told(biff::tame(&mut stream).and_then(|()| Ok(Box::new(Xls::open(stream)?) as _)))
}

fn is_plain(stream: &[u8]) -> bool {
    plain::Xls::open(stream.to_vec()).is_ok()
}

fn at(row: u16, column: u16, rest: &[&[u8]]) -> Vec<u8> {
    [&row.to_le_bytes()[..], &column.to_le_bytes(), &rest.concat()].concat()
}

/// Records of one cell, mostly. The number says which of a few spellings.
fn cell(kind: u8, row: u16, column: u16, number: u32, float: f64) -> Written {
    let format = [(number % 6) as u8, 0];
    let short = [number & !3, number | 1, number | 2, number | 3][number as usize % 4].to_le_bytes();
    match kind {
        0 => (0x0203, at(row, column, &[&format, &float.to_le_bytes()])),
        1 => (0x027E, at(row, column, &[&format, &short])),
        2 => (0x00BD, at(row, column, &[&format, &short, &[0, 0], &short, &(column + 1).to_le_bytes()])),
        3..=5 => (0x00FD, at(row, column, &[&format, &(number % 5).to_le_bytes()])),
        6 => {
            (0x0205, at(row, column, &[&format, &[[0, 7, 0x2A, 3][number as usize % 4], (number % 2) as u8]]))
        }
        7 => (0x0201, at(row, column, &[&format])),
        // A text of its own, a chart that holds a cell, merged cells, a record that is too short.
        8 => (0x0204, at(row, column, &[&format, &[1, 0, 0, b'x']])),
        9 => (0x0809, vec![0; 16]),
        10 => (0x000A, Vec::new()),
        11 => (0x00E5, vec![1, 0, 0, 0, 1, 0, 0, 0, 1, 0]),
        _ => (0x0203, at(row, column, &[])),
    }
}

#[test]
fn what_exporting_programs_write_is_plain() {
    let sheet = vec![
        cell(3, 0, 0, 0, 0.0),
        cell(3, 0, 1, 1, 0.0),
        cell(0, 1, 0, 1, 45_000.5),
        cell(2, 1, 1, 402, 0.0),
        cell(6, 3, 4, 1, 0.0),
    ];
    let texts = ["주문번호".to_owned(), "수량".to_owned()];
    let stream = workbook(&texts, &[(true, sheet.clone()), (false, sheet)], false);
    assert!(is_plain(&stream));
    let expected = "HiddenSheet(\"A\")\n# B\n'주문번호' '수량'\n@45000.5 100 100\nblank 1\n+4 !#DIV/0!\n";
    assert_eq!(told(open(&Input::Memory(stream.into()))).as_deref(), Ok(expected));
}

/// Else one cell could make the reader ask for millions of texts.
#[test]
fn a_table_of_texts_that_hardly_any_cell_asks_for_is_calamines() {
    let texts = ["가", "나", "다"].map(str::to_owned);
    let asking = |numbers: &[u32]| {
        let cells = (0_u16..).zip(numbers).map(|(column, number)| cell(3, 0, column, *number, 0.0)).collect();
        is_plain(&workbook(&texts, &[(false, cells)], false))
    };
    assert!(asking(&[2, 0, 1]) && asking(&[0, 0, 2]));
    assert!(!asking(&[2]) && !asking(&[0, 2]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn records_mean_what_calamine_says(
        texts in prop::collection::vec("[a가😀]{0,3}", 0..8),
        sheets in prop::collection::vec(
            (any::<bool>(), prop::collection::vec(
                (prop_oneof![20 => 0..8_u8, 1 => 8..13_u8], 0..3_u16, 0..5_u16, any::<u32>(), any::<f64>()), 0..12,
            )),
            1..3,
        ),
        is_1904: bool,
        is_sorted in prop::bool::weighted(0.8),
    ) {
        let sheets: Vec<_> = sheets.into_iter().map(|(is_hidden, mut cells)| {
            if is_sorted {
                cells.sort_by_key(|(_, row, column, ..)| (*row, *column));
                cells.dedup_by_key(|(_, row, column, ..)| (*row, *column));
            }
            (is_hidden, cells.into_iter().map(|(kind, row, column, n, f)| cell(kind, row, column, n, f)).collect())
        }).collect();
        let stream = workbook(&texts, &sheets, is_1904);
        let found = told(open(&Input::Memory(stream.clone().into())));
        prop_assert_eq!(found, told_by_calamine(&stream));
    }
}
