//! The checks of `doctor`, one a line, with what to do below those that failed.

use super::{field, marked};
use crate::cli::printer::Style;
use crate::cli::width::pad_right;
use crate::cli::words::Words;
use crate::io::bigquery::{Check, Verdict};

const LABEL: usize = 17;

pub fn render(checks: &[Check], words: &Words, columns: usize, style: Style) -> String {
    let mut out = String::new();
    for check in checks {
        let mark = match check.verdict {
            Verdict::Well => style.good("✓"),
            Verdict::Limited => style.warn("!"),
            Verdict::Failed => style.bad("✗"),
            Verdict::Skipped => style.dim("·"),
        };
        let name = pad_right(&words.said(check.name), LABEL - 2);
        let text = field(&name, LABEL - 2, &words.said(&check.found), columns - 2, style);
        for (n, line) in text.lines().enumerate() {
            let mark = if n == 0 { mark.as_str() } else { " " };
            out.push_str(&format!("{mark} {line}\n"));
        }
        if let Some(remedy) = &check.remedy {
            out.push_str(&marked("  →", |m| style.dim(m), &words.said(remedy), columns));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::lang::Lang;

    #[test]
    fn what_failed_says_what_to_do() {
        let checks =
            [Check::well("configuration", "jangbu.toml"), Check::failed("ledger", "none", "jangbu ingest")];
        assert_eq!(
            render(&checks, &Words::of(Lang::En), 80, Style::Plain),
            "✓ configuration  jangbu.toml\n✗ ledger         none\n  → jangbu ingest\n"
        );
    }
}
