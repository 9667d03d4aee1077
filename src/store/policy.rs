//! The policy rows as they stood at one moment.

use crate::store::aliases;
use crate::store::error::StoreError;
use crate::store::groups::{self, GroupRow};
use crate::store::keys::{self, KeyRow};
use crate::store::limits::{self, LimitRow};
use crate::store::open::Db;
use crate::store::prices::{self, PriceRow};
use crate::store::providers::{self, StoredProvider};
use crate::store::rules::{self, RuleRow};
use crate::store::virtual_keys::{self, VirtualKeyRow};
use crate::store::weights::{self, Overrides};

/// All policy rows.
#[derive(Debug, Clone, Default)]
pub struct PolicyRows {
    /// The number of this policy.
    pub version: i64,
    /// The user's providers, by name.
    pub providers: Vec<StoredProvider>,
    /// Keys, by provider and age.
    pub keys: Vec<KeyRow>,
    /// The user's groups, by name, with the weights in force.
    pub groups: Vec<GroupRow>,
    /// Weights that were set, also of groups without a row.
    pub weights: Overrides,
    /// The user's prices.
    pub prices: Vec<PriceRow>,
    /// Names the user gave to models, and what they stand for.
    pub aliases: Vec<(String, String)>,
    /// The rules, by name.
    pub rules: Vec<RuleRow>,
    /// The limits, by scope.
    pub limits: Vec<LimitRow>,
    /// Virtual keys, those that were removed too.
    pub virtual_keys: Vec<VirtualKeyRow>,
}

/// Reads all of it in one transaction, so that an edit in between is seen whole or not at all.
///
/// # Errors
/// The file cannot be read, or a row in it.
pub fn read(db: &Db) -> Result<PolicyRows, StoreError> {
    let tx = db.conn().unchecked_transaction()?;
    let rows = PolicyRows {
        version: db.policy_version()?,
        providers: providers::list(db)?,
        keys: keys::list(db)?,
        groups: groups::list(db)?,
        weights: weights::overrides(db)?,
        prices: prices::list(db)?,
        aliases: aliases::list(db)?,
        rules: rules::list(db)?,
        limits: limits::list(db)?,
        virtual_keys: virtual_keys::list(db)?,
    };
    tx.commit()?;
    Ok(rows)
}
