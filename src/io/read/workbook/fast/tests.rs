use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use super::super::tests::{Recorder, fixture, saved, xlsx};
use super::*;
use book::{DATE, book};

/// What a reader tells, and how it ends.
type Told = (String, Result<(), String>);

fn told(stop_after: Option<usize>, read: impl FnOnce(&mut Output<'_>) -> Result<(), ReadError>) -> Told {
    let mut recorder = Recorder { stop_after, ..Recorder::default() };
    let result = read(&mut Output::new(&mut recorder)).map_err(|e| format!("{} {e}", e.code()));
    (recorder.told, result)
}

fn by_calamine(input: &Input, stop_after: Option<usize>) -> Told {
    told(stop_after, |output| Box::new(excel::Xlsx::open(input)?).read(output))
}

fn by_blocks(input: &Input, block: usize, stop_after: Option<usize>) -> Told {
    told(stop_after, |output| match Xlsx::open(input, block) {
        Some(book) => Box::new(book).read(output),
        None => Box::new(excel::Xlsx::open(input)?).read(output),
    })
}

/// Whether calamine was not needed.
fn is_fast(input: &Input, block: usize) -> bool {
    let mut fast = true;
    let _ = told(None, |output| {
        let book = Xlsx::open(input, block);
        fast = book.is_some();
        let Some(mut book) = book else { return Ok(()) };
        for name in excel::visible_sheets(&book.survey.sheets, output) {
            fast &= book.sheet(&name, output)?.is_ok();
        }
        Ok(())
    });
    fast
}

fn check_equal(input: &Input, blocks: impl IntoIterator<Item = usize>) -> Told {
    let expected = by_calamine(input, None);
    for block in blocks {
        assert_eq!(by_blocks(input, block, None), expected, "in blocks of {block}");
    }
    expected
}

/// The sheet is read without calamine, to the same end, wherever its blocks are cut.
fn check_known(sheet: &str, strings: &str) {
    let sheets = [("S", "visible", "worksheets/sheet1.xml", sheet.as_bytes())];
    let input = book(&sheets, "", DATE, ("xl/sharedStrings.xml", strings.as_bytes()));
    assert!(is_fast(&input, BLOCK), "{sheet} {strings}");
    let (rows, result) = check_equal(&input, (1..=sheet.len().max(strings.len())).chain([BLOCK]));
    assert_eq!(result, Ok(()), "{sheet} {strings}");
    assert!(rows.lines().count() > 1, "{sheet} {strings}");
}

/// The same with a prefix before all names of elements.
fn prefixed(xml: &str) -> String {
    let xml = xml.replace("</", "\u{1}").replace('<', "<x:").replace('\u{1}', "</x:");
    xml.replace("<x:!", "<!").replace("<x:?", "<?")
}

#[test]
fn spellings_of_cells_that_are_known() {
    let strings = "<sst><si><t>공유</t></si><si><t/></si><si><r><t>a</t></r><rPh><t>x</t></rPh><r><t xml:space='preserve'> b</t></r></si></sst>";
    for cells in [
        // Excel, with all it writes around the values.
        r#"<row r="1" spans="1:3" ht="16.5" thickBot="1" x14ac:dyDescent="0.3"><c r="A1" s="0"><v>1</v></c><c r="B1" t="s"><v>0</v></c><c r="C1"/></row><row r="3" hidden="1"><c r="B3" t="b"><v>1</v></c></row>"#,
        // Without places, as some writers do.
        "<row><c><v>1</v></c><c/><c t='s'><v>2</v></c></row><row/><row></row><row><c t='n'><v>-0.5</v></c></row>",
        // Places in some of them only.
        "<row r='2'><c r='C2'><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row><row r='9'><c><v>4</v></c></row>",
        // Cells of a row in any order; twice the same place.
        "<row><c r='C1'><v>1</v></c><c r='A1'><v>2</v></c><c><v>3</v></c><c r='A1'><v>4</v></c></row>",
        // Cells that lie in another row than their element.
        "<row r='5'><c r='A2'><v>1</v></c></row><row r='5'><c r='B2'><v>2</v></c><c r='A7'><v>2</v></c></row>",
        "<row><c t='s'><v>1</v></c><c t='s'><v></v></c><c t='s'><v/></c><c t='s'/><c t='s'></c><c><v>1</v></c></row>",
        "<row><c t='inlineStr'><is><t> a </t></is></c><c t='inlineStr'><is><t xml:space=\"preserve\"> a </t></is></c></row>",
        "<row><c t='inlineStr'><is><r><rPr><b/><color rgb='FF'/></rPr><t>a</t></r><r><t>b</t></r><rPh sb='0'><t>c</t></rPh></is></c><c t='inlineStr'><is/></c></row>",
        "<row><c t='inlineStr'><v>1</v></c><c t='inlineStr'><is><t>a</t></is><v>1</v></c><c><is><t>b</t></is></c><c><v>1</v></c></row>",
        "<row><c t='str'><f>A1&amp;\"x\"</f><v>a&lt;b&#10;&#xAC00;_x000D__x005F_x0041_\r\n</v></c><c t='str'><v/></c></row>",
        "<row><c t='str'><v>   </v></c><c t='str'><v>_xD83D__xDCF7_&#95;x0041_</v></c></row>",
        "<row><c><f t='shared' ref='A1:A2' si='0'>1+1</f><v>2</v></c><c><f t='shared' si='0'/><v>3</v></c><c><f>NOW()</f></c><c><v>1</v><f>1</f></c></row>",
        "<row><c t='e'><v>#N/A</v></c><c t='e'><v>#DIV/0!</v></c><c t='e'><v>#VALUE!</v></c><c t='b'><v>0</v></c><c t='b'><v/></c></row>",
        "<row><c t='d'><v>2026-01-02T00:00:00</v></c><c t='d'><v>2026-01-02T03:04:05Z</v></c><c t='d'><v/></c></row>",
        "<row><c><v>1E-05</v></c><c><v>12345678901234567890</v></c><c><v>45123.524305555555</v></c><c><v>-0</v></c></row>",
        "\r\n  <!-- <row> -->\n<row >\t<c ><?p <c> ?><!----><v a='>'>1</v>\n</c> </row>\n",
        "<row><c t='inlineStr'><is><t>a<![CDATA[<&amp;]]><!--x-->b</t></is></c></row>",
        "<row t = 'x' r\n=\t\"2\"><c t='str' r=\"b2\" s='0'><v>가나다</v></c></row>",
        "<row><c r='XFD1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
    ] {
        let sheet = format!("<worksheet><sheetData>{cells}</sheetData></worksheet>");
        check_known(&sheet, strings);
        check_known(&prefixed(&sheet), &prefixed(strings));
    }
}

#[test]
fn formulas_without_their_values_are_counted() {
    let cells = "<row><c><f>1+1</f><v></v></c><c><f>1</f></c><c t='str'><f>A1</f><v></v></c><c><f>1</f><v>1</v></c></row>";
    let input = xlsx(cells, "<sst></sst>");
    let mut recorder = Recorder::default();
    super::super::read_workbook(&input, crate::io::read::detect::Format::Xlsx, &mut recorder).unwrap();
    assert!(recorder.told.contains("FormulasWithoutValue(2)"), "{}", recorder.told);
}

/// Left to calamine, which may read or refuse them.
#[test]
fn spellings_of_cells_that_are_not_known() {
    let strings = "<sst><si><t>a</t></si></sst>";
    for cells in [
        "<row><c><v>1</v></c><c r='XFE1'><v>1</v></c></row>",
        "<row r='1048577'><c><v>1</v></c></row>",
        "<row><c r='A0'><v>1</v></c></row>",
        "<row><c r='1'><v>1</v></c></row>",
        "<row r='A3'><c><v>1</v></c></row>",
        "<row><c s='-1'><v>1</v></c></row>",
        "<row><c s='99999'><v>1</v></c></row>",
        "<row><c s=''><v>1</v></c></row>",
        "<row><c t='x'><v>1</v></c></row>",
        "<row><c t='x'/></row>",
        "<row><c t='n'><v>x</v></c></row>",
        "<row><c><v>x</v></c></row>",
        "<row><c><v> 1</v></c></row>",
        "<row><c><v>1&#48;</v></c></row>",
        "<row><c><v><!--x-->1</v></c></row>",
        "<row><c><v>1<!--x--></v></c></row>",
        "<row><c><v>NaN</v></c><c><v>inf</v></c><c><v>+1</v></c><c><v>.5</v></c><c><v>5.</v></c></row>",
        "<row><c t='s'><v>1</v></c></row>",
        "<row><c t='s'><v> 0</v></c></row>",
        "<row><c t='s'><v>-1</v></c></row>",
        "<row><c t='b'><v>TRUE</v></c><c t='b'><v> 1 </v></c></row>",
        "<row><c t='b'><v>2</v></c></row>",
        "<row><c t='e'><v>#SPILL!</v></c></row>",
        "<row><c t='str'><v><![CDATA[x]]>y</v></c></row>",
        "<row><c t='str'><v>&nbsp;</v></c></row>",
        "<row><c t='str'><v>a & b</v></c></row>",
        "<row><c><f>a & b</f><v>1</v></c></row>",
        "<row><c><f>a<b/>c</f><v>1</v></c></row>",
        "<row><c><x/><v>1</v></c></row>",
        "<row>text<c><v>1</v></c></row>",
        "<row><c>text<v>1</v></c></row>",
        "<c r='A1'><v>1</v></c>",
        "<row><row><c><v>1</v></c></row></row>",
        "<row><c r='A1' r='B1'><v>1</v></c></row>",
        "<row><c r=A1><v>1</v></c></row>",
        "<row><c r='A1't='n'><v>1</v></c></row>",
        "<row><c><v>1</w></c></row>",
        "<row><c><v>1</v></d></row>",
        "<row><c><v >1</v ></c ></row >",
        "<row><x:c><v>1</v></x:c></row>",
        "<row><c t='inlineStr'><is><t>a<b/>c</t></is></c></row>",
        "<row><c t='inlineStr'><is><rPh><t>a</t><rPh/><t>b</t></rPh></is></c></row>",
        "<row><c t='inlineStr'><is><rPh><t>a</t><rPh></rPh><t>b</t></rPh></is></c></row>",
        "<row r='3'><c><v>1</v></c></row><row r='2'><c><v>1</v></c></row>",
        "<row><c><v>1</v></c></row><!DOCTYPE x><row><c><v>1</v></c></row>",
        "<row><c><v>1</v></c></row><?xml version='1.0'?><row><c><v>1</v></c></row>",
        "<row><c><v>1</v></c><c><v>1",
        "<row><c><v>1</v></c></row><row",
    ] {
        // Rows before must not be lost or come twice.
        let before = "<row r='1'><c/><c><v>7</v></c></row><row r='2'><c t='s'><v>0</v></c></row>";
        let cells = cells.replace("r='A1", "r='A3").replace("r='B1", "r='B3");
        for cells in [cells.clone(), format!("{before}{cells}"), format!("{before}{cells}{before}")] {
            let input = xlsx(&cells, strings);
            assert!(!is_fast(&input, BLOCK), "{cells}");
            let _ = check_equal(&input, [1, 10, 50, 100, BLOCK]);
        }
    }
}

#[test]
fn tables_of_texts_that_are_not_known() {
    for strings in [
        "<sst><si><t>a</t></si>",
        "<sst><si><t>&x;</t></si></sst>",
        "<sst><!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><si><t>&b;</t></si></sst>",
        "<sst><si><t>a</t></si>text</sst>",
        "<sst><t>a</t><si><t>a</t></si></sst>",
        "<sst><si><x:t>a</x:t></si></sst>",
        "",
        "<x/>",
    ] {
        let input = xlsx("<row><c t='s'><v>0</v></c><c><v>1</v></c></row>", strings);
        assert!(!is_fast(&input, BLOCK), "{strings}");
        let _ = check_equal(&input, [1, 20, BLOCK]);
    }
}

#[test]
fn what_programs_write_is_known() {
    let mut workbook = Workbook::new();
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let time = Format::new().set_num_format("[h]:mm");
    let korean = Format::new().set_num_format("yyyy\"년\" mm\"월\"");
    let built_in =
        [14, 22, 27, 36, 46, 50, 57, 58].map(|id| Format::new().set_num_format_index(id).set_bold());
    for constant_memory in [false, true] {
        let sheet = if constant_memory {
            workbook.add_worksheet_with_constant_memory().unwrap()
        } else {
            workbook.add_worksheet()
        };
        sheet.merge_range(0, 0, 0, 3, "제목", &Format::new()).unwrap();
        for row in 1..300 {
            sheet.write(row, 0, format!("20260102-{row:07}")).unwrap();
            sheet.write(row, 1, f64::from(row) * 1.1).unwrap();
            sheet.write_with_format(row, 2, ExcelDateTime::from_ymd(2026, 1, 2).unwrap(), &date).unwrap();
            sheet.write_with_format(row, 3, 1.5, &time).unwrap();
            sheet.write_with_format(row, 4, 46000.5, &korean).unwrap();
            sheet.write(row, 5, row % 2 == 0).unwrap();
            sheet.write_formula(row, 6, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
            sheet.write_formula(row, 7, Formula::new("=\"a\"&\"<\"").set_result("a<")).unwrap();
            sheet.write(row, 8, format!(" _x0041_ 줄\n{row}\t\u{1}")).unwrap();
            for (column, format) in (9..).zip(&built_in) {
                sheet.write_with_format(row, column, 46000.25, format).unwrap();
                sheet.write_blank(row, column + 20, format).unwrap();
            }
        }
        sheet.autofilter(1, 0, 9, 9).unwrap();
    }
    let input = saved(workbook);
    assert!(is_fast(&input, BLOCK));
    let (rows, result) = check_equal(&input, [1, 100, 4096, BLOCK]);
    assert_eq!((rows.lines().count(), result), (602, Ok(())));
    assert_eq!(rows.matches("@46000.25").count(), 2 * 299 * 7, "the seven dates, and not the duration");
}

#[test]
fn texts_may_be_longer_than_a_block() {
    let long = "가".repeat(1 << 20);
    let input = xlsx(&format!("<row><c t='str'><v>{long}</v></c></row><row><c><v>1</v></c></row>"), "<sst/>");
    assert!(is_fast(&input, BLOCK));
    let (rows, result) = check_equal(&input, [1, BLOCK]);
    assert!(result.is_ok() && rows.len() > long.len());
}

#[test]
fn fixtures_are_known() {
    let input = fixture("dates1904.xlsx");
    assert!(is_fast(&input, BLOCK));
    assert_eq!(check_equal(&input, 1..200).1, Ok(()));
}

#[test]
fn a_receiver_may_stop_at_any_row() {
    let rows = "<row r='2'><c><v>1</v></c></row><row r='9'><c><v>2</v></c></row><row><c><v>x</v></c></row><row><c><v>3</v></c></row>";
    let input = xlsx(rows, "<sst/>");
    for stop_after in 1..9 {
        let expected = by_calamine(&input, Some(stop_after));
        for block in [1, 30, BLOCK] {
            assert_eq!(by_blocks(&input, block, Some(stop_after)), expected);
        }
    }
}

mod book;
mod random;
