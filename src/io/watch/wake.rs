//! What ends the pause between two looks: the folder was touched, or the program is to stop.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

/// How often a pause looks up to see whether it should end.
const GLANCE: Duration = Duration::from_millis(100);

/// Something that one waits for.
#[derive(Debug)]
pub enum Event<T> {
    /// The system says that something changed in the folder.
    Touched,
    /// Work on another thread has ended.
    Done(T),
}

/// Set when the user or the system asks the program to end.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Listens for Ctrl-C and for the system's request to end.
    pub fn on_signals() -> std::io::Result<Self> {
        let stop = Self::default();
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            // A second one ends the program as if nobody listened.
            signal_hook::flag::register_conditional_default(signal, Arc::clone(&stop.0))?;
            signal_hook::flag::register(signal, Arc::clone(&stop.0))?;
        }
        Ok(stop)
    }

    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    #[cfg(test)]
    fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Lets the system tell of changes in a folder, as long as the value lives. An error means that it will not, and that
/// looking has to do.
pub fn listen<T: Send + 'static>(
    folder: &Path,
    to: Sender<Event<T>>,
) -> Result<RecommendedWatcher, notify::Error> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|e| is_a_change(e.kind)) {
            // Nobody waits any more when the program ends.
            let _ = to.send(Event::Touched);
        }
    })?;
    watcher.watch(folder, RecursiveMode::Recursive)?;
    Ok(watcher)
}

/// Reading is no change, or our own looks would wake us.
fn is_a_change(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}

/// How a pause ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// It is time for the next look.
    Look,
    Stop,
}

/// Waits for the next look: `least` at any rate, then until the folder is touched, and no longer than `most`.
pub fn pause<T>(events: &Receiver<Event<T>>, stop: &Stop, least: Duration, most: Duration) -> Woken {
    let begun = Instant::now();
    let mut touched = false;
    loop {
        let passed = begun.elapsed();
        if stop.is_asked() {
            return Woken::Stop;
        }
        if passed >= most || (touched && passed >= least) {
            return Woken::Look;
        }
        let until = if passed < least { least } else { most };
        let rest = until.saturating_sub(passed).min(GLANCE);
        match events.recv_timeout(rest) {
            Ok(Event::Touched) => touched = true,
            Ok(Event::Done(_)) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(rest),
        }
    }
}

/// Waits until the work has ended, or until the program is to stop (`None`).
pub fn result<T>(events: &Receiver<Event<T>>, stop: &Stop) -> Option<T> {
    while !stop.is_asked() {
        match events.recv_timeout(GLANCE) {
            Ok(Event::Done(result)) => return Some(result),
            Ok(Event::Touched) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use notify::event::{CreateKind, RemoveKind};

    use super::*;

    const LONG: Duration = Duration::from_mins(10);

    #[test]
    fn a_touch_ends_a_pause_and_a_stop_ends_it_otherwise() {
        let (send, events) = channel::<Event<()>>();
        let stop = Stop::default();
        send.send(Event::Touched).unwrap();
        assert_eq!(pause(&events, &stop, Duration::ZERO, LONG), Woken::Look);
        assert_eq!(pause(&events, &stop, Duration::ZERO, Duration::ZERO), Woken::Look);
        stop.ask();
        assert_eq!(pause(&events, &stop, LONG, LONG), Woken::Stop);
        assert_eq!(result(&events, &stop), None);
    }

    #[test]
    fn the_result_of_work_comes_through_touches() {
        let (send, events) = channel();
        send.send(Event::Touched).unwrap();
        send.send(Event::Done(7)).unwrap();
        assert_eq!(result(&events, &Stop::default()), Some(7));
    }

    #[test]
    fn reading_is_no_change() {
        for kind in
            [AccessKind::Open(AccessMode::Read), AccessKind::Close(AccessMode::Read), AccessKind::Read]
        {
            assert!(!is_a_change(EventKind::Access(kind)), "{kind:?}");
        }
        assert!(is_a_change(EventKind::Access(AccessKind::Close(AccessMode::Write))));
        assert!(is_a_change(EventKind::Create(CreateKind::File)));
        assert!(is_a_change(EventKind::Remove(RemoveKind::File)));
        assert!(is_a_change(EventKind::Any));
    }

    #[test]
    fn the_system_tells_of_a_new_file() {
        let folder = tempfile::tempdir().unwrap();
        let (send, events) = channel::<Event<()>>();
        let _watcher = listen(folder.path(), send).unwrap();
        std::fs::write(folder.path().join("a.csv"), "x").unwrap();
        assert_eq!(pause(&events, &Stop::default(), Duration::ZERO, LONG), Woken::Look);
    }
}
