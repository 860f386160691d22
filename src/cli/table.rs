//! Tables for a terminal: as wide as needed, never wider than the screen, Korean counted as it shows.

use super::printer::Style;
use super::width::{Lines, fit, fit_path, pad_left, pad_right, width};
use crate::core::text::printable;

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    /// Numbers: their ends stand below each other.
    Right,
    /// Paths: the last names stay where there is no room for all.
    Path,
}

/// Rows of cells under a header.
pub struct TextTable {
    headers: Vec<String>,
    aligns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

const GAP: usize = 2;
/// No column is made narrower than this to save room.
const NARROWEST: usize = 6;

impl TextTable {
    pub fn new<S: AsRef<str>>(columns: &[(S, Align)]) -> Self {
        Self {
            headers: columns.iter().map(|(name, _)| printable(name.as_ref()).into_owned()).collect(),
            aligns: columns.iter().map(|(_, align)| *align).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; cells are made safe to show.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        let cells = cells.into_iter().map(|c| printable(c.as_ref()).into_owned());
        self.rows.push(cells.take(self.headers.len()).collect());
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Header, rule and rows; or one block a row where the columns do not fit side by side.
    pub fn render(&self, columns: usize, style: Style) -> String {
        match self.widths(columns) {
            Some(widths) => self.render_grid(&widths, style),
            None => self.render_blocks(columns, style),
        }
    }

    fn widths(&self, columns: usize) -> Option<Vec<usize>> {
        let mut widths: Vec<usize> = self.headers.iter().map(|h| width(h)).collect();
        for row in &self.rows {
            for (w, cell) in widths.iter_mut().zip(row) {
                *w = (*w).max(width(cell));
            }
        }
        let room = columns.checked_sub(GAP * widths.len().saturating_sub(1))?;
        let mut excess = widths.iter().sum::<usize>().saturating_sub(room);
        while excess > 0 {
            let (widest, w) = widths
                .iter_mut()
                .enumerate()
                .filter(|(i, w)| self.aligns[*i] != Align::Right && **w > NARROWEST)
                .max_by_key(|(i, w)| (**w, usize::MAX - i))?;
            // A column cut to less than its header would be a riddle.
            if *w <= width(&self.headers[widest]) {
                return None;
            }
            *w -= 1;
            excess -= 1;
        }
        Some(widths)
    }

    fn render_grid(&self, widths: &[usize], style: Style) -> String {
        let mut out = String::new();
        self.push_line(&mut out, widths, &self.headers, |text| style.bold(text));
        let rules: Vec<String> = widths.iter().map(|w| "─".repeat(*w)).collect();
        out.push_str(&style.dim(&rules.join("  ")));
        out.push('\n');
        for row in &self.rows {
            self.push_line(&mut out, widths, row, str::to_owned);
        }
        out
    }

    fn push_line(
        &self,
        out: &mut String,
        widths: &[usize],
        cells: &[String],
        paint: impl Fn(&str) -> String,
    ) {
        let mut line = String::new();
        for (i, (cell, w)) in cells.iter().zip(widths).enumerate() {
            if i > 0 {
                line.push_str("  ");
            }
            match self.aligns[i] {
                Align::Left => line.push_str(&pad_right(&fit(cell, *w), *w)),
                Align::Path => line.push_str(&pad_right(&fit_path(cell, *w), *w)),
                Align::Right => line.push_str(&pad_left(cell, *w)),
            }
        }
        out.push_str(&paint(line.trim_end()));
        out.push('\n');
    }

    fn render_blocks(&self, columns: usize, style: Style) -> String {
        let label = self.headers.iter().map(|h| width(h)).max().unwrap_or(0).min(columns / 2);
        let mut out = String::new();
        for (n, row) in self.rows.iter().enumerate() {
            let title = format!("── {} ", n + 1);
            let rule = "─".repeat(columns.min(60).saturating_sub(width(&title)));
            out.push_str(&style.dim(&format!("{title}{rule}")));
            out.push('\n');
            for (header, cell) in self.headers.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
                let name = style.bold(&pad_right(&fit(header, label), label));
                let value = fit(cell, columns.saturating_sub(label + GAP));
                out.line(format!("{name}  {value}"));
            }
        }
        out
    }
}

/// A whole number with separators of thousands.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number of things, in words: `1 file`, `2 files`.
pub fn counted(n: u64, thing: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{} {thing}{ending}", grouped(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> TextTable {
        let mut table =
            TextTable::new(&[("상품명", Align::Left), ("file", Align::Path), ("rows", Align::Right)]);
        table.row(["하루홈 머그컵", "inbox/haruhome_20240705_1_ab12.csv", "12"]);
        table.row(["Plate", "b.csv", "1,204"]);
        table
    }

    #[test]
    fn korean_and_numbers_stand_below_each_other() {
        assert_eq!(
            sample().render(80, Style::Plain),
            "\
상품명         file                                 rows
─────────────  ──────────────────────────────────  ─────
하루홈 머그컵  inbox/haruhome_20240705_1_ab12.csv     12
Plate          b.csv                               1,204
"
        );
    }

    #[test]
    fn a_narrow_screen_cuts_the_widest_column() {
        let text = sample().render(44, Style::Plain);
        assert!(text.lines().all(|l| width(l) <= 44), "{text}");
        assert!(text.contains("1,204"), "{text}");
        assert!(text.contains("ab12.csv"), "{text}");
    }

    #[test]
    fn too_many_columns_become_blocks() {
        let names: Vec<String> = (0..30).map(|i| format!("column_{i}")).collect();
        let columns: Vec<(&str, Align)> = names.iter().map(|n| (n.as_str(), Align::Left)).collect();
        let mut table = TextTable::new(&columns);
        table.row(names.iter().map(|n| if n == "column_7" { "" } else { "값" }));
        let text = table.render(80, Style::Plain);
        assert!(text.starts_with("── 1 ───"), "{text}");
        assert!(text.contains("\ncolumn_12  값\n"), "{text}");
        assert!(!text.contains("column_7 "), "blank cells are left out");
    }

    #[test]
    fn cells_cannot_steer_the_terminal() {
        let mut table = TextTable::new(&[("a", Align::Left)]);
        table.row(["x\u{1b}[2Jy\nz"]);
        let text = table.render(80, Style::Plain);
        assert!(!text.contains('\u{1b}'));
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn numbers_and_plurals() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"].map(str::to_owned)
        );
        assert_eq!(counted(1, "file"), "1 file");
        assert_eq!(counted(1200, "row"), "1,200 rows");
    }
}
