//! What holds a walk to its client. It ends when its client leaves, unless a provider is at work that bills whatever it
//! has begun: hanging up would not stop that bill, only hide it, so the walk goes on alone to learn what it comes to.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use crate::engine::drain;
use crate::engine::failover::Walked;

/// A walk that still runs.
pub type Walking = Pin<Box<dyn Future<Output = Walked> + Send>>;

/// What a walk and its client's end know of each other.
#[derive(Debug, Default)]
pub struct Tether {
    /// Providers at work that bill an answer nobody waits for.
    bill_anyway: AtomicUsize,
    cut: AtomicBool,
}

/// As long as this lives, a provider is at work that bills an answer nobody waits for.
#[derive(Debug)]
pub struct AtWork(Arc<Tether>);

/// A walk in the hands of its client's connection.
pub struct Tethered {
    walk: Option<Walking>,
    tether: Arc<Tether>,
}

// === impl Tether ===

impl Tether {
    /// The client has left: nothing new may be begun.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Relaxed)
    }
}

// === impl AtWork ===

impl AtWork {
    /// Such a provider is at work from here on.
    #[must_use]
    pub fn new(tether: &Arc<Tether>) -> Self {
        tether.bill_anyway.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(tether))
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.bill_anyway.fetch_sub(1, Ordering::Relaxed);
    }
}

// === impl Tethered ===

impl Tethered {
    /// Ties `walk` to whoever holds this.
    #[must_use]
    pub fn new(walk: Walking, tether: Arc<Tether>) -> Self {
        Self { walk: Some(walk), tether }
    }
}

impl std::fmt::Debug for Tethered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tethered").field("tether", &self.tether).finish_non_exhaustive()
    }
}

impl Future for Tethered {
    type Output = Walked;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Walked> {
        // A walk that has ended is never polled again.
        let Some(walk) = self.walk.as_mut() else { return Poll::Pending };
        let walked = ready!(walk.as_mut().poll(cx));
        self.walk = None;
        Poll::Ready(walked)
    }
}

impl Drop for Tethered {
    fn drop(&mut self) {
        let Some(walk) = self.walk.take() else { return };
        if self.tether.bill_anyway.load(Ordering::Relaxed) == 0 || std::thread::panicking() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            self.tether.cut.store(true, Ordering::Relaxed);
            runtime.spawn(drain::walk(walk));
        }
    }
}
