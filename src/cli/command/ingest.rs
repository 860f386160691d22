//! `jangbu ingest`: files into the ledger.

use crate::cli::args::{self, Output};
use crate::cli::printer::Printer;
use crate::cli::progress::Bars;
use crate::cli::settings::{IngestSettings, Settings};
use crate::cli::status::{Failure, Status};
use crate::cli::{view, wire};
use crate::io::report::ingest::{FileStatus, IngestReport};

pub(super) fn run(
    args: &args::Ingest,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    let ingest = IngestSettings::new(args, settings)?;
    let schema = settings.schema()?;
    let bars = Bars::new(printer.live(), settings.words());
    let report = wire::ingest(settings, &ingest, &schema, &bars);
    bars.finish();
    tell(&report?, printer)
}

/// Prints the report of a run, and says how it ended.
pub(super) fn tell(report: &IngestReport, printer: &mut Printer) -> Result<Status, Failure> {
    match printer.output() {
        Output::Json => printer.document(report)?,
        Output::People => {
            let text = view::ingest::render(report, printer.words(), printer.width(), printer.style());
            printer.report(&text)?;
        }
    }
    for (path, trouble) in report.files.iter().filter_map(|f| Some((&f.path, f.error.as_ref()?))) {
        let message = printer.words().said(&trouble.message).into_owned();
        printer.warning_if_quiet(&format!("{path}: {message}"));
    }
    Ok(status_of(report))
}

/// Locked and unreadable files and quarantined rows want attention; all else is well.
fn status_of(report: &IngestReport) -> Status {
    let attention = report.count(FileStatus::Failed) > 0 || report.totals.quarantined > 0;
    if attention { Status::Partial } else { Status::Success }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Verbosity;
    use crate::cli::printer::tests::test_printer;
    use crate::io::report::Trouble;
    use crate::io::report::ingest::{FileReport, Mode};

    fn report(files: Vec<FileReport>) -> IngestReport {
        IngestReport::of(Mode::Commit, files)
    }

    fn locked() -> FileReport {
        let error = Trouble { code: "file.password".into(), message: "is locked".into(), hint: None };
        FileReport { error: Some(error), ..FileReport::new("b.zip", FileStatus::Failed) }
    }

    #[test]
    fn failed_files_and_quarantined_rows_set_the_status() {
        let well = [FileStatus::Ingested, FileStatus::AlreadyIngested, FileStatus::Skipped];
        let well = well.map(|status| FileReport::new("a", status)).to_vec();
        assert_eq!(status_of(&report(well)), Status::Success);
        assert_eq!(status_of(&report(vec![locked()])), Status::Partial);
        let mut file = FileReport::new("a", FileStatus::Ingested);
        file.rows.quarantined = 1;
        assert_eq!(status_of(&report(vec![file])), Status::Partial);
    }

    #[test]
    fn json_is_one_document() {
        let (mut printer, out, err) = test_printer(Verbosity::Normal, Output::Json);
        tell(&report(vec![locked()]), &mut printer).unwrap();
        let document: serde_json::Value = serde_json::from_str(&out.text()).unwrap();
        assert_eq!(document["files"][0]["error"]["code"], "file.password");
        assert_eq!(err.text(), "");
    }

    #[test]
    fn quiet_still_names_what_failed() {
        let (mut printer, out, err) = test_printer(Verbosity::Quiet, Output::People);
        tell(&report(vec![locked()]), &mut printer).unwrap();
        assert_eq!((out.text().as_str(), err.text().as_str()), ("", "warning: b.zip: is locked\n"));
    }
}
