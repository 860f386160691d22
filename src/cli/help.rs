//! Help in the reader's language.
//!
//! English help stands where the arguments are defined. `messages/help.ko.toml` holds the Korean one, by the path of a
//! command and the id of an argument; the definition is walked and its texts are replaced before anything is parsed.
//! Words that clap itself puts between them are replaced where they are shown, as they have no other place.

use std::collections::BTreeMap;

use clap::{Arg, Command, CommandFactory};
use serde::Deserialize;

use super::args::Cli;
use super::lang::Lang;

const KOREAN: &str = include_str!("messages/help.ko.toml");

/// The name under which the catalogue keeps the program itself.
const ROOT: &str = "jangbu";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    /// Lines that head a part of the help, such as `Examples:`.
    headings: BTreeMap<String, String>,
    /// What clap says, and what the values of options mean.
    phrases: BTreeMap<String, String>,
    /// Names of values, such as `FILE`.
    values: BTreeMap<String, String>,
    /// Sections of a manual page, by the name that the generator gives them.
    sections: BTreeMap<String, String>,
    /// Arguments that mean the same in every command.
    everywhere: BTreeMap<String, String>,
    /// By the command's path without the program's name.
    commands: BTreeMap<String, Entry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// A blank line ends what the short help shows.
    about: String,
    /// What stands below the options, where it is more than examples.
    after: Option<String>,
    #[serde(default)]
    args: BTreeMap<String, String>,
}

impl Catalogue {
    fn korean() -> Self {
        // A file that cannot be read would mean English help; a test reads it.
        toml::from_str(KOREAN).unwrap_or_default()
    }

    fn arg(&self, path: &str, id: &str) -> Option<&str> {
        let own = self.commands.get(path).and_then(|entry| entry.args.get(id));
        own.or_else(|| self.everywhere.get(id)).map(String::as_str)
    }

    /// Lines that are headings in Korean, all others as they are.
    fn headed(&self, text: &str) -> String {
        let line = |line: &str| self.headings.get(line).cloned().unwrap_or_else(|| line.to_owned());
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// The definition of the command line, with its help in this language.
pub fn command(lang: Lang) -> Command {
    match lang {
        Lang::En => Cli::command(),
        Lang::Ko => translated(Cli::command(), ROOT, &Catalogue::korean()),
    }
}

/// A text that clap rendered, with its own words in this language.
pub fn spoken(text: &str, lang: Lang) -> String {
    match lang {
        Lang::En => text.to_owned(),
        Lang::Ko => with_phrases(text, Catalogue::korean().phrases, str::to_owned),
    }
}

/// A manual page that clap rendered, with its own words in this language.
pub fn spoken_page(page: &str, lang: Lang) -> String {
    // What stands below the options is no extra: examples, and how the program ends.
    let heading = |line: &str, name: &str| line.strip_prefix(".SH ").is_some_and(|found| found == name);
    let catalogue = match lang {
        Lang::En => Catalogue { sections: [("EXTRA".into(), "NOTES".into())].into(), ..Catalogue::default() },
        Lang::Ko => Catalogue::korean(),
    };
    let lines = page.lines().map(|line| {
        let named = catalogue.sections.iter().find(|(name, _)| heading(line, name));
        named.map_or_else(|| line.to_owned(), |(_, other)| format!(".SH \"{other}\""))
    });
    let page = lines.map(|line| line + "\n").collect::<String>();
    let escaped = |text: &str| text.replace('-', "\\-").replace('\'', "\\*(Aq");
    with_phrases(&page, catalogue.phrases, escaped)
}

fn with_phrases(text: &str, phrases: BTreeMap<String, String>, shape: impl Fn(&str) -> String) -> String {
    let mut phrases: Vec<_> = phrases.into_iter().collect();
    // A phrase may begin another one.
    phrases.sort_by_key(|(english, _)| std::cmp::Reverse(english.len()));
    phrases
        .iter()
        .fold(text.to_owned(), |text, (english, korean)| text.replace(&shape(english), &shape(korean)))
}

fn path_below(path: &str, name: &str) -> String {
    if path == ROOT { name.to_owned() } else { format!("{path} {name}") }
}

/// What the short help shows of a text, and the whole where there is more. A line break is a space, as in the English.
fn short_and_long(text: &str) -> (String, Option<String>) {
    let paragraphs: Vec<String> = text.split("\n\n").map(|p| p.trim().replace('\n', " ")).collect();
    let long = (paragraphs.len() > 1).then(|| paragraphs.join("\n\n"));
    (paragraphs.into_iter().next().unwrap_or_default(), long)
}

fn translated(mut command: Command, path: &str, catalogue: &Catalogue) -> Command {
    if let Some(entry) = catalogue.commands.get(path) {
        let (short, long) = short_and_long(&entry.about);
        command = command.about(short);
        if let Some(long) = long {
            command = command.long_about(long);
        }
    }
    if let Some(after) = command.get_after_long_help().map(ToString::to_string) {
        let own = catalogue.commands.get(path).and_then(|entry| entry.after.clone());
        command = command.after_long_help(own.unwrap_or_else(|| catalogue.headed(&after)));
    }
    command.mut_args(|arg| translated_arg(arg, path, catalogue)).mut_subcommands(|below| {
        let path = path_below(path, below.get_name());
        translated(below, &path, catalogue)
    })
}

fn translated_arg(mut arg: Arg, path: &str, catalogue: &Catalogue) -> Arg {
    if let Some(names) = arg.get_value_names().filter(|_| arg.get_action().takes_values()) {
        let known = |name: &clap::builder::Str| catalogue.values.get(name.as_str()).cloned();
        let names: Vec<String> =
            names.iter().map(|name| known(name).unwrap_or_else(|| name.to_string())).collect();
        arg = arg.value_names(names);
    }
    if let Some(heading) = arg.get_help_heading().and_then(|h| catalogue.headings.get(h)) {
        arg = arg.help_heading(heading.clone());
    }
    let Some(text) = catalogue.arg(path, arg.get_id().as_str()) else { return arg };
    let (short, long) = short_and_long(text);
    let arg = arg.help(short);
    match long {
        Some(long) => arg.long_help(long),
        None => arg,
    }
}

#[cfg(test)]
mod tests;
