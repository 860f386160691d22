//! `jangbu man`: the help of every command as manual pages.

use std::path::Path;

use clap::Command;

use crate::cli::args::{self, Output};
use crate::cli::help;
use crate::cli::lang::Lang;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};

pub(super) fn run(args: &args::Man, settings: &Settings, printer: &mut Printer) -> Result<Status, Failure> {
    let written = write_pages(&args.out, settings.lang)?;
    match printer.output() {
        Output::Json => printer.document(&written)?,
        Output::People => written.iter().try_for_each(|path| printer.result(&format!("{path}\n")))?,
    }
    Ok(Status::Success)
}

/// One page a command, `jangbu.1` first. Returns their paths.
fn write_pages(folder: &Path, lang: Lang) -> Result<Vec<String>, Failure> {
    let failed = |path: &Path, error: &std::io::Error| {
        Failure::new("io", format!("cannot write {}", path.display()))
            .caused_by(error)
            .hint("name a folder that may be written to")
    };
    std::fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
    let mut root = help::command(lang);
    root.build();
    let mut written = Vec::new();
    for command in std::iter::once(&root).chain(root.get_subcommands().filter(|c| c.get_name() != "help")) {
        let path = folder.join(format!("{}.1", page_name(command)));
        std::fs::write(&path, page(command, lang).map_err(|e| failed(&path, &e))?)
            .map_err(|e| failed(&path, &e))?;
        written.push(path.display().to_string());
    }
    Ok(written)
}

/// `jangbu` or `jangbu-ingest`, as manual pages are called.
fn page_name(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}

fn page(command: &Command, lang: Lang) -> std::io::Result<String> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).title(page_name(command)).source("jangbu").render(&mut page)?;
    Ok(help::spoken_page(&String::from_utf8_lossy(&page), lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_that_names_it() {
        for lang in Lang::ALL {
            let folder = tempfile::tempdir().unwrap();
            let pages = write_pages(&folder.path().join("new/man1"), lang).unwrap();
            assert!(pages[0].ends_with("jangbu.1"), "{pages:?}");
            assert_eq!(pages.len(), 1 + help::command(lang).get_subcommands().count());
            for path in pages {
                let text = std::fs::read_to_string(&path).unwrap();
                let name = Path::new(&path).file_stem().unwrap().to_string_lossy().into_owned();
                let escaped = name.replace('-', "\\-");
                assert!(text.contains(&escaped), "{path}: {text}");
                let (section, others): (&str, &[&str]) = match lang {
                    Lang::En => (".SH NAME\n", &["EXTRA"]),
                    Lang::Ko => (
                        ".SH \"이름\"\n",
                        &[".SH NAME", "EXTRA", "VERSION", "Print ", "Possible", "[default: 30"],
                    ),
                };
                assert!(text.contains(section), "{path}: {text}");
                assert!(others.iter().all(|other| !text.contains(other)), "{path}: {text}");
            }
        }
    }
}
