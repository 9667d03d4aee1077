//! Edits of the routing rules.

use rusqlite::{OptionalExtension, Transaction, params};

use crate::store::error::StoreError;
use crate::store::open::Db;

/// A rule as it is in the file. What it says is looked at by `config`.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleRow {
    /// Its name.
    pub name: String,
    /// `global`, `customer:NAME`, `team:NAME` or `virtual-key:NAME`.
    pub scope: String,
    /// The smaller, the earlier within its scope.
    pub priority: i64,
    /// The condition, in CEL.
    pub when: String,
    /// Groups and `provider/model`, with weights, in the order listed.
    pub targets: Vec<(String, f64)>,
    /// What stands behind those, in order.
    pub fallbacks: Vec<String>,
    /// It rewrites the model instead of ending the search.
    pub chain: bool,
    /// Whether it is asked.
    pub enabled: bool,
}

/// Adds a rule.
///
/// # Errors
/// There is one of that name, or the file cannot be written.
pub fn add(db: &mut Db, rule: &RuleRow) -> Result<(), StoreError> {
    db.edit(|tx| {
        let sql = "SELECT 1 FROM rules WHERE name = ?1";
        if tx.query_row(sql, [&rule.name], |_| Ok(())).optional()?.is_some() {
            return Err(StoreError::Exists { what: "rule", name: rule.name.clone() });
        }
        write(tx, rule)
    })
}

/// Replaces a rule whole.
///
/// # Errors
/// There is none of that name, or the file cannot be written.
pub fn replace(db: &mut Db, rule: &RuleRow) -> Result<(), StoreError> {
    db.edit(|tx| {
        delete(tx, &rule.name)?;
        write(tx, rule)
    })
}

/// Removes a rule.
///
/// # Errors
/// There is none of that name, or the file cannot be written.
pub fn remove(db: &mut Db, name: &str) -> Result<(), StoreError> {
    db.edit(|tx| delete(tx, name))
}

/// All rules, by name.
///
/// # Errors
/// The file cannot be read.
pub fn list(db: &Db) -> Result<Vec<RuleRow>, StoreError> {
    let sql = r#"SELECT name, scope, priority, "when", chain, enabled FROM rules ORDER BY name"#;
    let mut statement = db.conn().prepare_cached(sql)?;
    let bare = |row: &rusqlite::Row<'_>| {
        Ok(RuleRow {
            name: row.get(0)?,
            scope: row.get(1)?,
            priority: row.get(2)?,
            when: row.get(3)?,
            targets: Vec::new(),
            fallbacks: Vec::new(),
            chain: row.get(4)?,
            enabled: row.get(5)?,
        })
    };
    let mut rules = statement.query_map([], bare)?.collect::<Result<Vec<RuleRow>, _>>()?;
    let sql = "SELECT target, weight FROM rule_targets WHERE rule_name = ?1 ORDER BY position";
    let mut statement = db.conn().prepare_cached(sql)?;
    for rule in &mut rules {
        let listed = statement.query_map([&rule.name], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for it in listed {
            let (target, weight): (String, Option<f64>) = it?;
            match weight {
                Some(weight) => rule.targets.push((target, weight)),
                None => rule.fallbacks.push(target),
            }
        }
    }
    Ok(rules)
}

/// The rule of that name.
///
/// # Errors
/// The file cannot be read.
pub fn get(db: &Db, name: &str) -> Result<Option<RuleRow>, StoreError> {
    Ok(list(db)?.into_iter().find(|it| it.name == name))
}

fn write(tx: &Transaction<'_>, rule: &RuleRow) -> Result<(), StoreError> {
    let sql = r#"INSERT INTO rules (name, scope, priority, "when", chain, enabled) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"#;
    tx.execute(sql, params![rule.name, rule.scope, rule.priority, rule.when, rule.chain, rule.enabled])?;
    let sql = "INSERT INTO rule_targets (rule_name, position, target, weight) VALUES (?1, ?2, ?3, ?4)";
    let mut insert = tx.prepare(sql)?;
    let targets = rule.targets.iter().map(|(target, weight)| (target, Some(*weight)));
    let fallbacks = rule.fallbacks.iter().map(|it| (it, None));
    for (position, (target, weight)) in (0_i64..).zip(targets.chain(fallbacks)) {
        insert.execute(params![rule.name, position, target, weight])?;
    }
    Ok(())
}

fn delete(tx: &Transaction<'_>, name: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM rule_targets WHERE rule_name = ?1", [name])?;
    match tx.execute("DELETE FROM rules WHERE name = ?1", [name])? {
        0 => Err(StoreError::NotFound { what: "rule", name: name.to_owned() }),
        _ => Ok(()),
    }
}
