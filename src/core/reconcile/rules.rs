//! `schemas/reconcile.toml`, and what the schema says of the columns that are compared.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::core::schema::{Column, Kind, Schema};

const FILE: &str = include_str!("../../../schemas/reconcile.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    amounts: Vec<String>,
    echo: Vec<Echo>,
}

/// A column that says again what another says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Echo {
    pub(super) column: String,
    pub(super) of: String,
}

/// What is compared, and how.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Columns that tell what an order is worth, best first.
    pub(super) amounts: Vec<String>,
    pub(super) echoes: Vec<Echo>,
    /// Columns whose changes are watched and whose values may be shown.
    compared: BTreeSet<String>,
    frozen: BTreeSet<String>,
    money: BTreeSet<String>,
}

impl Rules {
    pub fn new(schema: &Schema) -> Result<Self, toml::de::Error> {
        let File { amounts, echo } = toml::from_str(FILE)?;
        let named = |wanted: fn(&Column) -> bool| {
            let columns = schema.items.iter().chain(&schema.orders);
            columns.filter(|c| wanted(c)).map(|c| c.name.clone()).collect()
        };
        Ok(Self {
            amounts,
            echoes: echo,
            compared: named(|c| c.tracked && c.may_be_shown()),
            frozen: named(|c| c.frozen),
            money: named(|c| c.kind == Kind::Money),
        })
    }

    pub fn compares(&self, column: &str) -> bool {
        self.compared.contains(column)
    }

    /// Whether it never changes, so that no newer word explains a difference.
    pub(super) fn is_frozen(&self, column: &str) -> bool {
        self.frozen.contains(column)
    }

    pub(super) fn is_money(&self, column: &str) -> bool {
        self.money.contains(column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::schema::Additions;

    #[test]
    fn the_rules_name_columns_that_are_compared() {
        let rules = Rules::new(&Schema::load(&Additions::default()).unwrap()).unwrap();
        let echoes = rules.echoes.iter().flat_map(|e| [&e.column, &e.of]);
        for column in rules.amounts.iter().chain(echoes) {
            assert!(rules.compares(column), "{column}");
        }
        assert!(rules.amounts.iter().all(|c| rules.is_money(c)));
        assert!(rules.is_frozen("product_no") && !rules.is_frozen("payment_amount"));
        for personal in ["buyer_name", "receiver_region", "buyer_email_hash"] {
            assert!(!rules.compares(personal), "{personal}");
        }
    }
}
