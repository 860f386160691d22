//! Workbooks of several parts, and where calamine finds them.

use super::super::super::tests::zipped;
use super::*;

/// A workbook whose sheets, styles and relations are these.
pub(super) fn book(
    sheets: &[(&str, &str, &str, &[u8])],
    pr: &str,
    styles: &str,
    strings: (&str, &[u8]),
) -> Input {
    let base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut relations = String::new();
    let mut names = String::new();
    for (id, (name, state, path, _)) in sheets.iter().enumerate() {
        relations += &format!(r#"<Relationship Id="r{id}" Type="{base}/worksheet" Target="{path}"/>"#);
        names += &format!(r#"<sheet name="{name}" sheetId="{id}" state="{state}" r:id="r{id}"/>"#);
    }
    let (relations, workbook) = (
        format!("<Relationships>{relations}</Relationships>"),
        format!("<workbook>{pr}<sheets>{names}</sheets></workbook>"),
    );
    let root = format!(
        r#"<Relationships><Relationship Type="{base}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let paths: Vec<_> = sheets
        .iter()
        .map(|(_, _, path, _)| path.strip_prefix('/').map_or(format!("xl/{path}"), str::to_owned))
        .collect();
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        strings,
    ];
    parts.extend(paths.iter().zip(sheets).map(|(path, (.., sheet))| (path.as_str(), *sheet)));
    zipped(&parts)
}

pub(super) const ONE: &[u8] = b"<worksheet><dimension ref='A1'/><sheetData><row><c s='1' t='n'><v>1</v></c><c t='s'><v>0</v></c></row></sheetData></worksheet>";
pub(super) const DATE: &str = "<styleSheet><cellXfs><xf/><xf numFmtId='14'/></cellXfs></styleSheet>";
const STRINGS: &[u8] = b"<sst><si><t>a</t></si></sst>";

#[test]
fn sheets_lie_where_calamine_finds_them() {
    let other = b"<worksheet><sheetData><row><c><v>5</v></c></row></sheetData></worksheet>";
    let pr = "<workbookPr date1904='true'/>";
    for (fast, input) in [
        (
            true,
            book(
                &[("b", "visible", "worksheets/two.xml", ONE), ("a", "hidden", "worksheets/one.xml", other)],
                pr,
                DATE,
                ("xl/sharedStrings.xml", STRINGS),
            ),
        ),
        (
            true,
            book(
                &[
                    ("a", "visible", "/xl/Worksheets/ONE.xml", ONE),
                    ("b", "visible", "worksheets/two.xml", other),
                ],
                "",
                DATE,
                ("xl/SharedStrings.xml", STRINGS),
            ),
        ),
        (
            true,
            book(
                &[("a", "visible", r"worksheets\one.xml", ONE)],
                "",
                DATE,
                ("xl/sharedStrings.xml", STRINGS),
            ),
        ),
        // Two of one name: the first is found twice.
        (
            true,
            book(
                &[("a", "visible", "worksheets/one.xml", ONE), ("a", "visible", "worksheets/two.xml", other)],
                "",
                DATE,
                ("xl/sharedStrings.xml", STRINGS),
            ),
        ),
        // Its number is the place of the other one.
        (
            false,
            book(
                &[("b", "visible", "worksheets/two.xml", ONE), ("a", "visible", "odd.xml", other)],
                "",
                DATE,
                ("xl/sharedStrings.xml", STRINGS),
            ),
        ),
        (false, book(&[("a", "visible", "one.xml", ONE)], "", DATE, ("xl/sharedStrings.xml", STRINGS))),
        (
            false,
            book(&[("a", "visible", "worksheets/one.xml", ONE)], "", DATE, ("sharedStrings.xml", STRINGS)),
        ),
        (
            false,
            book(&[("a", "odd", "worksheets/one.xml", ONE)], "", DATE, ("xl/sharedStrings.xml", STRINGS)),
        ),
        (
            false,
            book(
                &[("a", "visible", "worksheets/one.xml", ONE)],
                "",
                "<styleSheet>",
                ("xl/sharedStrings.xml", STRINGS),
            ),
        ),
        (
            false,
            book(
                &[
                    ("a", "visible", "worksheets/one.xml", b"<chartsheet/>"),
                    ("b", "visible", "worksheets/b.xml", ONE),
                ],
                "",
                DATE,
                ("xl/sharedStrings.xml", STRINGS),
            ),
        ),
        (
            false,
            book(
                &[("a", "visible", "worksheets/one.xml", b"\xFF\xFE<\0")],
                "",
                DATE,
                ("xl/sharedStrings.xml", STRINGS),
            ),
        ),
        (
            false,
            book(
                &[(
                    "a",
                    "visible",
                    "worksheets/one.xml",
                    b"<worksheet><sheetData><row><c t='str'><v>\xFF</v></c></row></sheetData></worksheet>",
                )],
                "",
                DATE,
                ("xl/sharedStrings.xml", STRINGS),
            ),
        ),
    ] {
        let (rows, result) = check_equal(&input, [1, 64, BLOCK]);
        assert_eq!(is_fast(&input, BLOCK), fast, "{rows} {result:?}");
    }
}
