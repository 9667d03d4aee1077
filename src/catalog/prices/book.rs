//! A price table, decoded provider by provider as they are needed.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use genai_prices::Calculator;

use crate::catalog::prices::Priced;
use crate::catalog::prices::list::PriceList;
use crate::catalog::prices::table::Table;
use crate::domain::clock::Stamp;
use crate::domain::usage::Usage;

/// What the compiled-in table is called in the ledger. A test holds it to `Cargo.lock`.
pub(super) const BUNDLED: &str = "genai-prices 0.2.1";

/// A price table. It knows the prices of the providers that were loaded; loading one takes up to ten milliseconds and
/// megabytes, so a server does it on a thread of its own, for the providers it can reach.
pub struct PriceBook {
    table: Table,
    version: &'static str,
    /// By price id. `None`: the table does not know that provider.
    lists: RwLock<HashMap<String, Option<Arc<PriceList>>>>,
}

/// The text is not a price table, or holds a provider that is none.
#[derive(Debug, thiserror::Error)]
pub enum BrokenTable {
    /// It is not a list of providers.
    #[error("the price table cannot be read: {0}")]
    Form(#[from] serde_json::Error),
    /// The prices of one provider have another form.
    #[error("the prices of {0} cannot be read: {1}")]
    Prices(String, genai_prices::Error),
}

impl fmt::Debug for PriceBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PriceBook").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Default for PriceBook {
    /// [`Self::bundled`].
    fn default() -> Self {
        Self::bundled()
    }
}

impl PriceBook {
    /// The compiled-in table, with nothing of it loaded.
    #[must_use]
    pub fn bundled() -> Self {
        Self::over(Table::bundled(), BUNDLED)
    }

    /// Another table in the `genai-prices` crate's "v2" form, with nothing of it loaded. `version` is what the ledger
    /// will call it.
    ///
    /// # Errors
    /// The text is not such a table.
    pub fn from_json(text: String, version: &'static str) -> Result<Self, BrokenTable> {
        Ok(Self::over(Table::parse(text)?, version))
    }

    fn over(table: Table, version: &'static str) -> Self {
        Self { table, version, lists: RwLock::default() }
    }

    /// Decodes the prices of the provider `price_id`, the table's own name for it. Does nothing the second time.
    ///
    /// # Errors
    /// They cannot be decoded. They count as loaded nevertheless, and as unknown.
    pub fn load(&self, price_id: &str) -> Result<(), BrokenTable> {
        if self.holds(price_id) {
            return Ok(());
        }
        let decoded = self.decode(price_id);
        let (list, done) = match decoded {
            Ok(list) => (list, Ok(())),
            Err(error) => (None, Err(error)),
        };
        let mut lists = self.lists.write().unwrap_or_else(PoisonError::into_inner);
        lists.insert(price_id.to_owned(), list.map(Arc::new));
        done
    }

    fn decode(&self, price_id: &str) -> Result<Option<PriceList>, BrokenTable> {
        let Some(text) = self.table.cut(price_id)? else { return Ok(None) };
        let broken = |error| BrokenTable::Prices(price_id.to_owned(), error);
        let calculator = Calculator::from_json(text).map_err(broken)?;
        Ok(Some(PriceList::new(price_id.to_owned(), calculator, self.version)))
    }

    /// The ids of its providers, each with those of its models, whether loaded or not.
    ///
    /// # Errors
    /// The table is broken.
    pub fn names(&self) -> Result<Vec<(String, Vec<String>)>, BrokenTable> {
        Ok(self.table.names()?)
    }

    /// Whether that provider was loaded.
    #[must_use]
    pub fn holds(&self, price_id: &str) -> bool {
        self.lists.read().unwrap_or_else(PoisonError::into_inner).contains_key(price_id)
    }

    /// What the ledger calls this table.
    #[must_use]
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// The price of `usage` of `model` at provider `price_id`, at `at`. `None` if that provider was not loaded, the
    /// table does not know the model, or it knows no amount for what was used.
    #[must_use]
    pub fn price(&self, price_id: &str, model: &str, usage: &Usage, at: Stamp) -> Option<Priced> {
        self.list(price_id)?.price(model, usage, at)
    }

    pub(super) fn list(&self, price_id: &str) -> Option<Arc<PriceList>> {
        self.lists.read().unwrap_or_else(PoisonError::into_inner).get(price_id)?.clone()
    }
}
