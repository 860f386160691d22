use std::path::Path;

use super::*;
use crate::io::read::detect::{Format, detect};

fn fixture(name: &str) -> Input {
    Input::File(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name))
}

/// The outcome as a word: the format of what came out, or the error's code.
fn opened(input: &Input, password: Option<&str>) -> &'static str {
    match decrypt_workbook(input, password.map(Password::new).as_ref()) {
        Ok(workbook) => detect(&workbook).unwrap().as_str(),
        Err(e) => e.code(),
    }
}

#[test]
fn the_password_opens_and_others_do_not() {
    for (name, password) in [("agile.xlsx", "비밀 1234"), ("standard.xlsx", "pass1234")] {
        let input = fixture(name);
        assert_eq!(detect(&input).unwrap(), Format::EncryptedWorkbook);
        assert_eq!(opened(&input, Some(password)), "xlsx", "{name}");
        assert_eq!(opened(&input, None), "file.password", "{name}");
        for wrong in ["", "pass", "비밀 1235", "VelvetSweatshop"] {
            assert_eq!(opened(&input, Some(wrong)), "file.password_wrong", "{name}");
        }
    }
}

#[test]
fn a_workbook_that_excel_opens_without_asking_needs_no_password() {
    assert_eq!(opened(&fixture("agile_default.xlsx"), None), "xlsx");
    assert_eq!(opened(&fixture("agile_default.xlsx"), Some("for another file")), "xlsx");
}

#[test]
fn changed_bytes_are_noticed() {
    let mut ole =
        cfb::CompoundFile::open(std::io::Cursor::new(fixture("agile.xlsx").head(u64::MAX).unwrap())).unwrap();
    let mut package = Vec::new();
    ole.open_stream("/EncryptedPackage").unwrap().read_to_end(&mut package).unwrap();
    let at = package.len() / 2;
    package[at] ^= 1;
    std::io::Write::write_all(&mut ole.open_stream("/EncryptedPackage").unwrap(), &package).unwrap();
    ole.flush().unwrap();
    let changed = Input::Memory(ole.into_inner().into_inner().into());
    assert_eq!(opened(&changed, Some("비밀 1234")), "file.damaged");
}

#[test]
fn broken_descriptions_are_refused() {
    for (info, code) in [
        (&b""[..], "file.damaged"),
        (b"\x04\0", "file.damaged"),
        (b"\x04\0\x04\0\x40\0\0\0", "file.damaged"),
        (b"\x04\0\x04\0\x40\0\0\0<a", "file.damaged"),
        (b"\x04\0\x04\0\x40\0\0\0<keyData keyBits='7' cipherAlgorithm='AES'/>", "file.damaged"),
        (
            b"\x04\0\x04\0\x40\0\0\0<keyData hashAlgorithm='MD5' cipherChaining='x' cipherAlgorithm='RC4'/>",
            "file.unsupported",
        ),
        (b"\x04\0\x03\0\x40\0\0\0", "file.unsupported"),
        (b"\x04\0\x02\0\x24\0\0\0", "file.damaged"),
        (b"\x04\0\x02\0\x24\0\0\0\xFF\xFF\xFF\xFF\x24\0\0\0\0\0\0\0\x0E\x66\0\0", "file.damaged"),
    ] {
        let error = parse_info(info).err().expect("broken");
        assert_eq!(error.code(), code, "{}", info.escape_ascii());
    }
}

#[test]
fn a_password_does_not_show_itself() {
    assert_eq!(format!("{:?}", Password::new("secret")), "Password(..)");
}
