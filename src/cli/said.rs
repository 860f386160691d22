//! Sentences that the inner layers make, in the reader's language.
//!
//! `core` and `io` know no catalogue: their errors, hints and reasons are English sentences with places for what they
//! are about. `messages/said.ko.toml` holds the Korean by the English as it stands in the source. A sentence is found
//! again by its fixed words, and what stood in its places is translated in the same way, as an error may tell another.
//! What is not found stays English; a test reads the sources and lists every sentence without Korean.

use std::borrow::Cow;
use std::collections::BTreeMap;

const KOREAN: &str = include_str!("messages/said.ko.toml");

/// A sentence with places.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Template {
    /// The fixed words around the places: one more than there are places.
    fixed: Vec<String>,
    places: Vec<String>,
}

impl Template {
    /// Reads a sentence as `format!` does. Places without a name are called by their number.
    fn parse(text: &str) -> Self {
        let mut fixed = vec![String::new()];
        let mut places = Vec::new();
        let mut unnamed = 0;
        let mut rest = text;
        while let Some((before, (inside, after))) =
            rest.split_once('{').and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
        {
            fixed.last_mut().into_iter().for_each(|last| last.push_str(before));
            let name = inside.split(':').next().unwrap_or_default();
            places.push(if name.is_empty() {
                unnamed += 1;
                (unnamed - 1).to_string()
            } else {
                name.to_owned()
            });
            fixed.push(String::new());
            rest = after;
        }
        fixed.last_mut().into_iter().for_each(|last| last.push_str(rest));
        Self { fixed, places }
    }

    fn fixed_len(&self) -> usize {
        self.fixed.iter().map(String::len).sum()
    }

    /// What stands in the places of a text of this shape.
    fn read<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let (first, others) = self.fixed.split_first()?;
        let mut rest = text.strip_prefix(first.as_str())?;
        let Some((last, middle)) = others.split_last() else { return rest.is_empty().then(Vec::new) };
        let mut found = Vec::with_capacity(self.places.len());
        for fixed in middle {
            let (value, after) = rest.split_once(fixed.as_str())?;
            found.push(value);
            rest = after;
        }
        found.push(rest.strip_suffix(last.as_str())?);
        Some(found)
    }

    /// The sentence with these values in the places of these names.
    fn write(&self, values: &BTreeMap<&str, Cow<'_, str>>) -> String {
        let mut text = String::new();
        for (n, fixed) in self.fixed.iter().enumerate() {
            text.push_str(fixed);
            if let Some(value) = self.places.get(n).and_then(|name| values.get(name.as_str())) {
                text.push_str(value);
            }
        }
        text
    }
}

/// All sentences of one language, by the English.
#[derive(Debug, Default)]
pub struct Sentences {
    /// Those with the most fixed words come first: they are the surest to be meant.
    pairs: Vec<(Template, Template)>,
}

impl Sentences {
    pub fn korean() -> Self {
        // A file that cannot be read would mean English sentences; a test reads it.
        let texts: BTreeMap<String, String> = toml::from_str(KOREAN).unwrap_or_default();
        let mut pairs: Vec<_> =
            texts.iter().map(|(en, other)| (Template::parse(en), Template::parse(other))).collect();
        pairs.sort_by_key(|(english, _)| std::cmp::Reverse(english.fixed_len()));
        Self { pairs }
    }

    /// The sentence in this language; as it is where it is not known.
    pub fn translate<'t>(&self, text: &'t str) -> Cow<'t, str> {
        for (english, other) in &self.pairs {
            let Some(values) = english.read(text) else { continue };
            let values = english.places.iter().enumerate().zip(values).map(|((n, place), value)| {
                let quoted =
                    |mark| english.fixed[n].ends_with(mark) && english.fixed[n + 1].starts_with(mark);
                let names_something = ['`', '"', '\''].into_iter().any(quoted);
                // A lone word is a name as often as not.
                let verbatim = names_something || (place != "action" && !value.contains(' '));
                let value = if verbatim { Cow::Borrowed(value) } else { self.translate(value) };
                (place.as_str(), value)
            });
            let values = values.collect();
            return Cow::Owned(other.write(&values));
        }
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests;
