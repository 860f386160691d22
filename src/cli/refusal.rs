//! What is said instead of running a command: help, the version, or why the arguments make no sense.
//!
//! English is as clap words it. For other languages a mistake is told from the parts that clap names.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::{Output, Verbosity};
use super::help;
use super::lang::Lang;
use super::printer::{Console, Printer, Style};
use super::status::{Failure, Status};
use super::width::Lines;
use super::words::Words;

pub(super) fn refuse(error: &clap::Error, args: &[OsString], lang: Lang) -> Status {
    let console = Console::standard();
    let style = if error.use_stderr() { console.err_style } else { console.out_style };
    let words = Words::of(lang);
    let json = args.iter().any(|a| a == "--json") && error.use_stderr();
    let output = if json { Output::Json } else { Output::People };
    let refusal = Refusal::of(error, &words);
    let text = match (&refusal, lang) {
        (Some(refusal), Lang::Ko) => refusal.render(error, &words, style),
        _ => help::spoken(&shown(&error.render(), style), lang),
    };
    let mut printer = Printer::new(console, Verbosity::Normal, output, words);
    if json {
        // The document is the same in all languages.
        let _ = printer.failure(&Failure::usage(one_line(&error.to_string())).hint("see jangbu --help"));
        return Status::Usage;
    }
    // Nothing can be said any more if even this cannot be written; the status still tells.
    if error.use_stderr() {
        let _ = printer.usage(&text);
        return Status::Usage;
    }
    let _ = printer.result(&format!("{}\n", text.trim_end_matches('\n')));
    let _ = printer.flush();
    Status::Success
}

fn shown(text: &StyledStr, style: Style) -> String {
    match style {
        Style::Ansi => text.ansi().to_string(),
        Style::Plain => text.to_string(),
    }
}

/// What clap says above its usage, without line breaks.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim).take_while(|l| !l.starts_with("Usage:"));
    let text = lines.filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ");
    text.strip_prefix("error: ").map(str::to_owned).unwrap_or(text)
}

/// A mistake in the arguments, in words of ours.
struct Refusal {
    message: String,
    tips: Vec<String>,
}

impl Refusal {
    /// `None` where clap's own words are as good: help, or a mistake of a kind that is not known here.
    fn of(error: &clap::Error, words: &Words) -> Option<Self> {
        let get = |kind| error.get(kind).map(listed).filter(|text| !text.is_empty());
        let arg = get(ContextKind::InvalidArg).unwrap_or_default();
        let value = get(ContextKind::InvalidValue).unwrap_or_default();
        let command = get(ContextKind::InvalidSubcommand).unwrap_or_default();
        let of_arg = ("arg", (&arg).into());
        let of_value = ("value", (&value).into());
        let message = match error.kind() {
            ErrorKind::ArgumentConflict => match get(ContextKind::PriorArg) {
                Some(others) if others != arg => {
                    words.tell("usage-conflict", &[of_arg, ("others", (&others).into())])
                }
                _ => words.tell("usage-repeated", &[of_arg]),
            },
            ErrorKind::InvalidValue if value.is_empty() => words.tell("usage-no-value", &[of_arg]),
            ErrorKind::InvalidValue => words.tell("usage-bad-value", &[of_value, of_arg]),
            ErrorKind::ValueValidation => match std::error::Error::source(error).map(ToString::to_string) {
                Some(why) => {
                    let why = words.said(&why);
                    words.tell("usage-bad-value-why", &[of_value, of_arg, ("why", why.as_ref().into())])
                }
                None => words.tell("usage-bad-value", &[of_value, of_arg]),
            },
            ErrorKind::InvalidSubcommand => {
                words.tell("usage-bad-command", &[("command", (&command).into())])
            }
            ErrorKind::MissingRequiredArgument => words.tell("usage-missing", &[("args", (&arg).into())]),
            ErrorKind::MissingSubcommand => words.tell("usage-no-command", &[("command", (&command).into())]),
            ErrorKind::TooManyValues => words.tell("usage-one-too-many", &[of_value, of_arg]),
            ErrorKind::UnknownArgument => words.tell("usage-unknown", &[of_arg]),
            _ => return None,
        };
        let mut tips = Vec::new();
        if let Some(values) = get(ContextKind::ValidValue) {
            tips.push(words.tell("usage-possible-values", &[("values", (&values).into())]));
        }
        let suggestions =
            [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
        for names in suggestions.into_iter().filter_map(get) {
            tips.push(words.tell("usage-similar", &[("names", (&names).into())]));
        }
        Some(Self { message, tips })
    }

    fn render(&self, error: &clap::Error, words: &Words, style: Style) -> String {
        let mut text = String::new();
        text.line(format!("{} {}", style.bad(&words.say("label-error")), self.message));
        for tip in &self.tips {
            text.line(format!("  {} {tip}", style.good(&words.say("label-tip"))));
        }
        if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
            text.line(format!("\n{}", help::spoken(&shown(usage, style), words.lang())));
        }
        text.line(format!("\n{}", words.say("usage-help-hint")));
        text
    }
}

fn listed(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;

    fn error(args: &[&str], lang: Lang) -> clap::Error {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        cli::parse(&args, lang).unwrap_err()
    }

    #[test]
    fn clap_errors_fit_on_a_line() {
        let message = |args: &[&str]| one_line(&error(args, Lang::En).to_string());
        assert_eq!(
            message(&["jangbu", "export", "orders"]),
            "the following required arguments were not provided: --out <FILE>"
        );
        assert_eq!(
            message(&["jangbu", "files", "--jsn"]),
            "unexpected argument '--jsn' found tip: a similar argument exists: '--json'"
        );
    }

    #[test]
    fn mistakes_are_told_in_korean() {
        let cases: [(&[&str], &str); 9] = [
            (&["jangbu", "export", "orders"], "오류: 꼭 필요한 인수가 빠졌습니다: --out <파일>\n"),
            (
                &["jangbu", "files", "--jsn"],
                "오류: 모르는 인수입니다: '--jsn'\n  참고: 비슷한 것이 있습니다: --json\n\n사용법: jangbu files",
            ),
            (&["jangbu", "fles"], "오류: 모르는 명령입니다: 'fles'\n  참고: 비슷한 것이 있습니다: files\n"),
            (&["jangbu", "files", "-q", "-v"], "오류: 함께 쓸 수 없는 옵션입니다: '--quiet...', --verbose\n"),
            (
                &["jangbu", "files", "--lang", "fr"],
                "오류: '--lang <언어>'에 쓸 수 없는 값입니다: 'fr'\n  참고: 쓸 수 있는 값: en, ko\n",
            ),
            (
                &["jangbu", "coverage", "--settle", "0"],
                "오류: '--settle <일수>'에 쓸 수 없는 값입니다: '0' (1부터 730까지의 날수를 적으세요)\n",
            ),
            (
                &["jangbu", "watch", "--interval", "soon"],
                "오류: '--interval <초>'에 쓸 수 없는 값입니다: 'soon' (10이나 0.5처럼 초를 적으세요)\n",
            ),
            (
                &["jangbu", "plan", "request", "1", "--shop", "one"],
                "오류: '--shop <번호>'에 쓸 수 없는 값입니다: 'one' (1처럼 수를 적으세요)\n",
            ),
            (&["jangbu", "export", "--out"], "오류: '--out <파일>'에 값이 없습니다\n"),
        ];
        let words = Words::of(Lang::Ko);
        for (args, expected) in cases {
            let error = error(args, Lang::Ko);
            let text = Refusal::of(&error, &words).unwrap().render(&error, &words, Style::Plain);
            assert!(text.starts_with(expected), "{text}");
            assert!(text.ends_with("\n\n자세한 것은 '--help'로 봅니다.\n"), "{text}");
        }
    }

    #[test]
    fn every_mistake_is_told_in_both_languages() {
        let english = error(&["jangbu", "files", "-q", "-v"], Lang::En);
        let message = Refusal::of(&english, &Words::of(Lang::En)).unwrap().message;
        assert_eq!(message, "the argument '--quiet...' cannot be used with --verbose");
        let help = error(&["jangbu", "files", "--help"], Lang::Ko);
        assert!(Refusal::of(&help, &Words::of(Lang::Ko)).is_none());
    }
}
