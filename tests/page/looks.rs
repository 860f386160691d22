//! How the page behaves: it asks for nothing, the browser has nothing to complain of, nobody is in it, it is written whole and
//! always alike, and it looks otherwise in the dark, on a telephone and on paper.

use std::fs;

use super::browser::{Scheme, picture, print, visit};
use super::shop::{self, MARKUP, TODAY};

fn written(store: &super::ledger::Store, name: &str, more: &[&str]) -> std::path::PathBuf {
    let out = store.scratch(name);
    let path = out.display().to_string();
    let mut arguments = vec!["report", "--out", &path, "--today", TODAY];
    arguments.extend(more);
    let outcome = store.run(&arguments);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    out
}

#[test]
fn the_browser_sees_what_a_page_does_wrong() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let page = folder.path().join("bad.html");
    let refused = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">";
    let asks = "<img src=\"http://127.0.0.1:9/x.png\">";
    fs::write(&page, format!("<!doctype html>{refused}<p style=\"color:red\">{asks}<script>1</script>"))
        .expect("a page");
    let seen = visit(&page);
    assert_eq!(seen.complaints.len(), 3, "{:?}", seen.complaints);
    assert_eq!(seen.requests, Vec::<String>::new());
    fs::write(&page, format!("<!doctype html><p>{asks}")).expect("a page");
    assert_eq!(visit(&page).requests, ["http://127.0.0.1:9/x.png"]);
}

#[test]
fn the_page_asks_for_nothing_and_nothing_in_it_is_refused() {
    let store = shop::ledger();
    for lang in ["en", "ko"] {
        let seen = visit(&written(&store, "report.html", &["--lang", lang]));
        assert_eq!(seen.complaints, Vec::<String>::new());
        assert_eq!(seen.requests, Vec::<String>::new());
        assert!(seen.dom.contains("&lt;img src=x onerror=alert(1)&gt;"), "the shop's name is not there");
        assert!(!seen.dom.contains(MARKUP));
        assert!(!seen.dom.contains("<b>메모</b>") && !seen.dom.contains("김철수"));
    }
}

#[test]
fn nobody_is_in_the_page() {
    let store = shop::ledger();
    let mut held = Vec::new();
    for (name, more) in [("en.html", ["--lang", "en"]), ("ko.html", ["--lang", "ko"])] {
        let page = written(&store, name, &more);
        held.push((name, visit(&page).dom));
        held.push((name, fs::read_to_string(page).expect("the page")));
    }
    let path = store.scratch("json.html").display().to_string();
    let told = store.run(&["report", "--out", &path, "--json"]);
    let document = told.json().expect("a document");
    assert_eq!(document["summary"]["shops"].as_array().expect("shops").len(), 2);
    held.push(("--json", told.stdout + &told.stderr));
    let folder = store.inputs().display().to_string();
    let orders = store.table("orders").expect("orders").rows;
    for (place, text) in &held {
        for canary in shop::persons().iter().flat_map(super::canary::Person::canaries) {
            assert!(!text.contains(&canary), "{place} holds {canary}");
        }
        for order in &orders {
            assert!(!text.contains(&order["order_id"]), "{place} names order {}", order["order_id"]);
            for hash in ["buyer_cellphone_hash", "buyer_email_hash"].map(|column| &order[column]) {
                assert!(hash.is_empty() || !text.contains(hash.as_str()), "{place} holds a hash");
            }
        }
        assert!(!text.contains(&folder), "{place} tells the folder");
    }
    let hidden =
        fs::read_to_string(written(&store, "hidden.html", &["--hide-file-names"])).expect("the page");
    assert!(!hidden.contains("haruhome_20240630_1_ab12.csv") && !hidden.contains("매출장"));
}

#[test]
fn the_same_ledger_and_day_give_the_same_bytes() {
    let store = shop::ledger();
    let bytes = |name: &str| fs::read(written(&store, name, &["--lang", "ko"])).expect("the page");
    assert_eq!(bytes("a.html"), bytes("b.html"));
}

#[test]
fn a_page_takes_its_place_whole_or_leaves_what_was_there() {
    let store = shop::ledger();
    let out = store.scratch("report.html");
    let path = out.display().to_string();
    fs::write(&out, "last week's").expect("a file");
    for (arguments, status) in [
        (vec!["report", "--out", &path, "--since", "r0099"], 1),
        (vec!["report", "--out", &path, "--today", "soon"], 2),
        (vec!["report", "--out", &path, "--from", "2024-02-01", "--to", "2024-01-01"], 2),
    ] {
        assert_eq!(store.run(&arguments).status, status, "{arguments:?}");
        assert_eq!(fs::read_to_string(&out).expect("the file"), "last week's");
    }
    assert_eq!(store.run(&["report", "--out", "report.pdf"]).status, 2);
    assert_eq!(
        store
            .run(&[
                "report",
                "--out",
                &store.inputs().with_extension("html").join("x.html").display().to_string()
            ])
            .status,
        1
    );
    written(&store, "report.html", &[]);
    assert!(fs::read_to_string(&out).expect("the page").starts_with("<!DOCTYPE html>"));
    let left: Vec<String> = fs::read_dir(out.parent().expect("a folder"))
        .expect("a folder")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(".jangbu-"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn the_page_fits_the_dark_a_telephone_and_paper() {
    let store = shop::ledger();
    let page = written(&store, "report.html", &["--lang", "en"]);
    let wide = |scheme| Pixels::of(&picture(&page, 1200, 900, scheme));
    let (light, dark) = (wide(Scheme::Light).mean(), wide(Scheme::Dark).mean());
    assert!(light > 200 && dark < 60, "{light} {dark}");
    // What does not fit runs into the margin; wide tables are in frames of their own.
    let narrow = Pixels::of(&picture(&page, 400, 3000, Scheme::Light));
    assert_eq!(narrow.width, 400);
    assert!(narrow.margin(8).iter().all(|part| *part == 255), "something is in the margin");
    let printed = print(&page);
    assert!(printed.starts_with(b"%PDF"));
    let pages = memchr::memmem::find_iter(&printed, b"/Type /Page\n").count();
    assert!((3..40).contains(&pages), "{pages} pages");
}

/// A picture, row after row, red, green and blue one by one.
struct Pixels {
    width: usize,
    parts: Vec<u8>,
}

impl Pixels {
    /// Out of a PNG of eight bits without transparency, as the browser writes it.
    fn of(png: &[u8]) -> Self {
        use std::io::Read as _;
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes")) as usize;
        let (width, height) = (number(16), number(20));
        assert_eq!((png[24], png[25]), (8, 2), "another kind of PNG");
        let (mut packed, mut at) = (Vec::new(), 8);
        while at + 8 < png.len() {
            let length = number(at);
            if &png[at + 4..at + 8] == b"IDAT" {
                packed.extend_from_slice(&png[at + 8..at + 8 + length]);
            }
            at += 12 + length;
        }
        let mut rows = Vec::new();
        flate2::read::ZlibDecoder::new(packed.as_slice()).read_to_end(&mut rows).expect("pixels");
        let stride = width * 3;
        assert_eq!(rows.len(), height * (stride + 1));
        let mut above = vec![0u8; stride];
        let mut parts = Vec::new();
        for row in rows.chunks(stride + 1) {
            let mut line = row[1..].to_vec();
            for i in 0..stride {
                let left = if i < 3 { 0 } else { line[i - 3] };
                let corner = if i < 3 { 0 } else { above[i - 3] };
                let guess = match row[0] {
                    0 => 0,
                    1 => left,
                    2 => above[i],
                    3 => u8::midpoint(left, above[i]),
                    _ => paeth(left, above[i], corner),
                };
                line[i] = line[i].wrapping_add(guess);
            }
            parts.extend_from_slice(&line);
            above = line;
        }
        Self { width, parts }
    }

    /// The mean of all colours, from 0 (black) to 255.
    fn mean(&self) -> u64 {
        self.parts.iter().map(|part| u64::from(*part)).sum::<u64>() / self.parts.len() as u64
    }

    /// The pixels at the right edge, so many of each row.
    fn margin(&self, columns: usize) -> Vec<u8> {
        let stride = self.width * 3;
        self.parts.chunks(stride).flat_map(|row| row[stride - columns * 3..].to_vec()).collect()
    }
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(above) - i16::from(corner);
    let far = |from: u8| (estimate - i16::from(from)).abs();
    if far(left) <= far(above) && far(left) <= far(corner) {
        left
    } else if far(above) <= far(corner) {
        above
    } else {
        corner
    }
}
