//! Generated stores over time: what happened, and the files people and pipelines made of it at chosen moments.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::canary::Person;
use super::headers::{CLEARED, COLUMNS, Column, Kind, Level, Repeats};
use super::render::{
    Cell, Dialect, Encoding, Medium, Precision, Sheet, blank, delimited, gzipped, personal, sha256, spell,
    workbook, zipped,
};
use super::rng::Rng;
use super::times::{day, korean, wall};
use super::truth::{Order, State, order};
use super::words::{Cells, Data, Delivery, Evidence, Fate, Row, Seen, Source, Word, says};

/// A store's files in the order they were made, and everybody in them.
pub struct Story {
    pub deliveries: Vec<Delivery>,
    pub persons: Vec<Person>,
}

impl Story {
    pub fn seen(&self) -> Vec<&Seen> {
        self.deliveries.iter().flat_map(|delivery| &delivery.seen).collect()
    }
}

/// A story from a seed, with about `size` orders.
pub fn story(seed: u64, size: usize) -> Story {
    let mut rng = Rng::new(seed);
    let orders: Vec<Order> = (1..=1 + size).map(|serial| order(&mut rng, serial)).collect();
    let persons = orders.iter().flat_map(|order| [order.buyer.clone(), order.receiver.clone()]).collect();
    let count = 2 + rng.below(6);
    let mut moments: Vec<i64> =
        (0..count).map(|_| korean("2024-07-01 12:00:00") + rng.between(0, 60 * 86_400)).collect();
    moments.sort_unstable();
    let mut deliveries = Vec::new();
    for (serial, moment) in moments.into_iter().enumerate() {
        let mall = *rng.pick(&["brandshop", "brandshop", "brandshop", "secondmall"]);
        let chosen: Vec<&Order> = orders
            .iter()
            .filter(|order| order.mall == mall && order.own.born <= moment && rng.chance(75))
            .collect();
        if chosen.is_empty() {
            continue;
        }
        deliveries.push(match rng.below(10) {
            0..=3 => dump(&mut rng, mall, &chosen, moment, serial),
            4 => archive(&mut rng, mall, &chosen, moment, serial),
            _ => {
                let (name, evidence, source) = name(&mut rng, mall, moment, serial);
                let table = table(&mut rng, &chosen, moment, source);
                let modified = modified(&mut rng, evidence);
                let seen = seen(&name, &table.bytes, source, mall, evidence, table.rows);
                Delivery { path: name, bytes: table.bytes, modified, seen: vec![seen] }
            }
        });
    }
    Story { deliveries, persons }
}

/// A renamed copy that keeps its kind of name: the same bytes, perhaps other evidence.
pub fn renamed(rng: &mut Rng, delivery: &Delivery, serial: usize) -> Option<Delivery> {
    let [seen] = delivery.seen.as_slice() else { return None };
    let mut copy = delivery.clone();
    let (name, evidence) = match seen.source {
        Source::Export => {
            let moment = seen.evidence.time() + rng.between(-2, 2) * 86_400;
            let at = day(moment);
            let name = format!("{}_{}_{serial}_c0py (1).csv", seen.mall, at.replace('-', ""));
            (name, Evidence::Named(korean(&at)))
        }
        Source::History if rng.chance(50) => {
            let at = day(seen.evidence.time() + 86_400);
            (
                format!("mall_id={}/사본 {} {}.dat", seen.mall, letters(serial), at.replace('-', "")),
                Evidence::Named(korean(&at)),
            )
        }
        _ => {
            let moment = seen.evidence.time() - 3600;
            copy.modified = u64::try_from(moment).unwrap_or(0);
            (format!("mall_id={}/사본 {}.dat", seen.mall, letters(serial)), Evidence::Modified(moment))
        }
    };
    copy.path.clone_from(&name);
    copy.seen[0].path = name;
    copy.seen[0].evidence = evidence;
    Some(copy)
}

fn letters(serial: usize) -> String {
    serial.to_string().chars().filter_map(|digit| char::from_u32(digit as u32 + 49)).collect()
}

fn modified(rng: &mut Rng, evidence: Evidence) -> u64 {
    let moment = match evidence {
        Evidence::Modified(moment) => moment,
        _ => korean("2024-09-01") + rng.between(0, 1_000_000),
    };
    u64::try_from(moment).unwrap_or(0)
}

fn seen(path: &str, bytes: &[u8], source: Source, mall: &str, evidence: Evidence, rows: Vec<Row>) -> Seen {
    Seen { path: path.to_owned(), sha256: sha256(bytes), source, mall: mall.to_owned(), evidence, rows }
}

fn name(rng: &mut Rng, mall: &str, moment: i64, serial: usize) -> (String, Evidence, Source) {
    let bare = day(moment);
    let digits = bare.replace('-', "");
    let mark = letters(serial);
    let day = Evidence::Named(korean(&bare));
    match rng.below(10) {
        0..=4 => {
            let behind = *rng.pick(&["", "", "", "_정산 양식", " (1)"]);
            (format!("{mall}_{digits}_{serial}_e68d{behind}.csv"), day, Source::Export)
        }
        5 | 6 => (format!("mall_id={mall}/주문내역 {mark} 20240601-{digits}.csv"), day, Source::History),
        7 => {
            let stamp = wall(moment).replace(['-', ':'], "").replace(' ', "T");
            (format!("mall_id={mall}/{mark}_orders_{stamp}.txt"), Evidence::Named(moment), Source::History)
        }
        _ => (format!("mall_id={mall}/지난 주문 {mark}.csv"), Evidence::Modified(moment), Source::History),
    }
}

fn archive(rng: &mut Rng, mall: &str, orders: &[&Order], moment: i64, serial: usize) -> Delivery {
    let path = format!("mall_id={mall}/묶음 {}.zip", letters(serial));
    let mut members = Vec::new();
    let mut all = Vec::new();
    for part in 0..=rng.below(2) {
        let bare = day(moment - 86_400 * i64::try_from(part).unwrap_or(0));
        let digits = bare.replace('-', "");
        let (member, source) = if rng.chance(60) {
            (format!("{mall}_{digits}_{part}_zz{part}z.csv"), Source::Export)
        } else {
            (format!("주문 {digits} {}.csv", letters(part)), Source::History)
        };
        let table = table(rng, orders, moment, source);
        all.push(seen(
            &format!("{path}/{member}"),
            &table.bytes,
            source,
            mall,
            Evidence::Named(korean(&bare)),
            table.rows,
        ));
        members.push((member, table.bytes));
    }
    Delivery { path, bytes: zipped(&members), modified: u64::try_from(moment).unwrap_or(0), seen: all }
}

// ---------------------------------------------------------------------------------------------------------- tables

struct Table {
    bytes: Vec<u8>,
    rows: Vec<Row>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Grain {
    Coded,
    CodeLess,
    OrderOnly,
}

struct Field {
    column: &'static Column,
    headers: Vec<&'static str>,
    precision: Precision,
    zero_is_blank: bool,
}

const PERSONAL: &[&str] =
    &["주문자명", "수령인", "배송메시지", "추가입력옵션", "수령인 우편번호", "우리끼리 메모"];
const UNUSED: &[&str] = &["옵션+판매가", "상품구매금액", "배송비 정보", "사용한 적립금액(최초)", "브랜드"];

struct Form {
    grain: Grain,
    medium: Medium,
    order_id: Option<&'static str>,
    code: Option<&'static str>,
    shop: Option<&'static str>,
    fields: Vec<Field>,
    personal: Vec<&'static str>,
    unused: Vec<&'static str>,
    /// A permutation of the columns.
    arrangement: Vec<usize>,
}

impl Form {
    fn headers(&self) -> Vec<Cell> {
        let mut headers: Vec<&str> = [self.order_id, self.code, self.shop].into_iter().flatten().collect();
        headers.extend(self.fields.iter().flat_map(|field| field.headers.iter().copied()));
        headers.extend(self.personal.iter().chain(&self.unused));
        self.arranged(headers.into_iter().map(Cell::text).collect())
    }

    fn arranged(&self, cells: Vec<Cell>) -> Vec<Cell> {
        if self.arrangement.len() == cells.len() {
            self.arrangement.iter().map(|at| cells[*at].clone()).collect()
        } else {
            cells
        }
    }
}

fn form(rng: &mut Rng, medium: Medium) -> Form {
    let grain = match rng.below(10) {
        0..=5 => Grain::Coded,
        6..=8 => Grain::CodeLess,
        _ => Grain::OrderOnly,
    };
    let goods = ["product_no", "product_code", "variant_code", "product_name"];
    let mut fields: Vec<Field> = Vec::new();
    let sure = *rng.pick(&goods);
    for column in COLUMNS.iter().filter(|column| !column.headers.is_empty()) {
        let wanted = match grain {
            Grain::OrderOnly => column.level == Level::Order && rng.chance(60),
            Grain::CodeLess => column.name == sure || rng.chance(45),
            Grain::Coded => rng.chance(45),
        };
        if !wanted {
            continue;
        }
        let mut headers = vec![*rng.pick(column.headers)];
        // The plain column and its (KRW) twin in one file.
        if let Some(twin) = column.headers.iter().find(|header| header.ends_with("(KRW)"))
            && column.headers.len() > 1
            && rng.chance(20)
        {
            headers = vec![column.headers[0], *twin];
        }
        let precision = match rng.below(10) {
            0 => Precision::Day,
            1 => Precision::Minute,
            _ => Precision::Second,
        };
        fields.push(Field { column, headers, precision, zero_is_blank: rng.chance(20) });
    }
    let mut some =
        |choices: &[&'static str], percent| choices.iter().copied().filter(|_| rng.chance(percent)).collect();
    let (personal, unused) = (some(PERSONAL, 40), some(UNUSED, 15));
    let code =
        (grain == Grain::Coded).then(|| *rng.pick(&["품목별 주문번호", "품목별주문번호", "주문상세번호"]));
    let order_id =
        (code.is_none() || rng.chance(92)).then(|| *rng.pick(&["주문번호", "주문 번호", "주문아이디"]));
    let shop = rng.chance(50).then(|| *rng.pick(&["쇼핑몰번호", "쇼핑몰 번호"]));
    let mut form =
        Form { grain, medium, order_id, code, shop, fields, personal, unused, arrangement: Vec::new() };
    let mut arrangement: Vec<usize> = (0..form.headers().len()).collect();
    if rng.chance(70) {
        rng.shuffle(&mut arrangement);
    }
    form.arrangement = arrangement;
    form
}

/// One row to be: cells not yet arranged, and what it says.
#[derive(Clone)]
struct Draft {
    cells: Vec<Cell>,
    data: Data,
}

fn table(rng: &mut Rng, orders: &[&Order], moment: i64, source: Source) -> Table {
    let is_book = source == Source::History && rng.chance(35);
    let encoding =
        *rng.pick(&[Encoding::Utf8Bom, Encoding::Utf8Bom, Encoding::Utf8, Encoding::Cp949, Encoding::Utf16]);
    let medium = match (is_book, encoding) {
        (true, _) => Medium::Workbook,
        (false, Encoding::Cp949) => Medium::Cp949,
        (false, _) => Medium::Unicode,
    };
    let form = form(rng, medium);
    if is_book {
        let half = if rng.chance(30) { orders.len().div_ceil(2) } else { orders.len() };
        let mut rows = Vec::new();
        let mut sheets = Vec::new();
        let mut number = 0;
        for (sheet, part) in
            [&orders[..half], &orders[half..]].into_iter().filter(|part| !part.is_empty()).enumerate()
        {
            let titles = rng.below(3);
            let mut grid: Vec<Vec<Cell>> = (0..titles).map(|_| vec![Cell::text("7월 주문 내역")]).collect();
            let (body, seen) = lines(rng, &form, part, moment, sheet, &mut number);
            grid.extend(body);
            rows.extend(seen);
            sheets.push(Sheet { name: format!("공홈 {sheet}"), hidden: false, grid });
        }
        if rng.chance(30) {
            let mut number = 0;
            let (grid, _) = lines(rng, &form, orders, moment - 86_400, 9, &mut number);
            sheets.push(Sheet { name: "숨김".into(), hidden: true, grid });
        }
        if rng.chance(30) {
            sheets.push(Sheet {
                name: "메모".into(),
                hidden: false,
                grid: vec![vec![Cell::text("다음 주에 다시")]],
            });
        }
        return Table { bytes: workbook(&sheets), rows };
    }
    let mut number = 0;
    let (grid, rows) = lines(rng, &form, orders, moment, 0, &mut number);
    let dialect = Dialect {
        delimiter: *rng.pick(if source == Source::Export { b"," } else { b",\t;" }),
        line_end: if rng.chance(50) { "\r\n" } else { "\n" },
        quote_all: rng.chance(30),
        encoding,
    };
    Table { bytes: delimited(&grid, dialect), rows }
}

/// The header and the rows below it, numbered on from `number`.
fn lines(
    rng: &mut Rng,
    form: &Form,
    orders: &[&Order],
    moment: i64,
    sheet: usize,
    number: &mut u64,
) -> (Vec<Vec<Cell>>, Vec<Row>) {
    let mut drafts: Vec<Draft> = Vec::new();
    for order in orders {
        drafts.extend(order_rows(rng, form, order, moment));
    }
    if form.grain == Grain::Coded && rng.chance(30) {
        rng.shuffle(&mut drafts);
    }
    let width = form.headers().len();
    let mut grid = vec![form.headers()];
    let mut rows = Vec::new();
    let mut push = |grid: &mut Vec<Vec<Cell>>, cells: Vec<Cell>, fate: Fate| {
        *number += 1;
        grid.push(cells);
        rows.push(Row { number: *number, sheet, fate });
    };
    for draft in &drafts {
        if rng.chance(4) {
            let bad = spoilt(rng, form, draft);
            if let Some((cells, reason)) = bad {
                push(&mut grid, cells, Fate::Quarantined(reason));
            }
        }
        if rng.chance(2) {
            push(&mut grid, vec![Cell::text(""); width], Fate::Skipped);
        }
        if rng.chance(2) {
            push(&mut grid, form.headers(), Fate::Skipped);
        }
        push(&mut grid, form.arranged(draft.cells.clone()), Fate::Data(draft.data.clone()));
        if form.grain == Grain::Coded && rng.chance(4) {
            push(&mut grid, form.arranged(draft.cells.clone()), Fate::Data(draft.data.clone()));
        }
    }
    if rng.chance(20) {
        let mut cells = vec![Cell::text(""); width];
        cells[0] = Cell::text(*rng.pick(&["합계", "총계", "소계", "Total"]));
        push(&mut grid, cells, Fate::Skipped);
    }
    (grid, rows)
}

/// A row that cannot be read, with the reason.
fn spoilt(rng: &mut Rng, form: &Form, draft: &Draft) -> Option<(Vec<Cell>, &'static str)> {
    let mut cells = draft.cells.clone();
    let ids = usize::from(form.order_id.is_some()) + usize::from(form.code.is_some());
    let first_field = ids + usize::from(form.shop.is_some());
    let mut at = first_field;
    let mut spots: Vec<(usize, Kind)> = Vec::new();
    for field in &form.fields {
        // With a twin beside it a cell may never be looked at.
        if field.headers.len() == 1 {
            spots.push((at, field.column.kind));
        }
        at += field.headers.len();
    }
    let reason = match rng.below(6) {
        0 => {
            let (spot, _) = spots.iter().find(|(_, kind)| *kind == Kind::Whole)?;
            cells[*spot] = Cell::text("2개");
            "bad_number"
        }
        1 => {
            let (spot, _) = spots.iter().find(|(_, kind)| *kind == Kind::Money)?;
            cells[*spot] = Cell::text("무료");
            "bad_number"
        }
        2 => {
            let (spot, _) = spots.iter().find(|(_, kind)| *kind == Kind::Time)?;
            cells[*spot] = Cell::text("2024-02-30");
            "bad_date"
        }
        3 => {
            for cell in cells.iter_mut().take(ids) {
                *cell = Cell::text("");
            }
            // Something must be left, or the row is blank.
            let (spot, _) = spots.iter().find(|(_, kind)| *kind == Kind::Text)?;
            cells[*spot] = Cell::text("남은 글");
            "missing_order_id"
        }
        4 if form.medium != Medium::Workbook => {
            let mut wide = form.arranged(cells);
            wide.push(Cell::text("밖"));
            return Some((wide, "row_width"));
        }
        _ => {
            form.order_id?;
            cells[0] = Cell::text("20241399-0000001");
            if form.code.is_some() {
                cells[1] = Cell::text("");
            }
            "bad_order_id"
        }
    };
    Some((form.arranged(cells), reason))
}

/// The rows of one order in a form at a moment.
fn order_rows(rng: &mut Rng, form: &Form, order: &Order, moment: i64) -> Vec<Draft> {
    let mut own = order.own.at(moment);
    disturb(rng, &mut own, 3, Level::Order);
    let born = order.items.iter().filter(|(_, item)| item.born <= moment);
    let mut items: Vec<(String, State)> = match form.grain {
        Grain::OrderOnly => vec![(format!("{}-01", order.id), State::new())],
        _ => born.map(|(code, item)| (code.clone(), item.at(moment))).collect(),
    };
    if form.grain == Grain::Coded {
        items.retain(|_| rng.chance(88));
        for (_, state) in &mut items {
            disturb(rng, state, 3, Level::Item);
        }
        if rng.chance(4)
            && let Some((code, state)) = items.first().cloned()
        {
            let mut other = state;
            other.insert("quantity".into(), "9".into());
            items.push((code, other));
        }
    }
    let count = items.len();
    let mut drafts = Vec::new();
    for (at, (code, state)) in items.into_iter().enumerate() {
        let mut cells = Vec::new();
        if form.order_id.is_some() {
            cells.push(Cell::text(&order.id));
        }
        if form.code.is_some() {
            cells.push(Cell::text(&code));
        }
        let shop = form.shop.map(|_| if rng.chance(90) { Some(order.shop.clone()) } else { None });
        if let Some(shop) = &shop {
            cells.push(match shop {
                Some(shop) => Cell::text(shop),
                None => blank(rng, form.medium),
            });
        }
        let mut told = Cells::new();
        for field in &form.fields {
            let place = Place { first: code.ends_with("-01") && !code.is_empty(), alone: count == 1, at };
            let (written, words) = told_cells(rng, form, field, order, &own, &state, place);
            cells.extend(written);
            told.extend(words);
        }
        for header in &form.personal {
            cells.push(Cell::text(match *header {
                "주문자명" => &order.buyer.name,
                "수령인" => &order.receiver.name,
                "수령인 우편번호" => "06236",
                _ => &order.receiver.message,
            }));
        }
        for header in &form.unused {
            cells.push(Cell::text(if *header == "배송비 정보" { "무료" } else { "4242" }));
        }
        let data = Data {
            shop: shop.flatten(),
            order_id: order.id.clone(),
            code: (form.grain == Grain::Coded).then_some(code),
            is_item: form.grain != Grain::OrderOnly,
            at: None,
            api_order: None,
            cells: told,
        };
        drafts.push(Draft { cells, data });
    }
    drafts
}

/// Where an order's row stands among the order's rows in the file.
#[derive(Clone, Copy)]
struct Place {
    first: bool,
    alone: bool,
    at: usize,
}

fn told_cells(
    rng: &mut Rng,
    form: &Form,
    field: &Field,
    order: &Order,
    own: &State,
    item: &State,
    place: Place,
) -> (Vec<Cell>, Vec<(String, Word)>) {
    let column = field.column;
    let silent = |rng: &mut Rng| {
        (field.headers.iter().map(|_| blank(rng, form.medium)).collect::<Vec<_>>(), Vec::new())
    };
    if matches!(column.kind, Kind::Hash | Kind::Region) {
        if rng.chance(6) && place.alone {
            return silent(rng);
        }
        let person = if column.name.starts_with("buyer") { &order.buyer } else { &order.receiver };
        // Told once an order and file, so that spellings of one number may differ between rows.
        let (spelled, word) = personal(rng, column.name, person);
        return (vec![Cell::Text(spelled)], vec![(column.name.to_owned(), word)]);
    }
    let state = if column.level == Level::Order { own } else { item };
    let Some(mut value) = state.get(column.name).cloned() else { return silent(rng) };
    if column.level == Level::Order && form.grain != Grain::OrderOnly {
        match column.repeats {
            // Told on the order's first item; the others hold zero or nothing.
            Repeats::FirstRow if !place.first && field.zero_is_blank => return silent(rng),
            Repeats::FirstRow if !place.first => value = "0.00".into(),
            Repeats::Max if place.at % 2 == 1 => value = "1.00".into(),
            Repeats::EveryRow | Repeats::FirstRow | Repeats::Max => {}
        }
    }
    if column.kind == Kind::Money && value == "0.00" && field.zero_is_blank {
        return silent(rng);
    }
    let mut cells = Vec::new();
    let mut words = Vec::new();
    let empty = (field.headers.len() == 2 && rng.chance(30)).then(|| rng.below(2));
    for header in 0..field.headers.len() {
        if empty == Some(header) {
            cells.push(blank(rng, form.medium));
            continue;
        }
        let (cell, told) = spell(rng, column, &value, field.precision, form.medium);
        cells.push(cell);
        words = told;
    }
    (cells, words)
}

/// Now and then a source is wrong about something.
fn disturb(rng: &mut Rng, state: &mut State, percent: usize, level: Level) {
    for column in COLUMNS.iter().filter(|column| column.level == level) {
        if !state.contains_key(column.name) || !rng.chance(percent) {
            continue;
        }
        let wrong = match column.kind {
            Kind::Money => "777.00",
            Kind::Whole => "77",
            Kind::Text if !matches!(column.name, "paid" | "member_id") => "딴 말",
            Kind::Time => "2024-06-09 08:07:06",
            _ => continue,
        };
        state.insert(column.name.to_owned(), wrong.to_owned());
    }
}

// ------------------------------------------------------------------------------------------------------------- API

fn dump(rng: &mut Rng, mall: &str, orders: &[&Order], moment: i64, serial: usize) -> Delivery {
    let own_times = rng.below(3);
    let page_time = own_times == 1;
    let mut objects = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    let mut number = 0;
    let mut tell = |rng: &mut Rng, order: &Order, at: i64, objects: &mut Vec<Value>, rows: &mut Vec<Row>| {
        let (mut object, told) = api_order(rng, order, at);
        let own = own_times == 0 || (page_time && at != moment);
        if own {
            object.insert("_extracted_at".into(), json!(spelled_instant(rng, at)));
        }
        let time = if own {
            Some(at)
        } else if page_time {
            Some(moment)
        } else {
            None
        };
        let index = objects.len();
        for (code, cells, is_item) in told {
            number += 1;
            let data = Data {
                shop: Some(order.shop.clone()),
                order_id: order.id.clone(),
                code,
                is_item,
                at: time,
                api_order: Some(index),
                cells,
            };
            rows.push(Row { number, sheet: 0, fate: Fate::Data(data) });
        }
        objects.push(Value::Object(object));
    };
    for order in orders {
        if own_times == 0 && rng.chance(10) {
            let earlier = (moment - 7200).max(order.own.born);
            tell(rng, order, earlier, &mut objects, &mut rows);
        }
        tell(rng, order, moment, &mut objects, &mut rows);
    }
    let stamp = wall(moment).replace(['-', ':'], "").replace(' ', "T");
    let text = match if page_time { 0 } else { rng.below(3) } {
        0 => {
            let mut page = Map::new();
            if page_time {
                page.insert("_extracted_at".into(), json!(spelled_instant(rng, moment)));
            }
            page.insert("orders".into(), Value::Array(objects));
            serde_json::to_string_pretty(&page).expect("JSON")
        }
        1 => Value::Array(objects).to_string(),
        _ => objects.iter().map(|object| object.to_string() + "\n").collect(),
    };
    let bytes = text.into_bytes();
    let zip = rng.chance(20);
    let path =
        format!("mall_id={mall}/{}_orders_{stamp}.json{}", letters(serial), if zip { ".gz" } else { "" });
    let seen = seen(&path, &bytes, Source::Api, mall, Evidence::Named(moment), rows);
    let bytes = if zip { gzipped(&bytes) } else { bytes };
    Delivery { path, bytes, modified: modified(rng, seen.evidence), seen: vec![seen] }
}

fn spelled_instant(rng: &mut Rng, at: i64) -> String {
    let korean = wall(at).replace(' ', "T");
    match rng.below(3) {
        0 => format!("{korean}+09:00"),
        1 => super::times::utc(at).replace(' ', "T") + "Z",
        _ => korean,
    }
}

/// Item code, words, and whether the row is an item at all.
type ApiRow = (Option<String>, Cells, bool);

/// An order object, and per item its code and words.
fn api_order(rng: &mut Rng, order: &Order, at: i64) -> (Map<String, Value>, Vec<ApiRow>) {
    let mut own = order.own.at(at);
    disturb(rng, &mut own, 2, Level::Order);
    let mut object = Map::new();
    object.insert("order_id".into(), json!(order.id));
    object.insert("shop_no".into(), json!(order.shop.parse::<u32>().unwrap_or(1)));
    object.insert("currency".into(), json!("KRW"));
    object.insert("billing_name".into(), json!(order.buyer.name));
    object.insert("cancel_date".into(), Value::Null);
    let mut words = Cells::new();
    for column in COLUMNS.iter().filter(|column| column.level == Level::Order && !column.api.is_empty()) {
        if rng.chance(8) {
            continue;
        }
        if matches!(column.kind, Kind::Hash | Kind::Region) {
            let person = if column.name.starts_with("buyer") { &order.buyer } else { &order.receiver };
            let (spelled, word) = personal(rng, column.name, person);
            place(&mut object, column.api, json!(spelled));
            words.insert(column.name.into(), word);
            continue;
        }
        let Some(value) = own.get(column.name) else {
            place(&mut object, column.api, nothing(rng));
            continue;
        };
        let list = matches!(column.name, "payment_method_name" | "payment_gateway_name");
        let told = if list { json!(value.split(',').collect::<Vec<_>>()) } else { api_value(column, value) };
        place(&mut object, column.api, told);
        words.insert(column.name.into(), says(value.clone()));
    }
    if let Some(receiver) =
        object.get_mut("receivers").and_then(|list| list.get_mut(0)).and_then(Value::as_object_mut)
    {
        receiver.insert("name".into(), json!(order.receiver.name));
        receiver.insert("shipping_message".into(), json!(order.receiver.message));
    }
    let mut told = Vec::new();
    let mut items = Vec::new();
    for (code, item) in order.items.iter().filter(|(_, item)| item.born <= at) {
        let mut state = item.at(at);
        disturb(rng, &mut state, 2, Level::Item);
        let (fields, mut cells) = api_item(rng, code, &state, &order.receiver);
        cells.extend(words.clone());
        items.push(Value::Object(fields));
        told.push((Some(code.clone()), cells, true));
    }
    if rng.chance(4) {
        items.clear();
        told.clear();
    }
    if items.is_empty() {
        told.push((None, words, false));
    }
    object.insert("items".into(), Value::Array(items));
    (object, told)
}

fn api_item(rng: &mut Rng, code: &str, state: &State, receiver: &Person) -> (Map<String, Value>, Cells) {
    let mut fields = Map::new();
    let mut cells = Cells::new();
    fields.insert("order_item_code".into(), json!(code));
    fields.insert("claim_reason".into(), json!(receiver.message));
    for column in COLUMNS.iter().filter(|column| column.level == Level::Item && !column.api.is_empty()) {
        if rng.chance(8) {
            continue;
        }
        match state.get(column.name) {
            Some(value) => {
                fields.insert(column.api.into(), api_value(column, value));
                cells.insert(column.name.into(), says(value.clone()));
            }
            None if CLEARED.contains(&column.name) => {
                fields.insert(column.api.into(), rng.pick(&[Value::Null, json!(""), json!(" ")]).clone());
                cells.insert(column.name.into(), Word::Clears);
            }
            None => {
                fields.insert(column.api.into(), nothing(rng));
            }
        }
    }
    for name in ["order_status", "status_text", "status_code"] {
        if let Some(value) = state.get(name) {
            fields.insert(name.into(), json!(value));
            cells.insert(name.into(), says(value.clone()));
        }
    }
    for name in ["item_no", "original_item_no"] {
        if let Some(value) = state.get(name) {
            let number = json!(value.parse::<u32>().unwrap_or(0));
            fields.insert(name.into(), if name == "item_no" { number } else { Value::Array(vec![number]) });
            cells.insert(name.into(), says(value.clone()));
        }
    }
    (fields, cells)
}

fn nothing(rng: &mut Rng) -> Value {
    rng.pick(&[Value::Null, json!(""), json!(" "), json!([]), json!({})]).clone()
}

fn api_value(column: &Column, value: &str) -> Value {
    match column.kind {
        Kind::Whole => json!(value.parse::<i64>().unwrap_or(0)),
        Kind::Time => json!(format!("{}+09:00", value.replace(' ', "T"))),
        _ => json!(value),
    }
}

/// Puts a value at a dotted path; `receivers.0.phone` is inside a list.
fn place(object: &mut Map<String, Value>, path: &str, value: Value) {
    let parts: Vec<&str> = path.split('.').collect();
    match parts.as_slice() {
        [name] => {
            object.insert((*name).to_owned(), value);
        }
        [outer, "0", name] => {
            let list = object.entry((*outer).to_owned()).or_insert_with(|| json!([{}]));
            if let Some(first) = list.get_mut(0).and_then(Value::as_object_mut) {
                first.insert((*name).to_owned(), value);
            }
        }
        [outer, name] => {
            let inner = object.entry((*outer).to_owned()).or_insert_with(|| json!({}));
            if let Some(inner) = inner.as_object_mut() {
                inner.insert((*name).to_owned(), value);
            }
        }
        _ => {}
    }
}

/// How many rows a story's files hold, by fate.
pub fn census(story: &Story) -> BTreeMap<&'static str, usize> {
    let mut census = BTreeMap::new();
    for row in story.seen().iter().flat_map(|seen| &seen.rows) {
        let fate = match &row.fate {
            Fate::Data(data) if data.code.is_some() => "coded",
            Fate::Data(data) if data.is_item => "code-less",
            Fate::Data(_) => "order",
            Fate::Quarantined(_) => "quarantined",
            Fate::Skipped => "skipped",
        };
        *census.entry(fate).or_default() += 1;
    }
    census
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_story() {
        let (one, two) = (story(5, 8), story(5, 8));
        let bytes = |story: &Story| {
            story.deliveries.iter().map(|delivery| delivery.bytes.clone()).collect::<Vec<_>>()
        };
        assert!(!one.deliveries.is_empty());
        // Workbooks and archives carry no clock of their own.
        assert_eq!(bytes(&one).len(), bytes(&two).len());
    }

    #[test]
    fn every_kind_of_row_is_made() {
        let mut all: BTreeMap<&str, usize> = BTreeMap::new();
        for seed in 0..40 {
            for (fate, count) in census(&story(seed, 10)) {
                *all.entry(fate).or_default() += count;
            }
        }
        assert_eq!(all.len(), 5, "{all:?}");
    }

    #[test]
    fn the_model_folds_every_story() {
        for seed in 0..40 {
            let story = story(seed, 6);
            let folded = super::super::fold::fold(&story.seen());
            let keys: std::collections::BTreeSet<_> = folded
                .items
                .iter()
                .map(|item| (&item["mall_id"], &item["shop_no"], &item["item_key"]))
                .collect();
            assert_eq!(keys.len(), folded.items.len(), "item_key is unique");
        }
    }
}
