use std::collections::BTreeSet;

use super::*;

fn walk(command: &Command, path: &str, visit: &mut dyn FnMut(&str, &Command)) {
    visit(path, command);
    for below in command.get_subcommands() {
        walk(below, &path_below(path, below.get_name()), visit);
    }
}

fn catalogue() -> Catalogue {
    toml::from_str(KOREAN).unwrap()
}

/// Lines of a text that are neither examples, headings nor blank.
fn prose<'a>(text: &'a str, catalogue: &'a Catalogue) -> impl Iterator<Item = &'a str> {
    let heading = |line: &str| catalogue.headings.contains_key(line);
    text.lines().filter(move |l| !l.trim().is_empty() && !l.trim().starts_with("jangbu ") && !heading(l))
}

#[test]
fn everything_has_korean_help() {
    let catalogue = catalogue();
    let mut lacking = Vec::new();
    walk(&Cli::command(), ROOT, &mut |path, command| {
        let entry = catalogue.commands.get(path);
        match entry {
            None => lacking.push(format!("[commands.\"{path}\"]: {}", command.get_about().unwrap())),
            Some(entry) => {
                let long = short_and_long(&entry.about).1;
                assert_eq!(long.is_some(), command.get_long_about().is_some(), "{path}: one is longer");
            }
        }
        let after = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        let examples = |text: &str| -> Vec<String> {
            text.lines().map(str::trim).filter(|l| l.starts_with("jangbu ")).map(str::to_owned).collect()
        };
        match entry.and_then(|e| e.after.as_ref()) {
            Some(korean) => assert_eq!(examples(korean), examples(&after), "{path}"),
            None => lacking.extend(prose(&after, &catalogue).map(|l| format!("{path}: after: {l}"))),
        }
        for arg in command.get_arguments() {
            let id = arg.get_id().as_str();
            match (arg.get_help(), catalogue.arg(path, id)) {
                (Some(help), None) => lacking.push(format!("[commands.\"{path}\".args] {id}: {help}")),
                (None, Some(_)) => panic!("{path} {id} has no English help"),
                (_, text) => {
                    let long = text.is_some_and(|text| short_and_long(text).1.is_some());
                    assert_eq!(long, arg.get_long_help().is_some(), "{path} {id}: one is longer");
                }
            }
            for name in arg.get_value_names().unwrap_or_default().iter().map(clap::builder::Str::as_str) {
                if arg.get_action().takes_values() && !catalogue.values.contains_key(name) {
                    lacking.push(format!("[values] {name}"));
                }
            }
            if let Some(heading) = arg.get_help_heading().filter(|h| !catalogue.headings.contains_key(*h)) {
                lacking.push(format!("[headings] {heading}"));
            }
            for help in arg.get_possible_values().iter().filter_map(|v| v.get_help()) {
                let help = help.to_string();
                if help.is_ascii() && !catalogue.phrases.contains_key(&help) {
                    lacking.push(format!("[phrases] {help}"));
                }
            }
        }
    });
    assert!(lacking.is_empty(), "without Korean help:\n{}", lacking.join("\n"));
}

#[test]
fn every_entry_belongs_to_something() {
    let catalogue = catalogue();
    let (mut paths, mut args, mut headings) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut values = BTreeSet::new();
    walk(&Cli::command(), ROOT, &mut |path, command| {
        paths.insert(path.to_owned());
        args.extend(command.get_arguments().map(|a| (path.to_owned(), a.get_id().to_string())));
        let names = command.get_arguments().filter_map(clap::Arg::get_value_names).flatten();
        values.extend(names.map(ToString::to_string));
        headings.extend(command.get_arguments().filter_map(|a| a.get_help_heading().map(str::to_owned)));
        if let Some(after) = command.get_after_long_help() {
            headings.extend(after.to_string().lines().map(str::to_owned));
        }
    });
    for (path, entry) in &catalogue.commands {
        assert!(paths.contains(path), "there is no command `{path}`");
        for id in entry.args.keys() {
            assert!(args.contains(&(path.clone(), id.clone())), "`{path}` has no argument `{id}`");
            assert_ne!(catalogue.everywhere.get(id), entry.args.get(id), "`{path}` {id} stands twice");
        }
    }
    for id in catalogue.everywhere.keys() {
        let used = args.iter().any(|(path, arg)| {
            arg == id && !catalogue.commands.get(path).is_some_and(|e| e.args.contains_key(id))
        });
        assert!(used, "no command uses `{id}` of [everywhere]");
    }
    for name in catalogue.values.keys() {
        assert!(values.contains(name), "no value is called `{name}`");
    }
    for heading in catalogue.headings.keys() {
        assert!(headings.contains(heading), "there is no heading `{heading}`");
    }
    let mut shown = String::new();
    walk_helps(Lang::En, &mut |_, help| shown.push_str(&help));
    for phrase in catalogue.phrases.keys() {
        assert!(shown.contains(phrase.as_str()), "the help never says `{phrase}`");
    }
}

/// Every help of the program as it is shown.
fn walk_helps(lang: Lang, visit: &mut dyn FnMut(&str, String)) {
    let mut paths = Vec::new();
    walk(&command(lang), ROOT, &mut |path, _| paths.push(path.to_owned()));
    for path in paths {
        for flag in ["-h", "--help"] {
            let words = path.split(' ').filter(|word| *word != ROOT);
            let args = ["jangbu"].into_iter().chain(words).chain([flag]);
            let error = command(lang).term_width(80).try_get_matches_from(args).unwrap_err();
            visit(&path, spoken(&error.to_string(), lang));
        }
    }
}

#[test]
fn no_english_sentence_is_left_in_korean_help() {
    walk_helps(Lang::Ko, &mut |path, help| {
        let is_command = |line: &str| line.trim().trim_start_matches("사용법: ").starts_with("jangbu ");
        for line in help.lines().filter(|line| !is_command(line)) {
            let is_name = |c: char| c.is_ascii_uppercase() || "_|.".contains(c);
            for value in line.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(v, _)| v) {
                assert!(value == "SQL" || !value.chars().all(is_name), "{path}: {line}");
            }
            let english = line.split(|c: char| !c.is_ascii_lowercase() && c != ' ');
            let most = english.map(|part| part.split_whitespace().count()).max().unwrap_or(0);
            assert!(most < 3, "{path}: {line}");
        }
    });
}

#[test]
fn korean_help_keeps_the_names_of_things() {
    let mut help = String::new();
    walk_helps(Lang::Ko, &mut |path, text| {
        if path == "export" {
            help = text;
        }
    });
    for word in ["사용법: jangbu export [옵션]", "--out <파일>", "예:", "공통 옵션:", "인수:"] {
        assert!(help.contains(word), "{word} is not in:\n{help}");
    }
}
