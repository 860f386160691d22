//! The arguments of the commands that talk to BigQuery.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How to reach the service.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Connection")]
pub struct Reach {
    /// Key file of a service account, or another credentials file [default: as Google's own tools find it]
    #[arg(long, value_name = "FILE")]
    pub credentials: Option<PathBuf>,
    /// Address of an emulator, such as http://127.0.0.1:9050; without TLS only on this machine, and without credentials
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
}

#[derive(Debug, Args)]
pub struct Push {
    /// Where to [default: `dataset` under [bigquery] in jangbu.toml]
    #[arg(long, value_name = "PROJECT.DATASET")]
    pub dataset: Option<String>,
    /// replace: months are replaced whole, by load jobs, free of charge; merge: rows of others stay
    #[arg(long, value_name = "MODE")]
    pub mode: Option<ModeArg>,
    /// Show the plan and stop
    #[arg(long)]
    pub dry_run: bool,
    /// Make or renew the views order_history, daily_sales and coverage as well
    #[arg(long)]
    pub views: bool,
    #[command(flatten)]
    pub reach: Reach,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModeArg {
    Replace,
    Merge,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// Dataset to look at [default: `dataset` under [bigquery] in jangbu.toml]
    #[arg(long, value_name = "PROJECT.DATASET")]
    pub dataset: Option<String>,
    #[command(flatten)]
    pub reach: Reach,
}

#[derive(Debug, Args)]
pub struct Pull {
    /// Table or view of API rows
    #[arg(long, value_name = "PROJECT.DATASET.TABLE")]
    pub table: String,
    /// Column that tells when a row was extracted [default: _extracted_at and the like, or [[pull]] in jangbu.toml]
    #[arg(long, value_name = "COLUMN")]
    pub extracted_at: Option<String>,
    /// Mall of the rows
    #[arg(long, value_name = "ID")]
    pub mall: Option<String>,
    /// Do everything except writing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub reach: Reach,
}
