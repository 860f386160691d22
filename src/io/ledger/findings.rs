//! Findings as a table.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::error::ArrowError;

use crate::core::problem::Finding;
use crate::core::types::FileHash;

/// Findings as stored: files by their hash, because a path may change without a fold.
pub(super) fn batch(
    findings: &[Finding],
    hash_of: impl Fn(u32) -> Option<FileHash>,
) -> Result<RecordBatch, ArrowError> {
    let text = |of: fn(&Finding) -> Option<&str>| -> ArrayRef {
        Arc::new(findings.iter().map(of).collect::<StringArray>())
    };
    let hash = |f: &Finding| f.file.and_then(&hash_of).map(|hash| hash.to_string());
    RecordBatch::try_from_iter_with_nullable([
        ("reason", text(|f| Some(f.kind.code())), false),
        ("sha256", Arc::new(findings.iter().map(hash).collect::<StringArray>()) as ArrayRef, true),
        ("row", Arc::new(findings.iter().map(|f| f.row.map(i64::from)).collect::<Int64Array>()), true),
        ("mall_id", text(|f| f.mall_id.as_deref()), true),
        ("shop_no", Arc::new(findings.iter().map(|f| f.shop_no).collect::<Int64Array>()), true),
        ("order_id", text(|f| f.order_id.as_deref()), true),
        ("item_key", text(|f| f.item_key.as_deref()), true),
        ("column", text(|f| f.column.as_deref()), true),
        ("value", text(|f| f.value.as_deref()), true),
        ("other_value", text(|f| f.other.as_deref()), true),
    ])
}
