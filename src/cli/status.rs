//! How a command ends: well, or with a failure that says what to do next.

use std::error::Error;

/// How a command ended. The numbers are the exit statuses of the program; scripts may depend on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// All well.
    Success = 0,
    /// Nothing was committed: I/O, configuration, the ledger is locked.
    Failed = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// Done, but somebody should look: a file failed, rows were quarantined, a push or pull ended part way, files and API
    /// disagree.
    Partial = 3,
}

impl Status {
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// Why a command could not do its work. Never holds a personal value.
#[derive(Debug)]
pub struct Failure {
    pub status: Status,
    /// A stable word for scripts.
    pub code: &'static str,
    pub message: String,
    /// What lies behind it, the nearest cause first.
    pub causes: Vec<String>,
    /// What to do next.
    pub hint: Option<String>,
}

impl Failure {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: Status::Failed, code, message: message.into(), causes: Vec::new(), hint: None }
    }

    /// A failure of the arguments.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { status: Status::Usage, ..Self::new("usage", message) }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Takes over an error's message and everything behind it.
    #[must_use]
    pub fn caused_by(mut self, error: &dyn Error) -> Self {
        self.causes.push(error.to_string());
        self.sources_of(error)
    }

    /// Takes over what lies behind an error whose own message is this failure's.
    #[must_use]
    pub fn sources_of(mut self, error: &dyn Error) -> Self {
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if self.causes.last() != Some(&text) && self.message != text {
                self.causes.push(text);
            }
            source = cause.source();
        }
        self
    }

    /// Whether the reader of our output went away: no failure at all (`jangbu files | head`).
    pub fn is_broken_pipe(&self) -> bool {
        self.code == BROKEN_PIPE
    }
}

const BROKEN_PIPE: &str = "broken_pipe";

/// Output that could not be written.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Self::new(BROKEN_PIPE, "nobody reads the output any more")
        } else {
            Self::new("io", "cannot write the output").caused_by(&error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn a_failure_lists_its_causes_from_near_to_far() {
        let error = Outer(std::io::Error::other("inner"));
        assert_eq!(Failure::new("x", "top").caused_by(&error).causes, ["outer", "inner"]);
        assert_eq!(Failure::new("x", "outer").sources_of(&error).causes, ["inner"]);
    }

    #[test]
    fn exit_statuses_are_the_documented_numbers() {
        let codes = [Status::Success, Status::Failed, Status::Usage, Status::Partial].map(Status::code);
        assert_eq!(codes, [0, 1, 2, 3]);
    }
}
