//! The whole ledger in numbers: everything that `jangbu report` draws, read from one committed state.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::array::RecordBatch;

use super::changes::{ChangesError, Wanted, changes};
use super::coverage::coverage;
use super::export::value::{CellValue, ColumnCells};
use super::export::{ExportError, cells};
use super::ledger::{DayRange, FileRecord, Ledger, LedgerError, MonthTables, Since, WantedColumns};
use super::report::coverage::CoverageReport;
use super::report::summary::{
    Amount, DriftView, FileCount, FindingCount, LagSum, MonthSales, QuarantineCount, ShopSales, SourceSales,
    Summary,
};
use crate::core::coverage::Clock;
use crate::core::person::holds_contact;
use crate::core::problem::{FindingKind, Reason};
use crate::core::sales::{ItemAmounts, ItemSums, LAG_BINS, Lags, MonthBook, OrderAmounts, Refunds, ShopBook};
use crate::core::tables::Table;
use crate::core::types::{Day, Money, Month};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Order days of coverage, sales, refunds and findings. Drift, quarantine and files are those of the ledger.
    pub days: DayRange,
    /// `None`: the last run.
    pub since: Option<Since>,
    pub clock: Clock,
    pub names: FileNames,
}

/// Whether files are called by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileNames {
    Shown,
    Hidden,
}

pub fn summary(ledger: &Ledger, asked: &Asked) -> Result<Summary, ChangesError> {
    ledger.at_one_state(|| {
        let run = ledger.runs()?.pop().map(|run| run.run_id);
        let since = asked.since.clone().or_else(|| run.clone().map(Since::Run));
        Ok(Summary {
            run_id: run,
            as_of: asked.clock.today.to_string(),
            from: asked.days.from.map(|d| d.to_string()),
            to: asked.days.to.map(|d| d.to_string()),
            coverage: covered(ledger, asked)?,
            shops: sales(ledger, asked.days)?,
            drift: since.map(|since| drift(ledger, &since)).transpose()?,
            findings: findings(ledger, asked.days)?,
            quarantine: quarantine(ledger)?,
            files: files(ledger, asked.names)?,
        })
    })
}

/// The coverage, with files called as they are elsewhere in the report.
fn covered(ledger: &Ledger, asked: &Asked) -> Result<CoverageReport, LedgerError> {
    let mut told = coverage(ledger, ledger.schema(), asked.days, asked.clock)?;
    for stretch in told.shops.iter_mut().flat_map(|shop| &mut shop.stretches) {
        let names = stretch.claimed_by.iter().filter_map(|path| shown_name(path, asked.names));
        stretch.claimed_by = names.map(str::to_owned).collect();
    }
    Ok(told)
}

fn drift(ledger: &Ledger, since: &Since) -> Result<DriftView, ChangesError> {
    let told = changes(ledger, since, &Wanted::default())?;
    Ok(DriftView {
        since: told.since,
        new_orders: told.new_orders,
        new_items: told.new_items,
        topics: told.topics,
    })
}

/// A shop: mall and number.
type ShopKey = (String, i64);

const ITEM_COLUMNS: [&str; 15] = [
    "mall_id",
    "shop_no",
    "order_id",
    "order_day",
    "sources",
    "status_class",
    "quantity",
    "product_price",
    "option_price",
    "additional_discount_price",
    "coupon_discount_price",
    "app_item_discount_amount",
    "item_refund_amount",
    "refund_date",
    "item_key",
];

const ORDER_COLUMNS: [&str; 12] = [
    "mall_id",
    "shop_no",
    "order_id",
    "order_day",
    "sources",
    "shop_name",
    "currency",
    "payment_date",
    "membership_discount_amount",
    "order_coupon_discount_amount",
    "total_refund_amount",
    "actual_refund_amount",
];

fn sales(ledger: &Ledger, days: DayRange) -> Result<Vec<ShopSales>, ChangesError> {
    let wanted = WantedColumns { items: &ITEM_COLUMNS, orders: &ORDER_COLUMNS };
    let shops = ledger.fold_months(wanted, |shops, month| take(shops, month, days))?;
    Ok(shops.into_iter().map(|(key, book)| shop_sales(key, &book)).collect())
}

/// The columns of a batch by name.
struct Named<'a>(HashMap<&'a str, ColumnCells<'a>>);

impl<'a> Named<'a> {
    fn new(batch: &'a RecordBatch) -> Result<Self, ExportError> {
        let names = batch.schema_ref().fields().iter().map(|f| f.name().as_str());
        Ok(Self(names.zip(cells(batch)?).collect()))
    }

    fn get(&self, name: &str, row: usize) -> CellValue<'a> {
        self.0.get(name).map_or(CellValue::Null, |column| column.get(row))
    }

    fn text(&self, name: &str, row: usize) -> Option<&'a str> {
        match self.get(name, row) {
            CellValue::Text(text) => Some(text),
            _ => None,
        }
    }

    fn int(&self, name: &str, row: usize) -> Option<i64> {
        match self.get(name, row) {
            CellValue::Int(n) => Some(n),
            _ => None,
        }
    }

    fn money(&self, name: &str, row: usize) -> Option<Money> {
        match self.get(name, row) {
            CellValue::Money(money) => Some(money),
            _ => None,
        }
    }

    /// A day, or the day of a wall-clock time.
    fn day(&self, name: &str, row: usize) -> Option<Day> {
        match self.get(name, row) {
            CellValue::Day(day) => Some(day),
            CellValue::Datetime(time) => Some(time.day()),
            _ => None,
        }
    }

    fn key(&self, row: usize) -> (&'a str, i64, &'a str) {
        let text = |name| self.text(name, row).unwrap_or_default();
        (text("mall_id"), self.int("shop_no", row).unwrap_or_default(), text("order_id"))
    }
}

fn take(
    shops: &mut BTreeMap<ShopKey, ShopBook>,
    month: &MonthTables,
    days: DayRange,
) -> Result<(), ChangesError> {
    let mut of_orders: HashMap<(&str, i64, &str), ItemSums> = HashMap::new();
    for batch in &month.items {
        let item = Named::new(batch)?;
        for row in 0..batch.num_rows() {
            let day = item.day("order_day", row);
            if !days.contains(day) {
                continue;
            }
            let (mall, shop, _) = item.key(row);
            book(shops, mall, shop).add_item(day, item.text("sources", row).unwrap_or_default());
            of_orders.entry(item.key(row)).or_default().add(&ItemAmounts {
                status_class: item.text("status_class", row),
                quantity: item.int("quantity", row),
                product_price: item.money("product_price", row),
                option_price: item.money("option_price", row),
                additional_discount: item.money("additional_discount_price", row),
                coupon_discount: item.money("coupon_discount_price", row),
                app_discount: item.money("app_item_discount_amount", row),
                refund: item.money("item_refund_amount", row),
                refund_day: item.day("refund_date", row),
            });
        }
    }
    for batch in &month.orders {
        let order = Named::new(batch)?;
        for row in 0..batch.num_rows() {
            let amounts = OrderAmounts {
                order_day: order.day("order_day", row),
                payment_day: order.day("payment_date", row),
                membership_discount: order.money("membership_discount_amount", row),
                order_coupon_discount: order.money("order_coupon_discount_amount", row),
                total_refund: order.money("total_refund_amount", row),
                actual_refund: order.money("actual_refund_amount", row),
            };
            if !days.contains(amounts.order_day) {
                continue;
            }
            let (mall, shop, _) = order.key(row);
            let items = of_orders.get(&order.key(row)).copied().unwrap_or_default();
            let book = book(shops, mall, shop);
            book.add_order(&amounts, &items, order.text("sources", row).unwrap_or_default());
            order.text("shop_name", row).into_iter().for_each(|name| book.named(name));
            if let Some(currency) = order.text("currency", row)
                && !book.currencies.contains(currency)
            {
                book.currencies.insert(currency.to_owned());
            }
        }
    }
    Ok(())
}

fn book<'a>(shops: &'a mut BTreeMap<ShopKey, ShopBook>, mall: &str, shop: i64) -> &'a mut ShopBook {
    shops.entry((mall.to_owned(), shop)).or_default()
}

fn shop_sales((mall_id, shop_no): ShopKey, book: &ShopBook) -> ShopSales {
    let mut months = Vec::new();
    let empty = MonthBook::default();
    let span = book.months.keys().next().zip(book.months.keys().next_back());
    for month in span.into_iter().flat_map(|(first, last)| first.through(*last)) {
        months.push(month_sales(Some(month), book.months.get(&month).unwrap_or(&empty)));
    }
    if book.undated != empty {
        months.push(month_sales(None, &book.undated));
    }
    ShopSales {
        mall_id,
        shop_no,
        shop_name: book.name().map(str::to_owned),
        currencies: book.currencies.iter().cloned().collect(),
        months,
        total: month_sales(None, &book.total()),
    }
}

fn month_sales(month: Option<Month>, book: &MonthBook) -> MonthSales {
    let by_sources = book.by_sources.iter().map(|(sources, told)| SourceSales {
        sources: sources.clone(),
        orders: told.orders,
        items: told.items,
        net: Amount(told.net),
    });
    MonthSales {
        month: month.map(|m| m.to_string()),
        orders: book.orders,
        items: book.items,
        gross: Amount(book.sales.gross),
        discounts: Amount(book.sales.discounts),
        refunds: Amount(book.sales.refunds),
        net: Amount(book.sales.net()),
        by_sources: by_sources.collect(),
        refund_lags: lag_sums(&book.lags),
    }
}

fn lag_sums(lags: &Lags) -> Vec<LagSum> {
    let sum = |from_days, to_days, refunds: Refunds| LagSum {
        from_days,
        to_days,
        orders: refunds.orders,
        amount: Amount(refunds.amount),
    };
    let bins = LAG_BINS.iter().zip(lags.bins).map(|(bin, refunds)| sum(bin.from, bin.to, refunds));
    bins.chain([sum(None, None, lags.unknown)]).collect()
}

#[derive(Default)]
struct Found<'a> {
    findings: u64,
    orders: BTreeSet<(&'a str, &'a str)>,
    columns: BTreeSet<&'a str>,
}

fn findings(ledger: &Ledger, days: DayRange) -> Result<Vec<FindingCount>, ChangesError> {
    let batches = ledger.scan(Table::Findings, days)?.collect::<Result<Vec<_>, _>>()?;
    let mut found: BTreeMap<FindingKind, Found<'_>> = BTreeMap::new();
    for batch in &batches {
        let finding = Named::new(batch)?;
        for row in 0..batch.num_rows() {
            let Some(kind) = finding.text("reason", row).and_then(FindingKind::parse) else { continue };
            let sum = found.entry(kind).or_default();
            sum.findings += 1;
            sum.columns.extend(finding.text("column", row));
            if let Some(order) = finding.text("order_id", row) {
                sum.orders.insert((finding.text("mall_id", row).unwrap_or_default(), order));
            }
        }
    }
    let mut counts: Vec<FindingCount> = found
        .into_iter()
        .map(|(reason, sum)| FindingCount {
            reason,
            findings: sum.findings,
            orders: sum.orders.len() as u64,
            columns: sum.columns.into_iter().map(str::to_owned).collect(),
        })
        .collect();
    counts.sort_by_key(|count| u64::MAX - count.findings);
    Ok(counts)
}

fn quarantine(ledger: &Ledger) -> Result<Vec<QuarantineCount>, LedgerError> {
    let rows = ledger.quarantined()?;
    let mut counts: BTreeMap<Reason, (BTreeSet<_>, BTreeSet<_>)> = BTreeMap::new();
    for held in &rows {
        let (rows, files) = counts.entry(held.row.reason).or_default();
        // A row that is held for two of its cells is one row.
        rows.insert((held.hash, held.row.row));
        files.insert(held.hash);
    }
    let mut counts: Vec<QuarantineCount> = counts
        .into_iter()
        .map(|(reason, (rows, files))| QuarantineCount {
            reason,
            rows: rows.len() as u64,
            files: files.len() as u64,
        })
        .collect();
    counts.sort_by_key(|count| u64::MAX - count.rows);
    Ok(counts)
}

fn files(ledger: &Ledger, names: FileNames) -> Result<Vec<FileCount>, LedgerError> {
    let mut files = ledger.files()?;
    files.sort_by(|a, b| {
        (a.observed_at, base_name(&a.path), a.hash).cmp(&(b.observed_at, base_name(&b.path), b.hash))
    });
    Ok(files.iter().map(|file| file_count(file, names)).collect())
}

/// Folders tell who works here, and where.
fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A file's name, where it is to be shown and is no person's.
fn shown_name(path: &str, names: FileNames) -> Option<&str> {
    let name = base_name(path);
    (names == FileNames::Shown && !holds_contact(name)).then_some(name)
}

fn file_count(file: &FileRecord, names: FileNames) -> FileCount {
    let details = &file.details;
    FileCount {
        name: shown_name(&file.path, names).map(str::to_owned),
        short_hash: file.hash.to_string().chars().take(8).collect(),
        source: file.source.as_str().to_owned(),
        format: details.format.clone(),
        observed_at: file.observed_at.to_string(),
        first_order_day: details.first_order_day.map(|d| d.to_string()),
        last_order_day: details.last_order_day.map(|d| d.to_string()),
        rows_read: details.rows_read,
        rows_accepted: file.rows_accepted(),
        rows_duplicate: file.rows_duplicate,
        rows_quarantined: details.rows_quarantined,
        rows_skipped: details.rows_skipped,
        unknown_headers: details.unknown_headers.len() as u64,
    }
}
