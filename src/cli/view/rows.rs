//! Documents as rows, for programs that read one row at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde_json::Value;

/// The rows of a document: those under `rows`, else those of the only list it has; a document without any is a row
/// itself.
fn listed(document: &Value) -> Vec<&Value> {
    let Some(fields) = document.as_object() else { return vec![document] };
    let is_list = |it: &&Value| it.as_array().is_some_and(|it| it.iter().all(Value::is_object));
    let mut lists = fields.values().filter(is_list);
    let found = (fields.get("rows").filter(is_list), lists.next(), lists.next());
    let ((Some(list), ..) | (None, Some(list), None)) = found else { return vec![document] };
    list.as_array().map(|it| it.iter().collect()).unwrap_or_default()
}

/// A JSON document for each row.
pub(super) fn ndjson(document: &Value) -> Vec<u8> {
    listed(document).into_iter().flat_map(|it| format!("{it}\n").into_bytes()).collect()
}

/// A header and a line for each row. `name` comes first, the other columns in the order of the alphabet.
pub(super) fn csv(document: &Value) -> io::Result<Vec<u8>> {
    let rows: Vec<BTreeMap<String, String>> = listed(document).into_iter().map(flat).collect();
    let all: BTreeSet<&str> = rows.iter().flat_map(BTreeMap::keys).map(String::as_str).collect();
    let rest = all.iter().filter(|it| **it != "name");
    let columns: Vec<&str> = all.iter().filter(|it| **it == "name").chain(rest).copied().collect();
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&columns)?;
    for row in &rows {
        writer.write_record(columns.iter().map(|it| row.get(*it).map_or("", String::as_str)))?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// The fields of a row, those of fields in fields as `a.b`. Lists are written as JSON, nothing as nothing.
fn flat(row: &Value) -> BTreeMap<String, String> {
    fn put(name: &str, value: &Value, out: &mut BTreeMap<String, String>) {
        match value {
            Value::Object(fields) => {
                for (field, value) in fields {
                    let name = if name.is_empty() { field.clone() } else { format!("{name}.{field}") };
                    put(&name, value, out);
                }
            }
            Value::Null => drop(out.insert(name.to_owned(), String::new())),
            Value::String(text) => drop(out.insert(name.to_owned(), harmless(text))),
            other => drop(out.insert(name.to_owned(), other.to_string())),
        }
    }
    let mut out = BTreeMap::new();
    put("", row, &mut out);
    out
}

/// A text that a spreadsheet does not take for a formula: names of clients come from the network.
fn harmless(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if risky { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn rows_are_those_of_the_list_that_is_meant() {
        let two = json!({"days": [{"d": 1}], "rows": [{"name": "a"}, {"name": "b"}], "schema_version": 1});
        assert_eq!(text(ndjson(&two)), "{\"name\":\"a\"}\n{\"name\":\"b\"}\n");
        assert_eq!(text(ndjson(&json!({"keys": [], "days": 30}))), "");
        assert_eq!(text(ndjson(&json!({"a": [{}], "b": [{}]}))), "{\"a\":[{}],\"b\":[{}]}\n");
        assert_eq!(text(ndjson(&json!({"saved": true}))), "{\"saved\":true}\n");
    }

    #[test]
    fn fields_become_columns_and_no_cell_is_a_formula() {
        let document = json!({"rows": [
            {"name": "=cmd()", "ttft": {"p50": 0.5, "p95": null}, "cost": -1.5},
            {"name": "a, \"b\"", "losses": ["x"]},
        ]});
        let expected = "name,cost,losses,ttft.p50,ttft.p95\n'=cmd(),-1.5,,0.5,\n\"a, \"\"b\"\"\",,\"[\"\"x\"\"]\",,\n";
        assert_eq!(text(csv(&document).unwrap()), expected);
        assert_eq!(text(csv(&json!({"rows": []})).unwrap()), "");
    }
}
