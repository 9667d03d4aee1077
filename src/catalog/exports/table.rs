//! A file as rows of named cells: CSV with a header, or JSON with its nested fields as `a.b`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalog::exports::ExportError;

type Row = BTreeMap<String, String>;

/// The rows of a file.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    /// A page says that there are more.
    pub(super) more: bool,
}

/// Reads CSV, tab-separated values or JSON.
pub(super) fn read(text: &str) -> Result<Table, ExportError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with(['{', '[']) { json(text) } else { csv(text) }
}

fn csv(text: &str) -> Result<Table, ExportError> {
    let unreadable = |error: csv::Error| ExportError::Unreadable(error.to_string());
    let header = text.lines().next().unwrap_or_default();
    let delimiter = if header.contains('\t') { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let columns: Vec<String> = reader.headers().map_err(unreadable)?.iter().map(|it| it.trim().to_owned()).collect();
    if columns.len() < 2 {
        return Err(ExportError::Unreadable("its first line names fewer than two columns".to_owned()));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        rows.push(columns.iter().cloned().zip(record.iter().map(str::to_owned)).collect());
    }
    if rows.is_empty() {
        // A header alone still says what the file is.
        rows.push(columns.into_iter().map(|it| (it, String::new())).collect());
    }
    Ok(Table { rows, more: false })
}

/// One page, several in a list, or one after the other.
fn json(text: &str) -> Result<Table, ExportError> {
    let mut table = Table::default();
    for page in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let page = page.map_err(|error| ExportError::Unreadable(error.to_string()))?;
        // Only the last page tells whether there are more.
        table.more = false;
        take(&page, &Row::new(), &mut table);
    }
    Ok(table)
}

/// Lists below `data` and `results` are rows, and what stands beside them belongs to each.
fn take(value: &Value, beside: &Row, table: &mut Table) {
    match value {
        Value::Array(all) => {
            for it in all {
                take(it, beside, table);
            }
        }
        Value::Object(fields) => {
            if let Some(more) = fields.get("has_more").and_then(Value::as_bool) {
                table.more = more;
            }
            let list = ["data", "results"].into_iter().find_map(|it| fields.get(it).filter(|it| it.is_array()));
            let mut row = beside.clone();
            for (name, value) in fields {
                flatten(name, value, &mut row);
            }
            match list {
                Some(list) => take(list, &row, table),
                None => table.rows.push(row),
            }
        }
        _ => {}
    }
}

fn flatten(name: &str, value: &Value, row: &mut Row) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                flatten(&format!("{name}.{field}"), value, row);
            }
        }
        Value::Array(_) => {}
        Value::Null => drop(row.insert(name.to_owned(), String::new())),
        Value::String(text) => drop(row.insert(name.to_owned(), text.clone())),
        other => drop(row.insert(name.to_owned(), other.to_string())),
    }
}
