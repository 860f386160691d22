//! In which language people are spoken to: `--lang`, then `JANGBU_LANG`, then the locale, then English.

use std::ffi::OsString;

use clap::ValueEnum;

/// A language that every message is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// English
    #[default]
    En,
    /// 한국어
    Ko,
}

impl Lang {
    pub const ALL: [Self; 2] = [Self::En, Self::Ko];

    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ko => "ko",
        }
    }

    /// The language in which arguments that are not parsed yet are answered.
    ///
    /// What names no language is left to the parser and to [`Self::choose`] to complain about.
    pub fn before_parsing(args: &[OsString], env: impl Fn(&str) -> Option<String>) -> Self {
        let words = args.iter().skip(1).map_while(|arg| arg.to_str().filter(|text| *text != "--"));
        let words: Vec<&str> = words.collect();
        let mut named =
            words.iter().enumerate().filter_map(|(n, word)| match word.strip_prefix("--lang")? {
                "" => words.get(n + 1).copied(),
                rest => rest.strip_prefix('='),
            });
        let asked = named.next_back().and_then(|text| Self::ALL.into_iter().find(|l| l.code() == text));
        Self::choose(asked, env).unwrap_or_default()
    }

    /// The language to speak, from the option and the environment. An empty variable counts as none.
    ///
    /// `Err` holds a `JANGBU_LANG` that names no language; a locale of another language means English.
    pub fn choose(asked: Option<Self>, env: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        if let Some(lang) = asked {
            return Ok(lang);
        }
        if let Some(text) = set("JANGBU_LANG") {
            return Self::ALL.into_iter().find(|l| l.code().eq_ignore_ascii_case(&text)).ok_or(text);
        }
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default();
        let language = locale.split(['_', '.', '@', '-']).next().unwrap_or_default();
        Ok(Self::ALL.into_iter().find(|l| l.code().eq_ignore_ascii_case(language)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_counts_before_anything_is_parsed() {
        let before = |args: &[&str]| {
            let args: Vec<OsString> = args.iter().map(OsString::from).collect();
            Lang::before_parsing(&args, |name| (name == "LANG").then(|| "ko_KR.UTF-8".to_owned()))
        };
        assert_eq!(before(&["jangbu"]), Lang::Ko);
        assert_eq!(before(&["jangbu", "--lang", "en", "--help"]), Lang::En);
        assert_eq!(before(&["jangbu", "files", "--lang=en"]), Lang::En);
        assert_eq!(before(&["jangbu", "query", "--", "--lang=en"]), Lang::Ko);
        assert_eq!(before(&["jangbu", "--lang", "fr"]), Lang::Ko);
        assert_eq!(before(&["jangbu", "--lang"]), Lang::Ko);
    }

    #[test]
    fn the_option_then_the_variable_then_the_locale() {
        let choose = |asked, vars: &[(&str, &str)]| {
            let env = |name: &str| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
            Lang::choose(asked, env)
        };
        let korean = [("LANG", "ko_KR.UTF-8")];
        assert_eq!(choose(None, &[]), Ok(Lang::En));
        assert_eq!(choose(None, &korean), Ok(Lang::Ko));
        assert_eq!(choose(Some(Lang::En), &korean), Ok(Lang::En));
        assert_eq!(choose(None, &[("JANGBU_LANG", "EN"), korean[0]]), Ok(Lang::En));
        assert_eq!(choose(None, &[("JANGBU_LANG", ""), korean[0]]), Ok(Lang::Ko));
        assert_eq!(choose(None, &[("LC_ALL", "C"), korean[0]]), Ok(Lang::En));
        assert_eq!(choose(None, &[("LC_MESSAGES", "ko"), ("LANG", "de_DE")]), Ok(Lang::Ko));
        assert_eq!(choose(None, &[("LANG", "kok_IN")]), Ok(Lang::En));
        assert_eq!(choose(None, &[("JANGBU_LANG", "fr"), korean[0]]), Err("fr".to_owned()));
    }
}
