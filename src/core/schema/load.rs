//! Reads and checks `schemas/*.toml`.
//!
//! A mistake in these files would silently move numbers into wrong columns, so everything that two lines could contradict
//! each other in is refused here.

use serde::de::DeserializeOwned;

use super::file::{ColumnEntry, ColumnsFile, HeadersFile, StatusesFile};
use super::headers::{self, Dictionary};
use super::{Column, ColumnRef, Kind, Known, Level, Privacy, Repetition, Schema, Statuses, Transform};

const ITEMS: (&str, &str) = ("items.toml", include_str!("../../../schemas/items.toml"));
const ORDERS: (&str, &str) = ("orders.toml", include_str!("../../../schemas/orders.toml"));
const STATUSES: (&str, &str) = ("statuses.toml", include_str!("../../../schemas/statuses.toml"));
const HEADERS: (&str, &str) = ("headers.toml", include_str!("../../../schemas/headers.toml"));

/// What a user's configuration adds.
#[derive(Clone, Debug, Default)]
pub struct Additions {
    /// (column name, header) pairs.
    pub aliases: Vec<(String, String)>,
    /// (label, code) pairs.
    pub statuses: Vec<(String, String)>,
    /// Headers that hold a row's extraction time.
    pub extracted_at: Vec<String>,
}

/// Why a schema cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error("schemas/{file}: {problem}")]
    Embedded { file: &'static str, problem: String },
    #[error("jangbu.toml: {problem}")]
    Configured { problem: String },
}

impl SchemaError {
    fn configured(problem: String) -> Self {
        Self::Configured { problem }
    }
}

impl Schema {
    /// The embedded schema with a user's additions.
    pub fn load(additions: &Additions) -> Result<Self, SchemaError> {
        let item_entries = parse::<ColumnsFile>(ITEMS)?.column;
        let order_entries = parse::<ColumnsFile>(ORDERS)?.column;
        let mut statuses = Statuses::from_file(parse::<StatusesFile>(STATUSES)?)
            .map_err(|problem| SchemaError::Embedded { file: STATUSES.0, problem })?;
        for (label, code) in &additions.statuses {
            statuses.add(label, code).map_err(SchemaError::configured)?;
        }
        let words = parse::<HeadersFile>(HEADERS)?;

        let mut schema = Self {
            items: columns(&item_entries, Level::Item)
                .map_err(|problem| SchemaError::Embedded { file: ITEMS.0, problem })?,
            orders: columns(&order_entries, Level::Order)
                .map_err(|problem| SchemaError::Embedded { file: ORDERS.0, problem })?,
            known: Known::default(),
            statuses,
            headers: Dictionary::default(),
            extracted_at: words.extracted_at,
            total_words: words.total_words,
            goods: Vec::new(),
        };
        schema.check_names_differ()?;
        schema.known = schema.find_known()?;
        schema.goods = schema.find_goods(&words.goods)?;
        schema.name_status_codes();
        schema.add_extracted_at(&additions.extracted_at)?;
        schema.headers = Spellings { schema: &schema, items: &item_entries, orders: &order_entries }
            .compile(&words.ignored, &additions.aliases)?;
        schema.list_aliases(&additions.aliases);
        Ok(schema)
    }

    /// Shows a user's headers among the column's own.
    fn list_aliases(&mut self, aliases: &[(String, String)]) {
        for (name, header) in aliases {
            let mut columns = self.items.iter_mut().chain(&mut self.orders);
            if let Some(column) = columns.find(|c| c.name == *name)
                && !column.headers.contains(header)
            {
                column.headers.push(header.clone());
            }
        }
    }

    fn check_names_differ(&self) -> Result<(), SchemaError> {
        match self.items.iter().find(|item| self.orders.iter().any(|order| order.name == item.name)) {
            Some(column) => Err(SchemaError::Embedded {
                file: ITEMS.0,
                problem: format!("column `{}` is in {} too", column.name, ORDERS.0),
            }),
            None => Ok(()),
        }
    }

    fn find_known(&self) -> Result<Known, SchemaError> {
        let find = |(file, _): (&'static str, &str), columns: &[Column], name: &str| {
            columns.iter().position(|c| c.name == name).ok_or_else(|| SchemaError::Embedded {
                file,
                problem: format!("column `{name}` is missing; the program relies on it"),
            })
        };
        let order = |name| find(ORDERS, &self.orders, name);
        let item = |name| find(ITEMS, &self.items, name);
        Ok(Known {
            mall_id: order("mall_id")?,
            shop_no: order("shop_no")?,
            order_id: order("order_id")?,
            order_date: order("order_date")?,
            item_code: item("order_item_code")?,
            product_no: item("product_no")?,
            product_code: item("product_code")?,
            variant_code: item("variant_code")?,
            custom_product_code: item("custom_product_code")?,
            custom_variant_code: item("custom_variant_code")?,
            product_name: item("product_name")?,
            option_value: item("option_value")?,
            product_price: item("product_price")?,
            order_status: item("order_status")?,
            status_text: item("status_text")?,
            status_class: item("status_class")?,
            origin_item_code: item("origin_order_item_code")?,
            item_no: item("item_no")?,
            original_item_no: item("original_item_no")?,
        })
    }

    fn find_goods(&self, names: &[String]) -> Result<Vec<ColumnRef>, SchemaError> {
        let find = |name: &String| {
            self.find(name).ok_or_else(|| SchemaError::Embedded {
                file: HEADERS.0,
                problem: format!("goods: there is no column `{name}`"),
            })
        };
        names.iter().map(find).collect()
    }

    fn name_status_codes(&mut self) {
        let mut values: Vec<_> = self
            .statuses
            .status_codes()
            .map(|(code, class)| (code.to_owned(), class.as_str().to_owned()))
            .collect();
        values.sort();
        if let Some(column) = self.items.get_mut(self.known.status_class) {
            column.values = values;
        }
    }

    fn add_extracted_at(&mut self, headers: &[String]) -> Result<(), SchemaError> {
        for header in headers {
            if headers::key(header).is_empty() {
                return Err(SchemaError::configured("extracted_at: a header is blank".to_owned()));
            }
            if !self.extracted_at.contains(header) {
                self.extracted_at.push(header.clone());
            }
        }
        Ok(())
    }
}

fn parse<T: DeserializeOwned>((file, text): (&'static str, &str)) -> Result<T, SchemaError> {
    toml::from_str(text).map_err(|e| SchemaError::Embedded { file, problem: e.to_string() })
}

/// The columns of one file, each checked by itself and against its neighbours.
fn columns(entries: &[ColumnEntry], level: Level) -> Result<Vec<Column>, String> {
    let mut columns: Vec<Column> = Vec::with_capacity(entries.len());
    for entry in entries {
        if columns.iter().any(|c| c.name == entry.name) {
            return Err(format!("two columns are named `{}`", entry.name));
        }
        let wrong = |what: &str| Err(format!("column `{}`: {what}", entry.name));
        if let Some(what) = fault(entry, level) {
            return wrong(what);
        }
        let source = match &entry.from {
            None => entry,
            Some(from) => match entries.iter().find(|e| e.name == *from) {
                Some(source) if source.from.is_none() => source,
                _ => return wrong("`from` names no column that has headers of its own"),
            },
        };
        columns.push(Column {
            name: entry.name.clone(),
            kind: entry.kind,
            description: entry.description.clone(),
            description_ko: entry.description_ko.clone(),
            headers: source.headers.iter().chain(&source.also).cloned().collect(),
            api: source.api.clone(),
            repetition: entry.repetition,
            frozen: entry.frozen,
            privacy: entry.privacy,
            transform: entry.transform,
            strict: entry.strict,
            clearable: entry.clearable,
            values: entry
                .values
                .iter()
                .map(|(label, value)| (label.split_whitespace().collect(), value.clone()))
                .collect(),
            tracked: entry.tracked,
        });
    }
    Ok(columns)
}

/// What is wrong with a column by itself.
fn fault(entry: &ColumnEntry, level: Level) -> Option<&'static str> {
    let snake = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let path = |p: &String| p.split('.').all(|segment| !segment.is_empty() && segment.bytes().all(snake));
    let blank = |h: &String| headers::key(h).replace('*', "").is_empty();
    let reads_itself = !entry.headers.is_empty() || !entry.also.is_empty() || !entry.api.is_empty();
    let hashed = matches!(entry.transform, Transform::PhoneHash | Transform::EmailHash);
    if entry.name.is_empty() || !entry.name.bytes().all(snake) {
        Some("a name is of small letters, digits and `_`")
    } else if entry.description.trim().is_empty() || entry.description_ko.trim().is_empty() {
        Some("it needs a description in both languages")
    } else if entry.headers.iter().chain(&entry.also).any(blank) {
        Some("a header is blank")
    } else if !entry.api.iter().all(path) {
        Some("an API path is misspelt")
    } else if entry.from.is_some() && reads_itself {
        Some("`from` stands instead of headers and API paths")
    } else if level == Level::Item && entry.repetition != Repetition::EveryRow {
        Some("only columns of orders repeat")
    } else if entry.strict && matches!(entry.kind, Kind::Text | Kind::Id) {
        Some("text can always be read: it cannot be strict")
    } else if entry.clearable && entry.api.is_empty() {
        Some("only what the API tells can be cleared")
    } else if hashed && !matches!(entry.privacy, Privacy::Phone | Privacy::Email) {
        Some("a hash keeps the privacy class of what it hides")
    } else if entry.values.values().any(|value| value.trim().is_empty()) {
        Some("a label has a blank value")
    } else {
        None
    }
}

/// Collects the spellings of all columns into a dictionary, best first.
struct Spellings<'a> {
    schema: &'a Schema,
    items: &'a [ColumnEntry],
    orders: &'a [ColumnEntry],
}

impl<'a> Spellings<'a> {
    fn compile(&self, ignored: &[String], aliases: &[(String, String)]) -> Result<Dictionary, SchemaError> {
        let mut dictionary = Dictionary::default();
        for (column, entry) in self.sources() {
            for header in &entry.headers {
                for spelling in with_twin(header, entry.kind) {
                    if dictionary.is_taken(&spelling) {
                        return Err(self.embedded(column, &format!("`{spelling}` has a meaning already")));
                    }
                    self.feed(&mut dictionary, &spelling, column);
                }
            }
        }
        for (column, entry) in self.sources() {
            for header in &entry.also {
                if !dictionary.is_taken(header) {
                    return Err(self.embedded(column, &format!("nobody has `{header}` to share")));
                }
                self.feed(&mut dictionary, header, column);
            }
        }
        for header in &self.schema.extracted_at {
            if let Some(column) = dictionary.claimed_by(header).next() {
                let name = &self.schema.column(column).name;
                let problem = format!("extracted_at: `{header}` is the column `{name}` already");
                return Err(SchemaError::configured(problem));
            }
            dictionary.add_extracted_at(header);
        }
        for header in ignored {
            if !dictionary.is_taken(header) {
                dictionary.add_ignored(header);
            }
        }
        for (name, header) in aliases {
            self.add_alias(&mut dictionary, name, header)?;
        }
        self.add_own_names(&mut dictionary);
        self.add_api_names(&mut dictionary);
        Ok(dictionary)
    }

    fn embedded(&self, column: ColumnRef, problem: &str) -> SchemaError {
        let file = if column.level == Level::Item { ITEMS.0 } else { ORDERS.0 };
        let name = &self.schema.column(column).name;
        SchemaError::Embedded { file, problem: format!("column `{name}`: {problem}") }
    }

    fn all(&self) -> impl Iterator<Item = (ColumnRef, &'a ColumnEntry)> {
        let of = |level, entries: &'a [ColumnEntry]| {
            entries.iter().enumerate().map(move |(index, entry)| (ColumnRef { level, index }, entry))
        };
        of(Level::Item, self.items).chain(of(Level::Order, self.orders))
    }

    /// The columns that have spellings of their own.
    fn sources(&self) -> impl Iterator<Item = (ColumnRef, &'a ColumnEntry)> {
        self.all().filter(|(_, entry)| entry.from.is_none())
    }

    /// Adds a spelling to a column and to all that read `from` it.
    fn feed(&self, dictionary: &mut Dictionary, spelling: &str, column: ColumnRef) {
        let name = &self.schema.column(column).name;
        dictionary.add(spelling, column);
        for (reader, entry) in self.all() {
            if reader.level == column.level && entry.from.as_ref() == Some(name) {
                dictionary.add(spelling, reader);
            }
        }
    }

    fn add_alias(&self, dictionary: &mut Dictionary, name: &str, header: &str) -> Result<(), SchemaError> {
        let wrong = |problem: String| Err(SchemaError::configured(format!("aliases: {problem}")));
        let Some((column, entry)) = self.all().find(|(_, entry)| entry.name == name) else {
            let nearest = self.nearest(name).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
            return wrong(format!("there is no column `{name}`{nearest}"));
        };
        if let Some(from) = &entry.from {
            return wrong(format!("`{name}` is made from `{from}`: give the header to that one"));
        }
        if headers::key(header).chars().filter(|c| *c != '*').count() < 2 {
            return wrong(format!("a header of `{name}` is blank or too short"));
        }
        if let Some(other) = dictionary.claimed_by(header).next()
            && !dictionary.claimed_by(header).any(|claimed| claimed == column)
        {
            let other = &self.schema.column(other).name;
            return wrong(format!("`{header}` is the column `{other}` already, it cannot be `{name}` too"));
        }
        if dictionary.claimed_by(header).next().is_none() && dictionary.is_taken(header) {
            return wrong(format!("`{header}` has a meaning of its own, it cannot be `{name}`"));
        }
        for spelling in with_twin(header, entry.kind) {
            if !dictionary.is_taken(&spelling) {
                self.feed(dictionary, &spelling, column);
            }
        }
        Ok(())
    }

    fn nearest(&self, name: &str) -> Option<&str> {
        let limit = (name.chars().count() / 3).max(2);
        self.all()
            .map(|(_, entry)| (distance(name, &entry.name), entry.name.as_str()))
            .min()
            .filter(|(distance, _)| *distance <= limit)
            .map(|(_, name)| name)
    }

    /// A column's own name means the column; a hash's own name means nothing, lest a hash be hashed again.
    fn add_own_names(&self, dictionary: &mut Dictionary) {
        for (column, entry) in self.all() {
            if dictionary.is_taken(&entry.name) {
                continue;
            }
            match entry.transform {
                Transform::PhoneHash | Transform::EmailHash => dictionary.add_ignored(&entry.name),
                Transform::Region => dictionary.add(&entry.name, column),
                Transform::Plain | Transform::LastOfList => self.feed(dictionary, &entry.name, column),
            }
        }
    }

    /// Flattened API rows bear whole paths (`buyer.email`) or last segments (`email`); the latter count where only one
    /// column could be meant.
    fn add_api_names(&self, dictionary: &mut Dictionary) {
        let last = |path: &'a String| path.rsplit('.').next().unwrap_or(path);
        for (column, entry) in self.sources() {
            for path in &entry.api {
                let segment = last(path);
                let is_meant = |(other, e): (ColumnRef, &'a ColumnEntry)| {
                    other != column && e.api.iter().any(|p| last(p) == segment)
                };
                if !dictionary.is_taken(segment) && !self.sources().any(is_meant) {
                    self.feed(dictionary, segment, column);
                }
                let prefix = if column.level == Level::Item { "items." } else { "" };
                let whole = format!("{prefix}{path}");
                if !dictionary.is_taken(&whole) {
                    self.feed(dictionary, &whole, column);
                }
            }
        }
    }
}

/// A header and, for amounts, the same with `(KRW)` behind it.
fn with_twin(header: &str, kind: Kind) -> impl Iterator<Item = String> {
    let twin = (kind == Kind::Money && !header.contains('*')).then(|| format!("{header}(KRW)"));
    std::iter::once(header.to_owned()).chain(twin)
}

/// How many letters must be added, dropped or changed to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (to, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let best = (left + 1).min(*above + 1).min(diagonal + usize::from(from != *to));
            diagonal = *above;
            *above = best;
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_aliases(aliases: &[(&str, &str)]) -> Result<Schema, SchemaError> {
        let aliases = aliases.iter().map(|(c, h)| ((*c).to_owned(), (*h).to_owned())).collect();
        Schema::load(&Additions { aliases, ..Additions::default() })
    }

    fn refused(result: Result<Schema, SchemaError>) -> String {
        result.err().expect("must be refused").to_string()
    }

    #[test]
    fn the_embedded_files_are_sound() {
        let schema = Schema::load(&Additions::default()).unwrap();
        assert_eq!(schema.items[schema.known.item_code].name, "order_item_code");
        assert_eq!(schema.orders[schema.known.order_id].name, "order_id");
        assert_eq!(schema.total_words(), ["합계", "총계", "소계", "Total"]);
        assert!(schema.is_total_word(" 합 계 ") && schema.is_total_word("TOTAL"));
        assert!(!schema.is_total_word("합계금액") && !schema.is_total_word(""));
    }

    #[test]
    fn every_documented_column_is_there() {
        let schema = Schema::load(&Additions::default()).unwrap();
        let items = "order_item_code product_no product_code variant_code custom_product_code custom_variant_code \
            product_name option_value additional_option_value quantity product_price option_price \
            additional_discount_price coupon_discount_price app_item_discount_amount item_payment_amount supply_price \
            supplier_name order_status status_text status_class claim_code claim_reason_type claim_reason \
            origin_order_item_code shipping_code tracking_no place_date shipped_date delivered_date cancel_date \
            return_confirmed_date exchange_date refund_date item_refund_amount";
        let orders = "mall_id shop_no shop_name order_id order_date payment_date paid canceled order_place_name \
            inflow_path market_order_no member_id member_group member_group_when_ordering payment_method_name \
            payment_gateway_name order_price_amount order_total_amount payment_amount initial_payment_amount \
            shipping_fee shipping_fee_discount_amount membership_discount_amount order_coupon_discount_amount \
            points_spent_amount credits_spent_amount naver_point actual_refund_amount total_refund_amount";
        let first =
            |columns: &[Column], n| columns.iter().take(n).map(|c| c.name.clone()).collect::<Vec<_>>();
        let (items, orders): (Vec<_>, Vec<_>) =
            (items.split_whitespace().collect(), orders.split_whitespace().collect());
        assert_eq!(first(&schema.items, items.len()), items);
        assert_eq!(first(&schema.orders, orders.len()), orders);
        for column in schema.items.iter().take(items.len()).chain(schema.orders.iter().take(orders.len())) {
            let measured = matches!(column.kind, Kind::Int | Kind::Money | Kind::Time);
            assert_eq!(column.strict, measured, "{}", column.name);
        }
        let extras = schema.items.iter().skip(items.len()).chain(schema.orders.iter().skip(orders.len()));
        assert!(extras.into_iter().all(|c| !c.strict));
        for name in
            ["buyer_cellphone_hash", "buyer_phone_hash", "buyer_email_hash", "receiver_cellphone_hash"]
        {
            assert!(schema.find(name).is_some_and(|c| !schema.column(c).tracked), "{name}");
        }
        assert!(schema.find("receiver_phone_hash").is_some() && schema.find("receiver_region").is_some());
    }

    #[test]
    fn what_the_fold_asks_of_columns() {
        let schema = Schema::load(&Additions::default()).unwrap();
        let names = |wanted: fn(&Column) -> bool| {
            let all = schema.items.iter().chain(&schema.orders);
            all.filter(|c| wanted(c)).map(|c| c.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(
            names(|c| c.clearable),
            [
                "claim_code",
                "claim_reason_type",
                "claim_reason",
                "tracking_no",
                "shipped_date",
                "delivered_date",
                "cancel_date",
                "return_confirmed_date",
                "exchange_date",
                "refund_date"
            ]
        );
        assert_eq!(names(|c| c.repetition == Repetition::FirstRow), ["shipping_fee", "total_refund_amount"]);
        assert_eq!(names(|c| c.repetition == Repetition::Max), ["actual_refund_amount"]);
        let no_api = ["member_group", "inflow_path", "shop_name", "place_date", "actual_refund_amount"];
        for name in no_api.into_iter().chain([
            "member_group_when_ordering",
            "total_refund_amount",
            "item_refund_amount",
        ]) {
            assert!(schema.find(name).is_some_and(|c| schema.column(c).api.is_empty()), "{name}");
        }
    }

    #[test]
    fn aliases_are_checked() {
        let schema = with_aliases(&[("product_name", "굿즈 이름"), ("buyer_cellphone", "연락처")]).unwrap();
        let map = schema.map_headers(&["주문번호", "굿즈이름", "연락처"]);
        assert!(map.unknown.is_empty());
        assert!(map.has(schema.find("buyer_cellphone_hash").unwrap()));
        assert_eq!(map.columns.len(), 4);

        let problem = refused(with_aliases(&[("product_nam", "굿즈")]));
        assert_eq!(
            problem,
            "jangbu.toml: aliases: there is no column `product_nam`; did you mean `product_name`?"
        );
        assert!(!refused(with_aliases(&[("xyzxyzxyz", "굿즈")])).contains("did you mean"));
        assert!(refused(with_aliases(&[("quantity", "판매가")])).contains("`product_price` already"));
        assert!(refused(with_aliases(&[("buyer_email_hash", "메일")])).contains("made from `buyer_email`"));
        assert!(refused(with_aliases(&[("quantity", " ")])).contains("blank"));
        assert!(refused(with_aliases(&[("quantity", "*")])).contains("too short"));
        assert!(refused(with_aliases(&[("quantity", "_extracted_at")])).contains("meaning of its own"));
        assert!(with_aliases(&[("quantity", "수 량")]).is_ok());
    }

    #[test]
    fn statuses_and_extraction_headers_are_checked() {
        let load = |statuses: &[(&str, &str)], extracted_at: &[&str]| {
            Schema::load(&Additions {
                aliases: Vec::new(),
                statuses: statuses.iter().map(|(l, c)| ((*l).to_owned(), (*c).to_owned())).collect(),
                extracted_at: extracted_at.iter().map(|h| (*h).to_owned()).collect(),
            })
        };
        let schema = load(&[("포장 완료", "N20")], &["수집시각"]).unwrap();
        assert_eq!(schema.statuses.code_of_label("포장완료"), Some("N20"));
        assert_eq!(schema.map_headers(&["수집 시각", "_extracted_at"]).extracted_at, [1, 0]);
        assert!(refused(load(&[("포장완료", "Z9")], &[])).contains("`Z9` is no status code"));
        assert!(refused(load(&[], &["발주일"])).contains("`place_date` already"));
    }

    #[test]
    fn faulty_files_are_refused() {
        let fault_of = |text: &str, level| {
            let entries = toml::from_str::<ColumnsFile>(text).map_err(|e| e.to_string())?.column;
            columns(&entries, level).map(|_| ())
        };
        let column =
            |rest: &str| format!("[[column]]\ndescription = \"d\"\ndescription_ko = \"d\"\n{rest}\n");
        for (text, level, problem) in [
            (column("name = \"Bad\"\ntype = \"text\""), Level::Item, "small letters"),
            (column("name = \"a\"\ntype = \"text\"\nstrict = true"), Level::Item, "cannot be strict"),
            (
                column("name = \"a\"\ntype = \"money\"\nrepetition = \"max\""),
                Level::Item,
                "only columns of orders",
            ),
            (column("name = \"a\"\ntype = \"text\"\nfrom = \"b\""), Level::Order, "`from` names no column"),
            (column("name = \"a\"\ntype = \"text\"\nheaders = [\" \"]"), Level::Order, "blank"),
            (column("name = \"a\"\ntype = \"text\"\napi = [\"a..b\"]"), Level::Order, "misspelt"),
            (column("name = \"a\"\ntype = \"number\""), Level::Order, "unknown variant"),
            (column("name = \"a\"\ntype = \"text\"\nfrozn = true"), Level::Order, "unknown field"),
            (column("name = \"a\"\ntype = \"text\"").repeat(2), Level::Order, "two columns"),
        ] {
            let found = fault_of(&text, level).expect_err(problem);
            assert!(found.contains(problem), "{found}");
        }
    }

    #[test]
    fn distances() {
        for (a, b, expected) in
            [("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("수량", "수령", 1)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}
