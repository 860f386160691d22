//! Progress as bars on a terminal: how many files and rows, and what is happening.
//!
//! One bar for the whole run and one line for each file being read. Short runs stay silent: bars appear after a moment.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::printer::Live;
use super::width::{fit, fit_path};
use super::words::Words;
use crate::core::text::printable;
use crate::io::report::Progress;

/// Bars for one run.
pub struct Bars {
    group: MultiProgress,
    whole: ProgressBar,
    files: Mutex<HashMap<String, ProgressBar>>,
    counts: Counts,
    counting: Counting,
    words: Words,
    live: Live,
    started: Instant,
    shown: Once,
}

/// What is counted beside the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Files and rows that were read.
    Files,
    /// Months and bytes that were sent.
    Months,
    /// Rows that came.
    Rows,
}

#[derive(Default)]
struct Counts {
    files: AtomicU64,
    files_done: AtomicU64,
    rows: AtomicU64,
}

const WHOLE: &str = "{prefix:18} {bar:24.cyan/dim} {percent:>3}%  {msg}  {elapsed}";
const FILE: &str = "  {spinner} {msg}";
const DELAY: Duration = Duration::from_millis(400);
const STAGE_WIDTH: usize = 18;
const PATH_WIDTH: usize = 60;

impl Bars {
    /// Bars on stderr, or nothing at all where it is no terminal.
    pub fn new(live: Live, words: Words) -> Self {
        Self::counting(live, Counting::Files, words)
    }

    /// The same for other things than files.
    pub fn counting(live: Live, counting: Counting, words: Words) -> Self {
        let group = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        let whole = group.add(ProgressBar::new(0).with_style(whole_style()));
        Self {
            group,
            whole,
            files: Mutex::default(),
            counts: Counts::default(),
            counting,
            words,
            live,
            started: Instant::now(),
            shown: Once::new(),
        }
    }

    /// Lets the bars appear once the run has taken a moment.
    fn show(&self) {
        if self.live == Live::Terminal && self.started.elapsed() >= DELAY {
            self.shown.call_once(|| {
                self.group.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
                self.whole.enable_steady_tick(Duration::from_millis(200));
            });
        }
    }

    /// Runs something that writes to the terminal itself.
    pub fn suspend<T>(&self, f: impl FnOnce() -> T) -> T {
        self.group.suspend(f)
    }

    /// Takes the bars away.
    pub fn finish(&self) {
        self.whole.finish_and_clear();
        // Clearing what is no longer there does no harm.
        let _ = self.group.clear();
    }

    fn tell_counts(&self) {
        self.show();
        let files = self.counts.files.load(Ordering::Relaxed);
        let done = self.counts.files_done.load(Ordering::Relaxed);
        let rows = self.counts.rows.load(Ordering::Relaxed);
        let bytes = self.whole.position();
        let of_files = [("done", done.into()), ("files", files.into())];
        self.whole.set_message(match self.counting {
            Counting::Files => {
                self.words.tell("progress-files", &[of_files[0], of_files[1], ("rows", rows.into())])
            }
            Counting::Rows => self.words.rows(rows),
            Counting::Months => {
                self.words.tell("progress-loads", &[of_files[0], of_files[1], ("bytes", bytes.into())])
            }
        });
    }
}

impl Progress for Bars {
    fn stage(&self, what: &str) {
        self.show();
        self.whole.set_prefix(fit(&printable(&self.words.said(what)), STAGE_WIDTH).into_owned());
    }

    fn total(&self, files: u64, bytes: u64) {
        self.counts.files.store(files, Ordering::Relaxed);
        self.whole.set_length(bytes);
        self.tell_counts();
    }

    fn file_started(&self, path: &str, _bytes: u64) {
        let line = self.group.add(ProgressBar::new_spinner().with_style(file_style()));
        line.set_message(fit_path(&printable(path), PATH_WIDTH).into_owned());
        self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), line);
    }

    fn advanced(&self, bytes: u64, rows: u64) {
        self.counts.rows.fetch_add(rows, Ordering::Relaxed);
        self.whole.inc(bytes);
        self.tell_counts();
    }

    fn file_done(&self, path: &str) {
        self.counts.files_done.fetch_add(1, Ordering::Relaxed);
        let line = self.files.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
        if let Some(line) = line {
            line.finish_and_clear();
            self.group.remove(&line);
        }
        self.tell_counts();
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.finish();
    }
}

fn whole_style() -> ProgressStyle {
    style(WHOLE).progress_chars("━━─")
}

fn file_style() -> ProgressStyle {
    style(FILE)
}

fn style(template: &str) -> ProgressStyle {
    // The templates are constants, read by a test; a default bar is better than none.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::lang::Lang;

    #[test]
    fn counts_are_told_in_words() {
        let bars = Bars::new(Live::Plain, Words::of(Lang::En));
        bars.total(2, 5000);
        bars.stage("reading");
        bars.file_started("a\u{1b}.csv", 4000);
        bars.advanced(1000, 1200);
        assert_eq!(bars.whole.message(), "0/2 files, 1,200 rows");
        assert_eq!(bars.files.lock().unwrap()["a\u{1b}.csv"].message(), "a\\u{1b}.csv");
        bars.file_done("a\u{1b}.csv");
        assert_eq!(bars.whole.message(), "1/2 files, 1,200 rows");
        assert_eq!((bars.whole.position(), bars.whole.prefix()), (1000, "reading".into()));
        assert!(bars.files.lock().unwrap().is_empty());
    }

    #[test]
    fn templates_are_sound() {
        for template in [WHOLE, FILE] {
            ProgressStyle::with_template(template).unwrap();
        }
    }
}
