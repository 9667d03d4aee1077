//! `requests tail`: requests as they end.

use std::time::Duration;

use crate::cli::diag::Done;
use crate::cli::requests::shown::Shown;
use crate::cli::session::Session;
use crate::store::requests::{self, Filter};

/// How often the file is looked at; reading its counter takes microseconds.
const EVERY: Duration = Duration::from_millis(250);

/// Prints what ends until Ctrl-C ends this, or nobody reads it any more.
pub(super) fn run(session: &Session, filter: &Filter) -> Done {
    let zone = session.settings()?.time_zone;
    let mut db = session.read()?;
    let mut place = requests::end(&db)?;
    let mut seen = None;
    session.screen.note("requests are shown as they end; Ctrl-C ends this");
    loop {
        let moved = db.data_version()?;
        if seen != Some(moved) {
            seen = Some(moved);
            let (rows, end) = requests::after(&db, filter, place)?;
            place = end;
            for row in &rows {
                let shown = Shown::new(row, &zone);
                if session.screen.json() {
                    let line = serde_json::to_string(&shown).map_err(std::io::Error::from)?;
                    session.screen.say(line)?;
                } else {
                    session.screen.say(shown.line())?;
                }
            }
        } else if place == 0 {
            // A file that is not there yet reads as an empty one, for ever: it is looked for again.
            db = session.read()?;
            seen = None;
        }
        std::thread::sleep(EVERY);
    }
}
