//! The one way to say something.
//!
//! Stdout carries results and nothing else; everything for people (messages, warnings, errors) goes to stderr and
//! obeys `--quiet` and `-v`. With `--json` stdout carries exactly one document, also when the command fails.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::args::{Output, Verbosity};
use super::status::Failure;
use super::width::Lines;
use super::words::Words;
use crate::core::text::printable;

/// Where output goes, and what it can show.
pub struct Console {
    pub out: Box<dyn Write>,
    pub err: Box<dyn Write>,
    /// Columns of the terminal; 80 where there is none.
    pub width: usize,
    pub out_style: Style,
    pub err_style: Style,
    /// Whether stderr is a terminal that can redraw a line.
    pub live: Live,
}

/// How progress may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    Terminal,
    /// A line now and then.
    Plain,
    Silent,
}

impl Console {
    /// The process's own.
    pub fn standard() -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let colour = std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
            && std::env::var_os("TERM").is_none_or(|t| t != "dumb");
        let style = |terminal: bool| if terminal && colour { Style::Ansi } else { Style::Plain };
        let columns = terminal_size::terminal_size().map_or(80, |(w, _)| usize::from(w.0));
        Self {
            width: if out.is_terminal() { columns.clamp(40, 200) } else { 80 },
            out_style: style(out.is_terminal()),
            err_style: style(err.is_terminal()),
            live: if err.is_terminal() { Live::Terminal } else { Live::Plain },
            out: Box::new(io::BufWriter::new(out)),
            err: Box::new(err),
        }
    }
}

/// Whether text may be coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Ansi,
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Ansi => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }

    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    pub fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    pub fn warn(self, text: &str) -> String {
        self.paint("33", text)
    }

    pub fn bad(self, text: &str) -> String {
        self.paint("31", text)
    }
}

/// Says everything that is said.
pub struct Printer {
    console: Console,
    verbosity: Verbosity,
    output: Output,
    words: Words,
}

impl Printer {
    pub fn new(console: Console, verbosity: Verbosity, output: Output, words: Words) -> Self {
        Self { console, verbosity, output, words }
    }

    /// The language that is spoken.
    pub fn words(&self) -> &Words {
        &self.words
    }

    pub fn output(&self) -> Output {
        self.output
    }

    /// Columns that a result may take.
    pub fn width(&self) -> usize {
        self.console.width
    }

    /// How results may look.
    pub fn style(&self) -> Style {
        self.console.out_style
    }

    /// Whether bars may be drawn on stderr.
    pub fn live(&self) -> Live {
        if self.verbosity >= Verbosity::Normal { self.console.live } else { Live::Silent }
    }

    /// A result for people. The text is complete, with its last line break.
    pub fn result(&mut self, text: &str) -> Result<(), Failure> {
        Ok(self.console.out.write_all(text.as_bytes())?)
    }

    /// A report for people that is no asked-for data: `--quiet` leaves it out.
    pub fn report(&mut self, text: &str) -> Result<(), Failure> {
        if self.verbosity >= Verbosity::Normal { self.result(text) } else { Ok(()) }
    }

    /// A result for machines.
    pub fn document(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer_pretty(&mut self.console.out, value).map_err(io::Error::from)?;
        Ok(self.console.out.write_all(b"\n")?)
    }

    /// One of many results for machines: a document on a line of its own, which is written at once.
    pub fn record(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.console.out, value).map_err(io::Error::from)?;
        self.console.out.write_all(b"\n")?;
        Ok(self.console.out.flush()?)
    }

    /// Where a long result is streamed to.
    pub fn stream(&mut self) -> &mut dyn Write {
        &mut self.console.out
    }

    /// A question to somebody at the terminal; the answer follows it on the same line.
    pub fn ask(&mut self, question: &str) -> io::Result<()> {
        write!(self.console.err, "{} ", safe(question))?;
        self.console.err.flush()
    }

    /// Something worth knowing.
    pub fn note(&mut self, text: &str) {
        if self.verbosity >= Verbosity::Normal {
            self.say(&safe(text));
        }
    }

    /// Something for the curious.
    pub fn detail(&mut self, text: &str) {
        if self.verbosity >= Verbosity::Verbose {
            let text = self.console.err_style.dim(&safe(&self.words.said(text)));
            self.say(&text);
        }
    }

    pub fn warning(&mut self, text: &str) {
        if self.verbosity >= Verbosity::Quiet {
            let label = self.console.err_style.warn(&self.words.say("label-warning"));
            let text = safe(&self.words.said(text));
            self.say(&format!("{label} {text}"));
        }
    }

    /// A warning that only `--quiet` needs, because the report says it otherwise.
    pub fn warning_if_quiet(&mut self, text: &str) {
        if self.verbosity == Verbosity::Quiet && self.output == Output::People {
            self.warning(text);
        }
    }

    /// The end of a command that failed: the error, its causes, what to do; with `--json` also a document on stdout.
    pub fn failure(&mut self, failure: &Failure) -> io::Result<()> {
        let style = self.console.err_style;
        let mut text = format!(
            "{} {}\n",
            style.bad(&self.words.say("label-error")),
            safe(&self.words.said(&failure.message))
        );
        for cause in &failure.causes {
            text.line(format!(
                "  {} {}",
                style.dim(&self.words.say("label-because")),
                safe(&self.words.said(cause))
            ));
        }
        if let Some(hint) = &failure.hint {
            text.line(format!(
                "{} {}",
                style.good(&self.words.say("label-hint")),
                safe(&self.words.said(hint))
            ));
        }
        self.console.err.write_all(text.as_bytes())?;
        if self.output == Output::Json {
            let document = serde_json::json!({"error": {
                "code": failure.code,
                "message": full_message(failure),
                "hint": failure.hint,
            }});
            serde_json::to_writer_pretty(&mut self.console.out, &document)?;
            self.console.out.write_all(b"\n")?;
        }
        self.console.out.flush()
    }

    /// A text of several lines for stderr, complete and safe to show, that no verbosity leaves out.
    pub fn usage(&mut self, text: &str) -> io::Result<()> {
        self.console.err.write_all(text.as_bytes())
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.console.out.flush()
    }

    fn say(&mut self, text: &str) {
        // On a terminal a message stands below what was printed before it. What cannot be written is told at the end, and a lost
        // message must not lose the work it tells of.
        let _ = self.console.out.flush();
        let _ = writeln!(self.console.err, "{text}");
    }
}

/// The text as it may be shown; its lines stay lines.
fn safe(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

fn full_message(failure: &Failure) -> String {
    std::iter::once(&failure.message).chain(&failure.causes).cloned().collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;
    use crate::cli::lang::Lang;

    /// Bytes that a test can look at afterwards.
    #[derive(Clone, Default)]
    pub(crate) struct Shared(Rc<RefCell<Vec<u8>>>);

    impl Shared {
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.borrow().clone()).unwrap()
        }
    }

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A printer of 80 plain columns, and what it wrote to stdout and stderr.
    pub(crate) fn test_printer(verbosity: Verbosity, output: Output) -> (Printer, Shared, Shared) {
        let (out, err) = (Shared::default(), Shared::default());
        let console = Console {
            out: Box::new(out.clone()),
            err: Box::new(err.clone()),
            width: 80,
            out_style: Style::Plain,
            err_style: Style::Plain,
            live: Live::Plain,
        };
        (Printer::new(console, verbosity, output, Words::of(Lang::En)), out, err)
    }

    #[test]
    fn a_failure_tells_its_causes_and_what_to_do() {
        let failure = Failure::new("ledger.locked", "the ledger is in use")
            .caused_by(&io::Error::other("process 12 holds it"))
            .hint("wait, then run again");
        let (mut printer, out, err) = test_printer(Verbosity::Silent, Output::Json);
        printer.failure(&failure).unwrap();
        assert_eq!(
            err.text(),
            "error: the ledger is in use\n  because: process 12 holds it\nhint: wait, then run again\n"
        );
        let document: serde_json::Value = serde_json::from_str(&out.text()).unwrap();
        assert_eq!(
            document,
            serde_json::json!({"error": {
                "code": "ledger.locked",
                "message": "the ledger is in use: process 12 holds it",
                "hint": "wait, then run again"}})
        );
    }

    #[test]
    fn a_message_stands_below_what_was_printed_before_it() {
        let terminal = Shared::default();
        let (mut printer, ..) = test_printer(Verbosity::Normal, Output::People);
        printer.console.out = Box::new(io::BufWriter::new(terminal.clone()));
        printer.console.err = Box::new(terminal.clone());
        printer.result("result\n").unwrap();
        printer.note("note");
        printer.result("more\n").unwrap();
        printer.flush().unwrap();
        assert_eq!(terminal.text(), "result\nnote\nmore\n");
    }

    #[test]
    fn quiet_leaves_out_notes_and_silent_warnings_too() {
        let cases = [
            (Verbosity::Silent, ""),
            (Verbosity::Quiet, "warning: w\n"),
            (Verbosity::Normal, "n\nwarning: w\n"),
            (Verbosity::Verbose, "n\nd\nwarning: w\n"),
        ];
        for (verbosity, expected) in cases {
            let (mut printer, out, err) = test_printer(verbosity, Output::People);
            printer.note("n");
            printer.detail("d");
            printer.warning("w");
            printer.result("r\n").unwrap();
            assert_eq!(err.text(), expected, "{verbosity:?}");
            assert_eq!(out.text(), "r\n");
        }
    }

    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        let (mut printer, _, _) = test_printer(Verbosity::Normal, Output::Json);
        printer.console.out = Box::new(Gone);
        assert!(printer.result("x").unwrap_err().is_broken_pipe());
        assert!(printer.document(&1).unwrap_err().is_broken_pipe());
    }
}
