//! `inspect`: what a file is and what would happen to it, read with the parts of `ingest`, writing nothing.

use std::path::Path;

use crate::core::normalise::Policy;
use crate::core::person::PersonKey;
use crate::core::problem::{FindingKind, Reason};
use crate::core::rows::{FoundTable, Sample};
use crate::core::schema::{Column, Privacy, Schema, Transform};
use crate::core::stage::Contents;
use crate::core::table::StoredHashes;
use crate::core::tables::{ColumnType, Table};
use crate::core::types::FileHash;
use crate::io::config::Config;
use crate::io::ingest::Keyring;
use crate::io::ingest::evidence::{self, Told as ToldByUser};
use crate::io::ingest::read::{self, ReadFile, Tools};
use crate::io::ingest::sources::{self, Found, Source};
use crate::io::ledger::{Evidence, Ledger, LedgerError, MallEvidence, SourceEvidence, TimeEvidence};
use crate::io::read::{ReadError, detect};
use crate::io::report::Trouble;
use crate::io::report::inspect::{
    ColumnUse, Inspection, Mended, ProblemView, SampleRow, SampleValue, SheetView, Storage, Told, Verdict,
};

/// What a file is looked at with.
pub struct Glass<'a> {
    pub config: &'a Config,
    pub schema: &'a Schema,
    pub policy: &'a Policy,
    pub keyring: &'a dyn Keyring,
    /// Knows whether the bytes were read before.
    pub ledger: Option<&'a Ledger>,
}

/// Looks at a file, and into it where it is an archive.
pub fn inspect(path: &Path, glass: &Glass<'_>) -> Result<Inspection, LedgerError> {
    let shown = path.display().to_string();
    let Some(found) = sources::walk(&[path.to_owned()], Path::new("")).into_iter().next() else {
        return Ok(empty(shown, Verdict::Skip { reason: "there is no file".into() }));
    };
    let Found::Source(source) = found else { return Ok(ended(found)) };
    if source.format != detect::Format::Zip {
        return match sources::unwrap(source, glass.keyring).into_iter().next() {
            Some(Found::Source(source)) => one(&source, glass),
            Some(other) => Ok(ended(other)),
            None => Ok(empty(shown, Verdict::Skip { reason: "there is no file in it".into() })),
        };
    }
    let mut whole = empty(shown, Verdict::Ingest);
    whole.size_bytes = source.input.len().unwrap_or(0);
    whole.format = Some(source.format.as_str().to_owned());
    for member in sources::unwrap(source, glass.keyring) {
        whole.members.push(match member {
            Found::Source(source) => one(&source, glass)?,
            other => ended(other),
        });
    }
    // An archive is only a wrapper: the most hopeful member speaks for it.
    let hope = |v: &Verdict| match v {
        Verdict::Ingest => 0,
        Verdict::AlreadyIngested { .. } => 1,
        Verdict::Fail { .. } => 2,
        Verdict::Skip { .. } => 3,
    };
    whole.verdict = whole
        .members
        .iter()
        .map(|m| m.verdict.clone())
        .min_by_key(hope)
        .unwrap_or_else(|| Verdict::Skip { reason: "an archive without files".into() });
    Ok(whole)
}

fn empty(path: String, verdict: Verdict) -> Inspection {
    Inspection {
        path,
        size_bytes: 0,
        sha256: None,
        format: None,
        encoding: None,
        delimiter: None,
        source: None,
        mall: None,
        observed_at: None,
        mends: Vec::new(),
        sheets: Vec::new(),
        members: Vec::new(),
        problems: Vec::new(),
        verdict,
    }
}

fn ended(found: Found) -> Inspection {
    match found {
        Found::Skipped { path, reason } => empty(path, Verdict::Skip { reason: reason.to_owned() }),
        Found::Failed { path, error } => empty(path, Verdict::Fail { error: (&error).into() }),
        Found::Source(source) => empty(source.path, Verdict::Ingest),
    }
}

fn one(source: &Source, glass: &Glass<'_>) -> Result<Inspection, LedgerError> {
    let mut seen = empty(source.path.clone(), Verdict::Ingest);
    seen.size_bytes = source.input.len().unwrap_or(0);
    seen.format = Some(source.format.as_str().to_owned());
    let evidence = evidence::weigh(source, &ToldByUser::default(), glass.config);
    tell_evidence(&mut seen, &evidence);
    let key = PersonKey::unasked();
    let hashes = StoredHashes::new();
    let tools = Tools {
        schema: glass.schema,
        policy: glass.policy,
        key: &key,
        keyring: glass.keyring,
        hashes: &hashes,
        contents: Contents::Counted,
    };
    let (hash, read) =
        rayon::join(|| source.input.sha256(), || read::read(&source.input, source.format, &tools));
    let hash = match hash {
        Ok(hash) => hash,
        Err(error) => {
            seen.verdict = Verdict::Fail { error: (&ReadError::Io(error)).into() };
            return Ok(seen);
        }
    };
    seen.sha256 = Some(hash.to_string());
    match read {
        Err(error) => seen.verdict = Verdict::Fail { error: (&error).into() },
        Ok(file) => {
            seen.mends = mended(&file, glass.ledger)?;
            tell_content(&mut seen, source, &evidence, &file, glass);
        }
    }
    if let Some(ledger) = glass.ledger
        && let Some(record) = ledger.known(&hash)?
    {
        seen.verdict = Verdict::AlreadyIngested { known_as: record.path };
    }
    Ok(seen)
}

fn tell_evidence(seen: &mut Inspection, evidence: &Evidence) {
    let (source, by) = evidence.source;
    seen.source = Some(Told::new(
        source.as_str(),
        match by {
            SourceEvidence::Told => "--source",
            SourceEvidence::Shape => "its name or format",
            SourceEvidence::Default => "no Cafe24-shaped name, so a history file",
        },
    ));
    seen.mall = evidence.mall.as_ref().map(|(mall, by)| {
        Told::new(
            mall,
            match by {
                MallEvidence::Told => "--mall",
                MallEvidence::Name => "the file's name",
                MallEvidence::Folder => "its folder",
                MallEvidence::Configured => "the only mall in jangbu.toml",
            },
        )
    });
    let (at, by) = evidence.observed_at;
    seen.observed_at = Some(Told::new(
        at.to_string(),
        match by {
            TimeEvidence::Told => "the configuration",
            TimeEvidence::Name => "the file's name",
            TimeEvidence::Modified => "the modification time",
        },
    ));
}

fn tell_content(
    seen: &mut Inspection,
    source: &Source,
    evidence: &Evidence,
    file: &ReadFile,
    glass: &Glass<'_>,
) {
    seen.format = Some(file.format.to_owned());
    seen.encoding = file.encoding.map(str::to_owned);
    seen.delimiter = file.delimiter.map(|d| {
        match d {
            '\t' => "tab",
            ';' => "semicolon",
            '|' => "pipe",
            _ => "comma",
        }
        .to_owned()
    });
    let rows = &file.rows;
    if evidence.mall.is_none() {
        seen.mall = rows.row_mall().map(|mall| Told::new(mall, "its rows"));
    }
    seen.sheets = rows.tables.iter().enumerate().map(|(n, table)| sheet(n, table, file, glass)).collect();
    if let (true, Some(sample)) = (rows.tables.is_empty(), rows.samples.first()) {
        seen.sheets.push(api_sheet(sample, file, glass));
    }
    seen.problems = problems(file);
    let name = source.names.first().map_or("", String::as_str);
    if detect::ending_differs(name, source.format) {
        let kind = FindingKind::ExtensionDiffers;
        seen.problems.push(ProblemView {
            code: kind.code().to_owned(),
            message: kind.message().to_owned(),
            rows: None,
            first_row: None,
            column: None,
        });
    }
    if let Some(reason) = file.no_table {
        seen.verdict = Verdict::Skip { reason: reason.to_owned() };
    } else if evidence.mall.is_none() && rows.rows_without_mall > 0 {
        seen.verdict = Verdict::Fail { error: Trouble::no_mall() };
    } else if !source.is_steady() {
        seen.verdict = Verdict::Skip { reason: "it is still being written".into() };
    }
}

/// The files whose rows the file mends, in the order of its rows.
fn mended(file: &ReadFile, ledger: Option<&Ledger>) -> Result<Vec<Mended>, LedgerError> {
    let mut counts: Vec<(FileHash, u64)> = Vec::new();
    for (_, origin, _) in &file.rows.stand_ins {
        match counts.iter_mut().find(|(known, _)| known == origin) {
            Some((_, rows)) => *rows += 1,
            None => counts.push((*origin, 1)),
        }
    }
    let named = |(origin, rows): (FileHash, u64)| {
        let record = ledger.map(|ledger| ledger.known(&origin)).transpose()?.flatten();
        let file = record.map_or_else(|| origin.short(), |record| record.path);
        Ok(Mended { file, rows })
    };
    counts.into_iter().map(named).collect()
}

fn storage(column: &Column, policy: &Policy) -> Storage {
    match column.transform {
        _ if !policy.stores(column) => Storage::Dropped,
        Transform::PhoneHash | Transform::EmailHash => Storage::Hashed,
        Transform::Region => Storage::Region,
        _ if column.privacy == Privacy::Public => Storage::Plain,
        _ => Storage::Kept,
    }
}

fn table_name(level: crate::core::schema::Level) -> &'static str {
    match level {
        crate::core::schema::Level::Item => Table::OrderItems.name(),
        crate::core::schema::Level::Order => Table::Orders.name(),
    }
}

fn sheet(number: usize, table: &FoundTable, file: &ReadFile, glass: &Glass<'_>) -> SheetView {
    let schema = glass.schema;
    let mut columns: Vec<(ColumnUse, crate::core::schema::ColumnRef)> = Vec::new();
    for mapped in &table.map.columns {
        let column = schema.column(mapped.column);
        for (cell, rank) in mapped.cells.iter().zip(1..) {
            let header = table.headers.get(*cell).cloned().unwrap_or_default();
            let about = ColumnUse {
                cell: cell + 1,
                header,
                table: table_name(mapped.column.level).to_owned(),
                column: column.name.clone(),
                column_type: ColumnType::from(column.kind).name().to_owned(),
                rank,
                storage: storage(column, glass.policy),
            };
            columns.push((about, mapped.column));
        }
    }
    columns.sort_by(|(a, _), (b, _)| (a.cell, &a.column).cmp(&(b.cell, &b.column)));
    let value = |sample: &Sample, (about, at): &(ColumnUse, crate::core::schema::ColumnRef)| {
        let stored = sample.iter().find(|(level, index, _)| *level == at.level && *index == at.index);
        match (stored, about.storage) {
            (_, Storage::Dropped) | (Some(_), Storage::Hashed | Storage::Kept) => SampleValue::Hidden,
            (None, _) => SampleValue::Blank,
            (Some((_, _, text)), _) => SampleValue::Value(text.clone()),
        }
    };
    let sample = file
        .rows
        .samples
        .iter()
        .filter(|s| s.table == number)
        .map(|s| SampleRow {
            row: s.row,
            values: columns.iter().map(|c| value(&s.values, c)).collect(),
            quarantined: None,
        })
        .collect();
    SheetView {
        name: table.sheet.clone(),
        header_row: Some(table.records_above + 1),
        rows_seen: table.rows_read,
        complete: true,
        unknown: table.map.unknown.iter().map(|(_, h)| h.clone()).collect(),
        ignored: table.map.ignored.iter().map(|(_, h)| h.clone()).collect(),
        sample,
        columns: columns.into_iter().map(|(about, _)| about).collect(),
    }
}

/// API JSON has no headers: the columns that its first order fills are shown by their names.
fn api_sheet(first: &crate::core::rows::SampledRow, file: &ReadFile, glass: &Glass<'_>) -> SheetView {
    let schema = glass.schema;
    let columns: Vec<ColumnUse> = first
        .values
        .iter()
        .zip(1..)
        .map(|((level, index, _), cell)| {
            let column = &schema.level(*level)[*index];
            ColumnUse {
                cell,
                header: column.api.first().cloned().unwrap_or_default(),
                table: table_name(*level).to_owned(),
                column: column.name.clone(),
                column_type: ColumnType::from(column.kind).name().to_owned(),
                rank: 1,
                storage: storage(column, glass.policy),
            }
        })
        .collect();
    let values = first
        .values
        .iter()
        .zip(&columns)
        .map(|((_, _, text), about)| match about.storage {
            Storage::Plain | Storage::Region => SampleValue::Value(text.clone()),
            _ => SampleValue::Hidden,
        })
        .collect();
    SheetView {
        name: None,
        header_row: None,
        rows_seen: file.rows.rows_read,
        complete: true,
        unknown: Vec::new(),
        ignored: Vec::new(),
        sample: vec![SampleRow { row: first.row, values, quarantined: None }],
        columns,
    }
}

/// Quarantine reasons and findings of reading, each once with how often and where first.
fn problems(file: &ReadFile) -> Vec<ProblemView> {
    let mut problems: Vec<ProblemView> = Vec::new();
    let mut add = |code: &str, message: &str, row: Option<u32>, column: Option<&String>| {
        let same = |p: &&mut ProblemView| p.code == code && p.column.as_ref() == column;
        match problems.iter_mut().find(same) {
            Some(problem) => problem.rows = problem.rows.map(|n| n + 1),
            None => problems.push(ProblemView {
                code: code.to_owned(),
                message: message.to_owned(),
                rows: row.map(|_| 1),
                first_row: row.map(u64::from),
                column: column.cloned(),
            }),
        }
    };
    for q in &file.rows.quarantine {
        add(Reason::code(q.reason), Reason::message(q.reason), Some(q.row), q.column.as_ref());
    }
    for f in &file.rows.findings {
        add(FindingKind::code(f.kind), FindingKind::message(f.kind), f.row, f.column.as_ref());
    }
    problems
}
