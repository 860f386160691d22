//! The page as text. How a browser sees it, and whether its numbers are right: `tests/report.rs`.

use std::collections::BTreeSet;

use html5gum::{Token, Tokenizer};

use super::*;
use crate::cli::lang::Lang;
use crate::core::coverage::{Rule, Verdict};
use crate::core::problem::{FindingKind, Reason};
use crate::core::types::Day;
use crate::io::report::changes::{FirstTold, SinceView, StepView, TopicView};
use crate::io::report::coverage::{CoverageReport, DayView, StretchView};
use crate::io::report::summary::{
    Amount, DriftView, FileCount, FindingCount, LagSum, MonthSales, QuarantineCount, SourceSales,
};

const MARKUP: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;";

fn won(n: i128) -> Amount {
    Amount(Sum(n * 100))
}

fn month(name: Option<&str>, orders: u64) -> MonthSales {
    let lag =
        |from_days, to_days, n| LagSum { from_days, to_days, orders: n, amount: won(1_000 * i128::from(n)) };
    MonthSales {
        month: name.map(str::to_owned),
        orders,
        items: 2 * orders,
        gross: won(10_000),
        discounts: won(500),
        refunds: won(12_000),
        net: won(-2_500),
        by_sources: vec![SourceSales {
            sources: MARKUP.to_owned(),
            orders,
            items: 2 * orders,
            net: won(-2_500),
        }],
        refund_lags: vec![
            lag(None, Some(-1), 0),
            lag(Some(0), Some(3), 7),
            lag(Some(4), None, 0),
            lag(None, None, 5),
        ],
    }
}

fn day(day: i32, verdict: Verdict, rule: Rule, orders: u64) -> DayView {
    let at = Day(19_783 + day);
    DayView {
        at,
        day: at.to_string(),
        verdict,
        rule,
        orders,
        items: orders,
        orders_by_source: (orders > 0).then_some(("export", orders)).into_iter().collect(),
        first_observed_at: None,
        last_observed_at: (orders > 0).then(|| "2024-07-01T00:00:00Z".to_owned()),
        seen_once: orders,
        may_have_drifted: orders / 2,
    }
}

/// Everything that can stand in a page, with markup wherever a text comes from outside.
fn summary() -> Summary {
    let shop = ShopView {
        mall_id: MARKUP.to_owned(),
        shop_no: 1,
        first_day: Some("2024-03-01".to_owned()),
        last_day: Some("2024-03-05".to_owned()),
        orders_a_day: Some("3.25".to_owned()),
        stretches: vec![StretchView {
            from: "2024-03-02".to_owned(),
            to: "2024-03-02".to_owned(),
            days: 1,
            verdict: Verdict::Gap,
            rule: Rule::Pace,
            expected_orders: Some("9.00".to_owned()),
            claimed_by: vec![format!("/home/kim/{MARKUP}")],
        }],
        days: vec![
            day(0, Verdict::Covered, Rule::Listed, 4),
            day(1, Verdict::Gap, Rule::Pace, 0),
            day(2, Verdict::Partial, Rule::ExcerptOnly, 1),
            day(3, Verdict::Quiet, Rule::Claimed, 0),
            day(4, Verdict::Waiting, Rule::Quarantine, 0),
        ],
    };
    Summary {
        run_id: Some("r0001".to_owned()),
        as_of: "2024-09-01".to_owned(),
        from: Some("2024-01-01".to_owned()),
        to: None,
        coverage: CoverageReport { shops: vec![shop], undated_orders: 2, settle_days: 30 },
        shops: vec![ShopSales {
            mall_id: MARKUP.to_owned(),
            shop_no: 1,
            shop_name: Some(MARKUP.to_owned()),
            currencies: vec![MARKUP.to_owned()],
            months: vec![month(Some("2023-12"), 4), month(Some("2024-01"), 1_234), month(None, 2)],
            total: month(None, 1_240),
        }],
        drift: Some(DriftView {
            since: SinceView::Run(MARKUP.to_owned()),
            new_orders: 3,
            new_items: 1,
            topics: vec![
                TopicView {
                    topic: "refund".to_owned(),
                    orders: 12,
                    places: 14,
                    amount: Some("-340000.00".to_owned()),
                    first_told: Some(FirstTold { orders: 2, amount: "-5000.50".to_owned() }),
                    steps: Vec::new(),
                },
                TopicView {
                    topic: "status".to_owned(),
                    orders: 3,
                    places: 9,
                    amount: None,
                    first_told: None,
                    steps: vec![
                        StepView { old_value: "N40".to_owned(), new_value: Some("N50".to_owned()), count: 6 },
                        StepView {
                            old_value: "김철수 확인".to_owned(),
                            new_value: Some("N50".to_owned()),
                            count: 2,
                        },
                        StepView { old_value: "N40".to_owned(), new_value: None, count: 1 },
                    ],
                },
            ],
        }),
        findings: vec![FindingCount {
            reason: FindingKind::FrozenConflict,
            findings: 9,
            orders: 4,
            columns: vec![MARKUP.to_owned()],
        }],
        quarantine: vec![QuarantineCount { reason: Reason::BadNumber, rows: 3, files: 1 }],
        files: vec![FileCount {
            name: Some(MARKUP.to_owned()),
            short_hash: "698d87a5".to_owned(),
            source: MARKUP.to_owned(),
            format: MARKUP.to_owned(),
            observed_at: "2024-06-04T15:00:00Z".to_owned(),
            first_order_day: None,
            last_order_day: None,
            rows_read: 10,
            rows_accepted: 6,
            rows_duplicate: 1,
            rows_quarantined: 3,
            rows_skipped: 0,
            unknown_headers: 2,
        }],
    }
}

fn page(lang: Lang) -> String {
    let schema = Schema::load(&crate::core::schema::Additions::default()).unwrap();
    render(&summary(), &Words::of(lang), &schema)
}

/// The start tags with their attributes.
fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Tokenizer::new(html)
        .map(|token| token.unwrap())
        .filter_map(|token| match token {
            Token::StartTag(tag) => Some((
                text(&tag.name),
                tag.attributes.iter().map(|(name, value)| (text(name), text(value))).collect(),
            )),
            Token::Error(error) => panic!("{error:?}"),
            _ => None,
        })
        .collect()
}

#[test]
fn markup_in_names_stays_text() {
    for lang in Lang::ALL {
        let html = page(lang);
        let tags = tags(&html);
        for (tag, attributes) in &tags {
            assert!(
                !matches!(tag.as_str(), "script" | "img" | "link" | "iframe" | "object" | "base"),
                "<{tag}>"
            );
            for (name, value) in attributes {
                assert!(!name.starts_with("on") && name != "style" && name != "src", "{name}={value}");
                assert!(name != "href" || value.starts_with('#'), "{name}={value}");
            }
        }
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        for fetched in ["http:", "https:", "url(", "@import", "//", "javascript:"] {
            assert!(!html.contains(fetched), "{fetched}");
        }
    }
}

#[test]
fn the_policy_names_the_style_and_allows_nothing_else() {
    let html = page(Lang::En);
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = tags(&html)
        .into_iter()
        .find_map(|(tag, attributes)| {
            let policy = attributes.iter().any(|(_, v)| v == "Content-Security-Policy") && tag == "meta";
            policy.then(|| attributes.into_iter().find(|(name, _)| name == "content"))?
        })
        .unwrap()
        .1;
    assert_eq!(
        policy,
        format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
    );
    assert!(html.contains(&format!("<style>{STYLE}</style>")));
}

#[test]
fn ids_are_unique_and_every_reference_leads_somewhere() {
    let tags = tags(&page(Lang::Ko));
    let mut ids = BTreeSet::new();
    let mut references = BTreeSet::new();
    for (name, value) in tags.iter().flat_map(|(_, attributes)| attributes) {
        match name.as_str() {
            "id" => assert!(ids.insert(value.clone()), "{value} stands twice"),
            "aria-labelledby" => references.extend(value.split(' ').map(str::to_owned)),
            "href" => _ = references.insert(value[1..].to_owned()),
            _ => {}
        }
    }
    assert!(references.len() > 20);
    assert_eq!(references.difference(&ids).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn every_chart_has_a_role_a_name_and_a_description() {
    let html = page(Lang::Ko);
    let charts: Vec<&str> = html.split("<svg").skip(1).map(|c| c.split("</svg>").next().unwrap()).collect();
    assert_eq!(charts.len(), 8, "four charts in two sizes");
    for chart in charts {
        assert!(chart.contains("role=\"img\"") && chart.contains("aria-labelledby"), "{chart}");
        let text =
            |tag: &str| chart.split(&format!("<{tag} id=")).nth(1).unwrap().split(['<', '>']).nth(1).unwrap();
        assert!(!text("title").is_empty() && !text("desc").is_empty());
        assert!(chart.contains("<rect"), "no bars");
    }
}

#[test]
fn colours_of_charts_are_known_to_the_style_sheet() {
    for (i, colour) in chart::COLOURS.iter().enumerate() {
        let hex = format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2);
        assert!(STYLE.contains(&format!("[fill=\"{hex}\"] {{ fill: var(--c{i}); }}")), "{hex}");
        assert!(STYLE.contains(&format!("--c{i}: {};", hex.to_lowercase())), "{hex}");
    }
}

#[test]
fn neither_folders_nor_labels_that_somebody_typed_are_shown() {
    for lang in Lang::ALL {
        let html = page(lang);
        assert!(!html.contains("/home/kim") && !html.contains("김철수"), "{html}");
    }
}

#[test]
fn the_same_summary_is_the_same_page() {
    for lang in Lang::ALL {
        assert_eq!(page(lang), page(lang));
    }
    assert_ne!(page(Lang::En), page(Lang::Ko));
}

#[test]
fn an_empty_ledger_has_a_page_too() {
    let empty = Summary {
        run_id: None,
        coverage: CoverageReport { shops: Vec::new(), undated_orders: 0, settle_days: 30 },
        shops: Vec::new(),
        drift: None,
        findings: Vec::new(),
        quarantine: Vec::new(),
        files: Vec::new(),
        ..summary()
    };
    let schema = Schema::load(&crate::core::schema::Additions::default()).unwrap();
    let html = render(&empty, &Words::of(Lang::En), &schema);
    assert!(html.contains("Report on an empty ledger") && !html.contains("<svg"));
}
