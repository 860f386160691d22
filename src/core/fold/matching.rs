//! Rows without an item code find their items (`docs/RULES.md`, Rows without item codes).
//!
//! A row is compared with the folded identity of the order's *coded* items. What no coded item explains becomes an
//! inferred item of its own, numbered in the order of founding, which depends only on the observations' own order.

use std::borrow::Cow;

use crate::core::batch::BodiesView;
use crate::core::schema::Known;
use crate::core::text::comparable;
use crate::core::types::Money;

/// What names the goods of an item, each part where it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Identity<'a> {
    variant_code: Option<&'a str>,
    product_code: Option<&'a str>,
    product_no: Option<i64>,
    custom_product_code: Option<&'a str>,
    custom_variant_code: Option<&'a str>,
    name: Option<Cow<'a, str>>,
    option: Option<Cow<'a, str>>,
    price: Option<Money>,
}

/// The columns an identity is made of.
pub(super) fn identity_columns(known: &Known) -> [usize; 8] {
    [
        known.variant_code,
        known.product_code,
        known.product_no,
        known.custom_product_code,
        known.custom_variant_code,
        known.product_name,
        known.option_value,
        known.product_price,
    ]
}

impl<'a> Identity<'a> {
    /// Builds an identity from the body that tells each column ([`identity_columns`]' order).
    pub(super) fn from_bodies(view: &BodiesView<'a>, known: &Known, told_by: [Option<u32>; 8]) -> Self {
        let [variant, product, number, own_product, own_variant, name, option, price] = told_by;
        let text = |body: Option<u32>, column| body.and_then(|b| view.text(b, column));
        Self {
            variant_code: text(variant, known.variant_code),
            product_code: text(product, known.product_code),
            product_no: number.and_then(|b| view.int(b, known.product_no)),
            custom_product_code: text(own_product, known.custom_product_code),
            custom_variant_code: text(own_variant, known.custom_variant_code),
            name: text(name, known.product_name).map(comparable),
            option: text(option, known.option_value).map(comparable),
            price: price.and_then(|b| view.money(b, known.product_price)),
        }
    }

    pub(super) fn of_body(view: &BodiesView<'a>, known: &Known, body: u32) -> Self {
        Self::from_bodies(view, known, [Some(body); 8])
    }

    /// Newer words replace older ones, part by part.
    fn absorb(&mut self, newer: &Self) {
        fn replace<T: Clone>(old: &mut Option<T>, new: Option<&T>) {
            if let Some(new) = new {
                *old = Some(new.clone());
            }
        }
        replace(&mut self.variant_code, newer.variant_code.as_ref());
        replace(&mut self.product_code, newer.product_code.as_ref());
        replace(&mut self.product_no, newer.product_no.as_ref());
        replace(&mut self.custom_product_code, newer.custom_product_code.as_ref());
        replace(&mut self.custom_variant_code, newer.custom_variant_code.as_ref());
        replace(&mut self.name, newer.name.as_ref());
        replace(&mut self.option, newer.option.as_ref());
        replace(&mut self.price, newer.price.as_ref());
    }

    /// Whether both can be the same goods: whatever both sides tell agrees, and at least one code, number or name is
    /// told by both. Own codes, option and price can only veto.
    fn fits(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> Option<bool> {
            Some(a? == b?)
        }
        let naming = [
            agree(self.variant_code.as_ref(), other.variant_code.as_ref()),
            agree(self.product_code.as_ref(), other.product_code.as_ref()),
            agree(self.product_no.as_ref(), other.product_no.as_ref()),
            agree(self.name.as_ref(), other.name.as_ref()),
        ];
        let vetoing = [
            agree(self.custom_product_code.as_ref(), other.custom_product_code.as_ref()),
            agree(self.custom_variant_code.as_ref(), other.custom_variant_code.as_ref()),
            agree(self.option.as_ref(), other.option.as_ref()),
            agree(self.price.as_ref(), other.price.as_ref()),
        ];
        naming.contains(&Some(true)) && !naming.iter().chain(&vetoing).any(|a| *a == Some(false))
    }
}

/// An item with a code, and what its coded observations say it is.
pub(super) struct CodedItem<'a> {
    pub(super) code: &'a str,
    pub(super) identity: Identity<'a>,
}

/// A row without a code.
#[derive(Clone, Copy, Debug)]
pub(super) struct CodelessRow {
    pub(super) sighting: u32,
    pub(super) body: u32,
}

/// Rows that stand in one sheet of one file and were asked for at one moment: each describes another item.
pub(super) struct Sheetful<'a> {
    pub(super) rows: Vec<CodelessRow>,
    /// Codes that rows of the same sheet bear.
    pub(super) coded_here: Vec<&'a str>,
}

/// Where the rows went.
#[derive(Default)]
pub(super) struct Matched {
    /// (row, index of the coded item).
    pub(super) coded: Vec<(CodelessRow, usize)>,
    /// Rows of each inferred item, in the order of founding.
    pub(super) inferred: Vec<Vec<CodelessRow>>,
    /// Rows whose choice was not the only one.
    pub(super) ambiguous: Vec<u32>,
}

/// Matches rows, sheetful after sheetful in the order of the observations, with `coded` in ascending order of code.
pub(super) fn match_rows<'a>(
    view: &BodiesView<'a>,
    known: &Known,
    coded: &[CodedItem<'a>],
    sheetfuls: &[Sheetful<'a>],
) -> Matched {
    let mut matched = Matched::default();
    let mut inferred: Vec<Identity<'a>> = Vec::new();
    for sheetful in sheetfuls {
        let mut taken: Vec<bool> = coded.iter().map(|c| sheetful.coded_here.contains(&c.code)).collect();
        let mut taken_inferred = vec![false; inferred.len()];
        let mut choices = Vec::new();
        for &row in &sheetful.rows {
            let identity = Identity::of_body(view, known, row.body);
            let free: Vec<usize> =
                (0..coded.len()).filter(|&i| !taken[i] && coded[i].identity.fits(&identity)).collect();
            if let Some(&chosen) = free.first() {
                taken[chosen] = true;
                matched.coded.push((row, chosen));
                if free.len() > 1 {
                    choices.push((row.sighting, free));
                }
                continue;
            }
            let open: Vec<usize> =
                (0..inferred.len()).filter(|&i| !taken_inferred[i] && inferred[i].fits(&identity)).collect();
            if let Some(&chosen) = open.first() {
                taken_inferred[chosen] = true;
                matched.inferred[chosen].push(row);
                if open.iter().any(|&i| inferred[i] != inferred[chosen]) {
                    matched.ambiguous.push(row.sighting);
                }
                inferred[chosen].absorb(&identity);
            } else {
                inferred.push(identity);
                taken_inferred.push(true);
                matched.inferred.push(vec![row]);
            }
        }
        for (sighting, free) in choices {
            let chosen = free[0];
            let doubtful = |&i: &usize| !taken[i] || coded[i].identity != coded[chosen].identity;
            if free[1..].iter().any(doubtful) {
                matched.ambiguous.push(sighting);
            }
        }
    }
    matched
}
