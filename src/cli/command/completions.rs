//! `jangbu completions`: what a shell needs to complete our words.

use clap_complete::Shell;

use crate::cli::args;
use crate::cli::help;
use crate::cli::lang::Lang;
use crate::cli::printer::Printer;
use crate::cli::settings::Settings;
use crate::cli::status::{Failure, Status};

pub(super) fn run(
    args: &args::Completions,
    settings: &Settings,
    printer: &mut Printer,
) -> Result<Status, Failure> {
    printer.stream().write_all(&script(args.shell, settings.lang))?;
    Ok(Status::Success)
}

/// The script as a whole: the generator stops the program where it cannot write.
fn script(shell: Shell, lang: Lang) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::command(lang), "jangbu", &mut script);
    script
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn every_shell_gets_every_command() {
        for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
            for lang in Lang::ALL {
                let text = String::from_utf8(script(shell, lang)).unwrap();
                for command in help::command(lang).get_subcommands() {
                    assert!(text.contains(command.get_name()), "{shell} {}", command.get_name());
                }
            }
        }
    }

    #[test]
    fn bash_completes_a_command_and_an_option() {
        let Ok(bash) = Command::new("bash").arg("--version").output() else { return };
        assert!(bash.status.success());
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("jangbu"), script(Shell::Bash, Lang::Ko)).unwrap();
        let complete = |words: &str, at: usize, word: &str| {
            let ask = format!(
                "source ./jangbu && COMP_WORDS=({words}) COMP_CWORD={at} && _jangbu jangbu '{word}' x && \
                 echo ${{COMPREPLY[@]}}"
            );
            let output = Command::new("bash").args(["-c", &ask]).current_dir(folder.path()).output().unwrap();
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        assert_eq!(complete("jangbu wat", 1, "wat"), "watch");
        assert_eq!(complete("jangbu watch --arch", 2, "--arch"), "--archive");
    }
}
