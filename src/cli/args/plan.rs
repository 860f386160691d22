//! Arguments of `plan`.

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Plan {
    #[command(subcommand)]
    pub action: Option<PlanAction>,
    /// First order day; days before the first known one count as missing
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Last order day, included; days behind the last known one count as missing
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// Print only the text to send to the operator
    #[arg(long)]
    pub message: bool,
}

#[derive(Debug, Subcommand)]
pub enum PlanAction {
    /// Note that requests were made
    #[command(after_long_help = "\
Examples:
  jangbu plan request 1
  jangbu plan request 2024-06-01..2024-06-30 --asked-on 2024-07-02")]
    Request(PlanRequest),
    /// Forget requests that were noted by mistake
    #[command(after_long_help = "\
Example:
  jangbu plan withdraw q0001")]
    Withdraw(PlanWithdraw),
}

#[derive(Debug, Args)]
pub struct PlanRequest {
    /// Numbers of requests as `jangbu plan` lists them, or order days as FROM..TO
    #[arg(value_name = "WHAT", required_unless_present = "all", conflicts_with = "all")]
    pub what: Vec<String>,
    /// All requests that `jangbu plan` lists
    #[arg(long)]
    pub all: bool,
    /// Day on which it was asked for [default: today]
    #[arg(long, value_name = "DAY")]
    pub asked_on: Option<String>,
    /// Mall of days given as FROM..TO, where there are several
    #[arg(long, value_name = "ID")]
    pub mall: Option<String>,
    /// Shop of days given as FROM..TO, where there are several
    #[arg(long, value_name = "NUMBER", value_parser = number)]
    pub shop: Option<i64>,
}

#[derive(Debug, Args)]
pub struct PlanWithdraw {
    /// Requests as `jangbu plan` names them
    #[arg(value_name = "REQUEST", required = true)]
    pub requests: Vec<String>,
}

fn number(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| "write a number, such as 1".to_owned())
}
