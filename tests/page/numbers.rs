//! Every number in the page, as the browser has it, against the ledger's tables.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::browser::visit;
use super::dom::{self, Page, Table, hundredths};
use super::ledger::Store;
use super::shop::{self, TODAY};
use super::sums::{self, Sums, UNDATED};

fn report(store: &Store, lang: &str, more: &[&str]) -> std::path::PathBuf {
    let out = store.scratch(&format!("{lang}.html"));
    let path = out.display().to_string();
    let mut arguments = vec!["report", "--out", &path, "--lang", lang, "--today", TODAY];
    arguments.extend(more);
    let outcome = store.run(&arguments);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    out
}

fn seen(store: &Store, lang: &str, more: &[&str]) -> Page {
    let visit = visit(&report(store, lang, more));
    assert_eq!(visit.complaints, Vec::<String>::new());
    dom::read(&visit.dom)
}

fn table<'a>(page: &'a Page, id: &str) -> &'a Table {
    page.tables.get(id).unwrap_or_else(|| panic!("no table {id}: {:?}", page.tables.keys()))
}

/// Numbers of a row, behind its first cells.
fn numbers(row: &[String], from: usize) -> Vec<i128> {
    row.iter().skip(from).map(|cell| hundredths(cell)).collect()
}

/// Counts as the page's cells have them, in hundredths.
fn whole(counts: impl IntoIterator<Item = i128>) -> Vec<i128> {
    counts.into_iter().map(|n| n * 100).collect()
}

fn months_of(sums: &BTreeMap<String, Sums>) -> Vec<(String, Sums)> {
    let mut months: Vec<(String, Sums)> = sums
        .iter()
        .map(|(month, sums)| {
            (if month == UNDATED { "day unknown".to_owned() } else { month.clone() }, sums.clone())
        })
        .collect();
    months.push(("Total".to_owned(), sums::total(sums.values())));
    months
}

fn line(sums: &Sums) -> Vec<i128> {
    let mut line = whole([sums.orders, sums.items]);
    line.extend([sums.gross, sums.discounts, sums.refunds, sums.net()]);
    line
}

fn source_name(sources: &str) -> String {
    sources.replace("export", "download").replace("api", "API").replace(',', " + ")
}

#[test]
fn sales_and_refunds_equal_the_ledgers_tables() {
    let store = shop::ledger();
    let page = seen(&store, "en", &[]);
    let expected = sums::sales(&store);
    assert_eq!(expected.len(), 2, "two shops");
    for (n, sums) in expected.values().enumerate() {
        let months = months_of(sums);
        let bins: BTreeSet<Option<i64>> = [0, 4, 8, 15, 31, 61, 91]
            .map(Some)
            .into_iter()
            .chain(sums.values().flat_map(|s| s.lags.keys().copied()))
            .collect();
        // Unknown lags come last.
        let bins: Vec<Option<i64>> =
            bins.iter().filter(|b| b.is_some()).chain(bins.iter().filter(|b| b.is_none())).copied().collect();

        let sales = table(&page, &format!("months-{n}"));
        assert_eq!(sales.rows.len(), months.len() + 1, "{:?}", sales.rows);
        let by_lag = table(&page, &format!("lags-{n}-months"));
        assert_eq!(by_lag.rows[0].len(), bins.len() + 2, "{:?}", by_lag.rows[0]);
        for (name, sums) in &months {
            assert_eq!(numbers(&sales.row(name), 1), line(sums), "{name}");
            let told: Vec<i128> = std::iter::once(sums.refunds)
                .chain(bins.iter().map(|bin| sums.lags.get(bin).map_or(0, |lag| lag[1])))
                .collect();
            assert_eq!(numbers(&by_lag.row(name), 1), told, "{name}");
        }

        let total = sums::total(sums.values());
        for (at, measure) in ["orders", "items", "net"].into_iter().enumerate() {
            let grid = table(&page, &format!("{measure}-{n}-table"));
            assert_eq!(grid.rows[0].len(), total.by_sources.len() + 2);
            let unit = if measure == "net" { 1 } else { 100 };
            let all = |sums: &Sums| [sums.orders * 100, sums.items * 100, sums.net()][at];
            let names: Vec<String> = months.iter().map(|(name, _)| name.clone()).collect();
            assert_eq!(grid.column("Month"), names);
            let column = |header: &str| grid.column(header).iter().map(|c| hundredths(c)).collect::<Vec<_>>();
            assert_eq!(column("Total"), months.iter().map(|(_, s)| all(s)).collect::<Vec<_>>());
            for sources in total.by_sources.keys() {
                let expected: Vec<i128> = months
                    .iter()
                    .map(|(_, s)| s.by_sources.get(sources).map_or(0, |t| t[at] * unit))
                    .collect();
                assert_eq!(column(&source_name(sources)), expected, "{measure} of {sources}");
            }
        }

        let lags = table(&page, &format!("lags-{n}-table"));
        let told: Vec<[i128; 2]> =
            bins.iter().map(|b| total.lags.get(b).copied().unwrap_or_default()).collect();
        let orders: Vec<i128> = told.iter().map(|t| t[0]).chain([told.iter().map(|t| t[0]).sum()]).collect();
        let amounts: Vec<i128> = told.iter().map(|t| t[1]).chain([total.refunds]).collect();
        let column = |header: &str| lags.column(header).iter().map(|c| hundredths(c)).collect::<Vec<_>>();
        assert_eq!(column("Orders"), whole(orders));
        assert_eq!(column("Refunds"), amounts);
    }

    let all = sums::total(expected.values().flat_map(BTreeMap::values));
    assert!(all.by_sources.len() >= 4, "{:?}", all.by_sources);
    assert_eq!(all.lags.len(), 9, "not every lag is tried: {:?}", all.lags);
    let shops = table(&page, "t-shops");
    assert_eq!(numbers(&shops.row("Total")[..8], 2), line(&all));
    for (row, sums) in shops.rows[1..].iter().zip(expected.values()) {
        assert_eq!(numbers(&row[..8], 2), line(&sums::total(sums.values())), "{row:?}");
    }
    let card = |id: &str| hundredths(&page.cards[&format!("card-{id}")][1]);
    assert_eq!([card("orders"), card("net"), card("refunds")], [all.orders * 100, all.net(), all.refunds]);
}

#[test]
fn the_calendar_is_what_coverage_tells() {
    let store = shop::ledger();
    let page = seen(&store, "en", &[]);
    let told = store.run(&["coverage", "--json"]).json().expect("coverage");
    let shops = told["shops"].as_array().expect("shops");
    let (mut missing_in_all, mut drifting) = (0, 0);
    for (n, shop) in shops.iter().enumerate() {
        let calendar = table(&page, &format!("calendar-{n}"));
        let mut months: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
        for day in shop["days"].as_array().expect("days") {
            months.entry(day["day"].as_str().expect("a day")[..7].to_owned()).or_default().push(day);
        }
        assert!(months.len() >= 4);
        for (month, days) in &months {
            let row = calendar.row(month);
            let of = |verdict: &str| days.iter().filter(|d| d["verdict"] == verdict).count() as u64;
            let orders: u64 = days.iter().map(|d| d["orders"].as_u64().expect("orders")).sum();
            assert_eq!(row[32..], [orders.to_string(), of("gap").to_string()], "{month}");
            let marks =
                |mark: &str| row[1..32].iter().filter(|cell| cell.eq_ignore_ascii_case(mark)).count() as u64;
            assert_eq!(marks("!"), of("gap"), "{month}");
            assert_eq!(marks("·"), of("quiet"), "{month}");
            assert_eq!(marks("q"), of("waiting"), "{month}");
            assert_eq!(marks("?"), of("partial"), "{month}");
            assert_eq!(marks("F") + marks("A") + marks("B"), of("covered"), "{month}");
            missing_in_all += of("gap");
        }
        let gaps: u64 = shop["stretches"]
            .as_array()
            .expect("stretches")
            .iter()
            .filter(|s| s["verdict"] == "gap")
            .map(|s| s["days"].as_u64().expect("days"))
            .sum();
        let listed = &table(&page, &format!("empty-{n}")).rows;
        let shown: u64 =
            listed.iter().filter(|r| r[2] == "gap").map(|r| r[1].parse::<u64>().expect("days")).sum();
        assert_eq!(shown, gaps);
        drifting += shop["days"]
            .as_array()
            .expect("days")
            .iter()
            .filter_map(|d| d["may_have_drifted"].as_u64())
            .sum::<u64>();
    }
    assert!(missing_in_all > 0, "a hole that was to be found");
    assert_eq!(page.cards["card-missing"][1], missing_in_all.to_string());
    // `coverage` has no --today: by the real one as many orders may have drifted, for all were looked at long ago.
    let shops = table(&page, "t-shops").row("Total");
    assert_eq!(shops[8..], [missing_in_all.to_string(), drifting.to_string()]);
}

#[test]
fn drift_findings_quarantine_and_files_are_what_the_listings_tell() {
    let store = shop::ledger();
    let page = seen(&store, "en", &[]);

    let changes = store.run(&["changes", "--json"]).json().expect("changes");
    let topics = changes["topics"].as_array().expect("topics");
    let drift = table(&page, "t-drift");
    assert!(topics.len() >= 2, "{topics:?}");
    assert_eq!(drift.rows.len(), topics.len() + 1);
    for (row, topic) in drift.rows[1..].iter().zip(topics) {
        let count = |value: &Value| value.as_u64().map_or(String::new(), |n| n.to_string());
        let amount = |cell: &str, value: &Value| match value.as_str() {
            Some(text) => assert_eq!(hundredths(cell), hundredths(text), "{row:?}"),
            None => assert_eq!(cell, ""),
        };
        assert_eq!([row[1].clone(), row[2].clone()], [count(&topic["orders"]), count(&topic["places"])]);
        amount(&row[3], &topic["amount"]);
        assert_eq!(row[4], count(&topic["first_told"]["orders"]));
        amount(&row[5], &topic["first_told"]["amount"]);
    }
    let refund = changes["topics"].as_array().expect("topics").iter().find(|t| t["topic"] == "refund");
    assert!(refund.is_some_and(|t| t["amount"].as_str().is_some_and(|a| a.starts_with('-'))), "{refund:?}");
    let steps: u64 = topics
        .iter()
        .filter(|t| t["topic"] == "status")
        .flat_map(|t| t["steps"].as_array().expect("steps"))
        .filter_map(|s| s["count"].as_u64())
        .sum();
    let shown: u64 =
        table(&page, "t-steps").column("Items").iter().map(|n| n.parse::<u64>().expect("a count")).sum();
    assert_eq!(shown, steps);

    for (id, name, first) in [("t-findings", "findings", 2), ("t-quarantine", "quarantine", 2)] {
        let listed = store.table(name).expect("a listing").rows;
        let counts = sums::counts(&listed, "reason");
        assert!(!counts.is_empty(), "no {name}");
        let grid = table(&page, id);
        assert_eq!(grid.rows.len(), counts.len() + 2, "{:?}", grid.rows);
        for (reason, n) in &counts {
            assert_eq!(grid.row(reason)[first], n.to_string(), "{reason}");
        }
        assert_eq!(grid.row("Total")[first], listed.len().to_string());
    }

    let listed = store.table("files").expect("files").rows;
    let files = table(&page, "t-files");
    assert_eq!(files.rows.len(), listed.len() + 2);
    for file in &listed {
        let name = file["path"].rsplit('/').next().expect("a name");
        let hidden = format!("file {}", &file["sha256"][..8]);
        let row = files.row(if name.contains("7731") { &hidden } else { name });
        let columns = ["rows_read", "rows_accepted", "rows_duplicate", "rows_quarantined", "rows_skipped"];
        assert_eq!(row[5..], columns.map(|c| file[c].clone()), "{name}");
    }
}

#[test]
fn both_languages_have_the_same_numbers_and_limits_limit_them() {
    let store = shop::ledger();
    let (english, korean) = (seen(&store, "en", &[]), seen(&store, "ko", &[]));
    assert_eq!((english.lang.as_str(), korean.lang.as_str()), ("en", "ko"));
    assert_eq!(korean.title, "haruhome 보고서");
    assert_eq!(english.tables.keys().collect::<Vec<_>>(), korean.tables.keys().collect::<Vec<_>>());
    let digits = |table: &Table| -> Vec<Vec<String>> {
        let cell = |c: &String| c.chars().filter(char::is_ascii_digit).collect();
        table.rows[1..].iter().map(|row| row.iter().skip(1).map(cell).collect()).collect()
    };
    for (id, table) in
        english.tables.iter().filter(|(id, _)| !["t-findings", "t-quarantine"].contains(&id.as_str()))
    {
        if !id.starts_with("empty") {
            assert_eq!(digits(table), digits(&korean.tables[id]), "{id}");
        }
    }

    let april = seen(&store, "en", &["--from", "2024-04-01", "--to", "2024-04-30"]);
    let expected = sums::sales(&store);
    for (n, sums) in expected.values().enumerate() {
        let months = table(&april, &format!("months-{n}"));
        assert_eq!(months.column("Month"), ["2024-04", "Total"]);
        assert_eq!(numbers(&months.row("Total"), 1), line(&sums["2024-04"]));
        assert_eq!(table(&april, &format!("calendar-{n}")).column("Month"), ["2024-04"]);
    }
}
