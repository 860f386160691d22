//! The arguments as typed. Plain values; [`super::settings`] makes sense of them.

use std::path::PathBuf;

pub mod bigquery;
pub mod plan;
pub mod watch;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::lang::Lang;

/// One order history for Cafe24 stores
///
/// Reads order exports, history files and API rows in whatever shape they come, and keeps one current row per order
/// item and per order, with where each value came from.
#[derive(Debug, Parser)]
#[command(name = "jangbu", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_long_help = "\
Exit status:
  0  all well
  1  nothing was committed (I/O, configuration, ledger locked)
  2  usage
  3  committed, but a file failed or rows were quarantined;
     reconcile: files and API disagree

Examples:
  jangbu inspect inbox/haruhome_20240705_1_ab12.csv
  jangbu ingest inbox/
  jangbu export order_items --out items.xlsx --from 2024-01-01 --to 2024-06-30
  jangbu query \"SELECT shop_no, COUNT(*) AS orders FROM orders GROUP BY shop_no\"")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub global: Global,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Folder of the ledger
    #[arg(long, global = true, value_name = "DIR", env = "JANGBU_LEDGER", default_value = "./ledger")]
    pub ledger: PathBuf,
    /// Configuration file [default: ./jangbu.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print one JSON document on stdout, and nothing else there
    #[arg(long, global = true)]
    pub json: bool,
    /// Only warnings and errors; twice: only errors
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub quiet: u8,
    /// Say more about what is done
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Language of what is said [default: JANGBU_LANG, else the locale; codes and JSON are the same in both]
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<Lang>,
}

/// How much is said on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    Silent,
    Quiet,
    Normal,
    Verbose,
}

/// For whom results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    People,
    Json,
}

impl Global {
    pub fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (0, false) => Verbosity::Normal,
            (0, true) => Verbosity::Verbose,
            (1, _) => Verbosity::Quiet,
            _ => Verbosity::Silent,
        }
    }

    pub fn output(&self) -> Output {
        if self.json { Output::Json } else { Output::People }
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a configuration to begin with, after three questions
    ///
    /// The mall's id, the folder for the files, and what is stored of persons. The file is ./jangbu.toml, or the one that
    /// --config names; one that exists is never overwritten.
    #[command(after_long_help = "\
Examples:
  jangbu init
  jangbu init --yes --mall haruhome --inbox inbox")]
    Init(Init),
    /// Take files and folders into the ledger
    ///
    /// Folders are walked and zip archives opened. The format of a file is recognised by its content. What the ledger
    /// knows already changes nothing, whatever its name. One bad file never stops the others.
    #[command(after_long_help = "\
Examples:
  jangbu ingest inbox/
  jangbu ingest old/2019.xls --mall haruhome --observed-at 2020-01-15
  jangbu ingest secure.zip --password-file ~/.cafe24-password
  jangbu ingest inbox/ --dry-run")]
    Ingest(Ingest),
    /// Take files that are dropped into a folder, as soon as they are whole
    ///
    /// A file is taken when two looks at it were equal and its last bytes are those of a whole file. Each is told with what
    /// it became. Files stay where they are. Ctrl-C ends it at any moment; what was not committed then is taken the next time.
    #[command(after_long_help = "\
Examples:
  jangbu watch inbox/
  jangbu watch inbox/ --archive done/
  jangbu watch --once --quiet
  jangbu watch inbox/ --push --dataset my-project.cafe24")]
    Watch(watch::Watch),
    /// Write a table to a .parquet, .csv or .xlsx file
    ///
    /// The file is written beside its place and moved there when it is whole. CSV is UTF-8 with BOM, opens in Excel,
    /// and holds values as they are; XLSX keeps ids as text, amounts as numbers and times as dates.
    #[command(after_long_help = "\
Examples:
  jangbu export order_items --out items.parquet
  jangbu export orders --out june.xlsx --from 2024-06-01 --to 2024-06-30")]
    Export(Export),
    /// Ask the tables a question in SQL
    ///
    /// Tables: order_items, orders, order_changes, files, findings, quarantine. `jangbu schema` lists their columns.
    #[command(after_long_help = "\
Examples:
  jangbu query \"SELECT paid, COUNT(*) AS orders FROM orders GROUP BY paid\"
  jangbu query \"SELECT * FROM orders WHERE shop_no = 2\" --format csv > two.csv")]
    Query(Query),
    /// Show what a file is and what would happen to it; writes nothing
    ///
    /// Format, encoding, header row, which header feeds which column, how personal columns will be stored, a sample of
    /// the rows and everything that looks wrong.
    #[command(after_long_help = "\
Example:
  jangbu inspect inbox/haruhome_20240705_1_ab12.csv")]
    Inspect(Inspect),
    /// List the source files of the ledger
    #[command(after_long_help = "\
Examples:
  jangbu files
  jangbu files --json")]
    Files,
    /// List what was odd about the data, though nothing was lost
    #[command(after_long_help = "\
Examples:
  jangbu findings
  jangbu findings --json")]
    Findings,
    /// List rows that wait to be mended, or write them to a workbook
    ///
    /// Mend the rows in the workbook and ingest it: they stand in for the rows they were.
    #[command(after_long_help = "\
Examples:
  jangbu quarantine
  jangbu quarantine --out mend.xlsx
  jangbu ingest mend.xlsx")]
    Quarantine(Quarantine),
    /// Show every observation of one order, and which one each value came from
    #[command(after_long_help = "\
Examples:
  jangbu explain 20240701-0000123
  jangbu explain 20240701-0000123 --json")]
    Explain(Explain),
    /// Show which days have orders, from which sources, and which days are missing
    ///
    /// A day without orders is a gap or a quiet day; the range of the files around it and the shop's usual pace tell
    /// which, and the rule that spoke is named. Days whose orders were last looked at too early may have drifted since.
    #[command(after_long_help = "\
Examples:
  jangbu coverage
  jangbu coverage --from 2024-01-01 --to 2024-06-30
  jangbu coverage --lang ko
  jangbu coverage --json")]
    Coverage(Coverage),
    /// Show what became different: refunds, payments, statuses, and the list behind each
    ///
    /// Compares the tables as they are with the tables as they would be without what came since a run, or without what
    /// was observed since a day.
    #[command(after_long_help = "\
Examples:
  jangbu changes
  jangbu changes --since r0012
  jangbu changes --since 2024-07-01 --field total_refund_amount
  jangbu changes --order 20240618-0000129 --since 2024-07-10 --json")]
    Changes(Changes),
    /// Write a page about the whole ledger: coverage, sales, refunds, drift, findings
    ///
    /// One HTML file that loads nothing and can be passed on: sums and counts only, with charts and the tables behind them,
    /// on light and dark screens and on paper. --lang chooses its language.
    #[command(after_long_help = "\
Examples:
  jangbu report --out report.html
  jangbu report --out report.html --lang ko
  jangbu report --out half.html --from 2024-01-01 --to 2024-06-30")]
    Report(Report),
    /// Hold files against the API: what is equal, what drifted, what only one of them has
    ///
    /// For the days that both cover. Fields that only one side can tell are no disagreement. Ends with 3 where orders are
    /// more than the tolerance apart on a day, each order's difference taken without sign.
    #[command(after_long_help = "\
Examples:
  jangbu reconcile
  jangbu reconcile --from 2024-06-01 --to 2024-06-30
  jangbu reconcile --tolerance 1000 --json")]
    Reconcile(Reconcile),
    /// Plan what to ask Cafe24 for next: the days that are missing, then those that may have drifted
    ///
    /// Each request is one download: at most six months, cut at ends of months, oldest first, with the way to get it and the
    /// columns that the form should have. Horizons are settings ([plan] in jangbu.toml). `plan request` notes that a request was
    /// made; a file that covers it closes it.
    #[command(after_long_help = "\
Examples:
  jangbu plan
  jangbu plan --message --lang ko
  jangbu plan --from 2021-01-01 --to 2023-12-31
  jangbu plan request 1
  jangbu plan request 2024-06-01..2024-06-30 --asked-on 2024-07-02
  jangbu plan withdraw q0001")]
    Plan(plan::Plan),
    /// Take a run back, as if it had never been
    ///
    /// Any run can be undone, not only the last one. `jangbu files` shows the runs.
    #[command(after_long_help = "\
Example:
  jangbu undo r0002")]
    Undo(Undo),
    /// Bring the tables to BigQuery: the months that changed since the last push
    ///
    /// Tables order_items, orders and order_changes of a dataset that must exist. The plan is shown before anything is
    /// sent. A push that was broken off goes on when it is run again.
    #[command(after_long_help = "\
Examples:
  jangbu push --dataset my-project.cafe24 --dry-run
  jangbu push --dataset my-project.cafe24
  jangbu push --dataset my-project.cafe24 --mode merge
  jangbu push --dataset my-project.cafe24 --views
  jangbu push --dataset demo.cafe24 --endpoint http://127.0.0.1:9050")]
    Push(bigquery::Push),
    /// Fetch API rows that a pipeline loaded into BigQuery
    ///
    /// They become observations of source `api`, as if they had been a file. Only what is new since the last pull is
    /// fetched. Layouts: one row an order with nested items, one row an item, orders as JSON; other names by [[pull]] in
    /// jangbu.toml.
    #[command(after_long_help = "\
Examples:
  jangbu pull --table my-project.raw.cafe24_orders
  jangbu pull --table my-project.raw.cafe24_orders --mall haruhome --dry-run")]
    Pull(bigquery::Pull),
    /// Check what a push or pull needs, and say the remedy for what is missing
    ///
    /// Configuration, ledger, credentials, clock, dataset, location, permissions, billing and expiry. An empty table is made
    /// in the dataset and deleted again.
    #[command(after_long_help = "\
Example:
  jangbu doctor --dataset my-project.cafe24")]
    Doctor(bigquery::Doctor),
    /// Describe the tables: columns, types, meaning, headers that feed them
    #[command(after_long_help = "\
Examples:
  jangbu schema
  jangbu schema order_items
  jangbu schema orders --format bigquery > orders.schema.json")]
    Schema(Schema),
    /// Print the completions of a shell: Tab then knows commands and options
    #[command(after_long_help = "\
Examples:
  jangbu completions bash > ~/.local/share/bash-completion/completions/jangbu
  jangbu completions zsh > ~/.zfunc/_jangbu
  jangbu completions fish > ~/.config/fish/completions/jangbu.fish
  jangbu completions powershell > jangbu.ps1")]
    Completions(Completions),
    /// Write the manual pages into a folder, one a command
    #[command(after_long_help = "\
Example:
  jangbu man --out ~/.local/share/man/man1")]
    Man(Man),
}

impl Command {
    /// Whether the command needs what `jangbu.toml` says.
    pub fn reads_configuration(&self) -> bool {
        !matches!(self, Self::Init(_) | Self::Completions(_) | Self::Man(_))
    }
}

#[derive(Debug, Args)]
pub struct Init {
    /// Ask nothing: what is not said takes the usual value
    #[arg(long, short)]
    pub yes: bool,
    /// Mall that the files belong to: ID of ID.cafe24.com
    #[arg(long, value_name = "ID")]
    pub mall: Option<String>,
    /// Folder that files are dropped into [default: inbox]
    #[arg(long, value_name = "DIR")]
    pub inbox: Option<PathBuf>,
    /// What is stored of persons [default: hash]
    #[arg(long, value_name = "POLICY")]
    pub personal: Option<PersonalArg>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PersonalArg {
    /// Keyed hashes of phone numbers and e-mail addresses
    Hash,
    /// Nothing at all
    Drop,
    /// Everything as it is
    Keep,
}

#[derive(Debug, Args)]
pub struct Ingest {
    /// Files and folders [default: the inbox of the configuration]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Mall that the files belong to
    #[arg(long, value_name = "ID")]
    pub mall: Option<String>,
    /// When the source system was asked: 2024-07-05, or with a time; Korean unless it names a zone
    #[arg(long, value_name = "WHEN")]
    pub observed_at: Option<String>,
    /// Where the rows come from [default: told by content and name]
    #[arg(long, value_name = "KIND")]
    pub source: Option<SourceArg>,
    /// File whose first line is the password of locked files (also: JANGBU_PASSWORD, or a prompt)
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Do everything except writing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SourceArg {
    /// Rows of the Cafe24 API
    Api,
    /// A download of the admin
    Export,
    /// A file of an operator or an older system
    History,
}

#[derive(Debug, Args)]
pub struct Export {
    /// order_items, orders, order_changes, files, findings or quarantine
    pub table: String,
    /// Target; its ending decides the format
    #[arg(long, short, value_name = "FILE")]
    pub out: PathBuf,
    /// First order day
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last order day, included
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
}

#[derive(Debug, Args)]
pub struct Query {
    /// One SELECT statement
    pub sql: String,
    /// How to print the result [default: table; with --json: json]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<QueryFormat>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum QueryFormat {
    Table,
    Csv,
    Json,
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// File to look at
    pub file: PathBuf,
    /// File whose first line is the password of a locked file (also: JANGBU_PASSWORD, or a prompt)
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Quarantine {
    /// Write the rows to this .xlsx file, ready to be mended and ingested again
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// Order id, such as 20240701-0000123
    pub order_id: String,
}

#[derive(Debug, Args)]
pub struct Coverage {
    /// First order day to show
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last order day to show, included
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// Days after which an order's refunds have come
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = days)]
    pub settle: u16,
}

#[derive(Debug, Args)]
pub struct Changes {
    /// What came with this run or later, or was observed on this day or later [default: the last run]
    #[arg(long, value_name = "RUN|DAY")]
    pub since: Option<String>,
    /// Only this column
    #[arg(long, value_name = "COLUMN")]
    pub field: Option<String>,
    /// Only this order
    #[arg(long, value_name = "ORDER_ID")]
    pub order: Option<String>,
}

#[derive(Debug, Args)]
pub struct Report {
    /// Target; its name ends in .html
    #[arg(long, short, value_name = "FILE")]
    pub out: PathBuf,
    /// First order day of coverage, sales, refunds and findings
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last order day of these, included
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// Show what came with this run or later, or was observed on this day or later, as different [default: the last run]
    #[arg(long, value_name = "RUN|DAY")]
    pub since: Option<String>,
    /// Days after which an order's refunds have come
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = days)]
    pub settle: u16,
    /// Day that counts as today [default: today in Korea]
    #[arg(long, value_name = "DAY")]
    pub today: Option<String>,
    /// Number files by their hash instead of naming them
    #[arg(long)]
    pub hide_file_names: bool,
}

#[derive(Debug, Args)]
pub struct Reconcile {
    /// First order day
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last order day, included
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// Won a day that the orders may be apart
    #[arg(long, value_name = "WON", default_value = "0")]
    pub tolerance: String,
}

#[derive(Debug, Args)]
pub struct Undo {
    /// Run, as `ingest` and `files` print it
    pub run_id: String,
}

#[derive(Debug, Args)]
pub struct Schema {
    /// Only this table
    pub table: Option<String>,
    /// How to print it [default: table; with --json: json]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<SchemaFormat>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaFormat {
    Table,
    Json,
    /// A schema file for `bq mk` and `bq load`
    Bigquery,
}

#[derive(Debug, Args)]
pub struct Completions {
    /// Which shell
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct Man {
    /// Folder for the pages; it is made if it is not there
    #[arg(long, short, value_name = "DIR")]
    pub out: PathBuf,
}

/// So many days, as `--settle` takes them.
fn days(text: &str) -> Result<u16, String> {
    let days = text.parse().ok().filter(|days| (1..=730).contains(days));
    days.ok_or_else(|| "write a number of days from 1 to 730".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_example_in_the_help_parses() {
        let mut checked = 0;
        let mut root = Cli::command();
        let mut helps = vec![root.render_long_help().to_string()];
        for command in root.get_subcommands_mut() {
            helps.push(command.render_long_help().to_string());
            helps.extend(command.get_subcommands_mut().map(|c| c.render_long_help().to_string()));
        }
        for line in helps.iter().flat_map(|h| h.lines()).map(str::trim).filter(|l| l.starts_with("jangbu ")) {
            assert!(line.len() < 79, "too wide for a terminal, indented: {line}");
            let line = line.split(" > ").next().unwrap();
            let (plain, quoted) = line.split_once('"').map_or((line, None), |(a, b)| (a, Some(b)));
            let mut words: Vec<&str> = plain.split_whitespace().collect();
            if let Some((sql, rest)) = quoted.and_then(|q| q.split_once('"')) {
                words.push(sql);
                words.extend(rest.split_whitespace());
            }
            Cli::try_parse_from(&words).unwrap_or_else(|e| panic!("{line}: {e}"));
            checked += 1;
        }
        assert!(checked >= 20, "only {checked} examples");
    }

    #[test]
    fn days_to_settle() {
        assert_eq!((days("1"), days("730")), (Ok(1), Ok(730)));
        for wrong in ["0", "731", "-1", "soon", "", "70000"] {
            assert!(days(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn global_options_may_stand_anywhere() {
        let cli = Cli::try_parse_from(["jangbu", "files", "--json", "-qq", "--ledger", "l"]).unwrap();
        assert_eq!(cli.global.output(), Output::Json);
        assert_eq!(cli.global.verbosity(), Verbosity::Silent);
        assert_eq!(cli.global.ledger, PathBuf::from("l"));
    }

    #[test]
    fn a_password_is_never_an_argument() {
        assert!(Cli::try_parse_from(["jangbu", "ingest", "a.zip", "--password", "1"]).is_err());
    }
}
