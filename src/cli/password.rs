//! The password of locked files: from a file, the environment or a prompt; never an argument, never printed.

use std::fmt;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Mutex;

use super::status::Failure;
use super::words::Words;

const VARIABLE: &str = "JANGBU_PASSWORD";

/// Where passwords come from in this run.
pub struct Passwords {
    given: Option<String>,
    prompt: Prompt,
    question: String,
    /// What was typed, so that one password is asked for once.
    typed: Mutex<Typed>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Prompt {
    Terminal,
    Never,
}

#[derive(Default)]
enum Typed {
    #[default]
    NotAsked,
    Password(String),
    Declined,
}

impl Passwords {
    /// The first line of the file, else the environment, else a person at a terminal.
    pub fn new(file: Option<&Path>, words: &Words) -> Result<Self, Failure> {
        let given = match file {
            Some(path) => Some(first_line(path)?),
            None => std::env::var(VARIABLE).ok().filter(|p| !p.is_empty()),
        };
        let person = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        let prompt = if given.is_none() && person { Prompt::Terminal } else { Prompt::Never };
        Ok(Self { given, prompt, question: words.say("password-question"), typed: Mutex::default() })
    }

    /// This one and no other: there is nobody to ask.
    pub fn unattended(given: Option<String>) -> Self {
        Self { given, prompt: Prompt::Never, question: String::new(), typed: Mutex::default() }
    }

    /// The password given in advance.
    pub fn given(&self) -> Option<&str> {
        self.given.as_deref()
    }

    /// The password for a locked file: the given one, or what a person types; asked once a run. `quietly` runs the
    /// prompt while nothing else draws on the terminal.
    pub fn ask(&self, quietly: impl FnOnce(&dyn Fn() -> Option<String>) -> Option<String>) -> Option<String> {
        if let Some(given) = &self.given {
            return Some(given.clone());
        }
        if self.prompt == Prompt::Never {
            return None;
        }
        // A poisoned lock only means that another thread stopped: the password is still good.
        let mut typed = self.typed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if matches!(*typed, Typed::NotAsked) {
            let read = || rpassword::prompt_password(format!("{} ", self.question)).ok();
            *typed = match quietly(&read).filter(|p| !p.is_empty()) {
                Some(password) => Typed::Password(password),
                None => Typed::Declined,
            };
        }
        match &*typed {
            Typed::Password(password) => Some(password.clone()),
            Typed::NotAsked | Typed::Declined => None,
        }
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords(..)")
    }
}

fn first_line(path: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path).map_err(|e| {
        Failure::new("config", format!("cannot read the password file {}", path.display())).caused_by(&e)
    })?;
    let line = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    if line.is_empty() {
        let failure = Failure::new("config", format!("the password file {} is empty", path.display()));
        return Err(failure.hint("write the password in its first line"));
    }
    Ok(line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::lang::Lang;

    #[test]
    fn the_first_line_of_the_file_is_the_password() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p");
        std::fs::write(&path, "비밀 12 \r\nsecond\n").unwrap();
        let passwords = Passwords::new(Some(&path), &Words::of(Lang::En)).unwrap();
        assert_eq!(passwords.given(), Some("비밀 12 "));
        assert_eq!(passwords.ask(|_| panic!("there is nothing to ask")).as_deref(), Some("비밀 12 "));
        assert_eq!(format!("{passwords:?}"), "Passwords(..)");
    }

    #[test]
    fn an_empty_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p");
        std::fs::write(&path, "\nx").unwrap();
        assert!(Passwords::new(Some(&path), &Words::of(Lang::En)).unwrap_err().message.contains("is empty"));
    }

    #[test]
    fn a_person_is_asked_once() {
        let passwords = Passwords {
            given: None,
            prompt: Prompt::Terminal,
            question: String::new(),
            typed: Mutex::default(),
        };
        assert_eq!(passwords.ask(|_| Some("1".into())).as_deref(), Some("1"));
        assert_eq!(passwords.ask(|_| Some("2".into())).as_deref(), Some("1"));
        let nobody = Passwords { prompt: Prompt::Never, typed: Mutex::default(), ..passwords };
        assert_eq!(nobody.ask(|_| Some("1".into())), None);
    }
}
