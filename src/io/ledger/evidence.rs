//! What is known of a file, and how well: the facts of a file come from all its sightings, whatever order they came in.

use crate::core::fold::FileFacts;
use crate::core::problem::Finding;
use crate::core::types::{FileHash, Instant, Source};

/// A closed list of words, best first, with names that are stored.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            pub(super) fn parse(word: &str) -> Option<Self> {
                [$(Self::$variant),+].into_iter().find(|e| e.as_str() == word)
            }
        }
    };
}

words! {
    /// What a file's moment was read from, best first. (Rows' own times stand between the first two.)
    TimeEvidence {
        /// `--observed-at` or the configuration.
        Told = "told",
        Name = "name",
        /// The modification time.
        Modified = "modified",
    }
}

words! {
    /// What a file's source was read from, best first.
    SourceEvidence {
        /// `--source`.
        Told = "told",
        /// API JSON, or a table whose name has Cafe24's shape.
        Shape = "shape",
        /// Every other table.
        Default = "default",
    }
}

words! {
    /// What a file's mall was read from, best first. The rows' own word stands between the second and the third.
    MallEvidence {
        /// `--mall`.
        Told = "told",
        /// A name of Cafe24's shape.
        Name = "name",
        /// A parent folder.
        Folder = "folder",
        /// The configuration's only mall.
        Configured = "configured",
    }
}

impl MallEvidence {
    /// Counts whatever the rows say.
    fn is_final(self) -> bool {
        self <= Self::Name
    }
}

/// What one sighting of a file tells of the whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub source: (Source, SourceEvidence),
    pub mall: Option<(String, MallEvidence)>,
    pub observed_at: (Instant, TimeEvidence),
}

/// A file was seen under a path.
#[derive(Clone, Debug)]
pub struct FileSighting {
    pub hash: FileHash,
    /// As it is shown to people; a member of an archive as `ARCHIVE/MEMBER`.
    pub path: String,
    pub evidence: Evidence,
    /// Findings that hang on this path (the name's ending says another format), not on the bytes.
    pub findings: Vec<Finding>,
}

/// The facts that all sightings of a file add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Effective {
    pub(super) source: Source,
    pub(super) observed_at: (Instant, TimeEvidence),
    pub(super) mall: Option<String>,
    pub(super) fallback_mall: Option<String>,
}

impl Effective {
    /// `None` without any sighting.
    pub(super) fn of<'a>(sightings: impl IntoIterator<Item = &'a Evidence>) -> Option<Self> {
        let mut sightings = sightings.into_iter().peekable();
        sightings.peek()?;
        let (mut sources, mut times, mut malls) = (Vec::new(), Vec::new(), Vec::new());
        for evidence in sightings {
            // Better evidence first; in a tie the greatest source, the earliest time, the first mall of the alphabet.
            sources.push((evidence.source.1, std::cmp::Reverse(evidence.source.0)));
            times.push((evidence.observed_at.1, evidence.observed_at.0));
            malls.extend(evidence.mall.as_ref().map(|(mall, evidence)| (*evidence, mall.as_str())));
        }
        let best_mall = |wanted: fn(MallEvidence) -> bool| {
            malls.iter().filter(|m| wanted(m.0)).min().map(|m| m.1.to_owned())
        };
        let (time_evidence, time) = times.into_iter().min()?;
        Some(Self {
            source: sources.into_iter().min()?.1.0,
            observed_at: (time, time_evidence),
            mall: best_mall(MallEvidence::is_final),
            fallback_mall: best_mall(|m| !m.is_final()),
        })
    }

    /// Rows' own times do not count.
    pub(super) fn overrides_rows(&self) -> bool {
        self.observed_at.1 == TimeEvidence::Told
    }

    /// Whether the fold could tell the two apart.
    pub(super) fn folds_like(&self, other: &Self) -> bool {
        let key = |e: &Self| (e.source, e.observed_at.0, e.overrides_rows());
        key(self) == key(other) && self.mall == other.mall && self.fallback_mall == other.fallback_mall
    }

    /// The mall to show for the file, where its rows name `own` throughout.
    pub(super) fn shown_mall(&self, own: Option<&str>) -> Option<String> {
        self.mall.as_deref().or(own).or(self.fallback_mall.as_deref()).map(str::to_owned)
    }

    pub(super) fn facts(&self, hash: FileHash, api_orders: bool, has_item_codes: bool) -> FileFacts {
        FileFacts {
            hash,
            source: self.source,
            observed_at: self.observed_at.0,
            overrides_rows: self.overrides_rows(),
            mall: self.mall.clone(),
            fallback_mall: self.fallback_mall.clone(),
            api_orders,
            has_item_codes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MallEvidence::{Configured, Folder, Name as InName, Told as ToldMall};
    use SourceEvidence::{Default, Shape, Told};
    use TimeEvidence::{Modified, Name};

    type Seen<'a> = (Source, SourceEvidence, i64, TimeEvidence, Option<(&'a str, MallEvidence)>);

    /// Sightings in all rotations and reversed must add up to (source, time, overrides, mall, fallback).
    fn check(seen: &[Seen<'_>], expected: (Source, i64, bool, Option<&str>, Option<&str>)) {
        let evidence: Vec<Evidence> = seen
            .iter()
            .map(|(source, by, at, how, mall)| Evidence {
                source: (*source, *by),
                mall: mall.map(|(m, e)| (m.to_owned(), e)),
                observed_at: (Instant(*at), *how),
            })
            .collect();
        for start in 0..evidence.len() {
            let (tail, head) = evidence.split_at(start);
            let forward: Vec<&Evidence> = head.iter().chain(tail).collect();
            let backward: Vec<&Evidence> = forward.iter().rev().copied().collect();
            for order in [forward, backward] {
                let facts = Effective::of(order).expect("there are sightings");
                let found = (
                    facts.source,
                    facts.observed_at.0.0,
                    facts.overrides_rows(),
                    facts.mall.as_deref(),
                    facts.fallback_mall.as_deref(),
                );
                assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn better_evidence_wins_and_equal_evidence_keeps_the_earliest() {
        use Source::{Api, Export, History};
        check(&[(History, Default, 9, Modified, None)], (History, 9, false, None, None));
        check(
            &[(History, Default, 1, Modified, None), (Export, Shape, 7, Name, None)],
            (Export, 7, false, None, None),
        );
        check(
            &[(Export, Shape, 7, Name, None), (Export, Shape, 5, Name, None)],
            (Export, 5, false, None, None),
        );
        check(
            &[(Export, Shape, 7, Name, None), (History, Told, 9, TimeEvidence::Told, None)],
            (History, 9, true, None, None),
        );
        check(&[(Export, Told, 7, Name, None), (Api, Told, 7, Name, None)], (Api, 7, false, None, None));
    }

    #[test]
    fn the_best_mall_of_each_kind_is_kept() {
        let with = |mall| (Source::History, Default, 1, Modified, mall);
        let expect = |mall, fallback| (Source::History, 1, false, mall, fallback);
        check(
            &[with(Some(("b", Configured))), with(Some(("c", Folder))), with(None)],
            expect(None, Some("c")),
        );
        check(&[with(Some(("b", ToldMall))), with(Some(("a", InName)))], expect(Some("b"), None));
        check(&[with(Some(("b", InName))), with(Some(("a", InName)))], expect(Some("a"), None));
        check(&[with(Some(("b", InName))), with(Some(("a", Folder)))], expect(Some("b"), Some("a")));
    }

    #[test]
    fn without_a_sighting_there_are_no_facts() {
        assert_eq!(Effective::of([]), None);
    }
}
