//! Whether everybody can read and use the page: with a screen reader, by keyboard alone, with weak eyes, on a telephone.
//!
//! A script looks at the page from outside, from the page that holds it in a frame; so the page is looked at as it is, its own
//! policy included. What it looks for is in `access.js`. Every rule is seen to speak, on pages that are broken on purpose.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use serde::Deserialize;

use super::browser::{Scheme, visit_in};
use super::shop::{self, TODAY};

const SCRIPT: &str = include_str!("access.js");
const DESK: u32 = 1280;
const TELEPHONE: u32 = 390;

/// One frame as the script saw it.
#[derive(Debug, Deserialize)]
struct Look {
    wide: u32,
    dark: bool,
    /// Letters of the page; none where it did not load.
    texts: usize,
    found: Vec<String>,
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Looks through pages, each in a frame so many pixels wide.
fn audit(pages: &[(String, u32)], scheme: Scheme) -> Vec<Look> {
    let mut holder = "<!doctype html><meta charset=utf-8><title>frames</title>".to_owned();
    for (page, width) in pages {
        let page = escaped(page);
        let style = format!("width:{width}px;height:900px;border:0");
        let _ = writeln!(holder, "<iframe style=\"{style}\" srcdoc=\"{page}\"></iframe>");
    }
    let _ = writeln!(holder, "<pre id=found></pre><script>{SCRIPT}</script>");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("frames.html");
    fs::write(&path, holder).expect("a page");
    let dom = visit_in(&path, scheme).dom;
    let (_, told) = dom.split_once("<pre id=\"found\">").expect("the list");
    let (told, _) = told.split_once("</pre>").expect("its end");
    let told = told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let found: Vec<Look> = serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"));
    assert_eq!(found.len(), pages.len());
    for (found, (_, width)) in found.iter().zip(pages) {
        assert_eq!((found.wide, found.dark), (*width, scheme == Scheme::Dark));
        assert!(found.texts > 0, "a page did not load");
    }
    found
}

fn page(lang: &str) -> String {
    let store = shop::ledger();
    let out = store.scratch("report.html");
    let path = out.display().to_string();
    let outcome = store.run(&["report", "--out", &path, "--today", TODAY, "--lang", lang]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    fs::read_to_string(out).expect("the page")
}

#[test]
fn everybody_can_read_and_use_the_page() {
    let pages: Vec<(String, u32)> = ["en", "ko"]
        .iter()
        .map(|lang| page(lang))
        .flat_map(|page| [(page.clone(), DESK), (page, TELEPHONE)])
        .collect();
    for scheme in [Scheme::Light, Scheme::Dark] {
        for (found, (_, width)) in audit(&pages, scheme).iter().zip(&pages) {
            assert_eq!(found.found, Vec::<String>::new(), "{scheme:?}, {width} pixels");
        }
    }
}

/// A change that breaks the page, and the rule that must notice.
struct Break {
    rule: &'static str,
    old: &'static str,
    new: &'static str,
}

const BREAKS: [Break; 27] = [
    Break { rule: "lang", old: "<html lang=\"en\">", new: "<html>" },
    Break { rule: "title", old: "<title>", new: "<title></title><title>" },
    Break { rule: "main", old: "</main>", new: "</main><main></main>" },
    Break { rule: "zoom", old: "initial-scale=1", new: "initial-scale=1, maximum-scale=1" },
    Break { rule: "id", old: "id=\"card-net\"", new: "id=\"card-orders\"" },
    Break { rule: "reference", old: "id=\"refunds\"", new: "id=\"refund\"" },
    Break { rule: "h1", old: "<main", new: "<h1>Another</h1><main" },
    Break { rule: "heading", old: "<h3>", new: "<h4>Deep</h4><h3>" },
    Break { rule: "chart", old: "role=\"img\"", new: "" },
    Break { rule: "chart", old: "aria-labelledby=\"orders-0-960-t orders-0-960-d\"><title", new: "><text" },
    Break { rule: "chart", old: "<main", new: "<svg aria-hidden=\"true\"></svg><main" },
    Break { rule: "image", old: "<main", new: "<img><main" },
    Break {
        rule: "caption",
        old: "<caption id=\"t-shops-caption\">",
        new: "<caption></caption><caption id=\"t-shops-caption\">",
    },
    Break { rule: "scope", old: "<th scope=\"col\"", new: "<th" },
    Break { rule: "scope", old: "<th scope=\"row\"", new: "<td" },
    Break { rule: "columns", old: "<tbody><tr>", new: "<tbody><tr><td></td>" },
    Break { rule: "contrast", old: "--soft: #4b5563", new: "--soft: #8a93a0" },
    Break { rule: "contrast", old: "--gap-ink: #ffffff", new: "--gap-ink: #d08880" },
    Break { rule: "bar", old: "--c2: #c26a00", new: "--c2: #f0c080" },
    Break {
        rule: "tabindex",
        old: "<main id=\"main\" tabindex=\"-1\"",
        new: "<main id=\"main\" tabindex=\"3\"",
    },
    Break { rule: "keyboard", old: "<summary>", new: "<summary tabindex=\"-1\">" },
    Break { rule: "keyboard", old: "<footer>", new: "<footer><button disabled>x</button>" },
    Break { rule: "focus", old: ":focus-visible { outline: 3px", new: ":focus-visible { outline: 1px" },
    Break { rule: "focus", old: ".skip:focus { top: 1rem;", new: ".skip:focus { top: -4rem;" },
    Break { rule: "sideways", old: ".scroll { overflow-x: auto;", new: ".scroll {" },
    Break { rule: "frame", old: "tabindex=\"0\"", new: "" },
    Break { rule: "frame", old: "role=\"region\"", new: "" },
];

#[test]
fn every_rule_speaks_of_a_broken_page() {
    let whole = page("en");
    let broken: Vec<(String, u32)> = BREAKS
        .iter()
        .map(|Break { old, new, .. }| {
            assert!(whole.contains(old), "the page has no {old}");
            // A style that was changed would be refused.
            let page = whole.replacen("http-equiv=\"Content-Security-Policy\"", "name=\"policy\"", 1);
            (page.replacen(old, new, 1), TELEPHONE)
        })
        .collect();
    let rule_of = |told: &String| told.split_once(':').map(|(rule, _)| rule.to_owned());
    for (found, Break { rule, new, .. }) in audit(&broken, Scheme::Light).iter().zip(&BREAKS) {
        let spoke: BTreeSet<String> = found.found.iter().filter_map(rule_of).collect();
        assert!(spoke.contains(*rule), "{new}: not {rule} but {:?}", found.found);
    }
}
