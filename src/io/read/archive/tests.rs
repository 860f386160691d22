use std::io::{Cursor, Write};
use std::path::Path;

use zip::ZipWriter;
use zip::unstable::write::FileOptionsExt as _;
use zip::write::SimpleFileOptions;

use super::*;

fn fixture(name: &str) -> Input {
    Input::File(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name))
}

fn memory(bytes: impl Into<std::sync::Arc<[u8]>>) -> Input {
    Input::Memory(bytes.into())
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Names with sizes or codes of errors, as one line.
fn listed(input: &Input, password: Option<&str>) -> Result<String, ReadError> {
    let mut told = Vec::new();
    members(input, password.map(Password::new).as_ref(), &mut |member| {
        told.push(match member.outcome {
            Ok(bytes) => format!("{} {}", member.name, bytes.len()?),
            Err(e) => format!("{} {}", member.name, e.code()),
        });
        Ok(())
    })?;
    Ok(told.join(", "))
}

#[test]
fn members_come_by_name_and_droppings_do_not() {
    let bytes = zipped(&[
        ("주문.csv", b"a,b"),
        ("__MACOSX/._a.csv", b"x"),
        ("dir/.DS_Store", b"x"),
        ("../../etc/passwd", b"1"),
        ("empty.csv", b""),
        ("inner.zip", &zipped(&[("x.csv", b"1")])),
    ]);
    assert_eq!(
        listed(&memory(bytes), None).unwrap(),
        "주문.csv 3, ../../etc/passwd 1, empty.csv 0, inner.zip file.unsupported"
    );
    assert_eq!(listed(&fixture("cp949_names.zip"), None).unwrap(), "주문/샾뷁.csv 44, 메모.txt 4");
    assert_eq!(listed(&memory(zipped(&[])), None).unwrap(), "");
}

#[test]
fn passwords_open_both_kinds_of_locks() {
    for (name, password) in
        [("zipcrypto.zip", "pass1234"), ("aes128.zip", "비밀 1234"), ("aes256.zip", "비밀 1234")]
    {
        let input = fixture(name);
        assert_eq!(listed(&input, Some(password)).unwrap(), "orders.csv 1224", "{name}");
        assert_eq!(listed(&input, None).unwrap(), "orders.csv file.password", "{name}");
        assert_eq!(listed(&input, Some("비밀 1235")).unwrap(), "orders.csv file.password_wrong", "{name}");
    }
}

/// ZipCrypto accepts 1 of 256 wrong passwords at first: none of these may get through.
#[test]
fn no_wrong_password_is_believed() {
    let input = fixture("zipcrypto.zip");
    for number in 0..2000 {
        let told = listed(&input, Some(&format!("wrong{number}"))).unwrap();
        assert_eq!(told, "orders.csv file.password_wrong", "{number}");
    }
}

#[test]
fn passwords_in_the_bytes_of_korean_windows_are_tried_too() {
    let (cp949, ..) = EUC_KR.encode("비밀번호");
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a.csv", SimpleFileOptions::default().with_deprecated_encryption(&cp949).unwrap())
        .unwrap();
    zip.write_all(b"1,2,3").unwrap();
    let input = memory(zip.finish().unwrap().into_inner());
    assert_eq!(listed(&input, Some("비밀번호")).unwrap(), "a.csv 5");
    assert_eq!(listed(&input, Some("비밀번허")).unwrap(), "a.csv file.password_wrong");
}

#[test]
fn one_bad_member_does_not_stop_the_others() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for name in ["a.csv", "b.csv", "c.csv"] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(format!("content of {name}").as_bytes()).unwrap();
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    let at = memchr::memmem::find(&bytes, b"content of b").unwrap();
    bytes[at] = b'K';
    assert_eq!(listed(&memory(bytes), None).unwrap(), "a.csv 16, b.csv file.damaged, c.csv 16");
}

#[test]
fn bombs_are_refused_by_their_directory() {
    let bomb = zipped(&[("a.csv", b"1"), ("bomb.csv", &vec![0; 65 << 20])]);
    assert_eq!(listed(&memory(bomb), None).unwrap(), "a.csv 1, bomb.csv file.too_large");

    // A directory that lies about the size.
    let mut bytes = zipped(&[("bomb.csv", &vec![0; 1 << 20])]);
    let at = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    bytes[at + 24..at + 28].copy_from_slice(&100_u32.to_le_bytes());
    assert_eq!(listed(&memory(bytes), None).unwrap(), "bomb.csv file.damaged");
}

#[test]
fn overlapping_and_doubled_members_are_refused() {
    let mut bytes = zipped(&[("a.csv", b"one and two"), ("b.csv", b"three")]);
    let second = memchr::memmem::find_iter(&bytes, b"PK\x01\x02").nth(1).unwrap();
    bytes[second + 42..second + 46].copy_from_slice(&0_u32.to_le_bytes());
    let error = listed(&memory(bytes), None).unwrap_err();
    assert!(error.to_string().contains("overlap"), "{error}");

    let mut bytes = zipped(&[("a.csv", b"1"), ("b.csv", b"2")]);
    while let Some(at) = memchr::memmem::find(&bytes, b"b.csv") {
        bytes[at] = b'a';
    }
    let error = listed(&memory(bytes), None).unwrap_err();
    assert!(error.to_string().contains("one name"), "{error}");
}

#[test]
fn cut_files_are_incomplete_and_longer_ones_tolerated() {
    let whole = zipped(&[("a.csv", &b"0123456789".repeat(1000))]);
    for length in [10, whole.len() / 2, whole.len() - 10] {
        let error = listed(&memory(&whole[..length]), None).unwrap_err();
        assert_eq!(error.code(), "file.incomplete", "{length}: {error}");
    }
    let mut longer = whole;
    longer.extend_from_slice(&[b'\n'; 300]);
    assert_eq!(listed(&memory(longer), None).unwrap(), "a.csv 10000");
}

#[test]
fn too_many_members_are_refused() {
    let names: Vec<_> = (0..10_001).map(|i| i.to_string()).collect();
    let parts: Vec<_> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(listed(&memory(zipped(&parts)), None).unwrap_err().code(), "file.too_large");
}

#[test]
fn an_error_of_the_visitor_ends_the_walk() {
    let mut calls = 0;
    let bytes = zipped(&[("a", b"1"), ("b", b"2")]);
    let result = members(&memory(bytes), None, &mut |_| {
        calls += 1;
        Err(ReadError::Changed)
    });
    assert!(matches!(result, Err(ReadError::Changed)));
    assert_eq!(calls, 1);
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn gzip_is_unpacked_to_its_end() {
    let two = [gzipped(b"one\n"), gzipped(b"two\n")].concat();
    assert_eq!(gunzip(&memory(two)).unwrap().head(100).unwrap(), b"one\ntwo\n");

    let whole = gzipped(&b"0123456789".repeat(1000));
    let cut = whole[..whole.len() - 9].to_vec();
    assert_eq!(gunzip(&memory(cut)).unwrap_err().code(), "file.incomplete");
    let mut changed = whole;
    let last = changed.len() - 6;
    changed[last] ^= 1;
    assert_eq!(gunzip(&memory(changed)).unwrap_err().code(), "file.damaged");
    assert_eq!(gunzip(&memory(gzipped(&vec![0; 65 << 20]))).unwrap_err().code(), "file.too_large");
}

#[test]
fn gzip_names_lose_their_ending() {
    for (name, expected) in [
        ("a.json.gz", "a.json"),
        ("주문.GZ", "주문"),
        ("a.json", "a.json"),
        (".gz", ".gz"),
        ("", ""),
        ("문", "문"),
    ] {
        assert_eq!(gunzip_name(name), expected);
    }
}
