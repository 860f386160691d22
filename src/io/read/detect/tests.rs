use std::io::{Cursor, Write};
use std::path::Path;

use proptest::prelude::*;

use super::*;

fn memory(bytes: &[u8]) -> Input {
    Input::Memory(bytes.into())
}

fn check(bytes: &[u8], expected: &str) {
    let format = detect(&memory(bytes)).unwrap();
    assert_eq!(format.as_str(), expected, "{}", bytes.get(..40).unwrap_or(bytes).escape_ascii());
}

fn utf16(text: &str) -> Vec<u8> {
    "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn zipped(names: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in names {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn text_of_every_encoding_is_text() {
    check(b"", "empty");
    check("\u{FEFF}주문번호,수량\r\n".as_bytes(), "text");
    check(b"\xC1\xD6\xB9\xAE\xB9\xF8\xC8\xA3,\xBC\xF6\xB7\xAE\r\n", "text");
    check(&utf16("주문번호\t수량\r\n"), "text");
    check(&utf16("order_id\tquantity\r\n")[2..], "text");
    check(b"\t\ta\tb\n", "text");
    check(b"a,b\0c\n1,2,3\n4,5,6\n7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25", "text");
    check(b"MZ, a memo", "text");
    check(b"BZh is what we call it", "text");
    check(b"PAR1 is a letter of the alphabet here", "text");
    check(b" \r\n", "text");
}

#[test]
fn markup_is_told_by_its_first_element() {
    check(b"<html><body>", "html");
    check("\u{FEFF}\r\n  <!DOCTYPE HTML PUBLIC>".as_bytes(), "html");
    check(b"<meta http-equiv=\"Content-Type\"><table>", "html");
    check(b"<TABLE border=1>", "html");
    check(b"<style>td{}</style><table>", "html");
    check(b"<!-- made by --><div>", "html");
    check(b"<?xml version=\"1.0\"?><html xmlns=\"x\">", "html");
    check(&utf16("<table><tr>"), "html");
    let sheet = r#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
        <Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">"#;
    check(sheet.as_bytes(), "spreadsheetml");
    check(&utf16(sheet), "spreadsheetml");
    check(b"<ss:Workbook xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">", "spreadsheetml");
    check(b"<html xmlns:x=\"urn:schemas-microsoft-com:office:spreadsheet\"><table>", "html");
    check(b"<?xml version=\"1.0\"?><orders/>", "XML document");
    let flat = |kind: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<office:document office:mimetype=\"application/vnd.oasis.opendocument.{kind}\">"
        )
    };
    check(flat("spreadsheet").as_bytes(), "flat OpenDocument sheet");
    check(flat("text").as_bytes(), "XML document");
    check("<주문 목록>,,\n주문번호,수량\n".as_bytes(), "text");
    check(b"<", "text");
    check(b"<!--", "text");
}

#[test]
fn json_is_told_from_titles_in_brackets() {
    for json in [
        "{\"orders\": []}",
        " [ {\"a\":1}]",
        "[]",
        "[\n]",
        "{}",
        "{ \"a\"",
        "[[{\"a\":1}]]",
        "\u{FEFF}{\"a\":1}\n{\"a\":2}",
    ] {
        check(json.as_bytes(), "json");
    }
    for text in ["[공지]주문 목록,,\n주문번호", "[2026] 1월", "{이름},수량", "[]주문", "[", "[a,b]"]
    {
        check(text.as_bytes(), "text");
    }
}

#[test]
fn containers_are_told_by_their_parts() {
    let types = ("[Content_Types].xml", "");
    for (parts, expected) in [
        (&[types, ("xl/workbook.xml", "")][..], "xlsx"),
        (&[types, ("xl\\Workbook.xml", "")], "xlsx"),
        (&[types, ("workbook2.xml", ""), ("xl/worksheets/sheet1.xml", "")], "xlsx"),
        (&[types, ("xl/workbook.bin", "")], "xlsb"),
        (&[types, ("word/document.xml", "")], "Word document"),
        (&[types, ("ppt/presentation.xml", "")], "PowerPoint document"),
        (&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", "")], "ods"),
        (&[("mimetype", "application/vnd.oasis.opendocument.text")], "OpenDocument file"),
        (&[("mimetype", "application/hwp+zip")], "Hangul document"),
        (&[("META-INF/MANIFEST.MF", "")], "Java archive"),
        (&[("주문.csv", "a"), ("mimetype", "odd")], "zip"),
        (&[("report.xlsx", "")], "zip"),
        (&[], "zip"),
    ] {
        check(&zipped(parts), expected);
    }
    for (stream, expected) in [
        ("/EncryptedPackage", "encrypted_workbook"),
        ("/Workbook", "xls"),
        ("/Book", "xls"),
        ("/WordDocument", "Word document"),
        ("/FileHeader", "Hangul document"),
        ("/other", "OLE document"),
    ] {
        let mut ole = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        ole.create_stream(stream).unwrap();
        ole.flush().unwrap();
        check(&ole.into_inner().into_inner(), expected);
    }
}

#[test]
fn binary_files_are_named() {
    for (bytes, expected) in [
        (&b"\x1F\x8B\x08\0"[..], "gzip"),
        (b"%PDF-1.7\n", "PDF document"),
        (b"\x89PNG\r\n\x1A\n\0\0", "PNG image"),
        (b"\xFF\xD8\xFF\xE0", "JPEG image"),
        (b"GIF89a\x01\0\x01\0", "GIF image"),
        (b"\x7FELF\x02\x01\x01\0\0\0", "program"),
        (b"MZ\x90\0\x03\0\0\0", "program"),
        (b"SQLite format 3\0", "SQLite database"),
        (b"PAR1\x15\x04\x15\x10", "Parquet file"),
        (b"7z\xBC\xAF\x27\x1C\0\x04", "7z archive"),
        (b"Rar!\x1A\x07\x01\0", "RAR archive"),
        (b"TABLE\r\n0,1\r\n\"EXCEL\"\r\n", "DIF sheet"),
        (b"TABLE\n0,1\n\"a\"\n", "DIF sheet"),
        (b"TABLE\n0,10\n", "text"),
        (b"ID;PWXL;N;E\r\n", "SYLK sheet"),
        (b"ID;PCALCOOO32\n", "SYLK sheet"),
        (b"ID;PRICE\n1;2\n", "text"),
        (b"\x09\x08\x08\0\0\x05\x05\0", "xls"),
        (b"\x09\0\x04\0\x02\0\x10\0", "Excel 2, 3 or 4 sheet"),
        (b"\x01\x02\x03\0\0\0\x07", "binary file"),
    ] {
        check(bytes, expected);
    }
}

#[test]
fn a_half_copied_container_is_incomplete() {
    let zip = zipped(&[("a.csv", "0123456789")]);
    let ole = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/orders.xls");
    let ole = std::fs::read(ole).unwrap();
    for bytes in [&zip[..zip.len() - 30], &zip[..5], &ole[..ole.len() / 2], &ole[..100]] {
        let error = detect(&memory(bytes)).unwrap_err();
        assert_eq!(error.code(), "file.incomplete", "{error}");
    }
}

proptest! {
    #[test]
    fn any_bytes_have_a_format(
        magic in prop::sample::select(vec![&b""[..], b"PK\x03\x04", OLE, b"\xFF\xFE<", b"<?xml ", b"[{", b"\x09\x08"]),
        bytes in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let told = detect(&memory(&[magic, &bytes].concat()));
        prop_assert!(told.is_ok() || !matches!(told, Err(ReadError::Io(_))));
    }
}
