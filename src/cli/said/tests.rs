use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::*;
use crate::core::problem::{FindingKind, Reason};
use crate::core::tables::Table;

/// Every text of the program between quotes, outside its tests, with the file it stands in.
fn literals() -> Vec<(String, String)> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "tests" {
                files(&path, found);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") && name != "tests.rs" {
            let text = fs::read_to_string(&path).unwrap();
            let tokens: TokenStream = text.parse().unwrap();
            let mut texts = Vec::new();
            walk(tokens, &mut texts);
            let place = path.display().to_string();
            let place = place.rsplit_once("src/").unwrap().1.to_owned();
            found.extend(texts.into_iter().map(|text| (place.clone(), text)));
        }
    }
}

/// Attributes hold no texts that are said, except those of errors.
fn is_said(attribute: &TokenStream) -> bool {
    attribute.clone().into_iter().next().is_some_and(|first| first.to_string() == "error")
}

fn is_test(attribute: &TokenStream) -> bool {
    let text = attribute.to_string().replace(' ', "");
    text == "cfg(test)" || text == "test"
}

fn walk(tokens: TokenStream, found: &mut Vec<String>) {
    let mut tokens = tokens.into_iter().peekable();
    let mut skipping = false;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                tokens.next_if(|next| matches!(next, TokenTree::Punct(mark) if mark.as_char() == '!'));
                let attribute = match tokens.peek() {
                    Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
                        group.stream()
                    }
                    _ => continue,
                };
                tokens.next();
                skipping |= is_test(&attribute);
                if is_said(&attribute) && !skipping {
                    walk(attribute, found);
                }
            }
            // What a test attribute stands before ends with its body, or with a semicolon.
            TokenTree::Punct(mark) if mark.as_char() == ';' => skipping = false,
            TokenTree::Group(group) if skipping && group.delimiter() == Delimiter::Brace => skipping = false,
            TokenTree::Group(group) if !skipping => walk(group.stream(), found),
            TokenTree::Literal(literal) if !skipping => {
                if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                    found.push(text.value());
                }
            }
            _ => {}
        }
    }
}

/// Whether a text has two English words side by side.
fn is_sentence(text: &str) -> bool {
    let mut plain = String::new();
    let mut depth = 0;
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let word = |w: &str| {
        let w = w.trim_end_matches([',', '.', ':', ';', '?', ')']).trim_start_matches('(');
        w.len() > 1 && w.bytes().all(|b| b.is_ascii_lowercase() || b == b'\'')
    };
    let words: Vec<bool> = plain.split(' ').map(word).collect();
    words.windows(2).any(|pair| pair == [true, true])
}

/// Texts that are never said to a person: SQL, descriptions that are stored with tables, and what is data.
const NOT_SAID: [&str; 4] =
    ["core/tables.rs", "io/bigquery/loads.rs", "io/bigquery/views.rs", "io/ledger/catalogue/"];

fn is_sql(text: &str) -> bool {
    let words = ["SELECT", "INSERT", "CREATE", "DELETE", "UPDATE"];
    words.iter().any(|word| text.trim_start().starts_with(word))
}

fn korean() -> BTreeMap<String, String> {
    toml::from_str(KOREAN).unwrap()
}

/// Words that look for something in a message of another program, or stand in code only.
const IN_CODE_ONLY: [&str; 17] = [
    "(os error ",
    " at path \"",
    " at path \"{path}\"",
    "; valid columns",
    "' was not found",
    "unable to find column \"",
    "unknown field `",
    "HMAC takes keys of any length",
    "jangbu: rows on their way, deleted when they have arrived",
    "Ledger of jangbu that wrote the row; null where somebody else did. / 이 행을 쓴 jangbu 원장.",
    "an object",
    "seek before the first byte",
    "jangbu quarantine --out mend.xlsx",
    "jangbu findings",
    "jangbu inspect FILE",
    "jangbu ledger format ",
    "see jangbu --help",
];

#[test]
fn every_sentence_of_the_program_has_its_korean() {
    let korean = korean();
    let lacking: Vec<String> = literals()
        .into_iter()
        .filter(|(_, text)| is_sentence(text) && !is_sql(text) && !IN_CODE_ONLY.contains(&text.as_str()))
        .filter(|(place, text)| {
            let data = NOT_SAID.iter().any(|exempt| place.starts_with(exempt));
            !korean.contains_key(text) && !data
        })
        .map(|(place, text)| format!("{place}: {text:?}"))
        .collect();
    let advice = "say it through messages/{en,ko}.ftl, or put its Korean into messages/said.ko.toml";
    assert!(lacking.is_empty(), "in English only ({advice}):\n{}", lacking.join("\n"));
}

#[test]
fn every_korean_sentence_stands_in_the_program() {
    let said: BTreeSet<String> = literals().into_iter().map(|(_, text)| text).collect();
    let gone: Vec<String> = korean().into_keys().filter(|text| !said.contains(text)).collect();
    assert!(gone.is_empty(), "nobody says: {gone:#?}");
}

#[test]
fn both_languages_have_the_same_places() {
    for (english, korean) in korean() {
        let places = |text: &str| -> BTreeSet<String> { Template::parse(text).places.into_iter().collect() };
        assert_eq!(places(&english), places(&korean), "{english}");
    }
}

/// Values that are no words of any sentence.
fn filled(template: &Template) -> (String, BTreeMap<&str, Cow<'_, str>>) {
    let value = |n: usize| Cow::Owned(format!("<{n}>"));
    let values: BTreeMap<_, _> =
        template.places.iter().enumerate().map(|(n, name)| (name.as_str(), value(n))).collect();
    (template.write(&values), values)
}

#[test]
fn every_sentence_is_found_again() {
    let sentences = Sentences::korean();
    for (english, other) in &sentences.pairs {
        let (text, values) = filled(english);
        assert_eq!(sentences.translate(&text), other.write(&values), "{text}");
    }
}

#[test]
fn what_stands_in_a_sentence_is_translated_too() {
    let sentences = Sentences::korean();
    let cases = [
        ("ends too early: the JSON breaks off", "중간에 끊겼습니다: JSON이 중간에 끊깁니다"),
        (
            "jangbu.toml: there is no column `ordr_id`; did you mean `order_id`?",
            "jangbu.toml: `ordr_id`: 그런 컬럼은 없습니다. 혹시 `order_id`인가요?",
        ),
        ("is damaged: something that nobody foresaw", "손상되었습니다: something that nobody foresaw"),
        ("cannot lock /l/a: it is no JSON", "/l/a: 잠그기 실패(JSON이 아닙니다)"),
        ("there is no ledger in ledger", "장부가 없습니다: ledger"),
        ("there is no table `a hidden file`", "`a hidden file`: 그런 표는 없습니다"),
        ("no such words", "no such words"),
        ("", ""),
    ];
    for (english, korean) in cases {
        assert_eq!(sentences.translate(english), korean);
    }
}

#[test]
fn reasons_findings_and_tables_are_korean() {
    let sentences = Sentences::korean();
    let all = Reason::ALL.map(Reason::message).into_iter().chain(FindingKind::ALL.map(FindingKind::message));
    let all = all.chain(Table::ALL.map(Table::description));
    for message in all {
        assert_ne!(sentences.translate(message), message);
    }
}
