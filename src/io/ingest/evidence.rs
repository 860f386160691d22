//! What is known about a source file from outside its rows: when, from where, whose (`docs/RULES.md`, When it was said).

use super::sources::Source;
use crate::core::filename::{self, NameFacts};
use crate::core::time;
use crate::core::types::{Instant, Source as Origin};
use crate::io::config::Config;
use crate::io::ledger::{Evidence, MallEvidence, SourceEvidence, TimeEvidence};
use crate::io::read::detect::Format;

/// What the user said about all files of a run.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub mall: Option<String>,
    pub observed_at: Option<Instant>,
    pub source: Option<Origin>,
}

/// Weighs what is known of a source file.
pub fn weigh(source: &Source, told: &Told, config: &Config) -> Evidence {
    let names: Vec<NameFacts> = source.names.iter().map(|n| filename::name_facts(n)).collect();
    Evidence {
        observed_at: moment(source, told, config, &names),
        source: origin(source, told, &names),
        mall: mall(source, told, config, &names),
    }
}

fn moment(source: &Source, told: &Told, config: &Config, names: &[NameFacts]) -> (Instant, TimeEvidence) {
    // The configuration was checked when it was read, so its moments are readable.
    let configured = || config.observed_at(&source.path).and_then(|at| time::parse_instant(at).ok());
    if let Some(at) = told.observed_at.or_else(configured) {
        return (at, TimeEvidence::Told);
    }
    match names.iter().find_map(|n| n.observed) {
        Some((at, _)) => (at, TimeEvidence::Name),
        None => (source.modified, TimeEvidence::Modified),
    }
}

fn origin(source: &Source, told: &Told, names: &[NameFacts]) -> (Origin, SourceEvidence) {
    if let Some(origin) = told.source {
        (origin, SourceEvidence::Told)
    } else if source.format == Format::Json {
        (Origin::Api, SourceEvidence::Shape)
    } else if names.iter().any(|n| n.cafe24_mall.is_some()) {
        (Origin::Export, SourceEvidence::Shape)
    } else {
        (Origin::History, SourceEvidence::Default)
    }
}

fn mall(
    source: &Source,
    told: &Told,
    config: &Config,
    names: &[NameFacts],
) -> Option<(String, MallEvidence)> {
    let of_folder = |folder: &String| {
        let stated = folder.strip_prefix("mall_id=").filter(|m| !m.is_empty());
        stated.or_else(|| config.mall_of_folder(folder)).map(str::to_owned)
    };
    let named = || names.iter().find_map(|n| n.cafe24_mall.clone()).map(|m| (m, MallEvidence::Name));
    let placed = || source.folders.iter().find_map(of_folder).map(|m| (m, MallEvidence::Folder));
    let only = || config.only_mall().map(|m| (m.to_owned(), MallEvidence::Configured));
    told.mall.clone().map(|m| (m, MallEvidence::Told)).or_else(named).or_else(placed).or_else(only)
}
