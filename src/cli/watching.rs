//! What `watch` does between two looks: take what is ready, put it away, send it on, tell of it.
//!
//! A run works on a thread of its own, and the program may end in its midst: the ledger commits whole runs or nothing.

use std::collections::{BTreeMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::args::bigquery::Reach;
use super::args::watch::Watch;
use super::password::Passwords;
use super::printer::Live;
use super::progress::Bars;
use super::settings::{IngestSettings, Settings};
use super::status::Failure;
use super::wire;
use crate::core::inbox::{Inbox, Look, Rest};
use crate::core::schema::Schema;
use crate::io::config::is_mall_id;
use crate::io::ingest::Again;
use crate::io::ingest::sources::{look_at, plain_before_copy};
use crate::io::report::Trouble;
use crate::io::report::ingest::{FileReport, FileStatus, IngestReport, Mode};
use crate::io::report::watch::{Became, Moved, PathTrouble, Pushed, RunSummary, SweepReport, TakenFile};
use crate::io::watch::archive::{ArchiveError, put_away};
use crate::io::watch::wake::{self, Event, Stop, Woken};
use crate::io::watch::{Folder, Quiet, judge};

/// Two looks lie at least so far apart, unless the interval is shorter.
const SETTLE: Duration = Duration::from_secs(2);
/// A push that failed is tried again after so long.
const PUSH_AGAIN: Duration = Duration::from_mins(5);

/// What one is asked to watch, and how.
pub(super) struct WatchSettings {
    folder: PathBuf,
    archive: Option<PathBuf>,
    quiet: Quiet,
    interval: Duration,
    mall: Option<String>,
    password: Option<String>,
    push: Option<Target>,
}

/// Where a push goes to.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "bigquery"), expect(dead_code, reason = "there is nowhere to push to"))]
struct Target {
    dataset: Option<String>,
    reach: Reach,
}

impl WatchSettings {
    pub(super) fn new(args: &Watch, settings: &Settings) -> Result<Self, Failure> {
        let words = settings.words();
        let usage = |message: String, hint: &str| Failure::usage(message).hint(words.say(hint));
        let Some(folder) = args.folder.clone().or_else(|| settings.config.inbox.clone()) else {
            return Err(usage(words.say("watch-no-folder"), "watch-no-folder-hint"));
        };
        if let Some(mall) = args.mall.as_ref().filter(|m| !is_mall_id(m)) {
            return Err(usage(
                words.tell("watch-no-mall-id", &[("id", mall.into())]),
                "watch-no-mall-id-hint",
            ));
        }
        let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if args.archive.as_ref().is_some_and(|archive| real(&folder).starts_with(real(archive))) {
            return Err(usage(words.say("watch-archive-is-folder"), "watch-archive-is-folder-hint"));
        }
        if !folder.is_dir() {
            let shown = folder.display().to_string();
            let failure =
                Failure::new("file.io", words.tell("watch-missing", &[("folder", (&shown).into())]));
            return Err(failure.hint(words.say("watch-missing-hint")));
        }
        let push = args.push.then(|| Target { dataset: args.dataset.clone(), reach: args.reach.clone() });
        if let Some(target) = &push {
            check_push(target, settings)?;
        }
        Ok(Self {
            folder,
            archive: args.archive.clone(),
            quiet: if args.once { Quiet::FromItsTime } else { Quiet::FromFirstLook },
            interval: args.interval,
            mall: args.mall.clone(),
            password: Passwords::new(args.password_file.as_deref(), &words)?.given().map(str::to_owned),
            push,
        })
    }

    fn settle(&self) -> Duration {
        SETTLE.min(self.interval)
    }
}

#[cfg(feature = "bigquery")]
fn push_settings(target: &Target, settings: &Settings) -> Result<super::warehouse::PushSettings, Failure> {
    let args = super::args::bigquery::Push {
        dataset: target.dataset.clone(),
        mode: None,
        dry_run: false,
        views: false,
        reach: target.reach.clone(),
    };
    super::warehouse::PushSettings::new(&args, settings)
}

#[cfg(feature = "bigquery")]
fn check_push(target: &Target, settings: &Settings) -> Result<(), Failure> {
    push_settings(target, settings).map(|_| ())
}

#[cfg(not(feature = "bigquery"))]
fn check_push(_: &Target, _: &Settings) -> Result<(), Failure> {
    Err(super::command::without_bigquery())
}

/// Sends on what changed; `None` where there is no ledger yet.
#[cfg(feature = "bigquery")]
fn push(target: &Target, settings: &Settings, schema: &Schema) -> Option<Pushed> {
    let sent = push_settings(target, settings).and_then(|asked| {
        super::warehouse::push(settings, &asked, schema, &mut |_| {}, &crate::io::report::NoProgress)
    });
    match sent {
        Ok(report) => Some(Pushed::Done { loads: report.months, rows: report.rows }),
        Err(failure) if failure.code == "store.missing" => None,
        Err(failure) => Some(Pushed::Failed(trouble(&failure))),
    }
}

#[cfg(not(feature = "bigquery"))]
fn push(_: &Target, _: &Settings, _: &Schema) -> Option<Pushed> {
    None
}

/// A failure as reports tell it.
pub(super) fn trouble(failure: &Failure) -> Trouble {
    let message = std::iter::once(&failure.message).chain(&failure.causes).cloned().collect::<Vec<_>>();
    Trouble { code: failure.code.into(), message: message.join(": "), hint: failure.hint.clone() }
}

/// What is done on the other thread.
struct Job {
    settings: Settings,
    schema: Schema,
    ingest: Option<IngestSettings>,
    push: Option<Target>,
    /// Whether there may be something to send though this run changes nothing.
    push_owed: Owed,
    bars: Arc<Bars>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owed {
    Nothing,
    Push,
}

struct Outcome {
    ingest: Option<Result<Ingested, Failure>>,
    push: Option<Pushed>,
}

struct Ingested {
    report: IngestReport,
    /// Paths that the ledger had before.
    earlier: HashSet<String>,
}

impl Job {
    fn work(self) -> Outcome {
        let ingest = self.ingest.as_ref().map(|asked| {
            let earlier = wire::paths(&self.settings, &self.schema)?;
            let report = wire::ingest(&self.settings, asked, &self.schema, &*self.bars)?;
            Ok(Ingested { report, earlier })
        });
        let changed = matches!(&ingest, Some(Ok(done)) if done.report.run_id.is_some());
        let failed = matches!(&ingest, Some(Err(_)));
        let target = self.push.as_ref().filter(|_| !failed && (changed || self.push_owed == Owed::Push));
        let push = target.and_then(|target| push(target, &self.settings, &self.schema));
        Outcome { ingest, push }
    }
}

/// How a sweep ended.
pub(super) enum Sweep {
    Told(Box<SweepReport>),
    /// The program is to stop. A run that was under way is left alone.
    Stopped,
}

/// A folder that is watched.
pub(super) struct Watching {
    settings: Settings,
    schema: Schema,
    asked: WatchSettings,
    folder: Folder,
    inbox: Inbox<PathBuf>,
    clock: Instant,
    stop: Stop,
    send: Sender<Event<Outcome>>,
    events: Receiver<Event<Outcome>>,
    live: Live,
    push_owed: Owed,
    push_not_before: Duration,
    /// Files that were told to be cut off, and how they looked then.
    told_cut: BTreeMap<PathBuf, Look>,
}

impl Watching {
    pub(super) fn new(
        asked: WatchSettings,
        settings: &Settings,
        stop: Stop,
        live: Live,
    ) -> Result<Self, Failure> {
        let (send, events) = channel();
        let except = std::iter::once(settings.ledger.clone()).chain(asked.archive.clone()).collect();
        Ok(Self {
            schema: settings.schema()?,
            settings: settings.clone(),
            folder: Folder::new(asked.folder.clone(), except, asked.quiet),
            inbox: Inbox::default(),
            clock: Instant::now(),
            stop,
            send,
            events,
            live,
            push_owed: if asked.push.is_some() { Owed::Push } else { Owed::Nothing },
            push_not_before: Duration::ZERO,
            told_cut: BTreeMap::new(),
            asked,
        })
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.root()
    }

    pub(super) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Lets the system wake us, as long as the value lives.
    pub(super) fn listen(&self) -> Result<impl Sized + use<>, notify::Error> {
        wake::listen(self.folder.root(), self.send.clone())
    }

    /// Waits for the next look.
    pub(super) fn pause(&self) -> Woken {
        let settle = self.asked.settle();
        let most = if self.inbox.is_at_rest() { self.asked.interval } else { settle };
        wake::pause(&self.events, &self.stop, settle, most)
    }

    /// Whether another look may find a file ready.
    pub(super) fn expects_more(&self) -> bool {
        !self.inbox.is_at_rest()
    }

    pub(super) fn look(&mut self) -> std::io::Result<()> {
        self.inbox.look(self.clock.elapsed(), self.folder.look()?);
        judge(&mut self.inbox);
        Ok(())
    }

    /// Takes what is ready. An error means that nothing was committed; the files are ready still.
    pub(super) fn sweep(&mut self) -> Result<Sweep, Failure> {
        let mut ready: Vec<(PathBuf, Look)> = self
            .inbox
            .ready()
            .into_iter()
            .filter_map(|p| Some((p.clone(), self.inbox.look_of(&p)?)))
            .collect();
        // As `ingest` walks: of two files with the same bytes, the plain name is the one to remember.
        ready.sort_by_cached_key(|(path, _)| plain_before_copy(&path.to_string_lossy()));
        let push_due = self.push_owed == Owed::Push && self.clock.elapsed() >= self.push_not_before;
        if ready.is_empty() && !push_due {
            return Ok(Sweep::Told(Box::new(self.report(None, Vec::new(), None))));
        }
        let bars = Arc::new(Bars::new(self.live, self.settings.words()));
        let job = Job {
            settings: self.settings.clone(),
            schema: self.schema.clone(),
            ingest: (!ready.is_empty()).then(|| self.ingest_settings(&ready)),
            push: self.asked.push.clone(),
            push_owed: if push_due { Owed::Push } else { Owed::Nothing },
            bars: Arc::clone(&bars),
        };
        let send = self.send.clone();
        std::thread::spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| job.work())).unwrap_or_else(|_| Outcome {
                ingest: Some(Err(Failure::new("bug", "the run stopped in an unforeseen way"))),
                push: None,
            });
            // Nobody waits any more when the program ends.
            let _ = send.send(Event::Done(outcome));
        });
        let outcome = wake::result(&self.events, &self.stop);
        bars.finish();
        let Some(outcome) = outcome else { return Ok(Sweep::Stopped) };
        self.note_push(outcome.push.as_ref(), push_due);
        match outcome.ingest {
            Some(Ok(done)) => Ok(Sweep::Told(Box::new(self.settle(&ready, &done, outcome.push)))),
            Some(Err(failure)) => Err(failure),
            None => Ok(Sweep::Told(Box::new(self.report(None, Vec::new(), outcome.push)))),
        }
    }

    fn ingest_settings(&self, ready: &[(PathBuf, Look)]) -> IngestSettings {
        IngestSettings {
            paths: ready.iter().map(|(path, _)| path.clone()).collect(),
            mall: self.asked.mall.clone(),
            observed_at: None,
            source: None,
            passwords: Passwords::unattended(self.asked.password.clone()),
            mode: Mode::Commit,
            again: Again::PassedOver,
            command: "watch",
        }
    }

    fn note_push(&mut self, pushed: Option<&Pushed>, was_due: bool) {
        match pushed {
            Some(Pushed::Failed(_)) => {
                self.push_owed = Owed::Push;
                self.push_not_before = self.clock.elapsed() + PUSH_AGAIN;
            }
            Some(Pushed::Done { .. }) => self.push_owed = Owed::Nothing,
            None if was_due => self.push_owed = Owed::Nothing,
            None => {}
        }
    }

    /// Says of each file that was given to a run whether it is done with, and puts away what the ledger has.
    fn settle(&mut self, ready: &[(PathBuf, Look)], done: &Ingested, pushed: Option<Pushed>) -> SweepReport {
        let run = RunSummary::of(&done.report);
        let mut files = Vec::new();
        let mut committed = Vec::new();
        for (path, look) in ready {
            let shown = path.display().to_string();
            let inside = format!("{shown}/");
            let of_path = done.report.files.iter().filter(|f| f.path == shown || f.path.starts_with(&inside));
            let (bad, good): (Vec<_>, Vec<_>) = of_path.partition(|f| !is_in_ledger(f));
            let awaited = if !look_at(path).is_ok_and(|now| now == *look) {
                self.inbox.again(path);
                Rest::Awaited
            } else if bad.iter().any(|f| may_be_mended_by_time(f)) {
                self.inbox.unfinished(path)
            } else {
                self.inbox.done(path);
                Rest::Given
            };
            if awaited == Rest::Given && !good.is_empty() && bad.iter().all(|f| f.error.is_none()) {
                committed.push((path, *look));
            }
            let told = good.into_iter().chain(bad.into_iter().filter(|_| awaited == Rest::Given));
            files.extend(
                told.map(|file| TakenFile { became: became(file, &done.earlier), file: file.clone() }),
            );
        }
        let mut report = self.report(Some(run), files, pushed);
        if let Some(archive) = &self.asked.archive {
            for (path, look) in committed {
                if self.stop.is_asked() {
                    break;
                }
                match put_away(path, look, self.folder.root(), archive) {
                    Ok(to) => report
                        .archived
                        .push(Moved { from: path.display().to_string(), to: to.display().to_string() }),
                    // It will be taken once more.
                    Err(ArchiveError::Changed) => self.inbox.again(path),
                    Err(error) => report.not_archived.push(PathTrouble {
                        path: path.display().to_string(),
                        trouble: Trouble {
                            code: error.code().into(),
                            message: error.to_string(),
                            hint: Some(error.hint().to_owned()),
                        },
                    }),
                }
            }
        }
        report
    }

    /// What is to be told of files that are not taken: all of it if this is the only look, else what is new.
    fn waiting(&mut self) -> Vec<PathBuf> {
        if self.asked.quiet == Quiet::FromItsTime {
            return self.inbox.waiting();
        }
        let before = std::mem::take(&mut self.told_cut);
        let cut = self.inbox.cut().into_iter().filter_map(|p| Some((p.clone(), self.inbox.look_of(&p)?)));
        self.told_cut = cut.collect();
        let is_new = |(path, look): &(&PathBuf, &Look)| before.get(*path) != Some(*look);
        self.told_cut.iter().filter(is_new).map(|(path, _)| path.clone()).collect()
    }

    fn report(
        &mut self,
        run: Option<RunSummary>,
        files: Vec<TakenFile>,
        push: Option<Pushed>,
    ) -> SweepReport {
        SweepReport {
            event: "sweep",
            at: wire::this_moment().to_string(),
            folder: self.folder.root().display().to_string(),
            files,
            run,
            waiting: self.waiting().iter().map(|p| p.display().to_string()).collect(),
            archived: Vec::new(),
            not_archived: Vec::new(),
            push,
        }
    }
}

fn is_in_ledger(file: &FileReport) -> bool {
    matches!(file.status, FileStatus::Ingested | FileStatus::AlreadyIngested)
}

/// A reader that misses the end, or a file that another program holds: that may pass.
fn may_be_mended_by_time(file: &FileReport) -> bool {
    file.error.as_ref().is_some_and(|e| matches!(e.code.as_str(), "file.incomplete" | "file.io"))
}

fn became(file: &FileReport, earlier: &HashSet<String>) -> Became {
    match file.status {
        FileStatus::Ingested if earlier.contains(&file.path) => Became::Changed,
        FileStatus::Ingested => Became::New,
        FileStatus::AlreadyIngested => Became::Known,
        FileStatus::Skipped => Became::Skipped,
        FileStatus::Failed => Became::Failed,
    }
}
