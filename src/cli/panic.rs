//! What is said when the program has a bug.

use std::io::Write;

use super::lang::Lang;
use super::words::Words;

/// Replaces the message of a panic, which could quote a cell, by the place where it happened.
pub(super) fn install_hook(lang: Lang) {
    let words = Words::of(lang);
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line()));
        let _ = std::io::stderr().write_all(told(place.as_deref(), &words).as_bytes());
    }));
}

fn told(place: Option<&str>, words: &Words) -> String {
    let what = match place {
        Some(place) => words.tell("bug-stopped-at", &[("place", place.into())]),
        None => words.say("bug-stopped"),
    };
    let (error, hint) = (words.say("label-error"), words.say("label-hint"));
    format!("{error} {what}\n{hint} {}\n", words.say("bug-report"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bug_is_told_with_its_place_in_both_languages() {
        let told = |place, lang| told(place, &Words::of(lang));
        assert_eq!(
            told(Some("src/x.rs:7"), Lang::En),
            "error: stopped unexpectedly at src/x.rs:7; the ledger holds what was committed before\n\
             hint: please report this place and the command, without any data\n"
        );
        assert_eq!(
            told(None, Lang::Ko),
            "오류: 뜻밖에 멈췄습니다. 장부에는 그 전까지 반영된 것이 그대로 있습니다\n\
             도움: 이 위치와 명령을 자료 없이 알려 주세요\n"
        );
    }
}
