//! Compares the program's tables with the model's cell by cell and says which files speak of a differing key.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::fold::{ANY, Expected, Line};
use super::headers::{COLUMNS, Kind};
use super::ledger::Table;
use super::scenario::canonical;
use super::words::{Fate, Seen};

fn is_hash(column: &str) -> bool {
    column.ends_with("_hash")
}

/// Which value of the program stands for which of the model's, one to one over all columns.
#[derive(Default)]
struct Hashes {
    forward: BTreeMap<String, String>,
    back: BTreeMap<String, String>,
}

impl Hashes {
    fn same(&mut self, expected: &str, got: &str) -> bool {
        if expected.is_empty() || got.is_empty() {
            return expected.is_empty() && got.is_empty();
        }
        self.forward.entry(expected.to_owned()).or_insert_with(|| got.to_owned()) == got
            && self.back.entry(got.to_owned()).or_insert_with(|| expected.to_owned()) == expected
    }
}

/// Differences of `order_items`, `orders` and `order_changes`.
pub fn tables(
    expected: &Expected,
    items: &Table,
    orders: &Table,
    changes: &Table,
    seen: &[&Seen],
) -> Vec<String> {
    let mut hashes = Hashes::default();
    let mut problems = keyed("order_items", "item_key", &expected.items, items, &mut hashes, seen);
    problems.extend(keyed("orders", "order_id", &expected.orders, orders, &mut hashes, seen));
    problems.extend(change_rows(&expected.changes, changes, seen));
    problems.extend(sorted("order_items", "item_key", items));
    problems.extend(sorted("orders", "order_id", orders));
    problems
}

fn key_of(line: &Line, last: &str) -> String {
    let part = |name: &str| line.get(name).cloned().unwrap_or_default();
    format!("{}/{}/{}/{}", part("mall_id"), part("shop_no"), part("order_id"), part(last))
}

fn keyed(
    name: &str,
    last: &str,
    expected: &[Line],
    got: &Table,
    hashes: &mut Hashes,
    seen: &[&Seen],
) -> Vec<String> {
    let wanted: BTreeMap<String, &Line> = expected.iter().map(|line| (key_of(line, last), line)).collect();
    let told: BTreeMap<String, &Line> = got.rows.iter().map(|line| (key_of(line, last), line)).collect();
    let mut problems = Vec::new();
    if told.len() != got.rows.len() {
        problems.push(format!("{name}: {} rows under {} keys", got.rows.len(), told.len()));
    }
    for key in wanted.keys().filter(|key| !told.contains_key(*key)) {
        problems.push(format!("{name} {key}: missing{}", speakers(key, seen, "")));
    }
    for key in told.keys().filter(|key| !wanted.contains_key(*key)) {
        problems.push(format!("{name} {key}: not expected{}", speakers(key, seen, "")));
    }
    for (key, line) in &wanted {
        let Some(row) = told.get(key) else { continue };
        for (column, value) in *line {
            let Some(cell) = row.get(column) else {
                problems.push(format!("{name} has no column {column}"));
                continue;
            };
            let cell = canonical(column, cell);
            let same = if is_hash(column) { hashes.same(value, &cell) } else { cell == *value };
            if !same {
                problems.push(format!(
                    "{name} {key} {column}: expected {value:?}, got {cell:?}{}",
                    speakers(key, seen, column)
                ));
            }
        }
    }
    problems.sort();
    problems.dedup();
    problems
}

/// Which files speak of a key, and what they say in the column.
fn speakers(key: &str, seen: &[&Seen], column: &str) -> String {
    let parts: Vec<&str> = key.split('/').collect();
    let [mall, _, order, last] = parts.as_slice() else { return String::new() };
    let mut text = String::new();
    for file in seen.iter().filter(|file| file.mall == *mall) {
        for row in &file.rows {
            let Fate::Data(data) = &row.fate else { continue };
            let of_item =
                data.code.as_deref().is_none_or(|code| code == *last) || last == order || last.is_empty();
            if data.order_id == *order && of_item {
                let word = data.cells.get(column);
                let code = data.code.as_deref().unwrap_or("(no code)");
                let _ = write!(
                    text,
                    "\n        {} row {} sheet {} {:?} at {:?} shop {:?} {code}: {word:?}",
                    file.path, row.number, row.sheet, file.evidence, data.at, data.shop
                );
                if column.is_empty() {
                    let goods = [
                        "product_no",
                        "product_code",
                        "variant_code",
                        "product_name",
                        "option_value",
                        "product_price",
                    ];
                    let told: Vec<_> = goods.iter().filter_map(|name| data.cells.get(*name)).collect();
                    let _ = write!(text, " {told:?}");
                }
            }
        }
    }
    text
}

const CHANGE: &[&str] = &[
    "mall_id",
    "shop_no",
    "order_id",
    "order_day",
    "item_key",
    "field",
    "old_value",
    "new_value",
    "old_observed_at",
    "new_observed_at",
    "old_source",
    "new_source",
];

/// Columns whose changes the rules leave open or exclude: the derived ones and those beyond the main tables.
fn is_told(field: &str) -> bool {
    field == "status_text"
        || COLUMNS
            .iter()
            .any(|column| column.name == field && !matches!(column.kind, Kind::Hash | Kind::Region))
}

fn change_rows(expected: &[Line], got: &Table, seen: &[&Seen]) -> Vec<String> {
    let row = |line: &Line| -> Vec<String> {
        CHANGE.iter().map(|name| canonical(name, line.get(*name).map_or("", String::as_str))).collect()
    };
    let mut told: Vec<Vec<String>> = got.rows.iter().map(row).filter(|row| is_told(&row[5])).collect();
    let mut problems = Vec::new();
    for line in expected {
        let wanted = row(line);
        let found = told
            .iter()
            .position(|row| row.iter().zip(&wanted).all(|(cell, want)| want == ANY || cell == want));
        match found {
            Some(at) => {
                told.swap_remove(at);
            }
            None => problems.push(format!(
                "order_changes: missing {}{}",
                wanted.join(" | "),
                speakers(&key_of(line, "item_key"), seen, &wanted[5])
            )),
        }
    }
    for row in told {
        let key = format!("{}/{}/{}/{}", row[0], row[1], row[2], row[4]);
        problems.push(format!(
            "order_changes: not expected {}{}",
            row.join(" | "),
            speakers(&key, seen, &row[5])
        ));
    }
    problems
}

fn sorted(name: &str, last: &str, got: &Table) -> Vec<String> {
    let keys: Vec<_> = got.rows.iter().map(|row| super::fold::sort_key(row, last)).collect();
    let unsorted = keys.windows(2).find(|pair| pair[0] > pair[1]);
    unsorted
        .map(|pair| format!("{name} is not sorted: {:?} before {:?}", pair[0], pair[1]))
        .into_iter()
        .collect()
}

/// Differences between two exports of one table.
pub fn exports(name: &str, left: &Table, right: &Table) -> Vec<String> {
    if left == right {
        return Vec::new();
    }
    let keys = |table: &Table| table.rows.iter().cloned().collect::<BTreeSet<Line>>();
    let (left, right) = (keys(left), keys(right));
    let told = |line: &Line| {
        line.iter()
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(name, cell)| format!("{name}={cell}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let one: Vec<_> = left.difference(&right).take(2).map(told).collect();
    let two: Vec<_> = right.difference(&left).take(2).map(told).collect();
    vec![format!("{name} differs: only in the first {one:?}; only in the second {two:?}")]
}
