//! Floor 2: the user's settings, checked. Rows of the local file and the built-in table → one [`Policy`] in which
//! every field means something, or *every* [`Problem`] at once; the secrets behind the keys; where files are.
//!
//! Must not: touch SQLite itself (`store` does), decide where a request goes, print a secret.
//!
//! - [`paths`]: where everything is. [`environment`]: the one reader of environment variables.
//! - [`load`]: the policy and the keyring.
//! - [`seal`], [`secrets`], [`token`]: secrets at rest, secrets by reference, the local token.
//! - [`settings`]: `config.toml`, what concerns the process and not the policy.
//! - [`edits`]: the checked edits that commands make. [`policy_file`]: groups and weights out of a file.
//!
//! [`Policy`]: crate::domain::policy::Policy

pub mod address;
pub mod edits;
pub mod environment;
pub mod load;
mod parts;
pub mod paths;
pub mod policy_file;
pub mod refusal;
pub mod seal;
pub mod secrets;
pub mod settings;
pub mod token;

pub use environment::Environment;
pub use load::{KeyView, LoadError, Loaded, Problem, Sources, glance, load};
pub use paths::Paths;
pub use refusal::Refusal;
pub use seal::MasterKey;
pub use settings::Settings;
pub use token::LocalToken;
