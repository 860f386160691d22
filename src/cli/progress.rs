//! Progress: how many files and rows, what is happening, and how long it will take.
//!
//! On a terminal one bar for the whole run and one line for each file being read; elsewhere a plain line now and then.
//! Short runs stay silent: bars appear after a moment, lines after a while.

use std::collections::HashMap;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::printer::Live;
use super::width::{fit, fit_path, pad_right};
use super::words::Words;
use crate::core::text::printable;
use crate::io::report::Progress;

/// Bars for one run.
pub struct Bars {
    group: MultiProgress,
    whole: ProgressBar,
    files: Mutex<HashMap<String, ProgressBar>>,
    counts: Counts,
    phase: Mutex<Phase>,
    words: Words,
    live: Live,
    started: Instant,
    shown: Once,
    lines: Mutex<Lines>,
}

/// Lines for whoever reads them later.
struct Lines {
    to: Box<dyn Write + Send>,
    every: Duration,
    /// Since the start.
    next: Duration,
}

/// A part of the run that the bar tells of from its empty end to its full one.
#[derive(Clone, Copy)]
struct Phase {
    counting: Counting,
    begun: Instant,
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
    /// Months that were folded.
    Folded,
}

#[derive(Default)]
struct Counts {
    files: AtomicU64,
    files_done: AtomicU64,
    rows: AtomicU64,
}

const WHOLE: &str = "{prefix} {bar:9.cyan/dim} {percent:>3}%  {msg}";
const FILE: &str = "  {spinner} {msg}";
const DELAY: Duration = Duration::from_millis(400);
/// A log gets a line so often.
const LINE_EVERY: Duration = Duration::from_secs(15);
/// Before that nothing is foretold.
const FORETELL_AFTER: Duration = Duration::from_secs(3);
const STAGE_WIDTH: usize = 13;
const PATH_WIDTH: usize = 60;

impl Bars {
    /// Bars on stderr, or lines where it is no terminal.
    pub fn new(live: Live, words: Words) -> Self {
        Self::counting(live, Counting::Files, words)
    }

    /// The same for other things than files.
    pub fn counting(live: Live, counting: Counting, words: Words) -> Self {
        let group = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        let whole = group.add(ProgressBar::new(0).with_style(whole_style()));
        let started = Instant::now();
        Self {
            group,
            whole,
            files: Mutex::default(),
            counts: Counts::default(),
            phase: Mutex::new(Phase { counting, begun: started }),
            words,
            live,
            started,
            shown: Once::new(),
            lines: Mutex::new(Lines { to: Box::new(std::io::stderr()), every: LINE_EVERY, next: LINE_EVERY }),
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

    fn phase(&self) -> Phase {
        *self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Empties the bar for another part of the run.
    fn begin(&self, phase: Phase, things: u64, length: u64) {
        *self.phase.lock().unwrap_or_else(PoisonError::into_inner) = phase;
        self.counts.files.store(things, Ordering::Relaxed);
        self.counts.files_done.store(0, Ordering::Relaxed);
        self.whole.set_length(length);
        self.whole.set_position(0);
        self.tell_counts();
    }

    fn tell_counts(&self) {
        self.show();
        let phase = self.phase();
        let files = self.counts.files.load(Ordering::Relaxed);
        let done = self.counts.files_done.load(Ordering::Relaxed);
        let rows = self.counts.rows.load(Ordering::Relaxed);
        let bytes = self.whole.position();
        let of_files = [("done", done.into()), ("files", files.into())];
        let mut text = match phase.counting {
            Counting::Files => {
                self.words.tell("progress-files", &[of_files[0], of_files[1], ("rows", rows.into())])
            }
            Counting::Rows => self.words.rows(rows),
            Counting::Months => {
                self.words.tell("progress-loads", &[of_files[0], of_files[1], ("bytes", bytes.into())])
            }
            Counting::Folded => self.words.tell("progress-months", &of_files),
        };
        let passed = self.started.elapsed();
        let total = self.whole.length().unwrap_or_default();
        if let Some(left) = remaining(phase.begun.elapsed(), bytes, total) {
            text.push_str(", ");
            text.push_str(&self.left(left));
        }
        if self.live == Live::Plain {
            self.tell_line(passed, bytes, total, &text);
        }
        self.whole.set_message(text);
    }

    fn left(&self, left: Duration) -> String {
        // Nobody wants to see a foretold second.
        let seconds = left.as_secs().div_ceil(5) * 5;
        if seconds < 60 {
            self.words.tell("progress-seconds-left", &[("n", seconds.into())])
        } else {
            self.words.tell("progress-minutes-left", &[("n", seconds.div_ceil(60).into())])
        }
    }

    fn tell_line(&self, passed: Duration, done: u64, total: u64, text: &str) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if passed < lines.next {
            return;
        }
        lines.next = passed + lines.every;
        let percent = done.saturating_mul(100).checked_div(total);
        let percent = percent.map_or_else(String::new, |p| format!("{}%, ", p.min(100)));
        // A line that cannot be written must not end the work it tells of.
        let _ = writeln!(lines.to, "{}: {percent}{text}", self.whole.prefix().trim_end());
    }
}

/// How long the rest will take, if it goes on as so far; nothing where too little is known, or nothing is left.
fn remaining(passed: Duration, done: u64, total: u64) -> Option<Duration> {
    if passed < FORETELL_AFTER || done == 0 || done >= total {
        return None;
    }
    let rest = u128::from(total - done) * passed.as_millis() / u128::from(done);
    Some(Duration::from_millis(u64::try_from(rest).unwrap_or(u64::MAX)))
}

impl Progress for Bars {
    fn stage(&self, what: &str) {
        self.show();
        let said = self.words.said(what);
        self.whole.set_prefix(pad_right(&fit(&printable(&said), STAGE_WIDTH), STAGE_WIDTH));
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

    fn months(&self, months: u64, rows: u64) {
        self.begin(Phase { counting: Counting::Folded, begun: Instant::now() }, months, rows);
    }

    fn month_done(&self, rows: u64) {
        self.counts.files_done.fetch_add(1, Ordering::Relaxed);
        self.whole.inc(rows);
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
        assert_eq!((bars.whole.position(), bars.whole.prefix()), (1000, "reading      ".into()));
        assert!(bars.files.lock().unwrap().is_empty());
    }

    #[derive(Clone, Default)]
    struct Log(std::sync::Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_log_gets_plain_lines_and_not_too_many() {
        for (live, every, expected) in [
            (
                Live::Plain,
                Duration::ZERO,
                "reading: 0%, 0/2 files, 0 rows\nreading: 20%, 0/2 files, 1,200 rows\n",
            ),
            (Live::Plain, Duration::from_hours(1), ""),
            (Live::Silent, Duration::ZERO, ""),
            (Live::Terminal, Duration::ZERO, ""),
        ] {
            let log = Log::default();
            let mut bars = Bars::new(live, Words::of(Lang::En));
            bars.lines = Mutex::new(Lines { to: Box::new(log.clone()), every, next: every });
            bars.stage("reading");
            bars.total(2, 5000);
            bars.advanced(1000, 1200);
            let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
            assert_eq!(text, expected, "{live:?} {every:?}");
        }
    }

    #[test]
    fn the_rest_takes_as_long_as_what_was_done() {
        let seconds = |n| Duration::from_secs(n);
        assert_eq!(remaining(seconds(10), 25, 100), Some(seconds(30)));
        for (passed, done, total) in [(2, 25, 100), (10, 0, 100), (10, 100, 100), (10, 120, 100), (10, 5, 0)]
        {
            assert_eq!(remaining(seconds(passed), done, total), None, "{passed} {done} {total}");
        }
        let bars = |lang| Bars::new(Live::Silent, Words::of(lang));
        assert_eq!(bars(Lang::En).left(seconds(31)), "about 35 s left");
        assert_eq!(bars(Lang::En).left(seconds(61)), "about 2 min left");
        assert_eq!(bars(Lang::Ko).left(seconds(3000)), "약 50분 남음");
    }

    #[test]
    fn folding_begins_anew_and_foretells_its_own_end() {
        for (lang, counts, beginning) in [
            (Lang::En, "0/120 months", "60/120 months, about "),
            (Lang::Ko, "0/120개 달", "60/120개 달, 약 "),
        ] {
            let bars = Bars::new(Live::Silent, Words::of(lang));
            bars.total(2, 5000);
            bars.advanced(5000, 1200);
            bars.file_done("a.csv");
            bars.months(120, 1000);
            assert_eq!((bars.whole.message().as_str(), bars.whole.position()), (counts, 0));
            let begun = Instant::now().checked_sub(Duration::from_secs(20)).unwrap();
            bars.begin(Phase { counting: Counting::Folded, begun }, 120, 1000);
            (0..60).for_each(|_| bars.month_done(10));
            let text = bars.whole.message();
            assert!(text.starts_with(beginning), "{text}");
            assert_eq!((bars.whole.position(), bars.whole.length()), (600, Some(1000)));
            (0..60).for_each(|_| bars.month_done(10));
            let text = bars.whole.message();
            assert!(!text.contains(','), "{text}");
        }
    }

    /// What a terminal of 80 columns has room for.
    #[test]
    fn the_longest_message_fits_beside_the_bar() {
        for lang in Lang::ALL {
            let bars = Bars::new(Live::Silent, Words::of(lang));
            bars.total(9_999, 100);
            bars.advanced(0, 99_999_999);
            let text = format!("{}, {}", bars.whole.message(), bars.left(Duration::from_mins(99)));
            let fixed = STAGE_WIDTH + 1 + 9 + 1 + 4 + 2;
            assert!(fixed + crate::cli::width::width(&text) <= 80, "{text}");
        }
    }

    #[test]
    fn templates_are_sound() {
        for template in [WHOLE, FILE] {
            ProgressStyle::with_template(template).unwrap();
        }
    }
}
