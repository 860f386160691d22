//! What the final tables look like: which columns, in which order, of which type.
//!
//! The fold writes these tables, the ledger stores them, `export`, `query` and `schema` show them: one definition keeps
//! them from drifting apart. Columns that sources fill come from the schema; what the program derives is described here.

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, SchemaRef, TimeUnit};

use super::batch::data_type;
use super::schema::{Column, ColumnRef, Kind, Known, Level, Schema};

/// A table that users see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    OrderItems,
    Orders,
    OrderChanges,
    Files,
    Findings,
    Quarantine,
}

impl Table {
    pub const ALL: [Self; 6] =
        [Self::OrderItems, Self::Orders, Self::OrderChanges, Self::Files, Self::Findings, Self::Quarantine];

    pub fn name(self) -> &'static str {
        match self {
            Self::OrderItems => "order_items",
            Self::Orders => "orders",
            Self::OrderChanges => "order_changes",
            Self::Files => "files",
            Self::Findings => "findings",
            Self::Quarantine => "quarantine",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.name() == name)
    }

    /// One sentence for people.
    pub fn description(self) -> &'static str {
        match self {
            Self::OrderItems => "one row an order item, in its current state",
            Self::Orders => "one row an order, in its current state",
            Self::OrderChanges => "one row each time a value changed from one observation to the next",
            Self::Files => "every source file that the ledger has read",
            Self::Findings => "what was odd about the data, though nothing was lost",
            Self::Quarantine => "rows that wait to be mended; they have no effect until then",
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The type of a column, in the words of BigQuery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnType {
    String,
    Int64,
    /// DECIMAL(18,2).
    Money,
    Date,
    /// Korean wall-clock time, without a zone.
    Datetime,
    /// A moment, in UTC.
    Timestamp,
}

impl ColumnType {
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "STRING",
            Self::Int64 => "INT64",
            Self::Money => "DECIMAL(18,2)",
            Self::Date => "DATE",
            Self::Datetime => "DATETIME",
            Self::Timestamp => "TIMESTAMP",
        }
    }

    pub fn arrow(self) -> DataType {
        match self {
            Self::String => data_type(Kind::Text),
            Self::Int64 => data_type(Kind::Int),
            Self::Money => data_type(Kind::Money),
            Self::Date => DataType::Date32,
            Self::Datetime => data_type(Kind::Time),
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }
}

impl From<Kind> for ColumnType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Text | Kind::Id | Kind::Hash => Self::String,
            Kind::Int => Self::Int64,
            Kind::Money => Self::Money,
            Kind::Time => Self::Datetime,
        }
    }
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumn {
    pub name: String,
    pub column_type: ColumnType,
    /// Never null.
    pub required: bool,
    /// One sentence, in English.
    pub description: String,
    /// The same in Korean.
    pub description_ko: String,
    /// Header spellings that feed it, best first.
    pub headers: Vec<String>,
    /// The observed column behind it; `None` where the program derives the value.
    pub origin: Option<ColumnRef>,
}

/// The columns of a table, in their order.
pub fn table_columns(schema: &Schema, table: Table) -> Vec<TableColumn> {
    columns_of(&schema.items, &schema.orders, &schema.known, table)
}

/// The same as an Arrow schema.
pub fn arrow_schema(schema: &Schema, table: Table) -> SchemaRef {
    arrow_schema_of(&table_columns(schema, table))
}

/// These columns as an Arrow schema.
pub fn arrow_schema_of(columns: &[TableColumn]) -> SchemaRef {
    let fields: Vec<Field> =
        columns.iter().map(|c| Field::new(&c.name, c.column_type.arrow(), !c.required)).collect();
    Arc::new(arrow::datatypes::Schema::new(fields))
}

fn columns_of(items: &[Column], orders: &[Column], known: &Known, table: Table) -> Vec<TableColumn> {
    let maker = Maker { items, orders };
    match table {
        Table::OrderItems => order_items(&maker, known),
        Table::Orders => all_orders(&maker, known),
        Table::OrderChanges => derived_list(ORDER_CHANGES),
        Table::Files => derived_list(FILES),
        Table::Findings => derived_list(FINDINGS),
        Table::Quarantine => derived_list(QUARANTINE),
    }
}

fn order_items(maker: &Maker<'_>, known: &Known) -> Vec<TableColumn> {
    let helpers = [known.item_no, known.original_item_no];
    let placed = |index: &usize| *index != known.item_code && !helpers.contains(index);
    let mut columns = vec![
        maker.key(Level::Order, known.mall_id),
        maker.key(Level::Order, known.shop_no),
        maker.key(Level::Order, known.order_id),
        derived(&ITEM_KEY),
        maker.observed(Level::Item, known.item_code),
        derived(&ORDER_DAY),
    ];
    columns.extend((0..maker.items.len()).filter(placed).map(|i| maker.observed(Level::Item, i)));
    columns.extend(helpers.map(|i| maker.observed(Level::Item, i)));
    columns.extend([derived(&OBSERVED_AT), derived(&SOURCES)]);
    columns
}

fn all_orders(maker: &Maker<'_>, known: &Known) -> Vec<TableColumn> {
    let shop_name = maker.orders.iter().position(|c| c.name == "shop_name");
    let first = [known.mall_id, known.shop_no, known.order_id];
    let mut columns = vec![maker.key(Level::Order, known.mall_id), maker.key(Level::Order, known.shop_no)];
    columns.extend(shop_name.map(|i| maker.observed(Level::Order, i)));
    columns.extend([maker.key(Level::Order, known.order_id), derived(&ORDER_DAY)]);
    let rest = (0..maker.orders.len()).filter(|i| !first.contains(i) && Some(*i) != shop_name);
    columns.extend(rest.map(|i| maker.observed(Level::Order, i)));
    columns.extend([derived(&OBSERVED_AT), derived(&SOURCES)]);
    columns
}

struct Maker<'a> {
    items: &'a [Column],
    orders: &'a [Column],
}

impl Maker<'_> {
    fn observed(&self, level: Level, index: usize) -> TableColumn {
        let column = match level {
            Level::Item => &self.items[index],
            Level::Order => &self.orders[index],
        };
        TableColumn {
            name: column.name.clone(),
            column_type: column.kind.into(),
            required: false,
            description: column.description.clone(),
            description_ko: column.description_ko.clone(),
            headers: column.headers.clone(),
            origin: Some(ColumnRef { level, index }),
        }
    }

    fn key(&self, level: Level, index: usize) -> TableColumn {
        TableColumn { required: true, ..self.observed(level, index) }
    }
}

/// A column that the program derives: name, type, whether it is never null, English, Korean.
type Derived = (&'static str, ColumnType, Presence, &'static str, &'static str);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

use ColumnType::{Date, Int64, String as Text, Timestamp};
use Presence::{Optional, Required};

fn derived((name, column_type, presence, description, description_ko): &Derived) -> TableColumn {
    TableColumn {
        name: (*name).to_owned(),
        column_type: *column_type,
        required: *presence == Required,
        description: (*description).to_owned(),
        description_ko: (*description_ko).to_owned(),
        headers: Vec::new(),
        origin: None,
    }
}

fn derived_list(list: &[Derived]) -> Vec<TableColumn> {
    list.iter().map(derived).collect()
}

const ITEM_KEY: Derived = (
    "item_key",
    Text,
    Required,
    "The item code, or the order id, `~` and a number for an item that no source gave a code.",
    "품목별 주문번호. 번호를 가진 자료가 없는 품목은 주문번호 뒤에 `~순번`을 붙인 값.",
);
const ORDER_DAY: Derived = (
    "order_day",
    Date,
    Optional,
    "Korean day of the order: the day inside its id, else of its order_date; null where neither is known.",
    "주문일(한국 시각). 주문번호에 든 날짜, 없으면 주문일시의 날짜.",
);
const OBSERVED_AT: Derived = (
    "observed_at",
    Timestamp,
    Required,
    "When a source was last asked about it.",
    "가장 최근에 확인된 시각(UTC).",
);
const SOURCES: Derived = (
    "sources",
    Text,
    Required,
    "Which sources have spoken of it: of api, export and history, sorted and joined by commas.",
    "값을 제공한 자료의 종류(api, export, history)를 쉼표로 이은 목록.",
);

const MALL_ID: Derived = ("mall_id", Text, Required, "Cafe24 id of the mall.", "카페24 쇼핑몰 아이디.");
const SHOP_NO: Derived =
    ("shop_no", Int64, Required, "Number of the shop in its mall.", "쇼핑몰번호(멀티쇼핑몰).");
const ORDER_ID: Derived = ("order_id", Text, Required, "Order id.", "주문번호.");

const ORDER_CHANGES: &[Derived] = &[
    MALL_ID,
    SHOP_NO,
    ORDER_ID,
    ORDER_DAY,
    (
        "item_key",
        Text,
        Optional,
        "The item that changed; null for a column of the order.",
        "값이 바뀐 품목. 주문 단위 항목이면 비어 있음.",
    ),
    ("field", Text, Required, "Name of the column that changed.", "값이 바뀐 열의 이름."),
    ("old_value", Text, Required, "The value before, as text.", "바뀌기 전 값."),
    (
        "new_value",
        Text,
        Optional,
        "The value after, as text; null where it was cleared.",
        "바뀐 뒤 값. 지워졌으면 비어 있음.",
    ),
    (
        "old_observed_at",
        Timestamp,
        Required,
        "When the old value was last seen.",
        "이전 값이 마지막으로 확인된 시각(UTC).",
    ),
    (
        "new_observed_at",
        Timestamp,
        Required,
        "When the new value was first seen.",
        "새 값이 처음 확인된 시각(UTC).",
    ),
    ("old_source", Text, Required, "Source that told the old value.", "이전 값을 제공한 자료."),
    ("new_source", Text, Required, "Source that told the new value.", "새 값을 제공한 자료."),
];

const PATH: Derived =
    ("path", Text, Optional, "Path of the source file, as it was given.", "원본 파일의 경로.");
const SHA256: Derived =
    ("sha256", Text, Optional, "SHA-256 of the file's bytes.", "원본 파일 내용의 SHA-256.");
const ROW: Derived = (
    "row",
    Int64,
    Optional,
    "Number of the row in its file, counted from 1 after the header.",
    "파일 안의 행 번호(머리글 다음 행이 1).",
);
const COLUMN: Derived = ("column", Text, Optional, "Column it is about.", "해당하는 열.");
const VALUE: Derived =
    ("value", Text, Optional, "Its value; never a personal one.", "해당 값(개인정보는 싣지 않음).");
const REASON: Derived = ("reason", Text, Required, "Stable word for the reason.", "사유 코드.");
const MESSAGE: Derived = ("message", Text, Required, "The reason in a sentence.", "사유 설명.");
const RUN_ID: Derived =
    ("run_id", Text, Required, "The run that read it first.", "처음 읽어 들인 실행의 번호.");

const FILES: &[Derived] = &[
    (
        "path",
        Text,
        Required,
        "Path of the file, as it was given; a member of an archive as ARCHIVE/MEMBER.",
        "파일 경로. 압축 파일 안의 파일은 `압축파일/파일`.",
    ),
    (
        "sha256",
        Text,
        Required,
        "SHA-256 of the file's bytes: its identity, whatever its name.",
        "파일 내용의 SHA-256. 이름이 달라도 내용이 같으면 같은 파일.",
    ),
    RUN_ID,
    ("source", Text, Required, "api, export or history.", "자료의 종류(api, export, history)."),
    ("mall_id", Text, Optional, "Mall of its rows, where the file has one for all.", "쇼핑몰 아이디."),
    ("observed_at", Timestamp, Required, "When the source system was asked.", "자료가 만들어진 시각(UTC)."),
    ("observed_at_evidence", Text, Optional, "What that time was read from.", "그 시각의 근거."),
    ("format", Text, Optional, "Format, recognised by content.", "파일 형식."),
    ("encoding", Text, Optional, "Text encoding.", "문자 인코딩."),
    (
        "form",
        Text,
        Optional,
        "Short name of its set of headers: equal for files of one download form.",
        "양식 식별값. 머리글 구성이 같으면 같음.",
    ),
    ("size_bytes", Int64, Optional, "Size in bytes.", "파일 크기(바이트)."),
    ("rows_read", Int64, Required, "Rows read.", "읽은 행 수."),
    ("rows_accepted", Int64, Required, "Rows that became observations.", "받아들인 행 수."),
    (
        "rows_duplicate",
        Int64,
        Required,
        "Rows that repeat another row of the file.",
        "같은 파일 안에서 중복된 행 수.",
    ),
    ("rows_quarantined", Int64, Required, "Rows that wait to be mended.", "격리된 행 수."),
    (
        "rows_skipped",
        Int64,
        Required,
        "Total rows and repeated headers.",
        "건너뛴 행 수(합계, 반복된 머리글).",
    ),
    ("first_order_day", Date, Optional, "Earliest order day.", "가장 이른 주문일."),
    ("last_order_day", Date, Optional, "Latest order day.", "가장 늦은 주문일."),
    (
        "unknown_headers",
        Text,
        Optional,
        "Headers that mean no column, joined by commas.",
        "알 수 없는 머리글.",
    ),
];

const FINDINGS: &[Derived] = &[
    REASON,
    MESSAGE,
    PATH,
    SHA256,
    ROW,
    ("mall_id", Text, Optional, "Cafe24 id of the mall.", "카페24 쇼핑몰 아이디."),
    ("shop_no", Int64, Optional, "Number of the shop in its mall.", "쇼핑몰번호(멀티쇼핑몰)."),
    ("order_id", Text, Optional, "Order id.", "주문번호."),
    (
        "item_key",
        Text,
        Optional,
        "The item; null for a finding about the order.",
        "품목. 주문 단위이면 비어 있음.",
    ),
    COLUMN,
    VALUE,
    ("other_value", Text, Optional, "The value it disagrees with.", "서로 다른 값."),
];

const QUARANTINE: &[Derived] = &[REASON, MESSAGE, PATH, SHA256, ROW, COLUMN, VALUE, RUN_ID];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::schema::{Privacy, Repetition, Transform};

    fn column(name: &str, kind: Kind) -> Column {
        Column {
            name: name.into(),
            kind,
            description: format!("{name}."),
            description_ko: String::new(),
            headers: vec![format!("머리글 {name}")],
            api: Vec::new(),
            repetition: Repetition::EveryRow,
            frozen: false,
            privacy: Privacy::Public,
            transform: Transform::Plain,
            strict: false,
            clearable: false,
            values: Vec::new(),
            tracked: false,
        }
    }

    fn names(table: Table) -> Vec<String> {
        let items: Vec<Column> = ["item_no", "order_item_code", "quantity", "original_item_no", "price"]
            .map(|name| column(name, Kind::Int))
            .into();
        let orders: Vec<Column> = ["order_id", "paid", "shop_name", "mall_id", "shop_no", "order_date"]
            .map(|name| column(name, Kind::Text))
            .into();
        let known = Known {
            mall_id: 3,
            shop_no: 4,
            order_id: 0,
            order_date: 5,
            item_code: 1,
            product_no: 2,
            product_code: 2,
            variant_code: 2,
            custom_product_code: 2,
            custom_variant_code: 2,
            product_name: 2,
            option_value: 2,
            product_price: 4,
            order_status: 2,
            status_text: 2,
            status_class: 2,
            origin_item_code: 2,
            item_no: 0,
            original_item_no: 3,
        };
        columns_of(&items, &orders, &known, table).into_iter().map(|c| c.name).collect()
    }

    #[test]
    fn items_start_with_their_keys_and_end_with_their_lineage() {
        assert_eq!(
            names(Table::OrderItems).join(" "),
            "mall_id shop_no order_id item_key order_item_code order_day quantity price item_no original_item_no \
             observed_at sources"
        );
    }

    #[test]
    fn orders_show_the_shop_by_its_number_and_name() {
        assert_eq!(
            names(Table::Orders).join(" "),
            "mall_id shop_no shop_name order_id order_day paid order_date observed_at sources"
        );
    }

    #[test]
    fn no_table_has_a_column_twice() {
        for table in Table::ALL {
            let mut names = names(table);
            let count = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), count, "{table}");
        }
    }

    #[test]
    fn a_table_is_found_by_its_name() {
        for table in Table::ALL {
            assert_eq!(Table::parse(table.name()), Some(table));
        }
        assert_eq!(Table::parse("Orders"), None);
    }

    #[test]
    fn moments_have_a_zone_and_wall_clocks_have_none() {
        let columns = derived_list(&[ORDER_DAY, OBSERVED_AT]);
        let schema = arrow_schema_of(&columns);
        assert_eq!(schema.field(0).data_type(), &DataType::Date32);
        assert!(schema.field(0).is_nullable());
        assert_eq!(
            schema.field(1).data_type(),
            &DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
        );
        assert!(!schema.field(1).is_nullable());
        assert_eq!(ColumnType::Datetime.arrow(), DataType::Timestamp(TimeUnit::Microsecond, None));
        assert_eq!(ColumnType::Money.arrow(), DataType::Decimal64(18, 2));
    }
}
