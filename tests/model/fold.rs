//! The rules of the fold, sentence by sentence, on rows a reader has already understood.
//!
//! Slow on purpose: every question scans everything again.

use std::collections::{BTreeMap, BTreeSet};

use super::headers::{COLUMNS, Kind, Level, Repeats, column};
use super::times::{real_day, utc};
use super::words::{Cells, Data, Evidence, Fate, Seen, Source, Word};

pub type Line = BTreeMap<String, String>;

/// Matches any cell: the rules leave the value open.
pub const ANY: &str = "*";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub accepted: u64,
    pub duplicate: u64,
    pub quarantined: u64,
}

#[derive(Clone, Debug, Default)]
pub struct Expected {
    pub items: Vec<Line>,
    pub orders: Vec<Line>,
    pub changes: Vec<Line>,
    /// By SHA-256.
    pub counts: BTreeMap<String, Counts>,
    /// By SHA-256: the months of the file's accepted rows.
    pub months: BTreeMap<String, BTreeSet<String>>,
    pub quarantined: BTreeSet<(String, u64, String)>,
}

/// What one source said at one moment, and where it stands in the fold.
#[derive(Clone, Debug)]
struct Observation {
    stamp: Stamp,
    data: Data,
    sheet: usize,
    mall: String,
}

/// "A field's current value is that of the observation with the greatest (observed_at, source, sha256, row)".
type Stamp = (i64, Source, String, u64);

/// "The same bytes are one source file however often and under whatever name they come; better evidence in a later copy
/// improves its time, equal evidence keeps the earliest."
fn best_evidence(sightings: &[&Seen]) -> Evidence {
    sightings
        .iter()
        .map(|seen| seen.evidence)
        .reduce(|best, other| {
            let better =
                other.rank() > best.rank() || (other.rank() == best.rank() && other.time() < best.time());
            if better { other } else { best }
        })
        .expect("a file was seen")
}

/// "observed_at is as good as its evidence, best first: --observed-at …; the row's own extraction time …; the file's name
/// …; the modification time".
fn observed_at(evidence: Evidence, row: Option<i64>) -> i64 {
    match (evidence, row) {
        (Evidence::Named(_) | Evidence::Modified(_), Some(own)) => own,
        (evidence, _) => evidence.time(),
    }
}

/// Rule 6: "equal rows count once (duplicate)"; "A, B, A of one key: the second A is a duplicate"; "code-less rows and
/// orders of an API dump with different extraction times are never duplicates".
fn is_duplicate(earlier: &[Observation], row: &Observation) -> bool {
    row.data.code.is_some()
        && earlier.iter().any(|other| {
            let mut same = other.data.clone();
            same.api_order = row.data.api_order;
            same == row.data && other.stamp.0 == row.stamp.0
        })
}

/// Everything the rules promise of a set of sightings.
pub fn fold(sightings: &[&Seen]) -> Expected {
    let mut expected = Expected::default();
    let mut observations: Vec<Observation> = Vec::new();
    let hashes: BTreeSet<&str> = sightings.iter().map(|seen| seen.sha256.as_str()).collect();
    for hash in hashes {
        let copies: Vec<&Seen> = sightings.iter().filter(|seen| seen.sha256 == hash).copied().collect();
        let evidence = best_evidence(&copies);
        let file = copies[0];
        let mut accepted: Vec<Observation> = Vec::new();
        let mut counts = Counts::default();
        for row in &file.rows {
            match &row.fate {
                Fate::Skipped => {}
                Fate::Quarantined(reason) => {
                    counts.quarantined += 1;
                    expected.quarantined.insert((hash.to_owned(), row.number, (*reason).to_owned()));
                }
                Fate::Data(data) => {
                    let stamp = (observed_at(evidence, data.at), file.source, hash.to_owned(), row.number);
                    let observation =
                        Observation { stamp, data: data.clone(), sheet: row.sheet, mall: file.mall.clone() };
                    if is_duplicate(&accepted, &observation) {
                        counts.duplicate += 1;
                    } else {
                        counts.accepted += 1;
                        accepted.push(observation);
                    }
                }
            }
        }
        expected.counts.insert(hash.to_owned(), counts);
        observations.extend(accepted);
    }
    name_shops(&mut observations);
    let keys: BTreeSet<(String, String, String)> = observations.iter().map(order_key).collect();
    for key in keys {
        let of_order: Vec<&Observation> = observations.iter().filter(|seen| order_key(seen) == key).collect();
        fold_order(&key, &of_order, &mut expected);
    }
    expected.items.sort_by_key(|line| sort_key(line, "item_key"));
    expected.orders.sort_by_key(|line| sort_key(line, "order_id"));
    expected
}

/// "sorted by (order_day, order_id, item_key)", "an order of which no day is known … sorts last".
pub fn sort_key(line: &Line, last: &str) -> (bool, String, String, String) {
    (line["order_day"].is_empty(), line["order_day"].clone(), line["order_id"].clone(), line[last].clone())
}

/// Rule 1: "A file without 쇼핑몰번호 means shop 1, unless another observation of the same (mall_id, order_id) names exactly
/// one shop: then that one."
fn name_shops(observations: &mut [Observation]) {
    let named: Vec<(String, String, String)> = observations
        .iter()
        .filter_map(|seen| Some((seen.mall.clone(), seen.data.order_id.clone(), seen.data.shop.clone()?)))
        .collect();
    for seen in observations.iter_mut().filter(|seen| seen.data.shop.is_none()) {
        let shops: BTreeSet<&String> = named
            .iter()
            .filter(|(mall, order, _)| *mall == seen.mall && *order == seen.data.order_id)
            .map(|(_, _, shop)| shop)
            .collect();
        seen.data.shop = Some(match (shops.len(), shops.first()) {
            (1, Some(only)) => (*only).clone(),
            _ => "1".to_owned(),
        });
    }
}

fn order_key(seen: &Observation) -> (String, String, String) {
    (seen.mall.clone(), seen.data.shop.clone().unwrap_or_default(), seen.data.order_id.clone())
}

fn fold_order(key: &(String, String, String), seen: &[&Observation], expected: &mut Expected) {
    let (mall, shop, order_id) = key;
    let mut order = Line::new();
    let mut changes = Vec::new();
    for column in COLUMNS.iter().filter(|column| column.level == Level::Order) {
        let words = order_words(column.name, column.repeats, seen);
        let (value, moves) = newest(column.name, column.kind, &words);
        order.insert(column.name.to_owned(), value);
        if column.kind != Kind::Hash && column.kind != Kind::Region {
            changes.extend(moves);
        }
    }
    let day = order_day(order_id, &order["order_date"]);
    let mut base = Line::new();
    for (name, value) in
        [("mall_id", mall.as_str()), ("shop_no", shop), ("order_id", order_id), ("order_day", day.as_str())]
    {
        base.insert(name.to_owned(), value.to_owned());
    }
    for one in seen {
        if day.len() == 10 {
            expected.months.entry(one.stamp.2.clone()).or_default().insert(day[..7].to_owned());
        }
    }
    order.extend(base.clone());
    order.extend(told_by(seen));
    expected.orders.push(order);
    expected.changes.extend(changes.into_iter().map(|mut line: Line| {
        line.extend(base.clone());
        line.insert("item_key".into(), String::new());
        line
    }));
    for (item_key, code, words) in items_of(order_id, seen) {
        let mut item = Line::new();
        let mut changes = Vec::new();
        for column in
            COLUMNS.iter().filter(|column| column.level == Level::Item && column.kind != Kind::Status)
        {
            let (value, moves) = newest(column.name, column.kind, &item_words(column.name, &words));
            item.insert(column.name.to_owned(), value);
            changes.extend(moves);
        }
        let (status, text, moves) = newest_status(&words);
        item.insert("order_status".into(), status);
        item.insert("status_text".into(), text);
        changes.extend(moves);
        item.insert("status_class".into(), status_class(&words));
        item.insert("origin_order_item_code".into(), origin(&words, seen));
        item.insert("item_key".into(), item_key.clone());
        item.insert("order_item_code".into(), code.unwrap_or_default());
        // Free text about persons is null by default.
        item.insert("claim_reason".into(), String::new());
        item.insert("additional_option_value".into(), String::new());
        item.extend(base.clone());
        item.extend(told_by(&words));
        expected.items.push(item);
        expected.changes.extend(changes.into_iter().map(|mut line: Line| {
            line.extend(base.clone());
            line.insert("item_key".into(), item_key.clone());
            line
        }));
    }
}

/// "An order's month is the KST day inside its order id, or the day of order_date where the id bears none."
fn order_day(order_id: &str, order_date: &str) -> String {
    let dated = order_id.len() == 16 && order_id.as_bytes()[8] == b'-';
    dated
        .then(|| real_day(&order_id[..8]))
        .flatten()
        .or_else(|| order_date.get(..10).map(ToOwned::to_owned))
        .unwrap_or_default()
}

/// "newest observation of the item" and "sorted, comma-separated: which sources have spoken of it".
fn told_by(seen: &[&Observation]) -> Line {
    let newest = seen.iter().map(|one| one.stamp.0).max().expect("something was said");
    let sources: BTreeSet<&str> = seen.iter().map(|one| one.stamp.1.name()).collect();
    let sources: Vec<&str> = sources.into_iter().collect();
    Line::from([("observed_at".to_owned(), utc(newest)), ("sources".to_owned(), sources.join(","))])
}

/// The words of one item column, oldest first.
fn item_words(name: &str, seen: &[&Observation]) -> Vec<(Stamp, Word)> {
    let mut words: Vec<(Stamp, Word)> =
        seen.iter().filter_map(|one| Some((one.stamp.clone(), one.data.cells.get(name)?.clone()))).collect();
    words.sort_by(|left, right| left.0.cmp(&right.0));
    words
}

/// Rule 5: "follow the column's repetition rule within one file to give one value an order, and only then rule 3"; "API
/// orders speak for themselves".
fn order_words(name: &str, repeats: Repeats, seen: &[&Observation]) -> Vec<(Stamp, Word)> {
    let mut words: Vec<(Stamp, Word)> = Vec::new();
    let files: BTreeSet<(&String, Option<usize>)> =
        seen.iter().map(|one| (&one.stamp.2, one.data.api_order)).collect();
    for (hash, api_order) in files {
        let mut rows: Vec<&&Observation> =
            seen.iter().filter(|one| one.stamp.2 == *hash && one.data.api_order == api_order).collect();
        rows.sort_by_key(|one| one.stamp.3);
        let spoken: Vec<(Stamp, Word)> = rows
            .iter()
            .filter_map(|one| Some((one.stamp.clone(), one.data.cells.get(name)?.clone())))
            .collect();
        let chosen = match repeats {
            _ if api_order.is_some() => spoken.first().cloned(),
            // "every_row = the value all rows repeat (if they differ: the first, and a finding)"
            Repeats::EveryRow => spoken.first().cloned(),
            // "max = the largest of the order's rows that speak"
            Repeats::Max => largest(&spoken),
            // "a zero in a first_row column speaks only if the file has the order's -01 item or no item codes at all"
            Repeats::FirstRow => largest(&spoken).filter(|(_, word)| {
                let has_first =
                    rows.iter().any(|one| one.data.code == Some(format!("{}-01", one.data.order_id)));
                let no_codes = rows.iter().all(|one| one.data.code.is_none());
                cents(word) != 0 || has_first || no_codes
            }),
        };
        words.extend(chosen);
    }
    words.sort_by(|left, right| left.0.cmp(&right.0));
    words
}

fn cents(word: &Word) -> i128 {
    match word {
        Word::Says(amount) => amount.replace('.', "").parse().expect("an amount with two decimals"),
        Word::Clears => 0,
    }
}

fn largest(spoken: &[(Stamp, Word)]) -> Option<(Stamp, Word)> {
    spoken.iter().max_by_key(|(_, word)| cents(word)).cloned()
}

/// "`2024-07-05 00:00:00`": a time told without seconds or as a bare day means its first second.
fn whole(kind: Kind, value: &str) -> String {
    match (kind, value.len()) {
        (Kind::Time, 10) => format!("{value} 00:00:00"),
        (Kind::Time, 16) => format!("{value}:00"),
        _ => value.to_owned(),
    }
}

/// Rule 3 for one field: its current value and its changes.
fn newest(name: &str, kind: Kind, words: &[(Stamp, Word)]) -> (String, Vec<Line>) {
    let mut current: Option<(String, Stamp, bool)> = None;
    let mut changes = Vec::new();
    for (stamp, word) in words {
        let Word::Says(value) = word else {
            // "an explicit null, or a blank string, in an API order clears"
            if let Some((old, since, sure)) = current.take() {
                changes.push(change(name, (&whole(kind, &old), &since, sure), ("", stamp)));
            }
            continue;
        };
        current = Some(match current.take() {
            // "the first word, also after a null, is no change"
            None => (value.clone(), stamp.clone(), true),
            // "old_* is the latest observation with the old value"
            Some((old, _, sure)) if old == *value => (old, stamp.clone(), sure),
            // "A newer but less precise time that agrees (a bare day, or no seconds) does not displace the precise one."
            // Whether it counts as an observation "with the old value" is left open.
            Some((old, since, _)) if kind == Kind::Time && old.starts_with(value.as_str()) => {
                (old, since, false)
            }
            // "nor is a time told more or less precisely" a change
            Some((old, _, _)) if kind == Kind::Time && value.starts_with(old.as_str()) => {
                (value.clone(), stamp.clone(), true)
            }
            Some((old, since, sure)) => {
                let (old, new) = (whole(kind, &old), whole(kind, value));
                if old != new {
                    changes.push(change(name, (&old, &since, sure), (&new, stamp)));
                }
                (value.clone(), stamp.clone(), true)
            }
        });
    }
    (current.map(|(value, _, _)| whole(kind, &value)).unwrap_or_default(), changes)
}

fn change(field: &str, old: (&str, &Stamp, bool), new: (&str, &Stamp)) -> Line {
    let (old_value, since, sure) = old;
    let (new_value, stamp) = new;
    let old_at = if sure { utc(since.0) } else { ANY.to_owned() };
    let old_source = if sure { since.1.name() } else { ANY };
    [
        ("field", field),
        ("old_value", old_value),
        ("new_value", new_value),
        ("old_observed_at", &old_at),
        ("new_observed_at", &utc(stamp.0)),
        ("old_source", old_source),
        ("new_source", stamp.1.name()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

fn text_of(cells: &Cells, name: &str) -> Option<String> {
    match cells.get(name) {
        Some(Word::Says(value)) => Some(value.clone()),
        _ => None,
    }
}

/// "order_status and status_text are one word: both from the newest observation that has either"; an unknown label "keeps
/// its text, has code null"; changes are none for "labels that differ only in spaces".
fn newest_status(seen: &[&Observation]) -> (String, String, Vec<Line>) {
    let mut sorted: Vec<&&Observation> = seen.iter().collect();
    sorted.sort_by(|left, right| left.stamp.cmp(&right.stamp));
    let mut codes: Vec<(Stamp, Word)> = Vec::new();
    let mut changes = Vec::new();
    let mut label: Option<(String, Stamp)> = None;
    let mut current = (String::new(), String::new());
    for one in sorted {
        let (code, text) =
            (text_of(&one.data.cells, "order_status"), text_of(&one.data.cells, "status_text"));
        if code.is_none() && text.is_none() {
            continue;
        }
        codes.push((one.stamp.clone(), code.clone().map_or(Word::Clears, Word::Says)));
        current = (code.unwrap_or_default(), text.clone().unwrap_or_default());
        let Some(text) = text else { continue };
        if let Some((old, since)) = &label
            && old.replace(' ', "") != text.replace(' ', "")
        {
            changes.push(change("status_text", (old, since, true), (&text, &one.stamp)));
        }
        label = Some((text, one.stamp.clone()));
    }
    changes.extend(newest("order_status", Kind::Text, &codes).1);
    (current.0, current.1, changes)
}

/// "API status_code, else the code's group: N01/N03 exchange_goods, other N normal, C47–C49 canceled_before_payment, other C
/// canceled, R returned, E exchanged".
fn class_of(cells: &Cells) -> Option<&'static str> {
    if let Some(told) = text_of(cells, "status_code") {
        return match told.as_str() {
            "N1" => Some("normal"),
            "N2" => Some("exchange_goods"),
            "C1" => Some("canceled_before_payment"),
            "C2" => Some("canceled"),
            "C3" => Some("returned"),
            "E1" => Some("exchanged"),
            _ => None,
        };
    }
    let code = text_of(cells, "order_status")?;
    match code.as_str() {
        "N01" | "N03" => Some("exchange_goods"),
        "C47" | "C48" | "C49" => Some("canceled_before_payment"),
        _ => match code.chars().next() {
            Some('N') => Some("normal"),
            Some('C') => Some("canceled"),
            Some('R') => Some("returned"),
            Some('E') => Some("exchanged"),
            _ => None,
        },
    }
}

/// "the newest observation that has one …; normal becomes exchange_goods if any observation of the item said so".
fn status_class(seen: &[&Observation]) -> String {
    let newest = seen
        .iter()
        .filter_map(|one| Some((one.stamp.clone(), class_of(&one.data.cells)?)))
        .max_by(|left, right| left.0.cmp(&right.0))
        .map_or("", |(_, class)| class);
    let exchange_goods = seen.iter().any(|one| class_of(&one.data.cells) == Some("exchange_goods"));
    if newest == "normal" && exchange_goods { "exchange_goods".into() } else { newest.into() }
}

/// "the exchange's own word, else the last of original_item_no looked up among the order's item numbers".
fn origin(item: &[&Observation], order: &[&Observation]) -> String {
    let newest = |name: &str| {
        item_words(name, item).pop().and_then(|(_, word)| match word {
            Word::Says(value) => Some(value),
            Word::Clears => None,
        })
    };
    if let Some(told) = newest("origin_told") {
        return told;
    }
    let Some(number) =
        newest("original_item_no").and_then(|list| list.rsplit(',').next().map(ToOwned::to_owned))
    else {
        return String::new();
    };
    order
        .iter()
        .filter(|one| text_of(&one.data.cells, "item_no").as_deref() == Some(&number))
        .find_map(|one| one.data.code.clone())
        .unwrap_or_default()
}

/// Items of one order: key, code and observations, in which code-less rows have found their place (rule 7).
fn items_of<'a>(
    order_id: &str,
    seen: &[&'a Observation],
) -> Vec<(String, Option<String>, Vec<&'a Observation>)> {
    let rows: Vec<&Observation> = seen.iter().copied().filter(|one| one.data.is_item).collect();
    let codes: BTreeSet<String> = rows.iter().filter_map(|one| one.data.code.clone()).collect();
    let mut items: Vec<(String, Option<String>, Vec<&Observation>, Identity)> = codes
        .into_iter()
        .map(|code| {
            let own: Vec<&Observation> =
                rows.iter().copied().filter(|one| one.data.code.as_ref() == Some(&code)).collect();
            // "code-less rows are compared with the folded identity of coded observations only"
            let identity = folded_identity(&own);
            (code.clone(), Some(code), own, identity)
        })
        .collect();
    let mut code_less: Vec<&Observation> =
        rows.iter().copied().filter(|one| one.data.code.is_none()).collect();
    // "files in (observed_at, source, sha256), rows in row order (each sheet on its own)"
    code_less.sort_by(|left, right| left.stamp.cmp(&right.stamp));
    let mut taken: BTreeSet<(String, usize, String)> = rows
        .iter()
        .filter_map(|one| Some((one.stamp.2.clone(), one.sheet, one.data.code.clone()?)))
        .collect();
    let mut founded = 0;
    for row in code_less {
        let words = folded_identity(&[row]);
        // "a row takes the first compatible coded item (ascending code) that no row of this file has taken, else the first
        // compatible inferred item, else it founds the next"
        let found = items.iter().position(|(key, _, _, identity)| {
            compatible(&words, identity) && !taken.contains(&(row.stamp.2.clone(), row.sheet, key.clone()))
        });
        let at = found.unwrap_or_else(|| {
            founded += 1;
            items.push((format!("{order_id}~{founded}"), None, Vec::new(), words));
            items.len() - 1
        });
        taken.insert((row.stamp.2.clone(), row.sheet, items[at].0.clone()));
        items[at].2.push(row);
    }
    items.into_iter().map(|(key, code, seen, _)| (key, code, seen)).collect()
}

type Identity = BTreeMap<&'static str, String>;

/// "variant code, product code, product number, own codes, product name, option, unit price"
const IDENTITY: &[&str] = &[
    "variant_code",
    "product_code",
    "product_no",
    "custom_product_code",
    "custom_variant_code",
    "product_name",
    "option_value",
    "product_price",
];

/// "at least one of code/number/name must be there"; "own codes, option and unit price can only veto"
const POSITIVE: &[&str] = &["variant_code", "product_code", "product_no", "product_name"];

fn folded_identity(seen: &[&Observation]) -> Identity {
    IDENTITY
        .iter()
        .filter_map(|name| {
            let (value, _) = newest(name, column(name).kind, &item_words(name, seen));
            (!value.is_empty()).then(|| (*name, comparable(name, &value)))
        })
        .collect()
}

/// "Names and options compare after NFC with white space removed, ; as ,".
fn comparable(name: &str, value: &str) -> String {
    if name == "product_name" || name == "option_value" {
        value.chars().filter(|c| !c.is_whitespace()).map(|c| if c == ';' { ',' } else { c }).collect()
    } else {
        value.to_owned()
    }
}

/// "whatever both sides have must agree"; "a side that is blank does not veto".
fn compatible(row: &Identity, item: &Identity) -> bool {
    let agree = |name: &&&'static str| row.get(**name).is_some() && row.get(**name) == item.get(**name);
    let clash = IDENTITY
        .iter()
        .any(|name| row.contains_key(name) && item.contains_key(name) && row[name] != item[name]);
    !clash && POSITIVE.iter().any(|name| agree(&name))
}

#[cfg(test)]
mod tests {
    use super::super::words::{Row, says};
    use super::*;

    type Told<'a> = (&'a str, Option<&'a str>, &'a [(&'a str, &'a str)]);

    fn file(hash: &str, source: Source, at: i64, rows: &[Told]) -> Seen {
        let rows = (1..)
            .zip(rows)
            .map(|(number, (order, code, cells))| Row {
                number,
                sheet: 0,
                fate: Fate::Data(Data {
                    shop: None,
                    order_id: (*order).to_owned(),
                    code: code.map(ToOwned::to_owned),
                    is_item: true,
                    at: None,
                    api_order: None,
                    cells: cells.iter().map(|(name, value)| ((*name).to_owned(), says(*value))).collect(),
                }),
            })
            .collect();
        Seen {
            path: hash.to_owned(),
            sha256: hash.to_owned(),
            source,
            mall: "m".into(),
            evidence: Evidence::Named(at),
            rows,
        }
    }

    const ORDER: &str = "20240705-0000001";
    const FIRST: Option<&str> = Some("20240705-0000001-01");

    #[test]
    fn newest_word_per_field_with_ties() {
        let old =
            file("b", Source::Export, 1, &[(ORDER, FIRST, &[("quantity", "1"), ("product_price", "5.00")])]);
        let new = file("a", Source::Export, 1, &[(ORDER, FIRST, &[("quantity", "2")])]);
        let folded = fold(&[&old, &new]);
        assert_eq!(folded.items[0]["quantity"], "1");
        assert_eq!(folded.items[0]["product_price"], "5.00");
        assert_eq!(folded.changes[0]["old_value"], "2");
    }

    #[test]
    fn better_evidence_wins_then_the_earlier() {
        let seen = |evidence| Seen { evidence, ..file("a", Source::Export, 0, &[]) };
        let told = |sightings: &[Evidence]| {
            let sightings: Vec<Seen> = sightings.iter().map(|evidence| seen(*evidence)).collect();
            best_evidence(&sightings.iter().collect::<Vec<_>>())
        };
        assert_eq!(
            told(&[Evidence::Modified(1), Evidence::Named(9), Evidence::Named(8)]),
            Evidence::Named(8)
        );
        assert_eq!(told(&[Evidence::Named(1), Evidence::Given(9)]), Evidence::Given(9));
        assert_eq!(observed_at(Evidence::Given(9), Some(3)), 9);
        assert_eq!(observed_at(Evidence::Named(9), Some(3)), 3);
    }

    #[test]
    fn code_less_lines_are_taken_over() {
        let loose: &[Told] = &[(ORDER, None, &[("product_no", "7")]), (ORDER, None, &[("product_no", "7")])];
        let early = file("a", Source::History, 1, loose);
        let keys =
            |folded: &Expected| folded.items.iter().map(|item| item["item_key"].clone()).collect::<Vec<_>>();
        assert_eq!(keys(&fold(&[&early])), ["20240705-0000001~1", "20240705-0000001~2"]);
        let late = file("b", Source::Api, 2, &[(ORDER, FIRST, &[("product_no", "7")])]);
        assert_eq!(keys(&fold(&[&early, &late])), ["20240705-0000001-01", "20240705-0000001~1"]);
    }

    #[test]
    fn precise_times_stand() {
        let words = [(1, "2024-07-05 09:01:31"), (2, "2024-07-05"), (3, "2024-07-05 09:01")]
            .map(|(at, word)| ((at, Source::Export, String::new(), 1), says(word)));
        let (value, changes) = newest("order_date", Kind::Time, &words);
        assert_eq!((value.as_str(), changes.len()), ("2024-07-05 09:01:31", 0));
    }
}
