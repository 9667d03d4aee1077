//! A price table as text: a list of providers in the form `genai-prices` calls "v2", of which one provider can be had
//! without decoding the rest. Decoded, the whole list would be megabytes of compiled patterns that nobody asks for.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The compiled-in table. `table/NOTICE.md` says where it comes from.
const BUNDLED: &str = include_str!("table/table.json");

/// The text of a table.
#[derive(Debug)]
pub(super) struct Table(Cow<'static, str>);

/// A provider as the table lists it, its models not yet looked at.
#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(default, borrow)]
    fallback_model_providers: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    models: &'a RawValue,
}

/// The same as the crate decodes it: it wants a name and a pattern of URLs, too.
#[derive(Serialize)]
struct Cut<'a> {
    id: &'a str,
    name: &'a str,
    api_pattern: &'static str,
    fallback_model_providers: &'a [Cow<'a, str>],
    models: &'a RawValue,
}

impl Table {
    /// The compiled-in table.
    pub(super) const fn bundled() -> Self {
        Self(Cow::Borrowed(BUNDLED))
    }

    /// Another table.
    ///
    /// # Errors
    /// The text is not a list of providers with an id and models each.
    pub(super) fn parse(text: String) -> serde_json::Result<Self> {
        let table = Self(Cow::Owned(text));
        table.listed()?;
        Ok(table)
    }

    /// The provider of that very id, followed by those whose models it also serves, in the crate's own form. `None` if
    /// the table does not know it.
    ///
    /// # Errors
    /// As [`Table::parse`].
    pub(super) fn cut(&self, id: &str) -> serde_json::Result<Option<Vec<u8>>> {
        let listed = self.listed()?;
        let find = |id: &str| listed.iter().find(|it| it.id == id);
        let Some(provider) = find(id) else { return Ok(None) };
        let fallbacks = provider.fallback_model_providers.iter().filter_map(|it| find(it));
        let cut: Vec<Cut<'_>> = std::iter::once(provider).chain(fallbacks.filter(|it| it.id != id)).map(cut).collect();
        serde_json::to_vec(&cut).map(Some)
    }

    /// The ids of its providers, each with those of its models.
    ///
    /// # Errors
    /// As [`Table::parse`].
    pub(super) fn names(&self) -> serde_json::Result<Vec<(String, Vec<String>)>> {
        #[derive(Deserialize)]
        struct Named {
            id: String,
        }
        let of = |it: Listed<'_>| {
            let models: Vec<Named> = serde_json::from_str(it.models.get())?;
            Ok((it.id.into_owned(), models.into_iter().map(|it| it.id).collect()))
        };
        self.listed()?.into_iter().map(of).collect()
    }

    fn listed(&self) -> serde_json::Result<Vec<Listed<'_>>> {
        serde_json::from_str(&self.0)
    }
}

fn cut<'a>(it: &'a Listed<'a>) -> Cut<'a> {
    let fallback_model_providers = &it.fallback_model_providers;
    // No URL is ever looked up: each provider is asked for by its id.
    Cut { id: &it.id, name: &it.id, api_pattern: "-", fallback_model_providers, models: it.models }
}
