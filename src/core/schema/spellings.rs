//! Which spellings lead to which column: the schema's, a user's, and the names that need no listing.

use super::file::ColumnEntry;
use super::headers::{self, Dictionary};
use super::{ColumnRef, Kind, Level, Schema, SchemaError, Transform};
use crate::core::nearest::nearest;

fn configured(problem: String) -> SchemaError {
    SchemaError::Configured { problem }
}

/// Collects the spellings of all columns into a dictionary, best first.
pub(super) struct Spellings<'a> {
    pub schema: &'a Schema,
    pub items: &'a [ColumnEntry],
    pub orders: &'a [ColumnEntry],
}

impl<'a> Spellings<'a> {
    /// All spellings, with a user's (column name, header) pairs after the schema's own.
    pub(super) fn compile(
        &self,
        ignored: &[String],
        aliases: &[(String, String)],
    ) -> Result<Dictionary, SchemaError> {
        let mut dictionary = Dictionary::default();
        for (column, entry) in self.sources() {
            for header in &entry.headers {
                for spelling in with_twin(header, entry.kind) {
                    if dictionary.is_taken(&spelling) {
                        return Err(self.embedded(column, &format!("`{spelling}` has a meaning already")));
                    }
                    self.feed(&mut dictionary, &spelling, column);
                }
            }
        }
        for (column, entry) in self.sources() {
            for header in &entry.also {
                if !dictionary.is_taken(header) {
                    return Err(self.embedded(column, &format!("nobody has `{header}` to share")));
                }
                self.feed(&mut dictionary, header, column);
            }
        }
        for header in &self.schema.extracted_at {
            if let Some(column) = dictionary.claimed_by(header).next() {
                let name = &self.schema.column(column).name;
                let problem = format!("extracted_at: `{header}` is the column `{name}` already");
                return Err(configured(problem));
            }
            dictionary.add_extracted_at(header);
        }
        for header in ignored {
            if !dictionary.is_taken(header) {
                dictionary.add_ignored(header);
            }
        }
        for (name, header) in aliases {
            self.add_alias(&mut dictionary, name, header)?;
        }
        self.add_own_names(&mut dictionary);
        self.add_api_names(&mut dictionary);
        Ok(dictionary)
    }

    fn embedded(&self, column: ColumnRef, problem: &str) -> SchemaError {
        let file = if column.level == Level::Item { "items.toml" } else { "orders.toml" };
        let name = &self.schema.column(column).name;
        SchemaError::Embedded { file, problem: format!("column `{name}`: {problem}") }
    }

    fn all(&self) -> impl Iterator<Item = (ColumnRef, &'a ColumnEntry)> {
        let of = |level, entries: &'a [ColumnEntry]| {
            entries.iter().enumerate().map(move |(index, entry)| (ColumnRef { level, index }, entry))
        };
        of(Level::Item, self.items).chain(of(Level::Order, self.orders))
    }

    /// The columns that have spellings of their own.
    fn sources(&self) -> impl Iterator<Item = (ColumnRef, &'a ColumnEntry)> {
        self.all().filter(|(_, entry)| entry.from.is_none())
    }

    /// Adds a spelling to a column and to all that read `from` it.
    fn feed(&self, dictionary: &mut Dictionary, spelling: &str, column: ColumnRef) {
        let name = &self.schema.column(column).name;
        dictionary.add(spelling, column);
        for (reader, entry) in self.all() {
            if reader.level == column.level && entry.from.as_ref() == Some(name) {
                dictionary.add(spelling, reader);
            }
        }
    }

    fn add_alias(&self, dictionary: &mut Dictionary, name: &str, header: &str) -> Result<(), SchemaError> {
        let wrong = |problem: String| Err(configured(format!("aliases: {problem}")));
        let Some((column, entry)) = self.all().find(|(_, entry)| entry.name == name) else {
            let nearest = self.nearest(name).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
            return wrong(format!("there is no column `{name}`{nearest}"));
        };
        if let Some(from) = &entry.from {
            return wrong(format!("`{name}` is made from `{from}`: give the header to that one"));
        }
        if headers::key(header).chars().filter(|c| *c != '*').count() < 2 {
            return wrong(format!("a header of `{name}` is blank or too short"));
        }
        if let Some(other) = dictionary.claimed_by(header).next()
            && !dictionary.claimed_by(header).any(|claimed| claimed == column)
        {
            let other = &self.schema.column(other).name;
            return wrong(format!("`{header}` is the column `{other}` already, it cannot be `{name}` too"));
        }
        if dictionary.claimed_by(header).next().is_none() && dictionary.is_taken(header) {
            return wrong(format!("`{header}` has a meaning of its own, it cannot be `{name}`"));
        }
        for spelling in with_twin(header, entry.kind) {
            if !dictionary.is_taken(&spelling) {
                self.feed(dictionary, &spelling, column);
            }
        }
        Ok(())
    }

    fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.all().map(|(_, entry)| entry.name.as_str()))
    }

    /// A column's own name means the column; a hash's own name means nothing, lest a hash be hashed again.
    fn add_own_names(&self, dictionary: &mut Dictionary) {
        for (column, entry) in self.all() {
            if dictionary.is_taken(&entry.name) {
                continue;
            }
            match entry.transform {
                Transform::PhoneHash | Transform::EmailHash => dictionary.add_ignored(&entry.name),
                Transform::Region => dictionary.add(&entry.name, column),
                Transform::Plain | Transform::LastOfList => self.feed(dictionary, &entry.name, column),
            }
        }
    }

    /// Flattened API rows bear whole paths (`buyer.email`) or last segments (`email`); the latter count where only one
    /// column could be meant.
    fn add_api_names(&self, dictionary: &mut Dictionary) {
        let last = |path: &'a String| path.rsplit('.').next().unwrap_or(path);
        for (column, entry) in self.sources() {
            for path in &entry.api {
                let segment = last(path);
                let is_meant = |(other, e): (ColumnRef, &'a ColumnEntry)| {
                    other != column && e.api.iter().any(|p| last(p) == segment)
                };
                if !dictionary.is_taken(segment) && !self.sources().any(is_meant) {
                    self.feed(dictionary, segment, column);
                }
                let prefix = if column.level == Level::Item { "items." } else { "" };
                let whole = format!("{prefix}{path}");
                if !dictionary.is_taken(&whole) {
                    self.feed(dictionary, &whole, column);
                }
            }
        }
    }
}

/// A header and, for amounts, the same with `(KRW)` behind it.
fn with_twin(header: &str, kind: Kind) -> impl Iterator<Item = String> {
    let twin = (kind == Kind::Money && !header.contains('*')).then(|| format!("{header}(KRW)"));
    std::iter::once(header.to_owned()).chain(twin)
}
