//! `teams` and `customers`: whom virtual keys belong to. Rules, budgets and limits can be for either.

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::cli::diag::Done;
use crate::cli::question;
use crate::cli::session::Session;
use crate::cli::view::table::{Table, left, right};
use crate::store::{members, virtual_keys};

/// `teams`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  llmroute teams\n  llmroute teams add red --customer acme")]
pub struct Teams {
    #[command(subcommand)]
    verb: Option<TeamVerb>,
}

#[derive(Debug, Subcommand)]
enum TeamVerb {
    /// List the teams (the default).
    #[command(after_help = "Example:\n  llmroute teams list --json")]
    List,
    /// Add a team.
    #[command(after_help = "Example:\n  llmroute teams add red --customer acme")]
    Add {
        /// Its name.
        name: String,
        /// The customer it belongs to.
        #[arg(long)]
        customer: Option<String>,
    },
    /// Remove a team that no virtual key belongs to. What it did stays in the ledger.
    #[command(after_help = "Example:\n  llmroute teams remove red")]
    Remove {
        /// Its name.
        name: String,
    },
}

/// `customers`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  llmroute customers\n  llmroute customers add acme")]
pub struct Customers {
    #[command(subcommand)]
    verb: Option<CustomerVerb>,
}

#[derive(Debug, Subcommand)]
enum CustomerVerb {
    /// List the customers (the default).
    #[command(after_help = "Example:\n  llmroute customers list --json")]
    List,
    /// Add a customer.
    #[command(after_help = "Example:\n  llmroute customers add acme")]
    Add {
        /// Its name.
        name: String,
    },
    /// Remove a customer that nobody belongs to. What it did stays in the ledger.
    #[command(after_help = "Example:\n  llmroute customers remove acme")]
    Remove {
        /// Its name.
        name: String,
    },
}

/// The document of `teams`.
#[derive(Debug, Serialize)]
struct TeamsListed {
    schema_version: u32,
    teams: Vec<Team>,
}

#[derive(Debug, Serialize)]
struct Team {
    /// What the ledger calls it.
    id: i64,
    name: String,
    customer: Option<String>,
    /// How many virtual keys belong to it.
    virtual_keys: usize,
}

/// The document of `customers`.
#[derive(Debug, Serialize)]
struct CustomersListed {
    schema_version: u32,
    customers: Vec<Customer>,
}

#[derive(Debug, Serialize)]
struct Customer {
    /// What the ledger calls it.
    id: i64,
    name: String,
    /// How many teams belong to it …
    teams: usize,
    /// … and how many virtual keys, those of its teams too.
    virtual_keys: usize,
}

/// The document of an edit.
#[derive(Debug, Serialize)]
struct Added<'a> {
    schema_version: u32,
    added: &'a str,
}

#[derive(Debug, Serialize)]
struct Removed<'a> {
    schema_version: u32,
    removed: &'a str,
}

impl Teams {
    /// Lists or edits teams.
    ///
    /// # Errors
    /// A name is taken or not there, the team is used, or the local file cannot be used.
    pub fn run(&self, session: &Session) -> Done {
        match &self.verb {
            None | Some(TeamVerb::List) => teams(session),
            Some(TeamVerb::Add { name, customer }) => {
                session.edit(|edits| edits.add_team(name, customer.as_deref()))?;
                added(session, "team", name)
            }
            Some(TeamVerb::Remove { name }) => {
                question::confirm(&session.global, &format!("Remove the team {name}?"))?;
                session.edit(|edits| edits.remove_team(name))?;
                removed(session, "team", name)
            }
        }
    }
}

impl Customers {
    /// Lists or edits customers.
    ///
    /// # Errors
    /// A name is taken or not there, the customer is used, or the local file cannot be used.
    pub fn run(&self, session: &Session) -> Done {
        match &self.verb {
            None | Some(CustomerVerb::List) => customers(session),
            Some(CustomerVerb::Add { name }) => {
                session.edit(|edits| edits.add_customer(name))?;
                added(session, "customer", name)
            }
            Some(CustomerVerb::Remove { name }) => {
                question::confirm(&session.global, &format!("Remove the customer {name}?"))?;
                session.edit(|edits| edits.remove_customer(name))?;
                removed(session, "customer", name)
            }
        }
    }
}

fn teams(session: &Session) -> Done {
    let db = session.read()?;
    let keys = virtual_keys::list(&db)?;
    let of = |id| {
        let is_of = |it: &&virtual_keys::VirtualKeyRow| it.caller.team.as_ref().is_some_and(|it| it.id == id);
        keys.iter().filter(|it| it.removed.is_none()).filter(is_of).count()
    };
    let teams = members::teams(&db)?.into_iter();
    let teams = teams.map(|it| Team { virtual_keys: of(it.id), id: it.id, name: it.name, customer: it.customer });
    session.screen.show(&TeamsListed { schema_version: 1, teams: teams.collect() }, |it, frame| {
        if it.teams.is_empty() {
            return "no teams: llmroute teams add NAME".to_owned();
        }
        let mut table = Table::new(&[left("TEAM"), left("CUSTOMER"), right("VIRTUAL KEYS")]);
        for it in &it.teams {
            let customer = it.customer.as_deref().unwrap_or("–");
            table.row([it.name.as_str(), customer, &it.virtual_keys.to_string()]);
        }
        table.draw(frame)
    })
}

fn customers(session: &Session) -> Done {
    let db = session.read()?;
    let (keys, teams) = (virtual_keys::list(&db)?, members::teams(&db)?);
    let of = |id| {
        let is_of = |it: &&virtual_keys::VirtualKeyRow| it.caller.customer.as_ref().is_some_and(|it| it.id == id);
        keys.iter().filter(|it| it.removed.is_none()).filter(is_of).count()
    };
    let customers = members::customers(&db)?.into_iter().map(|it| Customer {
        teams: teams.iter().filter(|team| team.customer.as_ref() == Some(&it.name)).count(),
        virtual_keys: of(it.id),
        id: it.id,
        name: it.name,
    });
    session.screen.show(&CustomersListed { schema_version: 1, customers: customers.collect() }, |it, frame| {
        if it.customers.is_empty() {
            return "no customers: llmroute customers add NAME".to_owned();
        }
        let mut table = Table::new(&[left("CUSTOMER"), right("TEAMS"), right("VIRTUAL KEYS")]);
        for it in &it.customers {
            table.row([it.name.as_str(), &it.teams.to_string(), &it.virtual_keys.to_string()]);
        }
        table.draw(frame)
    })
}

fn added(session: &Session, what: &str, name: &str) -> Done {
    session.screen.did(&Added { schema_version: 1, added: name }, format_args!("✓ {what} {name} added"))
}

fn removed(session: &Session, what: &str, name: &str) -> Done {
    session.screen.did(&Removed { schema_version: 1, removed: name }, format_args!("✓ {what} {name} removed"))
}
