//! How far a run has read: files are asked, now and then, how much of them their readers have taken.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::io::read::Input;
use crate::io::report::Progress;

const EVERY: Duration = Duration::from_millis(200);

/// A file that is being read, or will be.
pub(super) struct Gauge {
    /// To be read instead of the file's own input.
    pub input: Input,
    len: u64,
    told: AtomicU64,
    done: AtomicBool,
}

impl Gauge {
    pub fn of(input: &Input) -> Self {
        let len = input.len().unwrap_or_default();
        Self { input: input.counted(), len, told: AtomicU64::new(0), done: AtomicBool::new(false) }
    }

    /// The file was read to its end, or as far as it can be.
    pub fn done(&self) {
        self.done.store(true, Ordering::Release);
    }

    /// Bytes read since the last call. Some readers go over a file twice or leave out parts: together it is its length.
    fn news(&self) -> u64 {
        let done = self.done.load(Ordering::Acquire);
        let now = if done { self.len } else { self.input.read_so_far().min(self.len) };
        now.saturating_sub(self.told.swap(now, Ordering::Relaxed))
    }
}

/// Does the work, and tells meanwhile how far the files are.
pub(super) fn metered<T>(gauges: &[Gauge], progress: &dyn Progress, work: impl FnOnce() -> T) -> T {
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let teller = scope.spawn(|| {
            loop {
                let is_last = ended.load(Ordering::Acquire);
                let bytes = gauges.iter().map(Gauge::news).sum();
                if bytes > 0 {
                    progress.advanced(bytes, 0);
                }
                if is_last {
                    break;
                }
                std::thread::park_timeout(EVERY);
            }
        });
        let _end = End { ended: &ended, teller: teller.thread().clone() };
        work()
    })
}

/// Ends the telling however the work ends.
struct End<'a> {
    ended: &'a AtomicBool,
    teller: std::thread::Thread,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        self.teller.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::sync::Mutex;

    use super::*;
    use crate::io::report::NoProgress;

    #[derive(Default)]
    struct Heard(Mutex<Vec<u64>>);

    impl Progress for Heard {
        fn stage(&self, _: &str) {}
        fn total(&self, _: u64, _: u64) {}
        fn file_started(&self, _: &str, _: u64) {}
        fn advanced(&self, bytes: u64, _: u64) {
            self.0.lock().unwrap().push(bytes);
        }
        fn file_done(&self, _: &str) {}
        fn months(&self, _: u64, _: u64) {}
        fn month_done(&self, _: u64) {}
    }

    fn gauge(len: usize) -> Gauge {
        Gauge::of(&Input::Memory(vec![7; len].into()))
    }

    #[test]
    fn a_file_that_is_half_read_counts_half_and_twice_read_once() {
        let gauge = gauge(1000);
        let mut half = [0; 500];
        gauge.input.open().unwrap().read_exact(&mut half).unwrap();
        assert_eq!((gauge.news(), gauge.news()), (500, 0));
        for _ in 0..2 {
            gauge.input.open().unwrap().read_to_end(&mut Vec::new()).unwrap();
        }
        assert_eq!(gauge.news(), 500);
        gauge.done();
        assert_eq!(gauge.news(), 0);
    }

    #[test]
    fn at_the_end_everything_was_told_whatever_was_read() {
        let heard = Heard::default();
        let gauges = [gauge(1000), gauge(50)];
        let answer = metered(&gauges, &heard, || {
            gauges.iter().for_each(Gauge::done);
            42
        });
        assert_eq!((answer, heard.0.lock().unwrap().iter().sum::<u64>()), (42, 1050));
    }

    #[test]
    fn work_that_panics_does_not_leave_the_teller_behind() {
        let gauges = [gauge(10)];
        let work = std::panic::AssertUnwindSafe(|| metered(&gauges, &NoProgress, || panic!("as it must")));
        assert!(std::panic::catch_unwind(work).is_err());
    }
}
