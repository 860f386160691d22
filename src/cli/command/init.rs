//! `jangbu init`: a configuration to begin with, after three questions.

use std::fs::OpenOptions;
use std::io::{self, BufRead, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::args::{self, Output, PersonalArg};
use crate::cli::lang::Lang;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};
use crate::cli::words::Words;
use crate::io::config::is_mall_id;

const ENGLISH: &str = include_str!("../messages/jangbu.en.toml");
const KOREAN: &str = include_str!("../messages/jangbu.ko.toml");

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answers {
    mall: Option<String>,
    inbox: String,
    personal: PersonalArg,
}

#[derive(Serialize)]
struct Written {
    config: String,
    inbox: String,
    inbox_made: bool,
}

pub(super) fn run(args: &args::Init, settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    let path = settings.config_path.clone().unwrap_or_else(|| PathBuf::from("jangbu.toml"));
    if path.symlink_metadata().is_ok() {
        return Err(occupied(&path, printer.words()));
    }
    let answers = ask(args, &mut io::stdin().lock(), &mut |question| printer.ask(question), settings.lang)?;
    write_new(&path, &rendered(&answers, settings.lang), printer.words())?;
    let inbox = path.parent().unwrap_or(Path::new("")).join(&answers.inbox);
    let inbox_made = !inbox.exists() && std::fs::create_dir_all(&inbox).is_ok();
    let written =
        Written { config: path.display().to_string(), inbox: inbox.display().to_string(), inbox_made };
    match printer.output() {
        Output::Json => printer.document(&written)?,
        Output::People => {
            let words = printer.words();
            let mut text = words.tell("init-written", &[("path", (&written.config).into())]) + "\n";
            if inbox_made {
                text += &(words.tell("init-made", &[("inbox", (&written.inbox).into())]) + "\n");
            }
            text += &(words.say("init-next") + "\n");
            printer.report(&text)?;
        }
    }
    Ok(Status::Success)
}

fn occupied(path: &Path, words: &Words) -> Failure {
    let shown = path.display().to_string();
    Failure::new("config", words.tell("init-occupied", &[("path", (&shown).into())]))
        .hint(words.say("init-occupied-hint"))
}

fn write_new(path: &Path, text: &str, words: &Words) -> Result<(), Failure> {
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            return occupied(path, words);
        }
        let shown = path.display().to_string();
        Failure::new("io", words.tell("init-unwritable", &[("path", (&shown).into())])).caused_by(&error)
    })
}

/// What the arguments say, and answers to the questions that they leave open. An answer that makes no sense is asked
/// for again.
fn ask(
    args: &args::Init,
    answers: &mut dyn BufRead,
    say: &mut dyn FnMut(&str) -> io::Result<()>,
    lang: Lang,
) -> Result<Answers, Failure> {
    let words = Words::of(lang);
    let mut answer = |question: &str| -> Result<String, Failure> {
        say(question)?;
        let mut line = String::new();
        match answers.read_line(&mut line) {
            Ok(0) | Err(_) => {
                let failure = Failure::usage(words.say("init-no-answer"));
                Err(failure.hint(words.say("init-no-answer-hint")))
            }
            Ok(_) => Ok(line.trim().to_owned()),
        }
    };
    let checked = |id: &str| -> Result<Option<String>, String> {
        let id = id.trim_end_matches(".cafe24.com");
        match id {
            "" => Ok(None),
            id if is_mall_id(id) => Ok(Some(id.to_owned())),
            id => Err(words.tell("watch-no-mall-id", &[("id", id.into())])),
        }
    };
    let mall = match &args.mall {
        Some(id) => {
            checked(id).map_err(|message| Failure::usage(message).hint(words.say("watch-no-mall-id-hint")))?
        }
        None if args.yes => None,
        None => loop {
            if let Ok(mall) = checked(&answer(&words.say("init-ask-mall"))?) {
                break mall;
            }
        },
    };
    let inbox = match &args.inbox {
        Some(inbox) => inbox.display().to_string(),
        None if args.yes => String::new(),
        None => answer(&words.say("init-ask-inbox"))?,
    };
    let personal = match args.personal {
        Some(personal) => personal,
        None if args.yes => PersonalArg::Hash,
        None => loop {
            match answer(&words.say("init-ask-personal"))?.as_str() {
                "" | "1" | "hash" => break PersonalArg::Hash,
                "2" | "drop" => break PersonalArg::Drop,
                "3" | "keep" => break PersonalArg::Keep,
                _ => {}
            }
        },
    };
    Ok(Answers { mall, inbox: if inbox.is_empty() { "inbox".to_owned() } else { inbox }, personal })
}

fn rendered(answers: &Answers, lang: Lang) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let words = Words::of(lang);
    let example = answers.mall.as_deref().unwrap_or("haruhome");
    let malls = match &answers.mall {
        Some(mall) => format!("malls = [{}]", quoted(mall)),
        None => format!("#malls = [{}]", quoted(example)),
    };
    let (policy, other, contact) = match answers.personal {
        PersonalArg::Hash => ("init-policy-hash", "drop", "hash"),
        PersonalArg::Drop => ("init-policy-drop", "drop", "drop"),
        PersonalArg::Keep => ("init-policy-keep", "keep", "keep"),
    };
    let template = match lang {
        Lang::En => ENGLISH,
        Lang::Ko => KOREAN,
    };
    template
        .replace("{malls}", &malls)
        .replace("{example}", example)
        .replace("{policy}", &words.say(policy))
        .replace("{other}", other)
        .replace("{contact}", contact)
        .replace("{inbox}", &quoted(&answers.inbox))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::schema::Privacy;
    use crate::io::config::{Config, Treatment};

    fn args() -> args::Init {
        args::Init { yes: false, mall: None, inbox: None, personal: None }
    }

    fn asked(args: &args::Init, typed: &str) -> (Result<Answers, Failure>, usize) {
        let mut questions = 0;
        let mut count = |_: &str| {
            questions += 1;
            Ok(())
        };
        let answers = ask(args, &mut typed.as_bytes(), &mut count, Lang::En);
        (answers, questions)
    }

    fn answers(mall: Option<&str>, inbox: &str, personal: PersonalArg) -> Answers {
        Answers { mall: mall.map(str::to_owned), inbox: inbox.to_owned(), personal }
    }

    #[test]
    fn three_questions_have_answers_of_their_own_and_silence_takes_the_usual_ones() {
        let (found, questions) = asked(&args(), "haruhome\n받은 파일\n3\n");
        assert_eq!(found.unwrap(), answers(Some("haruhome"), "받은 파일", PersonalArg::Keep));
        assert_eq!(questions, 3);
        let (found, questions) = asked(&args(), "하루홈\nharuhome.cafe24.com\n\nmaybe\n\n");
        assert_eq!(found.unwrap(), answers(Some("haruhome"), "inbox", PersonalArg::Hash));
        assert_eq!(questions, 5, "what makes no sense is asked again");
        let (found, _) = asked(&args(), "haruhome\n");
        assert_eq!(found.unwrap_err().status, Status::Usage);
    }

    #[test]
    fn scripts_are_asked_nothing() {
        let yes = args::Init { yes: true, ..args() };
        let (found, questions) = asked(&yes, "");
        assert_eq!((found.unwrap(), questions), (answers(None, "inbox", PersonalArg::Hash), 0));
        let told = args::Init {
            mall: Some("haruhome".into()),
            inbox: Some("in".into()),
            personal: Some(PersonalArg::Drop),
            ..args()
        };
        let (found, questions) = asked(&told, "");
        assert_eq!((found.unwrap(), questions), (answers(Some("haruhome"), "in", PersonalArg::Drop), 0));
        let wrong = args::Init { mall: Some("하루홈".into()), ..yes };
        assert_eq!(asked(&wrong, "").0.unwrap_err().status, Status::Usage);
    }

    fn load(text: &str) -> Config {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jangbu.toml");
        std::fs::write(&path, text).unwrap();
        let mut config = Config::read(&path).unwrap_or_else(|e| panic!("{e}: {text}"));
        config.inbox = config.inbox.map(|p| p.strip_prefix(folder.path()).unwrap().to_owned());
        config
    }

    #[test]
    fn what_is_written_says_what_was_answered() {
        for lang in Lang::ALL {
            for (personal, name, phone) in [
                (PersonalArg::Hash, Treatment::Drop, Treatment::Hash),
                (PersonalArg::Drop, Treatment::Drop, Treatment::Drop),
                (PersonalArg::Keep, Treatment::Keep, Treatment::Keep),
            ] {
                let told = answers(Some("haruhome"), "받은 \"파일\"\\1", personal);
                let config = load(&rendered(&told, lang));
                assert_eq!(config.inbox.as_deref(), Some(Path::new(&told.inbox)));
                assert_eq!(config.only_mall(), Some("haruhome"));
                assert_eq!((config.privacy[&Privacy::Name], config.privacy[&Privacy::Phone]), (name, phone));
                assert_eq!(config.privacy.len(), 6);
            }
            assert_eq!(load(&rendered(&answers(None, "inbox", PersonalArg::Hash), lang)).only_mall(), None);
        }
    }

    /// Lines behind a bare `#` are settings to be had for the taking.
    #[test]
    fn the_lines_that_are_offered_can_be_taken() {
        for lang in Lang::ALL {
            let text = rendered(&answers(None, "inbox", PersonalArg::Hash), lang);
            let offered =
                |line: &str| line.strip_prefix('#').filter(|l| !l.starts_with(' ')).map(str::to_owned);
            assert!(text.lines().filter_map(offered).count() > 8);
            let all: Vec<String> = text.lines().map(|l| offered(l).unwrap_or_else(|| l.to_owned())).collect();
            let config = load(&all.join("\n"));
            assert_eq!(config.only_mall(), Some("haruhome"));
            assert_eq!(config.statuses.len() + config.aliases.len(), 3);
            assert!(!text.contains('{'), "{text}");
        }
    }

    #[test]
    fn a_file_that_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jangbu.toml");
        let words = Words::of(Lang::En);
        write_new(&path, "a", &words).unwrap();
        assert_eq!(write_new(&path, "b", &words).unwrap_err().code, "config");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a");
    }
}
