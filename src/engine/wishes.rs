//! Reads the fields that say where a request wants to go, and takes them out of it: they mean nothing to most providers,
//! and some refuse what they do not know.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use crate::domain::ask::Fields;
use crate::domain::failure::Failure;
use crate::domain::wishes::{MaxPrice, Sort, Wishes};
use crate::engine::lane::quoted;
use crate::engine::read::{bad, malformed};
use crate::wire::json::{self, Edit};

/// The fields. `route` only goes with `models`, and says what is so anyway.
const FIELDS: [&str; 4] = ["provider", "models", "fallbacks", "route"];

/// Most models of one request: each is a whole round of attempts.
const MODELS_MOST: usize = 16;

/// `provider`, as OpenRouter documents it.
#[derive(Deserialize)]
struct Provider {
    #[serde(default)]
    order: Option<Vec<String>>,
    #[serde(default)]
    only: Option<Vec<String>>,
    #[serde(default)]
    ignore: Option<Vec<String>>,
    #[serde(default)]
    allow_fallbacks: Option<bool>,
    #[serde(default)]
    sort: Option<By>,
    #[serde(default)]
    max_price: Option<Most>,
    #[serde(default)]
    require_parameters: Option<bool>,
    #[serde(default)]
    data_collection: Option<DataCollection>,
    #[serde(default)]
    zdr: Option<bool>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum By {
    Name(Sort),
    Object {
        by: Sort,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    },
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum DataCollection {
    Allow,
    Deny,
}

/// Amounts come as numbers or as text.
#[derive(Deserialize)]
struct Most {
    #[serde(default)]
    prompt: Option<Value>,
    #[serde(default)]
    completion: Option<Value>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

/// A fallback as LiteLLM takes it: a name, or an object with one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Fallback {
    Name(String),
    Object {
        model: String,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    },
}

/// Takes the wishes out of `body`, and says what is left of it. Where it names no model, the first of `models` is. `None`
/// for nearly every request: nothing of the kind is in it.
///
/// # Errors
/// `bad_request` (400), if one of the fields is not what it should be.
pub(super) fn read(body: &Bytes, fields: &Fields) -> Result<Option<(Wishes, Bytes)>, Failure> {
    let is_there = |key: &str| fields.find(body, key).is_some();
    if !FIELDS.iter().take(3).any(|it| is_there(it)) {
        return Ok(None);
    }
    let mut wishes = Wishes::default();
    let mut models: Vec<String> = field(body, fields, "models")?.unwrap_or_default();
    let named = fields.find(body, "model").and_then(|it| json::string(body.get(it)?).map(Cow::into_owned));
    let mut edits: Vec<Edit<'_>> = FIELDS.iter().map(|key| Edit::Remove { key }).collect();
    if fields.find(body, "model").is_none() && !models.is_empty() {
        edits.push(Edit::Set { key: "model", value: Cow::Owned(quoted(&models.remove(0))) });
    }
    // Clients repeat the model itself at the head of the list.
    models.retain(|it| Some(it) != named.as_ref());
    let fallbacks: Vec<Fallback> = field(body, fields, "fallbacks")?.unwrap_or_default();
    for it in fallbacks {
        match it {
            Fallback::Name(model) => models.push(model),
            Fallback::Object { model, rest } => {
                wishes.unheard.extend(rest.into_keys().map(|key| format!("fallbacks.{key}")));
                models.push(model);
            }
        }
    }
    if models.len() > MODELS_MOST {
        return Err(bad(&format!("`models` and `fallbacks` name more than {MODELS_MOST} models")));
    }
    wishes.models = models;
    if let Some(it) = field::<Provider>(body, fields, "provider")? {
        let raw = fields.find(body, "provider").and_then(|it| body.get(it));
        wishes.provider = raw.and_then(|it| std::str::from_utf8(it).ok()).map(str::to_owned);
        it.tell(&mut wishes)?;
    }
    if wishes.provider.is_some() {
        // All but the first of the edits, which takes `provider` out. Without further models it is the body as it came.
        let left = edits.iter().skip(1).filter(|it| is_there(it.key()) || matches!(it, Edit::Set { .. }));
        let left = json::splice(body, fields, &left.cloned().collect::<Vec<_>>());
        let fields = json::scan(&left).map_err(|it| malformed(&it))?;
        wishes.body = Some((left, fields));
    }
    Ok(Some((wishes, json::splice(body, fields, &edits))))
}

impl Provider {
    fn tell(self, wishes: &mut Wishes) -> Result<(), Failure> {
        wishes.order = self.order.unwrap_or_default();
        wishes.only = self.only.unwrap_or_default();
        wishes.ignore = self.ignore.unwrap_or_default();
        wishes.allow_fallbacks = self.allow_fallbacks.unwrap_or(true);
        wishes.sort = self.sort.map(|it| match it {
            By::Name(by) => by,
            By::Object { by, rest } => {
                // By model is how it is done anyway.
                let other = rest.into_iter().filter(|it| it.0 != "partition" || it.1 != "model");
                wishes.unheard.extend(other.map(|(key, _)| format!("provider.sort.{key}")));
                by
            }
        });
        wishes.private = self.data_collection == Some(DataCollection::Deny) || self.zdr == Some(true);
        wishes.require_parameters = self.require_parameters.unwrap_or(false);
        wishes.unheard.extend(self.rest.into_keys().map(|key| format!("provider.{key}")));
        if let Some(most) = self.max_price {
            let (prompt, completion) = (amount(most.prompt, "prompt")?, amount(most.completion, "completion")?);
            wishes.max_price = Some(MaxPrice { prompt, completion });
            wishes.unheard.extend(most.rest.into_keys().map(|key| format!("provider.max_price.{key}")));
        }
        Ok(())
    }
}

/// A field's value; `null` is none.
fn field<'a, T: Deserialize<'a>>(body: &'a Bytes, fields: &Fields, key: &str) -> Result<Option<T>, Failure> {
    let Some(value) = fields.find(body, key).and_then(|it| body.get(it)) else { return Ok(None) };
    serde_json::from_slice(value).map_err(|error| bad(&format!("`{key}` is not what it should be: {error}")))
}

fn amount(value: Option<Value>, name: &str) -> Result<Option<f64>, Failure> {
    let Some(value) = value.filter(|it| !it.is_null()) else { return Ok(None) };
    let amount = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    let amount = amount.filter(|it: &f64| it.is_finite() && *it >= 0.0);
    let told = || bad(&format!("`provider.max_price.{name}` must be dollars a million tokens, from 0 up"));
    amount.map(Some).ok_or_else(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Result<Option<(Wishes, Bytes)>, Failure> {
        let body = Bytes::copy_from_slice(body.as_bytes());
        let fields = json::scan(&body).unwrap();
        read(&body, &fields)
    }

    #[test]
    fn a_request_without_wishes_is_left_alone() {
        assert!(of(r#"{"model": "m", "messages": [], "route": "x"}"#).unwrap().is_none());
    }

    #[test]
    fn wishes_are_read_and_taken_out_and_the_rest_stays_as_it_is() {
        let (wishes, left) = of(r#"{ "model":"a", "models": ["a", "b"], "x" : 1.0, "fallbacks": ["c", {"model": "d", "messages": []}],
            "provider": {"order": ["p"], "ignore": ["q"], "allow_fallbacks": false, "data_collection": "deny", "quantizations": ["int4"]}}"#)
        .unwrap()
        .unwrap();
        assert_eq!(left, r#"{ "model":"a", "x" : 1.0}"#.as_bytes());
        assert_eq!(wishes.models, ["b", "c", "d"]);
        assert_eq!(
            (wishes.order, wishes.ignore, wishes.allow_fallbacks),
            (vec!["p".to_owned()], vec!["q".to_owned()], false)
        );
        assert!(wishes.private && !wishes.require_parameters);
        assert_eq!(wishes.unheard, ["fallbacks.messages", "provider.quantizations"]);
        assert!(wishes.provider.unwrap().contains("int4"));
    }

    #[test]
    fn the_first_of_models_is_the_model_where_none_is_named() {
        let (wishes, left) = of(r#"{"models": ["a", "b"], "messages": []}"#).unwrap().unwrap();
        assert_eq!(wishes.models, ["b"]);
        assert_eq!(left, r#"{"messages": [],"model":"a"}"#.as_bytes());
    }

    #[test]
    fn sort_and_max_price_are_read_in_every_spelling_and_what_is_not_kept_of_them_is_named() {
        for (sort, meant, unheard) in [
            (r#""price""#, Sort::Price, None),
            (r#"{"by": "latency"}"#, Sort::Latency, None),
            (r#"{"by": "throughput", "partition": "model"}"#, Sort::Throughput, None),
            (r#"{"by": "price", "partition": "none"}"#, Sort::Price, Some("provider.sort.partition")),
        ] {
            let body = format!(r#"{{"provider": {{"sort": {sort}}}}}"#);
            let wishes = of(&body).unwrap().unwrap().0;
            assert_eq!((wishes.sort, wishes.unheard.first().map(String::as_str)), (Some(meant), unheard), "{body}");
        }
        let body = r#"{"provider": {"max_price": {"prompt": "1.5", "completion": 2, "image": 3}}}"#;
        let wishes = of(body).unwrap().unwrap().0;
        assert_eq!(wishes.max_price, Some(MaxPrice { prompt: Some(1.5), completion: Some(2.0) }));
        assert_eq!(wishes.unheard, ["provider.max_price.image"]);
    }

    #[test]
    fn what_is_no_wish_is_refused_by_name() {
        for (body, name) in [
            (r#"{"models": "a"}"#, "`models`"),
            (r#"{"provider": {"sort": "beauty"}}"#, "`provider`"),
            (r#"{"provider": {"max_price": {"prompt": -1}}}"#, "max_price.prompt"),
            (r#"{"provider": {"sort": {"by": "beauty"}}}"#, "`provider`"),
            (r#"{"provider": {"max_price": {"completion": "much"}}}"#, "max_price.completion"),
            (r#"{"provider": 7}"#, "`provider`"),
            (r#"{"fallbacks": [7]}"#, "`fallbacks`"),
        ] {
            let Err(failure) = of(body) else { panic!("{body} is taken") };
            assert!(failure.told.contains(name) && failure.status == Some(400), "{}", failure.told);
        }
        assert!(of(r#"{"provider": null, "models": null}"#).unwrap().unwrap().0 == Wishes::default());
    }
}
