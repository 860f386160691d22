//! The arguments of `watch`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::bigquery::Reach;

#[derive(Debug, Args)]
pub struct Watch {
    /// Folder that files are dropped into [default: the inbox of the configuration]
    pub folder: Option<PathBuf>,
    /// Take what is whole and end: for cron and Jenkins
    #[arg(long)]
    pub once: bool,
    /// Bring the months that changed to BigQuery after each run
    #[arg(long)]
    pub push: bool,
    /// Where to, with --push [default: `dataset` under [bigquery] in jangbu.toml]
    #[arg(long, value_name = "PROJECT.DATASET", requires = "push")]
    pub dataset: Option<String>,
    /// Move files there once the ledger has them; without it they stay where they are
    #[arg(long, value_name = "DIR")]
    pub archive: Option<PathBuf>,
    /// Seconds between two looks where nothing tells of changes
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub interval: Duration,
    /// Mall that the files belong to
    #[arg(long, value_name = "ID")]
    pub mall: Option<String>,
    /// File whose first line is the password of locked files (also: JANGBU_PASSWORD)
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    #[command(flatten)]
    pub reach: Reach,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| "write a number of seconds, such as 10 or 0.5".to_owned())?;
    if (0.01..=86_400.0).contains(&number) {
        Ok(Duration::from_secs_f64(number))
    } else {
        Err("write seconds from 0.01 to 86400, a day".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals() {
        assert_eq!(seconds("0.5").unwrap(), Duration::from_millis(500));
        for wrong in ["0", "-1", "NaN", "inf", "1e9", "soon", ""] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
