use super::plan::Plan;
use super::*;

fn parse(text: &str) -> Config {
    Config::parse(text).unwrap()
}

fn check_error(text: &str, problem: &str, hint: &str) {
    let found = Config::parse(text).unwrap_err();
    assert_eq!((found.problem.as_str(), found.hint.as_deref().unwrap_or("")), (problem, hint), "{text}");
}

#[test]
fn everything_that_can_be_said() {
    let config = parse(
        r#"
        inbox = "inbox"
        malls = ["otherhome"]
        extracted_at = ["추출일시"]

        [mall.haruhome]
        folders = ["하루홈", "haru"]

        [aliases]
        quantity = ["주문 갯수", "EA"]
        order_id = "주문 No"

        [status]
        "포장중" = "N20"

        [privacy]
        name = "hash"
        free_text = "keep"

        [[observed_at]]
        file = "old/*.xls"
        at = 2020-01-15

        [[observed_at]]
        file = "2019*"
        at = "2019-12-31 18:00"
        "#,
    );
    assert_eq!(config.inbox, Some(PathBuf::from("inbox")));
    assert_eq!(config.mall_of_folder("하루홈"), Some("haruhome"));
    assert_eq!(config.mall_of_folder("haruhome"), Some("haruhome"));
    assert_eq!(config.mall_of_folder("otherhome"), Some("otherhome"));
    assert_eq!(config.mall_of_folder("x"), None);
    assert_eq!(config.only_mall(), None);
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        config.aliases,
        [pair("order_id", "주문 No"), pair("quantity", "주문 갯수"), pair("quantity", "EA")]
    );
    assert_eq!(config.statuses, [pair("포장중", "N20")]);
    assert_eq!(config.privacy[&Privacy::Name], Treatment::Hash);
    assert_eq!(config.privacy.get(&Privacy::Phone), None);
    assert_eq!(config.observed_at("/data/inbox/old/a.xls"), Some("2020-01-15"));
    assert_eq!(config.observed_at("inbox/very-old/a.xls"), None);
    assert_eq!(config.observed_at("old/a.xls"), Some("2020-01-15"));
    assert_eq!(config.observed_at("C:\\inbox\\2019 주문.csv"), Some("2019-12-31 18:00"));
    assert_eq!(config.observed_at("2018.csv"), None);
}

#[test]
fn the_plan_has_defaults_that_can_be_changed() {
    let plan = parse("[plan]\napi_months = 3").plan;
    assert_eq!(plan, Plan { api_months: 3, ..Plan::default() });
    assert_eq!((plan.download_months, plan.admin_months, plan.overdue_days), (6, 36, 7));
}

#[test]
fn one_mall_is_the_mall_of_everything() {
    assert_eq!(parse("malls = [\"haruhome\"]").only_mall(), Some("haruhome"));
    assert_eq!(parse("malls = [\"a\"]\n[mall.a]\nfolders = [\"b\"]").only_mall(), Some("a"));
    assert_eq!(parse("").only_mall(), None);
}

#[test]
fn mistakes_are_named_with_a_way_out() {
    check_error("mals = []", "line 1: unknown key `mals`", "did you mean `malls`?");
    check_error("\n[mall.a]\nfolder = []", "line 3: unknown key `folder`", "did you mean `folders`?");
    check_error(
        "zzz = 1",
        "line 1: unknown key `zzz`",
        "known keys here: inbox, malls, mall, aliases, status, extracted_at, privacy, observed_at, bigquery, pull, plan",
    );
    check_error(
        "malls = [\"하루홈\"]",
        "`하루홈` is no mall id",
        "a mall id is the first part of the shop's address: ID.cafe24.com",
    );
    check_error(
        "[plan]\ndownload_months = 0",
        "`plan.download_months` is 0",
        "write a number from 1 to 1200",
    );
    check_error("[plan]\napi_month = 6", "line 2: unknown key `api_month`", "did you mean `api_months`?");
    check_error("[privacy]\nnames = \"drop\"", "`privacy` has no class `names`", "did you mean `name`?");
    check_error(
        "[mall.a]\nfolders = [\"x\"]\n[mall.b]\nfolders = [\"x\"]",
        "the folder `x` belongs to both `a` and `b`",
        "",
    );
}

#[test]
fn a_wrong_value_is_named_with_its_line() {
    let found = Config::parse("[privacy]\nname = \"burn\"").unwrap_err();
    assert!(found.problem.starts_with("line 2: unknown variant `burn`"), "{}", found.problem);
}

#[test]
fn the_inbox_lies_beside_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jangbu.toml");
    fs::write(&path, "inbox = \"in\"").unwrap();
    assert_eq!(Config::read(&path).unwrap().inbox, Some(folder.path().join("in")));
}

#[test]
fn a_missing_file_is_named() {
    let error = Config::read(Path::new("/nowhere/jangbu.toml")).unwrap_err();
    assert_eq!(error.to_string(), "cannot read /nowhere/jangbu.toml");
    assert!(error.hint().is_some());
}

#[test]
fn warehouses_are_described() {
    let config = parse(
        "[bigquery]\ndataset = \"p.d\"\nmode = \"merge\"\nprice_per_tib = \"5\"\n\
         [[pull]]\ntable = \"p.d.t\"\nmall = \"haruhome\"\n[pull.columns]\norder_id = \"no\"",
    );
    assert_eq!(config.bigquery.dataset.as_deref(), Some("p.d"));
    assert_eq!(config.bigquery.mode, Some(bigquery::PushMode::Merge));
    assert_eq!((config.bigquery.cents_per_tib, config.bigquery.timeout_seconds), (500, 120));
    assert_eq!(config.pulls[0].columns, [("order_id".to_owned(), "no".to_owned())]);
    assert_eq!(parse("").bigquery, bigquery::BigQuery::default());
    check_error(
        "[bigquery]\nprice_per_tib = \"much\"",
        "`price_per_tib`: `much` is no price",
        "write dollars as \"6.25\"",
    );
    check_error("[bigquery]\ndatset = \"a\"", "line 2: unknown key `datset`", "did you mean `dataset`?");
    check_error("[[pull]]\ntable = \"a\"\nmall = \"하루\"", "`pull` of a: `하루` is no mall id", "");
}
