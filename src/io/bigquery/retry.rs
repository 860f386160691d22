//! Which answers are worth another try, and when.
//!
//! The reason decides before the status: a 403 may be a rate limit, which passes, or a missing permission, which does
//! not. Pauses grow from one second to half a minute and are jittered, so that clients that failed together do not come
//! back together.

use std::time::Duration;

/// What to do about an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It will not change by asking again.
    Final,
    /// Ask again after a pause, not before this long if the server said so.
    Again { not_before: Option<Duration> },
    /// The token is no longer taken: ask again with a fresh one.
    Refresh,
}

/// Reasons of a 403 that pass by themselves.
const PASSING: [&str; 5] =
    ["rateLimitExceeded", "jobRateLimitExceeded", "userRateLimitExceeded", "backendError", "internalError"];

pub(super) fn judge(status: u16, reason: &str, message: &str, not_before: Option<Duration>) -> Verdict {
    let again = Verdict::Again { not_before };
    match status {
        401 => Verdict::Refresh,
        // A query that broke down: asked again it is another job.
        400 if matches!(reason, "jobBackendError" | "jobInternalError" | "jobRateLimitExceeded") => again,
        408 | 429 | 500 | 502 | 503 | 504 => again,
        403 if PASSING.contains(&reason) => again,
        // Updates of one table come too fast: the limit is one of seconds, not of a day.
        403 if reason == "quotaExceeded" && message.contains("table update") => again,
        _ => Verdict::Final,
    }
}

/// Whether a job that failed for this reason may succeed under a new id.
pub(super) fn job_may_pass(reason: &str) -> bool {
    PASSING.contains(&reason)
        || matches!(reason, "jobBackendError" | "jobInternalError" | "resourcesExceeded")
}

/// How long `Retry-After` asks to wait: seconds, or a moment of the server's clock, which `date` tells.
pub(super) fn wait_told(retry_after: &str, date: Option<&str>) -> Option<Duration> {
    let seconds = match retry_after.trim().parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => u64::try_from(moment(retry_after)? - moment(date?)?).ok()?,
    };
    Some(Duration::from_secs(seconds.min(600)))
}

/// A date as HTTP writes it, in seconds since 1970.
pub(super) fn moment(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc2822(text.trim()).ok().map(|time| time.timestamp())
}

/// How long to pause and when to give up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    first: Duration,
    ceiling: Duration,
    /// For one request, from its first try on.
    pub(super) patience: Duration,
    /// For one job, from its start on.
    pub(super) job_patience: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            ceiling: Duration::from_secs(32),
            patience: Duration::from_mins(10),
            job_patience: Duration::from_mins(40),
        }
    }
}

impl Pace {
    /// The usual pace. Debug builds may be told a quicker one by tests.
    pub(super) fn from_environment() -> Self {
        let told = |name: &str| {
            let ms = std::env::var(name).ok().filter(|_| cfg!(debug_assertions))?;
            ms.parse().ok().map(Duration::from_millis)
        };
        let usual = Self::default();
        let first = told("JANGBU_TEST_PAUSE_MS");
        Self {
            first: first.unwrap_or(usual.first),
            ceiling: first.map_or(usual.ceiling, |first| first * 32),
            patience: told("JANGBU_TEST_PATIENCE_MS").unwrap_or(usual.patience),
            ..usual
        }
    }

    /// The pause after the `tries`-th try. `chance` from 0 to 255 spreads it over the upper half of its length.
    pub(super) fn pause(self, tries: u32, chance: u8, not_before: Option<Duration>) -> Duration {
        let full = self.first.saturating_mul(1 << tries.saturating_sub(1).min(10)).min(self.ceiling);
        let jittered = full / 2 + full.saturating_mul(u32::from(chance)) / 510;
        jittered.max(not_before.unwrap_or_default())
    }

    /// The pause before the `n`-th look at a running job: most take a few seconds.
    pub(super) fn poll(n: u32) -> Duration {
        Duration::from_millis(60).saturating_mul(1 << n.min(7)).min(Duration::from_secs(5))
    }
}

/// A random byte; without randomness the middle does.
pub(super) fn chance() -> u8 {
    let mut byte = [128];
    let _ = getrandom::fill(&mut byte);
    byte[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_asked_again_and_what_does_not_is_final() {
        let again = Verdict::Again { not_before: None };
        for (status, reason, expected) in [
            (401, "authError", Verdict::Refresh),
            (403, "rateLimitExceeded", again),
            (403, "accessDenied", Verdict::Final),
            (403, "quotaExceeded", Verdict::Final),
            (403, "billingNotEnabled", Verdict::Final),
            (400, "invalid", Verdict::Final),
            (404, "notFound", Verdict::Final),
            (407, "", Verdict::Final),
            (409, "duplicate", Verdict::Final),
            (412, "conditionNotMet", Verdict::Final),
            (413, "", Verdict::Final),
            (501, "notImplemented", Verdict::Final),
            (408, "", again),
            (429, "", again),
            (500, "", again),
            (502, "", again),
            (503, "backendError", again),
            (504, "", again),
        ] {
            assert_eq!(judge(status, reason, "", None), expected, "{status} {reason}");
        }
        assert_eq!(judge(403, "quotaExceeded", "too many table update operations", None), again);
        assert_eq!(judge(400, "jobBackendError", "", None), again);
        let told = Some(Duration::from_secs(7));
        assert_eq!(judge(429, "", "", told), Verdict::Again { not_before: told });
    }

    #[test]
    fn the_server_tells_seconds_or_a_moment() {
        let date = Some("Wed, 21 Oct 2026 07:27:30 GMT");
        for (text, date, expected) in [
            (" 7 ", None, Some(7)),
            ("86400", None, Some(600)),
            ("Wed, 21 Oct 2026 07:28:00 GMT", date, Some(30)),
            ("Wed, 21 Oct 2026 07:28:00 GMT", None, None),
            ("Wed, 21 Oct 2026 07:27:00 GMT", date, None),
            ("soon", date, None),
        ] {
            assert_eq!(wait_told(text, date), expected.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn pauses_grow_to_a_ceiling_and_honour_the_server() {
        let pace = Pace::default();
        let longest: Vec<u64> = (1..9).map(|n| pace.pause(n, 255, None).as_secs()).collect();
        assert_eq!(longest, [1, 2, 4, 8, 16, 32, 32, 32]);
        assert_eq!(pace.pause(3, 0, None), Duration::from_secs(2));
        assert_eq!(pace.pause(1, 0, Some(Duration::from_secs(20))), Duration::from_secs(20));
        assert_eq!(pace.pause(9, 0, Some(Duration::from_secs(1))), Duration::from_secs(16));
    }
}
