//! Arrival, repetition and undo.

use proptest::prelude::*;

use super::*;

fn january() -> Given {
    given(
        "january",
        1_000,
        &[
            line("20260105-0000001", 1, "컵"),
            line("20260105-0000001", 2, "접시"),
            line("20260120-0000007", 1, "잔"),
        ],
    )
}

fn late_january() -> Given {
    given("late", 2_000, &[line("20260120-0000007", 1, "유리잔"), line("20260131-0000002", 1, "솥")])
}

fn february() -> Given {
    given("february", 3_000, &[line("20260131-0000002", 1, "솥"), line("20260203-0000001", 1, "컵")])
}

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

#[test]
fn a_run_tells_what_it_did_and_the_ledger_keeps_it() {
    let (folder, mut first) = ledger_of(&[]);
    let outcome = commit(&mut first, &[&january()]);
    assert_eq!(outcome.run_id, "r0001");
    assert_eq!(outcome.months_touched, [month("2026-01")].into());
    assert_eq!(outcome.items, ItemCounts { new: 3, ..ItemCounts::default() });
    assert_eq!(outcome.findings.get(&FindingKind::DamagedId), Some(&1));

    let outcome = commit(&mut first, &[&late_january(), &february()]);
    assert_eq!(outcome.items, ItemCounts { new: 2, changed: 1, unchanged: 2, removed: 0 });
    assert_eq!(outcome.months_touched, [month("2026-01"), month("2026-02")].into());

    let before = picture(&first);
    drop(first);
    let again = reader(folder.path());
    assert_eq!(picture(&again), before);
    assert_eq!(texts(&again, Table::OrderItems, "product_name"), ["컵", "접시", "유리잔", "솥", "컵"]);
    assert_eq!(again.runs().unwrap().len(), 2);
    assert_eq!(loose_ends(&again), [""; 0]);
}

#[test]
fn the_same_bytes_change_nothing_however_often_and_under_whatever_name() {
    let (_folder, mut writer) = ledger_of(&[&[&january()], &[&february()]]);
    let before = (picture(&writer), listing(writer.root()).into_keys().collect::<Vec<_>>());
    for path in ["january.csv", "copy of january.csv"] {
        let outcome = commit(&mut writer, &[&Given { path: path.into(), ..january() }]);
        assert_eq!(outcome.months_touched, [].into());
        assert_eq!(outcome.items, ItemCounts::default());
        assert!(outcome.files[0].known);
        assert_eq!(outcome.findings, BTreeMap::new());
    }
    assert_eq!((picture(&writer), listing(writer.root()).into_keys().collect()), before);
}

#[test]
fn better_evidence_folds_the_months_of_its_file_again() {
    let (_folder, mut writer) = ledger_of(&[&[&january(), &late_january(), &february()]]);
    let mut input = run_of(&writer, &[&january()]);
    input.sightings[0].evidence.observed_at = (Instant(9_000), TimeEvidence::Told);
    let outcome = writer.commit(input, &NoProgress).unwrap();
    assert_eq!(outcome.months_touched, [month("2026-01")].into());
    assert_eq!(outcome.files[0].observed_at, Instant(9_000));
    assert_eq!(outcome.items.changed, 3);
    assert_eq!(texts(&writer, Table::OrderItems, "product_name")[2], "잔", "the old file is the newest now");
    writer.undo(&outcome.run_id, &NoProgress).unwrap();
    let (_other, never) = ledger_of(&[&[&january(), &late_january(), &february()]]);
    assert_eq!(picture(&writer), picture(&never));
}

#[test]
fn other_evidence_that_changes_nothing_touches_no_month() {
    let named = Given { mall: Some(("shop".into(), MallEvidence::Folder)), ..january() };
    let (_folder, mut writer) = ledger_of(&[&[&named, &february()]]);
    let before = picture(&writer);
    let outcome = commit(&mut writer, &[&Given { path: "shop_20260201_1_abcd.csv".into(), ..january() }]);
    assert_eq!(outcome.months_touched, [].into());
    assert_eq!(outcome.items, ItemCounts { unchanged: 4, ..ItemCounts::default() });
    assert_eq!(picture(&writer), before);
}

#[test]
fn months_that_a_run_does_not_touch_keep_their_files() {
    let (folder, mut writer) = ledger_of(&[&[&january()]]);
    let of_january = |root: &Path| -> BTreeMap<PathBuf, std::time::SystemTime> {
        let all = listing(root).into_keys().filter(|p| p.to_string_lossy().contains("2026-01"));
        all.map(|p| (p.clone(), std::fs::metadata(root.join(&p)).unwrap().modified().unwrap())).collect()
    };
    let before = of_january(folder.path());
    assert!(before.len() >= 5);
    commit(&mut writer, &[&given("march", 5, &[line("20260303-0000001", 1, "컵")])]);
    assert_eq!(of_january(folder.path()), before);
}

#[test]
fn any_run_can_be_undone() {
    let files = [january(), late_january(), february(), given("again", 4_000, &january().lines)];
    for undone in 0..files.len() {
        let runs: Vec<Vec<&Given>> = files.iter().map(|f| vec![f]).collect();
        let runs: Vec<&[&Given]> = runs.iter().map(Vec::as_slice).collect();
        let (_folder, mut writer) = ledger_of(&runs);
        let outcome = writer.undo(&format!("r{}", undone + 1), &NoProgress).unwrap();
        assert_eq!(outcome.files.len(), 1);
        let kept: Vec<&[&Given]> =
            runs.iter().enumerate().filter(|(i, _)| *i != undone).map(|(_, run)| *run).collect();
        let (_other, never) = ledger_of(&kept);
        assert_eq!(picture(&writer), picture(&never), "run {undone}");
        assert_eq!(loose_ends(&writer), [""; 0]);
    }
}

#[test]
fn undoing_everything_leaves_nothing_but_an_empty_ledger() {
    let (folder, mut writer) = ledger_of(&[&[&january(), &february()], &[&january()]]);
    let outcome = writer.undo("r0001", &NoProgress).unwrap();
    assert_eq!(
        outcome.findings.get(&FindingKind::DamagedId),
        Some(&-1),
        "january lives by its second sighting"
    );
    writer.undo("r2", &NoProgress).unwrap();
    let (_other, empty) = ledger_of(&[]);
    assert_eq!(picture(&writer), picture(&empty));
    assert!(listing(folder.path()).into_keys().all(|p| p.extension().is_none_or(|e| e != "parquet")));
    let outcome = commit(&mut writer, &[&january()]);
    assert_eq!(outcome.run_id, "r0003", "the name of an undone run never comes again");
}

#[test]
fn an_unknown_run_is_refused_with_the_known_ones() {
    let (_folder, mut writer) = ledger_of(&[&[&january()]]);
    let error = writer.undo("r0009", &NoProgress).unwrap_err();
    assert_eq!(error.code(), "store.unknown_run");
    assert_eq!(error.to_string(), "no run is called r0009; there are r0001");
}

#[test]
fn a_rehearsal_tells_the_same_and_does_nothing() {
    let (folder, mut writer) = ledger_of(&[&[&january()]]);
    let before = (picture(&writer), listing(folder.path()));
    let input = run_of(&writer, &[&late_january(), &february()]);
    let rehearsed = writer.rehearse(input, &NoProgress).unwrap();
    assert_eq!((picture(&writer), listing(folder.path())), before);
    assert_eq!(commit(&mut writer, &[&late_january(), &february()]), rehearsed);
}

#[test]
fn a_rehearsal_makes_no_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("ledger");
    let mut writer = Writer::open_to_rehearse(&root, schema(), "ingest").unwrap();
    let input = run_of(&writer, &[&january()]);
    assert_eq!(writer.rehearse(input, &NoProgress).unwrap().items.new, 3);
    drop(writer);
    assert!(!root.exists());
}

#[test]
fn a_file_without_a_mall_waits_for_a_sighting_with_one() {
    let lost = Given { mall: None, at: 1, ..january() };
    let (_folder, mut writer) = ledger_of(&[]);
    let outcome = commit(&mut writer, &[&lost, &february()]);
    assert_eq!(outcome.without_mall, [hash_of("january")].into());
    assert_eq!(outcome.files.len(), 1);
    commit(&mut writer, &[&january()]);
    commit(&mut writer, &[&lost]);
    let (_other, never) = ledger_of(&[&[&january(), &february()]]);
    assert_eq!(picture(&writer), picture(&never));
}

#[test]
fn many_sightings_of_the_same_rows_stay_small() {
    let lines: Vec<Line> = (1..=500).map(|n| line(&format!("20260105-{n:07}"), 1, "품목")).collect();
    let (folder, mut writer) = ledger_of(&[&[&given("file 0", 0, &lines)]]);
    let size = || {
        let parquet = listing(folder.path()).into_iter().filter(|(p, _)| p.starts_with("observations"));
        parquet.map(|(_, size)| size).sum::<u64>()
    };
    let first = size();
    for n in 1..=100 {
        commit(&mut writer, &[&given(&format!("file {n}"), n, &lines)]);
    }
    assert!(size() < first * 3, "{} bytes became {}", first, size());
    assert_eq!(writer.files().unwrap().len(), 101);
}

#[test]
fn bodies_are_put_together_again_when_they_lie_in_many_files() {
    let files: Vec<Given> =
        (1..=20).map(|n| given(&format!("{n}"), n, &[line(&format!("20260105-{n:07}"), 1, "컵")])).collect();
    let runs: Vec<Vec<&Given>> = files.iter().map(|f| vec![f]).collect();
    let runs: Vec<&[&Given]> = runs.iter().map(Vec::as_slice).collect();
    let (folder, writer) = ledger_of(&runs);
    let all: Vec<&Given> = files.iter().collect();
    let (_other, at_once) = ledger_of(&[&all]);
    assert_eq!(picture(&writer), picture(&at_once));
    let segments = listing(folder.path()).into_keys().filter(|p| p.to_string_lossy().contains("items-"));
    assert!(segments.count() <= 8);
}

fn any_lines() -> impl Strategy<Value = Vec<Line>> {
    let any = (1u32..4, 1u32..5, 1u32..3, 0usize..3, any::<bool>());
    let any_line = any.prop_map(|(month, number, item, name, dated)| {
        let id = if dated { format!("2026{month:02}05-{number:07}") } else { format!("OLD-{number}") };
        let date = (!dated && name > 0).then(|| 20_454 + i32::try_from(month * 31).unwrap());
        Line { date, ..line(&id, item, ["컵", "접시", "솥"][name]) }
    });
    proptest::collection::vec(any_line, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Files in any runs and any order, some seen twice, some runs undone: what is left is all that counts.
    #[test]
    fn only_the_set_of_living_files_counts(
        contents in proptest::collection::vec((any_lines(), 0i64..4), 1..5),
        seen in proptest::collection::vec((0usize..5, 0i64..3, 0usize..6), 1..8),
        undone in proptest::collection::vec(any::<bool>(), 8),
        turn in any::<bool>(),
    ) {
        use MallEvidence::{Configured, Folder, Name, Told};
        let malls =
            [None, Some(("shop", Told)), Some(("annex", Name)), Some(("shop", Folder)), Some(("annex", Folder)), Some(("a", Configured))];
        let files: Vec<Given> = contents
            .iter()
            .enumerate()
            .map(|(n, (lines, at))| given(&format!("file {n}"), at * 1_000, lines))
            .collect();
        let sightings: Vec<Given> = seen
            .iter()
            .map(|(n, later, mall)| {
                let file = files[n % files.len()].clone();
                let mall = malls[*mall].map(|(mall, evidence)| (mall.to_owned(), evidence));
                Given { at: file.at + later, mall, ..file }
            })
            .collect();
        let (_folder, mut writer) = ledger_of(&[]);
        let runs: Vec<String> = sightings.iter().map(|f| commit(&mut writer, &[f]).run_id).collect();
        for (run, _) in runs.iter().zip(&undone).filter(|(_, undone)| **undone) {
            writer.undo(run, &NoProgress).unwrap();
        }
        let mut left: Vec<&Given> =
            sightings.iter().zip(&undone).filter(|(_, undone)| !**undone).map(|(f, _)| f).collect();
        if turn {
            left.reverse();
        }
        let (_other, at_once) = ledger_of(&[&left]);
        prop_assert_eq!(picture(&writer), picture(&at_once));
        prop_assert_eq!(loose_ends(&writer), Vec::<String>::new());
    }
}

#[derive(Default)]
struct Heard(std::sync::Mutex<(Vec<String>, Vec<u64>)>);

impl Progress for Heard {
    fn stage(&self, what: &str) {
        self.0.lock().unwrap().0.push(what.to_owned());
    }
    fn total(&self, _: u64, _: u64) {}
    fn file_started(&self, _: &str, _: u64) {}
    fn advanced(&self, _: u64, _: u64) {}
    fn file_done(&self, _: &str) {}
    fn months(&self, months: u64, rows: u64) {
        self.0.lock().unwrap().0.push(format!("{months} months, {rows} rows"));
    }
    fn month_done(&self, rows: u64) {
        self.0.lock().unwrap().1.push(rows);
    }
}

#[test]
fn a_run_and_its_undo_tell_how_many_months_and_rows_they_fold() {
    let (_folder, mut writer) = ledger_of(&[&[&january()]]);
    let input = run_of(&writer, &[&late_january(), &february()]);
    let heard = Heard::default();
    let run = writer.commit(input, &heard).unwrap().run_id;
    let (told, mut done) = heard.0.into_inner().unwrap();
    done.sort_unstable();
    let rows: u64 = done.iter().sum();
    assert_eq!(told, ["folding", &format!("2 months, {rows} rows"), "committing"]);
    assert!(done.len() == 2 && done[0] > 0, "{done:?}");

    let heard = Heard::default();
    writer.undo(&run, &heard).unwrap();
    let (told, done) = heard.0.into_inner().unwrap();
    assert_eq!(told[1], format!("2 months, {} rows", done.iter().sum::<u64>()));
    assert_eq!(done.len(), 2);
}
