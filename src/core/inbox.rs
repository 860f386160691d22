//! When a file that was dropped into a folder may be taken.
//!
//! A copy over the network stalls, a browser keeps a file open, a program sets aside the room before it writes. So a
//! file is taken when two looks at it were equal and its last bytes are those of a whole file. Where the bytes leave a
//! doubt, time decides: what nobody has touched for long will not become any better. Values only; somebody else looks.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// Size and time of a file. Equal looks say that nobody wrote to it in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub len: u64,
    pub modified: Option<SystemTime>,
}

/// What the last bytes of a file say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The format's own end is there.
    Whole,
    /// It may be the end: a last line without a line break that has as many cells as the others.
    Plausible,
    /// It is not the end, or there is nothing at all.
    Cut,
}

impl Ending {
    /// How long nobody must have touched the file before it is taken.
    fn quiet_time(self) -> Duration {
        match self {
            Self::Whole => Duration::ZERO,
            Self::Plausible => Duration::from_secs(30),
            Self::Cut => Duration::from_mins(10),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Seen once as it is.
    New,
    /// Seen twice as it is; its end is not known yet.
    Steady,
    Judged(Ending),
    /// It was taken as it is, and is left alone until it looks otherwise.
    Done,
}

#[derive(Clone, Debug)]
struct Entry {
    look: Look,
    /// By the caller's clock.
    first_seen: Duration,
    /// How long it had been as it is when it was first seen.
    quiet_before: Duration,
    state: State,
}

/// The files of a folder, and how far each is. `K` names a file.
#[derive(Clone, Debug)]
pub struct Inbox<K> {
    entries: BTreeMap<K, Entry>,
    /// The caller's clock at the last look.
    now: Duration,
}

impl<K> Default for Inbox<K> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), now: Duration::ZERO }
    }
}

impl<K: Ord + Clone> Inbox<K> {
    /// Takes a look at the whole folder: each file, how it looks, and how long it is known to have looked so. `now` is
    /// any clock that only goes forward. Files that were not seen are forgotten.
    pub fn look(&mut self, now: Duration, seen: impl IntoIterator<Item = (K, Look, Duration)>) {
        self.now = now;
        let mut before = std::mem::take(&mut self.entries);
        for (key, look, quiet_before) in seen {
            let entry = match before.remove(&key).filter(|e| e.look == look) {
                Some(entry) if entry.state == State::New => Entry { state: State::Steady, ..entry },
                Some(entry) => entry,
                None => Entry { look, first_seen: now, quiet_before, state: State::New },
            };
            self.entries.insert(key, entry);
        }
    }

    /// Files that hold still and whose end wants judging.
    pub fn steady(&self) -> Vec<K> {
        self.in_state(|e| e.state == State::Steady)
    }

    /// What the end of a file that holds still says.
    pub fn judge(&mut self, key: &K, ending: Ending) {
        self.set(key, State::Judged(ending));
    }

    /// Files to take now.
    pub fn ready(&self) -> Vec<K> {
        self.in_state(|e| matches!(e.state, State::Judged(ending) if self.quiet(e) >= ending.quiet_time()))
    }

    /// Files that are not whole yet, as far as one can see.
    pub fn waiting(&self) -> Vec<K> {
        let ready = self.ready();
        self.in_state(|e| e.state != State::Done).into_iter().filter(|k| !ready.contains(k)).collect()
    }

    /// Files that hold still, but end as no whole file does.
    pub fn cut(&self) -> Vec<K> {
        let ready = self.ready();
        let cut = self.in_state(|e| e.state == State::Judged(Ending::Cut));
        cut.into_iter().filter(|k| !ready.contains(k)).collect()
    }

    /// Whether the next look may bring something even if nobody touches the folder.
    pub fn is_at_rest(&self) -> bool {
        !self.entries.values().any(|e| matches!(e.state, State::New | State::Steady))
    }

    /// The file was taken as it is, with whatever result.
    pub fn done(&mut self, key: &K) {
        self.set(key, State::Done);
    }

    /// Whoever read the file found that it was not whole. Says whether it is worth waiting for the rest; if not, the
    /// file counts as taken.
    pub fn unfinished(&mut self, key: &K) -> Rest {
        let Some(entry) = self.entries.get(key) else { return Rest::Given };
        if self.quiet(entry) >= Ending::Cut.quiet_time() {
            self.done(key);
            return Rest::Given;
        }
        self.judge(key, Ending::Cut);
        Rest::Awaited
    }

    /// The file changed while it was read: everything begins anew.
    pub fn again(&mut self, key: &K) {
        self.entries.remove(key);
    }

    /// How the file looked when it was last seen.
    pub fn look_of(&self, key: &K) -> Option<Look> {
        self.entries.get(key).map(|e| e.look)
    }

    fn quiet(&self, entry: &Entry) -> Duration {
        self.now.saturating_sub(entry.first_seen) + entry.quiet_before
    }

    fn in_state(&self, wanted: impl Fn(&Entry) -> bool) -> Vec<K> {
        self.entries.iter().filter(|(_, e)| wanted(e)).map(|(k, _)| k.clone()).collect()
    }

    fn set(&mut self, key: &K, state: State) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.state = state;
        }
    }
}

/// Whether more of a file is to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    Awaited,
    /// Nobody touched it for so long that this is all there is.
    Given,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn look(len: u64) -> Look {
        Look { len, modified: Some(SystemTime::UNIX_EPOCH + SECOND) }
    }

    /// Looks once a second at one file `a` of these sizes and tells at which second it was ready, judging its end so.
    fn taken_at(sizes: &[u64], ending: Ending) -> Option<u64> {
        let mut inbox = Inbox::default();
        for (second, len) in (0_u64..).zip(sizes) {
            inbox.look(SECOND * u32::try_from(second).unwrap(), [("a", look(*len), Duration::ZERO)]);
            for key in inbox.steady() {
                inbox.judge(&key, ending);
            }
            if inbox.ready() == ["a"] {
                return Some(second);
            }
            assert_eq!(inbox.waiting(), ["a"]);
        }
        None
    }

    #[test]
    fn two_equal_looks_and_a_complete_end() {
        assert_eq!(taken_at(&[5, 5], Ending::Whole), Some(1));
        assert_eq!(taken_at(&[5, 6, 7, 7], Ending::Whole), Some(3));
        assert_eq!(taken_at(&[5, 6, 5, 6], Ending::Whole), None);
        let mut inbox = Inbox::default();
        let later = Look { modified: Some(SystemTime::UNIX_EPOCH + 2 * SECOND), ..look(5) };
        inbox.look(SECOND, [("a", look(5), Duration::ZERO)]);
        inbox.look(2 * SECOND, [("a", later, Duration::ZERO)]);
        assert!(inbox.steady().is_empty(), "a newer time is another look");
    }

    #[test]
    fn doubtful_ends_wait_until_nobody_touched_the_file_for_long() {
        let still = vec![5; 700];
        assert_eq!(taken_at(&still, Ending::Plausible), Some(30));
        assert_eq!(taken_at(&still, Ending::Cut), Some(600));
        // What was touched long ago need not be waited for.
        let mut inbox = Inbox::default();
        for second in 1..=2 {
            inbox.look(second * SECOND, [("a", look(5), Duration::from_hours(1))]);
        }
        inbox.judge(&"a", Ending::Cut);
        assert_eq!(inbox.ready(), ["a"]);
    }

    fn steady() -> Inbox<&'static str> {
        let mut inbox = Inbox::default();
        for second in 1..=2 {
            inbox.look(second * SECOND, [("a", look(5), Duration::ZERO)]);
        }
        inbox.judge(&"a", Ending::Whole);
        inbox
    }

    #[test]
    fn what_was_taken_is_left_alone_until_it_looks_otherwise() {
        let mut inbox = steady();
        inbox.done(&"a");
        assert!(inbox.is_at_rest());
        inbox.look(3 * SECOND, [("a", look(5), Duration::ZERO)]);
        assert!(inbox.ready().is_empty() && inbox.steady().is_empty() && inbox.waiting().is_empty());
        inbox.look(4 * SECOND, [("a", look(6), Duration::ZERO)]);
        assert!(!inbox.is_at_rest());
        inbox.look(5 * SECOND, [("a", look(6), Duration::ZERO)]);
        assert_eq!(inbox.steady(), ["a"]);
    }

    #[test]
    fn a_file_that_is_gone_is_forgotten_and_begins_anew_when_it_comes_back() {
        let mut inbox = steady();
        inbox.done(&"a");
        inbox.look(3 * SECOND, []);
        inbox.look(4 * SECOND, [("a", look(5), Duration::ZERO)]);
        inbox.look(5 * SECOND, [("a", look(5), Duration::ZERO)]);
        assert_eq!(inbox.steady(), ["a"]);
    }

    #[test]
    fn a_reader_that_misses_the_end_waits_but_not_for_ever() {
        let mut inbox = steady();
        assert!(inbox.cut().is_empty());
        assert_eq!(inbox.unfinished(&"a"), Rest::Awaited);
        assert!(inbox.ready().is_empty());
        assert_eq!(inbox.cut(), ["a"]);
        inbox.look(700 * SECOND, [("a", look(5), Duration::ZERO)]);
        assert_eq!(inbox.ready(), ["a"]);
        assert!(inbox.cut().is_empty());
        assert_eq!(inbox.unfinished(&"a"), Rest::Given);
        assert!(inbox.ready().is_empty() && inbox.waiting().is_empty());
    }

    #[test]
    fn a_file_that_changed_under_the_readers_hands_begins_anew() {
        let mut inbox = steady();
        inbox.again(&"a");
        inbox.look(3 * SECOND, [("a", look(5), Duration::ZERO)]);
        assert!(inbox.steady().is_empty());
    }
}
