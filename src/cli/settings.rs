//! What the arguments, the environment and the configuration file mean together: paths that were looked for, moments
//! that were read. Commands see these and never the raw arguments.

use std::path::{Path, PathBuf};

use super::args::{self, Global, SourceArg};
use super::lang::Lang;
use super::password::Passwords;
use super::status::Failure;
use super::when;
use super::words::Words;
use crate::core::nearest::nearest;
use crate::core::schema::{Privacy, Schema, SchemaError};
use crate::core::tables::Table;
use crate::core::types::{Day, Instant, Source};
use crate::io::config::{Config, ConfigError, Treatment, is_mall_id};
use crate::io::ingest::Again;
use crate::io::report::ingest::Mode;

/// What every command may need.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub ledger: PathBuf,
    pub config: Config,
    /// The configuration file that was read.
    pub config_path: Option<PathBuf>,
    /// Language of messages.
    pub lang: Lang,
}

const DEFAULT_CONFIG: &str = "jangbu.toml";

impl Settings {
    /// Reads the configuration: the file that was named, which must exist, or the default one, which may.
    pub fn load(global: &Global) -> Result<Self, Failure> {
        let default = Path::new(DEFAULT_CONFIG);
        let config_path = match &global.config {
            Some(path) => Some(path.clone()),
            None => default.is_file().then(|| default.to_owned()),
        };
        let config = match &config_path {
            Some(path) => checked(path, Config::read(path)?)?,
            None => Config::default(),
        };
        Ok(Self { ledger: global.ledger.clone(), config, config_path, lang: lang_of(global)? })
    }

    /// For commands that must work whatever the configuration file says, or before there is one.
    pub fn unconfigured(global: &Global) -> Result<Self, Failure> {
        Ok(Self {
            ledger: global.ledger.clone(),
            config_path: global.config.clone(),
            lang: lang_of(global)?,
            ..Self::default()
        })
    }

    /// The texts for people.
    pub fn words(&self) -> Words {
        Words::of(self.lang)
    }

    /// The schema with what the configuration adds.
    pub fn schema(&self) -> Result<Schema, Failure> {
        Ok(Schema::load(&self.config.additions())?)
    }
}

fn lang_of(global: &Global) -> Result<Lang, Failure> {
    Lang::choose(global.lang, |name| std::env::var(name).ok()).map_err(|text| {
        Failure::usage(format!("JANGBU_LANG: `{text}` is no language that is spoken here"))
            .hint("set it to en or ko, or leave it out")
    })
}

fn checked(path: &Path, config: Config) -> Result<Config, Failure> {
    for (class, treatment) in &config.privacy {
        if *treatment == Treatment::Hash && !matches!(class, Privacy::Phone | Privacy::Email) {
            let message = format!("{}: only phone and email can be hashed", path.display());
            return Err(
                Failure::new("config", message).hint("write \"keep\" or \"drop\" for the other classes")
            );
        }
    }
    for (pattern, at) in config.observed_at_rules() {
        if when::parse_instant(at).is_none() {
            let message = format!("{}: observed_at of `{pattern}`: `{at}` is no time", path.display());
            return Err(Failure::new("config", message).hint(WHEN_HINT));
        }
    }
    Ok(config)
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let failure = Self::new("config", error.to_string()).sources_of(&error);
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl From<SchemaError> for Failure {
    fn from(error: SchemaError) -> Self {
        Self::new("config", error.to_string())
    }
}

const WHEN_HINT: &str = "write it as 2024-07-05, 2024-07-05 18:00 or 2024-07-05T09:00:00Z";

/// What one run of `ingest` is asked to do.
#[derive(Debug)]
pub struct IngestSettings {
    pub paths: Vec<PathBuf>,
    pub mall: Option<String>,
    pub observed_at: Option<Instant>,
    pub source: Option<Source>,
    pub passwords: Passwords,
    pub mode: Mode,
    pub again: Again,
    /// What the list of runs, and who waits for the ledger, is told.
    pub command: &'static str,
}

impl IngestSettings {
    pub fn new(args: &args::Ingest, settings: &Settings) -> Result<Self, Failure> {
        let mut paths = args.paths.clone();
        if paths.is_empty() {
            let inbox = settings.config.inbox.clone().ok_or_else(|| {
                Failure::usage("there is nothing to ingest")
                    .hint("name files or folders, or set `inbox` in jangbu.toml")
            })?;
            paths.push(inbox);
        }
        if let Some(mall) = args.mall.as_ref().filter(|m| !is_mall_id(m)) {
            return Err(Failure::usage(format!("--mall: `{mall}` is no mall id"))
                .hint("a mall id is the first part of the shop's address: ID.cafe24.com"));
        }
        let observed_at = args
            .observed_at
            .as_ref()
            .map(|text| {
                when::parse_instant(text).ok_or_else(|| {
                    Failure::usage(format!("--observed-at: `{text}` is no time")).hint(WHEN_HINT)
                })
            })
            .transpose()?;
        Ok(Self {
            paths,
            mall: args.mall.clone(),
            observed_at,
            source: args.source.map(Into::into),
            passwords: Passwords::new(args.password_file.as_deref(), &settings.words())?,
            mode: if args.dry_run { Mode::DryRun } else { Mode::Commit },
            again: Again::Noted,
            command: "ingest",
        })
    }
}

impl From<SourceArg> for Source {
    fn from(arg: SourceArg) -> Self {
        match arg {
            SourceArg::Api => Self::Api,
            SourceArg::Export => Self::Export,
            SourceArg::History => Self::History,
        }
    }
}

/// Order days from one to another, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayLimits {
    pub from: Option<Day>,
    pub to: Option<Day>,
}

impl DayLimits {
    pub fn new(from: Option<&str>, to: Option<&str>) -> Result<Self, Failure> {
        let day = |option: &str, text: Option<&str>| {
            text.map(|text| {
                when::parse_day(text).ok_or_else(|| {
                    Failure::usage(format!("{option}: `{text}` is no day")).hint("write it as 2024-07-05")
                })
            })
            .transpose()
        };
        let limits = Self { from: day("--from", from)?, to: day("--to", to)? };
        match (limits.from, limits.to) {
            (Some(from), Some(to)) if from > to => {
                Err(Failure::usage(format!("--from {from} is after --to {to}")).hint("swap the two days"))
            }
            _ => Ok(limits),
        }
    }
}

/// The table of this name.
pub fn table_named(name: &str) -> Result<Table, Failure> {
    let names = || Table::ALL.iter().map(|t| t.name());
    Table::parse(name).ok_or_else(|| {
        Failure::usage(format!("there is no table `{name}`")).hint(match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the tables are {}", names().collect::<Vec<_>>().join(", ")),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::status::Status;
    use super::*;

    #[test]
    fn limits_are_checked() {
        let limits = DayLimits::new(Some("2024-01-01"), Some("2024-01-01")).unwrap();
        assert_eq!(limits.from, limits.to);
        let cases = [
            (Some("2024-1"), None, "--from: `2024-1` is no day"),
            (None, Some("x"), "--to: `x` is no day"),
            (Some("2024-01-02"), Some("2024-01-01"), "--from 2024-01-02 is after --to 2024-01-01"),
        ];
        for (from, to, message) in cases {
            let failure = DayLimits::new(from, to).unwrap_err();
            assert_eq!((failure.status, failure.message.as_str()), (Status::Usage, message));
        }
    }

    #[test]
    fn a_misspelled_table_is_guessed() {
        assert_eq!(table_named("orders").unwrap(), Table::Orders);
        assert_eq!(table_named("order_item").unwrap_err().hint.unwrap(), "did you mean `order_items`?");
        assert!(
            table_named("customers").unwrap_err().hint.unwrap().starts_with("the tables are order_items")
        );
    }

    fn load(config: &str) -> Result<Settings, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.toml");
        std::fs::write(&path, config).unwrap();
        let global = Global {
            ledger: "ledger".into(),
            config: Some(path),
            json: false,
            quiet: 0,
            verbose: false,
            lang: None,
        };
        Settings::load(&global)
    }

    #[test]
    fn the_configuration_is_checked_before_anything_is_done() {
        let failure = load("[[observed_at]]\nfile = \"a*\"\nat = \"soon\"").unwrap_err();
        assert_eq!((failure.status, failure.code), (Status::Failed, "config"));
        assert!(failure.message.ends_with("observed_at of `a*`: `soon` is no time"), "{}", failure.message);
        let failure = load("inbx = \"a\"").unwrap_err();
        assert_eq!(failure.hint.as_deref(), Some("did you mean `inbox`?"));
    }

    fn ingest_args() -> args::Ingest {
        args::Ingest {
            paths: Vec::new(),
            mall: None,
            observed_at: None,
            source: None,
            password_file: None,
            dry_run: false,
        }
    }

    #[test]
    fn the_inbox_stands_in_for_paths() {
        let settings = load("inbox = \"in\"").unwrap();
        let ingest = IngestSettings::new(&ingest_args(), &settings).unwrap();
        assert!(ingest.paths[0].ends_with("in"));
        let failure = IngestSettings::new(&ingest_args(), &Settings::default()).unwrap_err();
        assert_eq!(failure.status, Status::Usage);
    }

    #[test]
    fn moments_and_modes_are_read() {
        let args = args::Ingest {
            paths: vec!["a".into()],
            observed_at: Some("2024-07-05".into()),
            source: Some(SourceArg::History),
            dry_run: true,
            ..ingest_args()
        };
        let ingest = IngestSettings::new(&args, &Settings::default()).unwrap();
        assert_eq!(ingest.observed_at.unwrap().to_string(), "2024-07-04T15:00:00Z");
        assert_eq!((ingest.source, ingest.mode), (Some(Source::History), Mode::DryRun));
        let when =
            args::Ingest { observed_at: Some("soon".into()), paths: vec!["a".into()], ..ingest_args() };
        let mall = args::Ingest { mall: Some("하루홈".into()), ..args };
        for wrong in [when, mall] {
            assert_eq!(IngestSettings::new(&wrong, &Settings::default()).unwrap_err().status, Status::Usage);
        }
    }
}
