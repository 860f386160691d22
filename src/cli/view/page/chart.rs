//! Bars as SVG, drawn by plotters. Each chart is drawn twice, for wide pages and for narrow ones, so that its letters stay
//! as large as the text around it; the style sheet shows one of them.
//!
//! The colours here are those of light pages. The style sheet finds them by their value and gives dark pages others.

use maud::{Markup, PreEscaped, html};
use plotters::backend::SVGBackend;
use plotters::chart::ChartBuilder;
use plotters::drawing::IntoDrawingArea;
use plotters::element::{Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, IntoTextStyle as _, RGBColor};

use super::numbers::tick;
use crate::cli::lang::Lang;
use crate::cli::width::width;

/// Colours of series, by number; `style.css` has the same.
pub(super) const COLOURS: [RGBColor; 8] = [
    RGBColor(0x6B, 0x72, 0x80),
    RGBColor(0x25, 0x63, 0xA8),
    RGBColor(0xC2, 0x6A, 0x00),
    RGBColor(0x0B, 0x7A, 0x62),
    RGBColor(0x8A, 0x4B, 0x2A),
    RGBColor(0x6D, 0x4F, 0xB8),
    RGBColor(0x7A, 0x85, 0x00),
    RGBColor(0xA8, 0x32, 0x79),
];
const INK: RGBColor = RGBColor(0x4B, 0x55, 0x63);
const LINE: RGBColor = RGBColor(0xDC, 0xDF, 0xE4);

/// One part of every bar.
pub(super) struct Series {
    /// Of [`COLOURS`].
    pub(super) colour: usize,
    /// A value a bar, rounded to whole units: it only decides about pixels.
    pub(super) values: Vec<i64>,
}

/// Parts piled up on each other, bar by bar; negative parts below zero.
pub(super) struct Bars<'a> {
    /// Where the chart is told apart from others on the page: part of ids.
    pub(super) id: &'a str,
    pub(super) title: String,
    /// What it shows, for those who do not see it.
    pub(super) summary: String,
    /// What stands below the bars.
    pub(super) labels: Vec<Label>,
    pub(super) series: Vec<Series>,
}

/// What stands below a bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) text: String,
    /// A second line: the year, where one begins.
    pub(super) below: Option<String>,
    /// The rank in which labels give way where there is no room for all: 0 stays longest.
    pub(super) rank: u8,
}

#[derive(Clone, Copy)]
struct Size {
    class: &'static str,
    width: u32,
    height: u32,
    axis: u32,
}

const SIZES: [Size; 2] = [
    Size { class: "wide", width: 960, height: 280, axis: 64 },
    Size { class: "narrow", width: 380, height: 240, axis: 52 },
];
/// The widest bar, in pixels.
const WIDEST: f64 = 56.0;
/// Of the letters, in pixels.
const LETTERS: u32 = 13;

impl Bars<'_> {
    /// The chart in both sizes; empty where it cannot be drawn or has no bars. The table beside it has its numbers.
    pub(super) fn draw(&self, lang: Lang) -> Markup {
        if self.labels.is_empty() {
            return html! {};
        }
        html! {
            @for size in SIZES {
                @if let Some(drawn) = self.draw_at(size, lang) {
                    @let (title, summary) = (format!("{}-{}-t", self.id, size.width), format!("{}-{}-d", self.id, size.width));
                    svg.chart.(size.class) viewBox=(format!("0 0 {} {}", size.width, size.height)) role="img"
                        aria-labelledby=(format!("{title} {summary}")) {
                        title id=(title) { (self.title) }
                        desc id=(summary) { (self.summary) }
                        g aria-hidden="true" { (PreEscaped(drawn)) }
                    }
                }
            }
        }
    }

    /// Lowest and highest end of any bar, zero included.
    fn reach(&self) -> (i64, i64) {
        let ends = |sign: i64| {
            let bar = move |i: usize| -> i64 {
                let values = self.series.iter().filter_map(|s| s.values.get(i).copied());
                values.filter(|v| v.signum() == sign).fold(0, i64::saturating_add)
            };
            (0..self.labels.len()).map(bar)
        };
        (ends(-1).min().unwrap_or(0), ends(1).max().unwrap_or(0))
    }

    fn draw_at(&self, size: Size, lang: Lang) -> Option<String> {
        let (low, high) = self.reach();
        // A little air above, and whole units however few there are.
        let air = ((high - low) / 16).max(1);
        let (low, high) =
            (if low < 0 { low.saturating_sub(air) } else { 0 }, high.saturating_add(air).max(5));
        let count = i32::try_from(self.labels.len()).ok()?;
        let mut drawn = String::new();
        {
            let area = SVGBackend::with_string(&mut drawn, (size.width, size.height)).into_drawing_area();
            let mut chart = ChartBuilder::on(&area)
                .margin_top(10)
                .margin_right(6)
                .x_label_area_size(44)
                .y_label_area_size(size.axis)
                .build_cartesian_2d(0f64..f64::from(count), low..high)
                .ok()?;
            chart
                .configure_mesh()
                .disable_x_mesh()
                .disable_x_axis()
                .axis_style(LINE.mix(0.0))
                .bold_line_style(LINE.stroke_width(1))
                .light_line_style(LINE.mix(0.0))
                .y_labels(6)
                .y_label_formatter(&|n| tick(*n, lang))
                .y_label_style(("sans-serif", letters()).with_color(INK).into_text_style(&area))
                .draw()
                .ok()?;
            let (x, y) = chart.plotting_area().get_pixel_range();
            let room = f64::from(x.end - x.start) / f64::from(count);
            // Of each place, on either side of its bar.
            let thin = ((1.0 - WIDEST / room) / 2.0).max(if count > 40 { 0.08 } else { 0.16 });
            for i in 0..count {
                let (mut up, mut down) = (0i64, 0i64);
                for series in &self.series {
                    let Some(value) = usize::try_from(i).ok().and_then(|i| series.values.get(i)).copied()
                    else {
                        continue;
                    };
                    let from = if value < 0 { &mut down } else { &mut up };
                    let to = from.saturating_add(value);
                    let left = f64::from(i);
                    let corners = [(left + thin, *from), (left + 1.0 - thin, to)];
                    *from = to;
                    let colour = COLOURS.get(series.colour).copied().unwrap_or(INK);
                    if value != 0 {
                        chart.draw_series([Rectangle::new(corners, colour.filled())]).ok()?;
                    }
                }
            }
            let zero = chart.backend_coord(&(0.0, 0)).1;
            let rule = [(x.start, zero), (x.end, zero)];
            area.draw(&plotters::element::PathElement::new(rule, INK.stroke_width(1))).ok()?;
            let style = ("sans-serif", letters()).with_color(INK).into_text_style(&area);
            let style = style.pos(Pos::new(HPos::Center, VPos::Top));
            for (i, label) in self.labels_with_room(room) {
                let middle = chart.backend_coord(&(i + 0.5, 0)).0;
                area.draw(&Text::new(label.text.clone(), (middle, y.end + 7), style.clone())).ok()?;
                if let Some(below) = &label.below {
                    area.draw(&Text::new(below.clone(), (middle, y.end + 25), style.clone())).ok()?;
                }
            }
            area.present().ok()?;
        }
        // The outer element is written anew, with a role and texts.
        let inside = drawn.get(drawn.find('>')? + 1..drawn.rfind("</svg>")?)?;
        Some(inside.trim().to_owned())
    }

    /// The labels that fit side by side, with the numbers of their bars: those of the first ranks go first.
    fn labels_with_room(&self, room: f64) -> Vec<(f64, &Label)> {
        let place = |i: usize| f64::from(u32::try_from(i).unwrap_or(u32::MAX));
        let wide = |label: &Label| {
            let columns = width(&label.text).max(label.below.as_deref().map_or(0, width));
            f64::from(LETTERS) * 0.56 * f64::from(u32::try_from(columns).unwrap_or(u32::MAX)) + 4.0
        };
        let mut kept: Vec<(f64, &Label)> = Vec::new();
        for rank in 0..=u8::MAX {
            let mut more: Vec<(f64, &Label)> = Vec::new();
            for (i, label) in self.labels.iter().enumerate().filter(|(_, l)| l.rank == rank) {
                more.push((place(i), label));
            }
            if more.is_empty() {
                continue;
            }
            let mut all: Vec<(f64, &Label)> = kept.iter().copied().chain(more).collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            let fits = |a: &(f64, &Label), b: &(f64, &Label)| {
                (b.0 - a.0) * room >= f64::midpoint(wide(a.1), wide(b.1))
            };
            if all.is_sorted_by(fits) {
                kept = all;
            } else if kept.is_empty() {
                // Not even the first rank fits: every so many of it.
                for label in all {
                    if kept.last().is_none_or(|last| fits(last, &label)) {
                        kept.push(label);
                    }
                }
                break;
            } else {
                break;
            }
        }
        kept
    }
}

/// plotters divides the size it is given by this before it writes it down.
fn letters() -> f64 {
    f64::from(LETTERS) * 1.24
}
