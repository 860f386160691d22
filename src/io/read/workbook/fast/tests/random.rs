//! Workbooks of random pieces, within and outside of what is known: both readers must tell the same.

use super::book::ONE;
use super::*;

fn pick(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(pieces).prop_map(str::to_owned)
}

/// Mostly empty.
fn rarely(piece: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = String> {
    prop_oneof![4 => Just(String::new()), 1 => piece]
}

fn text() -> impl Strategy<Value = String> {
    let piece = pick(&[
        "a",
        " ",
        "가",
        "😀",
        "&lt;",
        "&amp;",
        "&#10;",
        "&#xD;",
        "&#32;",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "_x000D_",
        "_x0041",
        "_",
        "_x005F_",
        "_xD83D_",
        "_xDCF7_",
        "0",
        "1",
        "-",
        ".",
        "E5",
        "]]",
        ">",
        "\"",
        "'",
        "\u{A0}",
        "\u{85}",
        "&#x5F;x0041_",
        "2026-01-02T00:00:00",
    ]);
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

fn odd() -> impl Strategy<Value = String> {
    pick(&[
        "<!-- x -->",
        "<![CDATA[ <x> ]]>",
        "<?p x?>",
        " ",
        "x",
        "&x;",
        "&",
        "<",
        ">",
        "</c>",
        "</row>",
        "<c>",
        "<row>",
        "<v>",
        "</v>",
        "<t>",
        "</is>",
        "<rPh>",
        "</rPh>",
        "<x:c/>",
        "<b/>",
        "</b>",
        "<b>",
        "</sheetData>",
        "<!DOCTYPE x>",
        "<?xml?>",
        "<?>",
        "<!-->",
        "\u{0}",
        "\"",
        "'",
        "/",
        "=",
        "\u{C}",
        "<c r='B1'/>",
        "<row r='1'/>",
        "<f/>",
        "<rPh/>",
        "</si>",
        "<si>",
        "</x:row>",
        ":",
    ])
}

fn attributes() -> impl Strategy<Value = String> {
    let number = pick(&[
        " s=\"0\"",
        " s=\"1\"",
        " s='0'",
        " s='1'",
        " s=\"2\"",
        "\n s = '3'",
        " s='4'",
        " s='99'",
        " s='+1'",
        " s='01'",
        " s=''",
        " spans='1:2'",
        " x:y='<'",
        " cm='>'",
        " s='1' s='2'",
    ]);
    (rarely(number.boxed()), rarely(pick(&[" ", "\t\n", "  z='1'"]).boxed())).prop_map(|(a, b)| a + &b)
}

fn place() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => Just(String::new()),
        8 => (0_u8..6, 1_u32..40).prop_map(|(column, row)| format!(" r=\"{}{row}\"", char::from(b'A' + column))),
        1 => pick(&[" r='XFD1048576'", " r='XFE1'", " r='b07'", " r='0'", " r='A0'", " r='A1B'", " r='AA1'", " r='1A'"]),
    ]
}

fn runs() -> impl Strategy<Value = String> {
    let run = (text(), 0..9).prop_map(|(text, kind)| match kind {
        0..=3 => format!("<t>{text}</t>"),
        4 => format!("<t xml:space=\"preserve\">{text}</t>"),
        5 => format!("<r><rPr><b/><rFont val='x'/></rPr><t>{text}</t></r>"),
        6 => format!("<rPh sb='0'><t>{text}</t></rPh>"),
        7 => format!("<t xml:space = 'preserve' a='b'><![CDATA[{text}]]>{text}</t>"),
        _ => "<t/>".to_owned(),
    });
    prop::collection::vec(run, 0..3).prop_map(|runs| runs.concat())
}

fn cell() -> impl Strategy<Value = String> {
    let content = prop_oneof![
        4 => pick(&[
            "0", "1", "2", "12", "-1", "1.5", "45000.25", "1E-5", "-0", "0.1", "9007199254740993", "123456789012345678", "1e400", "nan", "true", "TRUE", " 1", "x", "",
            "#N/A", "#REF!", "#X", "00", "+1", ".5", "5.",
        ]),
        1 => "-?[0-9]{1,18}(\\.[0-9]{1,17})?([eE][-+]?[0-9]{1,3})?",
        1 => text(),
    ];
    let kind = pick(&["", "", "", "n", "s", "str", "inlineStr", "b", "e", "d", "is", "z"]);
    let kind = (kind, pick(&["\"", "\"", "'"])).prop_map(|(kind, quote)| match kind.as_str() {
        "" => kind,
        _ => format!(" t={quote}{kind}{quote}"),
    });
    (place(), kind, attributes(), content, runs(), 0..12).prop_map(
        |(place, kind, more, content, runs, shape)| match shape {
            0 => format!("<c{place}{kind}{more}/>"),
            1 => format!("<c{place}{more}{kind}><is>{runs}</is></c>"),
            2 => format!("<c{place} t=\"inlineStr\"{more}><is>{runs}</is></c>"),
            3 => format!("<c{kind}{more}{place}><f>{content}</f><v>{content}</v></c>"),
            4 => format!("<c{place}{kind}{more}><f si='1'/>\n <v>{content}</v> </c>"),
            5 => format!("<c{place}{kind}><v>{content}</v><is>{runs}</is></c>"),
            6 => format!("<c{place}{kind}><is>{runs}</is><v>{content}</v></c>"),
            7 => format!("<c{place}{kind}><v/></c>"),
            _ => format!("<c{place}{kind}{more}><v>{content}</v></c>"),
        },
    )
}

fn row() -> impl Strategy<Value = String> {
    let start = prop_oneof![
        4 => Just(String::new()),
        3 => (1_u32..40).prop_map(|row| format!(" r='{row}'")),
        1 => pick(&[" r='0'", " r='A3'", " r=''", " spans='1:2' ht='1.5'", " r='1048576'", " r='1048577'"]),
    ];
    (start, prop::collection::vec(cell(), 0..4), 0..9).prop_map(|(start, cells, shape)| match shape {
        0 => format!("<row{start}/>"),
        1 => format!("\n  <row{start}>\n{}\n</row>", cells.join("\n")),
        _ => format!("<row{start}>{}</row>", cells.concat()),
    })
}

fn with_prefix(xml: String, prefix: &str) -> String {
    if prefix.is_empty() { xml } else { prefixed(&xml) }
}

fn sheet() -> impl Strategy<Value = String> {
    let before = pick(&[
        "",
        "",
        "<?xml version='1.0' encoding='UTF-8'?>\r\n",
        "\u{FEFF}<?xml version='1.0'?>",
        "<!-- <sheetData> -->",
        "<?xml encoding='EUC-KR'?>",
        "</x>",
        "x",
    ]);
    let inner = pick(&[
        "",
        "",
        "<dimension ref='A1:C3'/>",
        "<dimension ref=\"A1\"></dimension>",
        "<dimension/>",
        "<dimension ref='x'/>",
        "<cols><col min='1'/></cols>",
        "<sheetPr/>",
    ]);
    let prefix = prop_oneof![5 => Just(""), 1 => Just("x:")];
    (before, inner, prop::collection::vec(row(), 0..5), prefix).prop_map(|(before, inner, rows, prefix)| {
        let rest = if rows.is_empty() {
            "<worksheet><sheetData/></worksheet>".to_owned()
        } else {
            format!("<worksheet>{inner}<sheetData>{}</sheetData><pageMargins/></worksheet>", rows.concat())
        };
        before + &with_prefix(rest, prefix)
    })
}

fn strings() -> impl Strategy<Value = String> {
    (prop::collection::vec(runs(), 0..4), pick(&["", "", "x:"]), pick(&["", "<?xml version='1.0'?>\n", " "]))
        .prop_map(|(items, prefix, before)| {
            let items: String = items.iter().map(|item| format!("<si>{item}</si>")).collect();
            before + &with_prefix(format!("<sst count='9' uniqueCount='3'>{items}<si/></sst>"), &prefix)
        })
}

fn styles() -> impl Strategy<Value = String> {
    let id =
        pick(&["0", "14", "27", "36", "45", "46", "47", "50", "58", "59", "164", "165", "166", "x", "014"]);
    let code = pick(&[
        "yyyy-mm-dd",
        "[h]:mm",
        "0.00",
        "&quot;d&quot;0",
        "\\d0",
        "[$-412]m/d",
        "0;d",
        "_d0",
        "AM/PM h",
        "[Red]0",
        "#,##0&quot;일&quot;",
    ]);
    (prop::collection::vec(id, 0..5), prop::collection::vec(code, 3)).prop_map(|(ids, codes)| {
        let formats: String = (164..).zip(codes).map(|(id, code)| format!("<numFmt numFmtId='{id}' formatCode=\"{code}\"/>")).collect();
        let cells: String = ids.iter().map(|id| format!("<xf numFmtId='{id}'/>")).collect();
        format!("<styleSheet><numFmts>{formats}</numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs>{cells}</cellXfs></styleSheet>")
    })
}

/// Puts, replaces or cuts out something somewhere.
fn damaged(part: impl Strategy<Value = String>, most: usize) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), odd(), 0_usize..6, 0..4);
    (part, prop::collection::vec(change, 0..=most)).prop_map(|(part, changes)| {
        let mut bytes = part.into_bytes();
        for (at, piece, cut, kind) in changes {
            let at = at.index(bytes.len() + 1);
            let end = (at + cut).min(bytes.len());
            match kind {
                0 => {
                    bytes.splice(at..end, piece.into_bytes());
                }
                1 => {
                    bytes.splice(at..at, piece.into_bytes());
                }
                2 => {
                    bytes.drain(at..end);
                }
                _ => bytes.truncate(bytes.len() - cut.min(bytes.len())),
            }
        }
        bytes
    })
}

fn check(
    sheet: &[u8],
    strings: &[u8],
    styles: &str,
    block: usize,
    stop_after: Option<usize>,
) -> Result<(), TestCaseError> {
    let sheets = [("a", "visible", "worksheets/1.xml", sheet), ("b", "visible", "worksheets/2.xml", ONE)];
    let input = book(&sheets, "", styles, ("xl/sharedStrings.xml", strings));
    let (ours, theirs) = (by_blocks(&input, block, stop_after), by_calamine(&input, stop_after));
    let (sheet, strings) = (String::from_utf8_lossy(sheet), String::from_utf8_lossy(strings));
    prop_assert_eq!(ours, theirs, "{:?}\n{:?}\n{:?}", sheet, strings, styles);
    Ok(())
}

fn block() -> impl Strategy<Value = usize> {
    prop_oneof![1_usize..40, 40_usize..400, Just(BLOCK)]
}

proptest! {
    #[test]
    fn whole_workbooks_are_read_alike(sheet in sheet(), strings in strings(), styles in styles(), block in block(), stop in prop::option::weighted(0.2, 1_usize..6)) {
        check(sheet.as_bytes(), strings.as_bytes(), &styles, block, stop)?;
    }

    #[test]
    fn damaged_workbooks_are_read_alike(sheet in damaged(sheet(), 3), strings in damaged(strings(), 1), block in block()) {
        check(&sheet, &strings, DATE, block, None)?;
    }
}
