//! What is said to people, in their language.
//!
//! The texts are data, `messages/{en,ko}.ftl` beside this file, in the format of Project Fluent, which knows plurals.
//! Codes, JSON keys and names of columns never come from here. Tests hold both files to the same messages with the same
//! placeholders, and every id that the program asks for to a message.

use std::borrow::Cow;
use std::io;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::lang::Lang;
use super::said::Sentences;
use super::table::grouped;

const ENGLISH: &str = include_str!("messages/en.ftl");
const KOREAN: &str = include_str!("messages/ko.ftl");

fn text_of(lang: Lang) -> &'static str {
    match lang {
        Lang::En => ENGLISH,
        Lang::Ko => KOREAN,
    }
}

/// What stands in a placeholder.
#[derive(Clone, Copy, Debug)]
pub enum Arg<'a> {
    Text(&'a str),
    /// Shown with separators of thousands; chooses the plural.
    Count(u64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Arg<'_> {
    fn from(n: u64) -> Self {
        Self::Count(n)
    }
}

/// The messages of one language.
pub struct Words {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
    /// Sentences of the inner layers; they are English already.
    sentences: Sentences,
}

impl Words {
    pub fn of(lang: Lang) -> Self {
        let id: LanguageIdentifier = lang.code().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Marks of direction around placeholders would only be noise on a terminal.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(FluentNumber { value, .. }) if *value >= 0.0 => {
                value.to_string().parse().ok().map(grouped)
            }
            _ => None,
        }));
        // A message with a mistake would be left out; the tests see that there is none.
        let resource = FluentResource::try_new(text_of(lang).to_owned()).unwrap_or_else(|(some, _)| some);
        bundle.add_resource_overriding(resource);
        let sentences = match lang {
            Lang::En => Sentences::default(),
            Lang::Ko => Sentences::korean(),
        };
        Self { lang, bundle, sentences }
    }

    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// A sentence that an inner layer made, in this language.
    pub fn said<'t>(&self, sentence: &'t str) -> Cow<'t, str> {
        let told = self.sentences.translate(sentence);
        match self.with_system_words(&told) {
            Some(text) => Cow::Owned(text),
            None => told,
        }
    }

    /// The text with the system's own words about a failure in this language, and without the temporary file that it names.
    fn with_system_words(&self, text: &str) -> Option<String> {
        let (_, tail) = text.split_once("(os error ")?;
        let (number, after) = tail.split_once(')')?;
        let error = io::Error::from_raw_os_error(number.parse().ok()?);
        let words = match (self.lang, error.kind()) {
            (Lang::En, _) => error.to_string(),
            (_, io::ErrorKind::NotFound) => self.say("system-missing"),
            (_, io::ErrorKind::PermissionDenied) => self.say("system-denied"),
            (_, io::ErrorKind::StorageFull) => self.say("system-full"),
            (_, io::ErrorKind::NotADirectory) => self.say("system-no-folder"),
            (_, io::ErrorKind::IsADirectory) => self.say("system-folder"),
            (_, io::ErrorKind::ReadOnlyFilesystem) => self.say("system-read-only"),
            (_, io::ErrorKind::AlreadyExists) => self.say("system-exists"),
            _ => error.to_string(),
        };
        let place = after.strip_prefix(" at path \"").and_then(|rest| rest.split_once('"'));
        let place = place.map_or_else(String::new, |(path, _)| format!(" at path \"{path}\""));
        Some(text.replace(&format!("{error}{place}"), &words))
    }

    /// `3 rows`
    pub fn rows(&self, n: u64) -> String {
        self.tell("count-rows", &[("n", n.into())])
    }

    /// `3 files`
    pub fn files(&self, n: u64) -> String {
        self.tell("count-files", &[("n", n.into())])
    }

    /// `3 days`
    pub fn days(&self, n: u64) -> String {
        self.tell("count-days", &[("n", n.into())])
    }

    /// `3 orders`
    pub fn orders(&self, n: u64) -> String {
        self.tell("count-orders", &[("n", n.into())])
    }

    /// The message of this id that has no placeholders.
    pub fn say(&self, id: &str) -> String {
        self.tell(id, &[])
    }

    /// The message of this id with its placeholders filled in.
    pub fn tell(&self, id: &str, args: &[(&str, Arg<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(id).and_then(|m| m.value()) else {
            return id.to_owned();
        };
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            let value = match arg {
                Arg::Text(text) => FluentValue::String(Cow::Borrowed(text)),
                Arg::Count(n) => FluentValue::from(*n),
            };
            values.set(Cow::Borrowed(*name), value);
        }
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

    use super::*;

    type Message = (BTreeSet<String>, bool);

    fn inline(expression: &InlineExpression<&str>, found: &mut BTreeSet<String>) {
        match expression {
            InlineExpression::VariableReference { id } => _ = found.insert(id.name.to_owned()),
            InlineExpression::Placeable { expression } => any(expression, found),
            _ => {}
        }
    }

    fn any(expression: &Expression<&str>, found: &mut BTreeSet<String>) {
        match expression {
            Expression::Inline(expression) => inline(expression, found),
            Expression::Select { selector, variants } => {
                inline(selector, found);
                variants.iter().for_each(|v| pattern(&v.value, found));
            }
        }
    }

    fn pattern(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                any(expression, found);
            }
        }
    }

    /// Placeholders and whether there is a text, by id.
    fn messages(lang: Lang) -> BTreeMap<String, Message> {
        let resource = fluent_syntax::parser::parse(text_of(lang)).unwrap_or_else(|(_, e)| panic!("{e:?}"));
        let mut all = BTreeMap::new();
        for entry in resource.body {
            if let Entry::Message(message) = entry {
                let mut found = BTreeSet::new();
                let value = message.value.as_ref();
                value.into_iter().for_each(|p| pattern(p, &mut found));
                let id = message.id.name.to_owned();
                assert!(all.insert(id.clone(), (found, value.is_some())).is_none(), "{id} stands twice");
            }
        }
        all
    }

    #[test]
    fn both_languages_have_the_same_messages_with_the_same_placeholders() {
        let (english, korean) = (messages(Lang::En), messages(Lang::Ko));
        assert!(!english.is_empty());
        let ids = |all: &BTreeMap<String, Message>| all.keys().cloned().collect::<BTreeSet<_>>();
        let lacking: Vec<_> = ids(&english).symmetric_difference(&ids(&korean)).cloned().collect();
        assert!(lacking.is_empty(), "in one language only: {lacking:?}");
        for (id, message) in &english {
            assert!(message.1, "{id} has no text");
            assert_eq!(message, &korean[id], "{id}");
        }
    }

    fn sources(folder: &Path, found: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                found.push_str(text.split("#[cfg(test)]").next().unwrap());
            }
        }
    }

    /// Ids are written out where they are used, as `"area.."` literals that hold a hyphen behind a known first word.
    #[test]
    fn every_id_in_the_program_has_a_message_and_every_message_is_used() {
        let mut text = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli"), &mut text);
        let english = messages(Lang::En);
        let areas: BTreeSet<&str> = english.keys().filter_map(|id| Some(id.split_once('-')?.0)).collect();
        let is_id = |word: &str| {
            let plain = word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            plain && word.split_once('-').is_some_and(|(area, rest)| areas.contains(area) && !rest.is_empty())
        };
        let used: BTreeSet<&str> = text.split('"').filter(|word| is_id(word)).collect();
        let unknown: Vec<_> = used.iter().filter(|id| !english.contains_key(**id)).collect();
        assert!(unknown.is_empty(), "no message for {unknown:?}");
        let unused: Vec<_> = english.keys().filter(|id| !used.contains(id.as_str())).collect();
        assert!(unused.is_empty(), "never said: {unused:?}");
    }

    #[test]
    fn what_the_system_says_is_translated_and_names_no_temporary_file() {
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        let missing = io::Error::from_raw_os_error(2);
        let korean = Words::of(Lang::Ko);
        assert_eq!(korean.said(&missing.to_string()), "파일이나 폴더가 없습니다");
        let path = " at path \"/a/.jangbu-x.tmp\"";
        assert_eq!(korean.said(&format!("{missing}{path}")), "파일이나 폴더가 없습니다");
        assert_eq!(
            korean.said(&format!("cannot read a.csv: {missing}")),
            "a.csv: 읽을 수 없습니다(파일이나 폴더가 없습니다)"
        );
        assert_eq!(Words::of(Lang::En).said(&format!("{missing}{path}")), missing.to_string());
        for text in ["(os error ", "(os error x)", "a (os error 2) b", &denied.to_string()] {
            assert_eq!(korean.said(text), text);
        }
    }

    #[test]
    fn numbers_are_grouped_and_choose_the_plural() {
        let english = Words::of(Lang::En);
        assert_eq!(english.tell("count-days", &[("n", 1.into())]), "1 day");
        assert_eq!(english.tell("count-days", &[("n", 1234.into())]), "1,234 days");
        assert_eq!(Words::of(Lang::Ko).tell("count-days", &[("n", 1234.into())]), "1,234일");
    }
}
