//! Tables: a caption, headers that say what they head, a row's own header first, and a frame that can be scrolled by
//! keyboard where the table is wider than the page.

use maud::{Markup, html};

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Text,
    /// Days and codes: never broken into lines.
    Fixed,
    Number,
}

impl Side {
    fn class(self) -> Option<&'static str> {
        match self {
            Self::Text => None,
            Self::Fixed => Some("fixed"),
            Self::Number => Some("n"),
        }
    }
}

/// Tables up to this many rows are printed on one page.
const SHORT: usize = 16;

/// A table whose first column names its rows.
pub(super) struct Grid {
    pub(super) id: String,
    pub(super) caption: String,
    pub(super) heads: Vec<(String, Side)>,
    pub(super) rows: Vec<Vec<String>>,
    pub(super) total: Option<Vec<String>>,
}

impl Grid {
    pub(super) fn draw(&self) -> Markup {
        let caption = format!("{}-caption", self.id);
        let side = |i: usize| self.heads.get(i).and_then(|(_, side)| side.class());
        let short = (self.rows.len() <= SHORT).then_some("short");
        let row = |cells: &[String]| {
            html! {
                tr {
                    @for (i, cell) in cells.iter().enumerate() {
                        @if i == 0 { th scope="row" class=[side(i)] { (cell) } } @else { td class=[side(i)] { (cell) } }
                    }
                }
            }
        };
        html! {
            div.scroll.(short.unwrap_or("long")) role="region" aria-labelledby=(caption) tabindex="0" {
                table id=(self.id) {
                    caption id=(caption) { (self.caption) }
                    thead { tr { @for (i, (head, _)) in self.heads.iter().enumerate() { th scope="col" class=[side(i)] { (head) } } } }
                    tbody { @for cells in &self.rows { (row(cells)) } }
                    @if let Some(total) = &self.total { tfoot { (row(total)) } }
                }
            }
        }
    }
}
