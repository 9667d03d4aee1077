//! The token that a key is exchanged for: kept until shortly before its end, and renewed by one request while others
//! wait for it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::Shared;

use crate::domain::clock::Stamp;
use crate::domain::failure::{Failure, Kind};
use crate::domain::secret::Secret;
use crate::upstream::credential::Credential;

/// A token is renewed this long before its end, so that one under way never meets it.
const AHEAD: Duration = Duration::from_secs(5 * 60);

/// What a key was exchanged for.
#[derive(Debug)]
pub(super) struct Token {
    /// Ready to be sent.
    pub(super) credential: Arc<Credential>,
    /// From then on it is worth renewing.
    stale: Stamp,
    /// From then on nobody accepts it.
    ends: Stamp,
}

impl Token {
    /// A token that was had at `now` and lasts `lasts`.
    pub(super) fn new(text: String, now: Stamp, lasts: Duration) -> Self {
        // One that is short-lived from the start is not renewed with every request.
        let ahead = AHEAD.min(lasts / 2);
        Self {
            credential: Arc::new(Credential::new(&Secret::new(text))),
            stale: plus(now, lasts.saturating_sub(ahead)),
            ends: plus(now, lasts),
        }
    }
}

fn plus(at: Stamp, by: Duration) -> Stamp {
    Stamp(at.0.saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
}

type Outcome = Result<Arc<Token>, Failure>;
type Fetching = Shared<Pin<Box<dyn Future<Output = Outcome> + Send>>>;

/// The place of one key's token.
#[derive(Debug, Default)]
pub(in crate::upstream) struct Tokens(Mutex<State>);

#[derive(Default)]
struct State {
    token: Option<Arc<Token>>,
    /// The renewal that is under way.
    fetching: Option<Fetching>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("token", &self.token).field("fetching", &self.fetching.is_some()).finish()
    }
}

impl Tokens {
    /// The token in force at `now`. Where there is none, or it is about to end, `fetch` is run, once for all who ask
    /// meanwhile; it goes on when they leave.
    ///
    /// # Errors
    /// It cannot be had, and the last one has ended.
    pub(super) async fn get<F>(&self, now: Stamp, fetch: impl FnOnce() -> F) -> Outcome
    where
        F: Future<Output = Result<Token, Failure>> + Send + 'static,
    {
        let (last, fetching) = {
            let mut state = self.state();
            match &state.token {
                Some(token) if now < token.stale => return Ok(Arc::clone(token)),
                _ => {}
            }
            let fetching = state.fetching.get_or_insert_with(|| shared(fetch())).clone();
            (state.token.clone().filter(|it| now < it.ends), fetching)
        };
        let outcome = fetching.clone().await;
        let mut state = self.state();
        if state.fetching.as_ref().is_some_and(|it| it.ptr_eq(&fetching)) {
            state.fetching = None;
            if let Ok(token) = &outcome {
                state.token = Some(Arc::clone(token));
            }
        }
        match (outcome, last) {
            (Err(failure), Some(token)) => {
                tracing::warn!("a token that still holds could not be renewed: {}", failure.detail);
                Ok(token)
            }
            (outcome, _) => outcome,
        }
    }

    /// Drops a token that its provider has refused before its end. Whether that leaves the key with none.
    pub(super) fn forget(&self, refused: &Arc<Credential>) -> bool {
        let mut state = self.state();
        let is_it = state.token.as_ref().is_some_and(|it| Arc::ptr_eq(&it.credential, refused));
        if is_it {
            state.token = None;
        }
        is_it
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under the lock can leave the state half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `fetch` by itself: whoever asked first may hang up.
fn shared(fetch: impl Future<Output = Result<Token, Failure>> + Send + 'static) -> Fetching {
    let running = tokio::spawn(fetch);
    let outcome = async move {
        match running.await {
            Ok(outcome) => outcome.map(Arc::new),
            Err(error) => {
                let told = "the exchange of a key for a token came to an end without one";
                Err(Failure { detail: error.to_string(), ..Failure::upstream(Kind::Auth, "upstream_auth", told) })
            }
        }
    };
    let boxed: Pin<Box<dyn Future<Output = Outcome> + Send>> = Box::pin(outcome);
    boxed.shared()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Notify;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(seconds: i64) -> Stamp {
        Stamp(seconds * 1_000_000)
    }

    /// Counts how often a token is fetched.
    #[derive(Default)]
    struct Issuer {
        issued: Arc<AtomicU32>,
        go: Arc<Notify>,
    }

    impl Issuer {
        fn issue(&self, now: Stamp, fails: bool) -> impl Future<Output = Result<Token, Failure>> + use<> {
            let issued = Arc::clone(&self.issued);
            async move {
                let nth = issued.fetch_add(1, Ordering::SeqCst);
                if fails {
                    return Err(Failure::upstream(Kind::Unreachable, "upstream_token", "down"));
                }
                Ok(Token::new(format!("token-{nth}"), now, HOUR))
            }
        }

        fn count(&self) -> u32 {
            self.issued.load(Ordering::SeqCst)
        }
    }

    fn text(outcome: &Outcome) -> String {
        outcome.as_ref().unwrap().credential.secret().expose().to_owned()
    }

    #[tokio::test]
    async fn a_token_is_kept_until_five_minutes_before_its_end() {
        let (tokens, issuer) = (Tokens::default(), Issuer::default());
        for (second, token) in [(0, "token-0"), (3299, "token-0"), (3300, "token-1"), (3301, "token-1")] {
            let got = tokens.get(at(second), || issuer.issue(at(second), false)).await;
            assert_eq!(text(&got), token, "after {second} s");
        }
        assert_eq!(issuer.count(), 2);
    }

    #[tokio::test]
    async fn one_fetches_and_all_who_wait_use_it() {
        let (tokens, issuer) = (Arc::new(Tokens::default()), Issuer::default());
        let ask = || {
            let (tokens, fetch, go) = (Arc::clone(&tokens), issuer.issue(at(0), false), Arc::clone(&issuer.go));
            tokio::spawn(async move {
                let slow = async move {
                    go.notified().await;
                    fetch.await
                };
                text(&tokens.get(at(0), || slow).await)
            })
        };
        let mut waiting: Vec<_> = (0..50).map(|_| ask()).collect();
        tokio::task::yield_now().await;
        // The one that began the exchange leaves; the exchange does not.
        waiting.remove(0).abort();
        tokio::task::yield_now().await;
        issuer.go.notify_one();
        for it in waiting {
            assert_eq!(it.await.unwrap(), "token-0");
        }
        assert_eq!(issuer.count(), 1);
    }

    #[tokio::test]
    async fn a_failed_renewal_is_told_once_the_last_token_has_ended() {
        let (tokens, issuer) = (Tokens::default(), Issuer::default());
        tokens.get(at(0), || issuer.issue(at(0), false)).await.unwrap();
        assert_eq!(text(&tokens.get(at(3500), || issuer.issue(at(3500), true)).await), "token-0");
        let failure = tokens.get(at(3600), || issuer.issue(at(3600), true)).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Unreachable);
        let got = tokens.get(at(3601), || issuer.issue(at(3601), false)).await;
        assert_eq!(text(&got), "token-3", "a failure is not kept");
    }

    #[tokio::test]
    async fn a_refused_token_is_dropped_only_while_it_is_the_one_in_force() {
        let (tokens, issuer) = (Tokens::default(), Issuer::default());
        let first = tokens.get(at(0), || issuer.issue(at(0), false)).await.unwrap();
        assert!(tokens.forget(&first.credential));
        let second = tokens.get(at(1), || issuer.issue(at(1), false)).await.unwrap();
        assert!(!tokens.forget(&first.credential), "a late refusal of the first is no news of the second");
        assert!(Arc::ptr_eq(&second, &tokens.get(at(2), || issuer.issue(at(2), false)).await.unwrap()));
    }

    #[test]
    fn a_short_lived_token_is_used_for_half_its_life() {
        let token = Token::new("t".to_owned(), at(0), Duration::from_secs(60));
        assert_eq!((token.stale, token.ends), (at(30), at(60)));
    }
}
