use super::*;

fn with_aliases(aliases: &[(&str, &str)]) -> Result<Schema, SchemaError> {
    let aliases = aliases.iter().map(|(c, h)| ((*c).to_owned(), (*h).to_owned())).collect();
    Schema::load(&Additions { aliases, ..Additions::default() })
}

fn refused(result: Result<Schema, SchemaError>) -> String {
    result.expect_err("must be refused").to_string()
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
    let first = |columns: &[Column], n| columns.iter().take(n).map(|c| c.name.clone()).collect::<Vec<_>>();
    let (items, orders): (Vec<_>, Vec<_>) =
        (items.split_whitespace().collect(), orders.split_whitespace().collect());
    assert_eq!(first(&schema.items, items.len()), items);
    assert_eq!(first(&schema.orders, orders.len()), orders);
    for column in schema.items.iter().take(items.len()).chain(schema.orders.iter().take(orders.len())) {
        let measured = column.kind.measures();
        assert_eq!(column.strict, measured, "{}", column.name);
    }
    let extras = schema.items.iter().skip(items.len()).chain(schema.orders.iter().skip(orders.len()));
    assert!(extras.into_iter().all(|c| !c.strict));
    for name in ["buyer_cellphone_hash", "buyer_phone_hash", "buyer_email_hash", "receiver_cellphone_hash"] {
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
    for name in
        no_api.into_iter().chain(["member_group_when_ordering", "total_refund_amount", "item_refund_amount"])
    {
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
    let column = |rest: &str| format!("[[column]]\ndescription = \"d\"\ndescription_ko = \"d\"\n{rest}\n");
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
        (column("name = \"a\"\ntype = \"hash\""), Level::Order, "only hashes of persons"),
        (
            column("name = \"a\"\ntype = \"text\"\nprivacy = \"phone\"\ntransform = \"phone_hash\""),
            Level::Order,
            "only hashes of persons",
        ),
        (column("name = \"a\"\ntype = \"number\""), Level::Order, "unknown variant"),
        (column("name = \"a\"\ntype = \"text\"\nfrozn = true"), Level::Order, "unknown field"),
        (column("name = \"a\"\ntype = \"text\"").repeat(2), Level::Order, "two columns"),
    ] {
        let found = fault_of(&text, level).expect_err(problem);
        assert!(found.contains(problem), "{found}");
    }
}
