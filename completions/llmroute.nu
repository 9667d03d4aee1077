module completions {

  def "nu-complete llmroute format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute color" [] {
    [ "auto" "always" "never" ]
  }

  # One local endpoint for every LLM provider: routes, fails over, keeps a truthful ledger
  export extern llmroute [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute format" # How data is printed
    --color: string@"nu-complete llmroute color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    --version(-V)             # Print version
  ]

  def "nu-complete llmroute ask footer" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete llmroute ask format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute ask color" [] {
    [ "auto" "always" "never" ]
  }

  # Ask one question
  export extern "llmroute ask" [
    --model(-m): string       # A group, or PROVIDER/MODEL. Without it: the group `default` if there is one, else `fast`
    --system(-s): string      # The system prompt
    --file(-f): string        # A text file to read first; `-` is stdin; may be repeated
    --attach(-a): string      # An image; `-` is stdin; may be repeated
    --raw                     # Print the answer as it came: no line feed added, control sequences not made harmless on a terminal
    --no-stream               # Wait for the whole answer
    --footer: string@"nu-complete llmroute ask footer" # When to print the receipt on stderr
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute ask format" # How data is printed
    --color: string@"nu-complete llmroute ask color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    prompt?: string           # The question; `-` reads it from stdin. Piped input comes before it, as context
  ]

  def "nu-complete llmroute serve log" [] {
    [ "plain" "json" ]
  }

  def "nu-complete llmroute serve format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute serve color" [] {
    [ "auto" "always" "never" ]
  }

  # Run the server
  export extern "llmroute serve" [
    --port: string            # The port on 127.0.0.1 and [::1]; 0 takes any free one
    --demo                    # Simulated providers in a throw-away home: no key needed, nothing leaves this machine
    --no-auth                 # Let every program on this machine in, without the token
    --log: string@"nu-complete llmroute serve log" # How each request is told on stdout
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute serve format" # How data is printed
    --color: string@"nu-complete llmroute serve color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute providers format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute providers color" [] {
    [ "auto" "always" "never" ]
  }

  # Who can be asked
  export extern "llmroute providers" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute providers format" # How data is printed
    --color: string@"nu-complete llmroute providers color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute providers list format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute providers list color" [] {
    [ "auto" "always" "never" ]
  }

  # List the providers in use (the default)
  export extern "llmroute providers list" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute providers list format" # How data is printed
    --color: string@"nu-complete llmroute providers list color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute providers add auth" [] {
    [ "bearer" "x-api-key" "api-key" "x-goog-api-key" "google" "entra" "aws" "client" "none" ]
  }

  def "nu-complete llmroute providers add billing" [] {
    [ "metered" "subscription" "free" ]
  }

  def "nu-complete llmroute providers add privacy" [] {
    [ "local" "zdr" "any" ]
  }

  def "nu-complete llmroute providers add format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute providers add color" [] {
    [ "auto" "always" "never" ]
  }

  # Add a provider that speaks a known dialect
  export extern "llmroute providers add" [
    --base-url: string        # Where it is, up to and including the version: <https://api.example.com/v1>
    --speaks: string          # A dialect it speaks (openai-chat, openai-responses or anthropic), and the path if it is not the usual one; may be repeated
    --auth: string@"nu-complete llmroute providers add auth" # How it wants its key. Usually told by the dialect
    --billing: string@"nu-complete llmroute providers add billing" # How the clients' own keys are paid for, with --auth client: by the token, by a flat fee, or not at all
    --like: string            # Copy everything that is not given from a built-in provider
    --privacy: string@"nu-complete llmroute providers add privacy" # What becomes of what is sent there: it stays on this machine or network, is not kept, or nothing is promised
    --region: string          # Where what is sent there is worked on: eu, eu-west-1. Virtual keys may be bound to it
    --allow-private           # The URL may point into a private network
    --set: string             # A value that its address needs (a region, a project, an account); may be repeated
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute providers add format" # How data is printed
    --color: string@"nu-complete llmroute providers add color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help (see more with '--help')
    name: string              # Its name: lower-case letters, digits, `-`, `_`, `.`
  ]

  def "nu-complete llmroute providers show format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute providers show color" [] {
    [ "auto" "always" "never" ]
  }

  # Show one provider whole
  export extern "llmroute providers show" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute providers show format" # How data is printed
    --color: string@"nu-complete llmroute providers show color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  def "nu-complete llmroute providers set format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute providers set color" [] {
    [ "auto" "always" "never" ]
  }

  # Tell a provider what its address needs to know: a region, a project, an account
  export extern "llmroute providers set" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute providers set format" # How data is printed
    --color: string@"nu-complete llmroute providers set color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
    ...settings: string       # What it needs; nothing after the `=` takes a value away
  ]

  def "nu-complete llmroute providers enable format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute providers enable color" [] {
    [ "auto" "always" "never" ]
  }

  # Let requests go there again
  export extern "llmroute providers enable" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute providers enable format" # How data is printed
    --color: string@"nu-complete llmroute providers enable color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  def "nu-complete llmroute providers disable format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute providers disable color" [] {
    [ "auto" "always" "never" ]
  }

  # Let no request go there; keys and history stay
  export extern "llmroute providers disable" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute providers disable format" # How data is printed
    --color: string@"nu-complete llmroute providers disable color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  def "nu-complete llmroute providers remove format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute providers remove color" [] {
    [ "auto" "always" "never" ]
  }

  # Remove a provider
  export extern "llmroute providers remove" [
    --cascade                 # Also remove its keys, and its targets from groups
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute providers remove format" # How data is printed
    --color: string@"nu-complete llmroute providers remove color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  def "nu-complete llmroute providers available format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute providers available color" [] {
    [ "auto" "always" "never" ]
  }

  # The built-in table
  export extern "llmroute providers available" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute providers available format" # How data is printed
    --color: string@"nu-complete llmroute providers available color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute providers help" [
  ]

  # List the providers in use (the default)
  export extern "llmroute providers help list" [
  ]

  # Add a provider that speaks a known dialect
  export extern "llmroute providers help add" [
  ]

  # Show one provider whole
  export extern "llmroute providers help show" [
  ]

  # Tell a provider what its address needs to know: a region, a project, an account
  export extern "llmroute providers help set" [
  ]

  # Let requests go there again
  export extern "llmroute providers help enable" [
  ]

  # Let no request go there; keys and history stay
  export extern "llmroute providers help disable" [
  ]

  # Remove a provider
  export extern "llmroute providers help remove" [
  ]

  # The built-in table
  export extern "llmroute providers help available" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute providers help help" [
  ]

  def "nu-complete llmroute keys format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute keys color" [] {
    [ "auto" "always" "never" ]
  }

  # The credentials of providers
  export extern "llmroute keys" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute keys format" # How data is printed
    --color: string@"nu-complete llmroute keys color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute keys list format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute keys list color" [] {
    [ "auto" "always" "never" ]
  }

  # List the keys (the default)
  export extern "llmroute keys list" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute keys list format" # How data is printed
    --color: string@"nu-complete llmroute keys list color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute keys add billing" [] {
    [ "metered" "subscription" "free" ]
  }

  def "nu-complete llmroute keys add format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute keys add color" [] {
    [ "auto" "always" "never" ]
  }

  # Add a key: asks for it, reads it from stdin, or keeps a reference to it
  export extern "llmroute keys add" [
    --name: string            # A name for it
    --stdin                   # Read the key from stdin
    --from: string            # Keep a reference; the key is read from there when it is needed
    --billing: string@"nu-complete llmroute keys add billing" # How it is paid for
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute keys add format" # How data is printed
    --color: string@"nu-complete llmroute keys add color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help (see more with '--help')
    provider: string          # The provider it is for
  ]

  def "nu-complete llmroute keys rotate format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute keys rotate color" [] {
    [ "auto" "always" "never" ]
  }

  # Replace a key's secret; its name, billing and history stay
  export extern "llmroute keys rotate" [
    --stdin                   # Read the key from stdin
    --from: string            # Keep a reference; the key is read from there when it is needed
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute keys rotate format" # How data is printed
    --color: string@"nu-complete llmroute keys rotate color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    provider: string          # The provider it is for
    name?: string             # Its name; not needed if the provider has one key
  ]

  def "nu-complete llmroute keys set format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute keys set color" [] {
    [ "auto" "always" "never" ]
  }

  # Say what a key is for, and its share among the keys of its provider. What is not named stays
  export extern "llmroute keys set" [
    --models: string          # The only models that it is used for
    --any-model               # It is used for any model again
    --weight: string          # Its share among the keys of its provider; 0 keeps it as a fallback only
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute keys set format" # How data is printed
    --color: string@"nu-complete llmroute keys set color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    provider: string          # The provider it is for
    name?: string             # Its name; not needed if the provider has one key
  ]

  def "nu-complete llmroute keys rename format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute keys rename color" [] {
    [ "auto" "always" "never" ]
  }

  # Give a key another name
  export extern "llmroute keys rename" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute keys rename format" # How data is printed
    --color: string@"nu-complete llmroute keys rename color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    provider: string          # The provider it is for
    name: string              # Its name
    to: string                # The new name
  ]

  def "nu-complete llmroute keys remove format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute keys remove color" [] {
    [ "auto" "always" "never" ]
  }

  # Remove a key. A stored secret is gone for good
  export extern "llmroute keys remove" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute keys remove format" # How data is printed
    --color: string@"nu-complete llmroute keys remove color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    provider: string          # The provider it is for
    name?: string             # Its name; not needed if the provider has one key
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute keys help" [
  ]

  # List the keys (the default)
  export extern "llmroute keys help list" [
  ]

  # Add a key: asks for it, reads it from stdin, or keeps a reference to it
  export extern "llmroute keys help add" [
  ]

  # Replace a key's secret; its name, billing and history stay
  export extern "llmroute keys help rotate" [
  ]

  # Say what a key is for, and its share among the keys of its provider. What is not named stays
  export extern "llmroute keys help set" [
  ]

  # Give a key another name
  export extern "llmroute keys help rename" [
  ]

  # Remove a key. A stored secret is gone for good
  export extern "llmroute keys help remove" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute keys help help" [
  ]

  def "nu-complete llmroute groups format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute groups color" [] {
    [ "auto" "always" "never" ]
  }

  # Names that stand for weighted targets
  export extern "llmroute groups" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute groups format" # How data is printed
    --color: string@"nu-complete llmroute groups color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute groups list format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute groups list color" [] {
    [ "auto" "always" "never" ]
  }

  # List the groups (the default)
  export extern "llmroute groups list" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute groups list format" # How data is printed
    --color: string@"nu-complete llmroute groups list color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute groups show format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute groups show color" [] {
    [ "auto" "always" "never" ]
  }

  # Show one group
  export extern "llmroute groups show" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute groups show format" # How data is printed
    --color: string@"nu-complete llmroute groups show color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  def "nu-complete llmroute groups set affinity" [] {
    [ "price" "off" ]
  }

  def "nu-complete llmroute groups set on_refusal" [] {
    [ "tell" "next" ]
  }

  def "nu-complete llmroute groups set resume" [] {
    [ "on" "off" ]
  }

  def "nu-complete llmroute groups set format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute groups set color" [] {
    [ "auto" "always" "never" ]
  }

  # Make a group or replace its targets, or change how they are tried
  export extern "llmroute groups set" [
    --strategy: string        # How the targets are ordered; without it, as before
    --affinity: string@"nu-complete llmroute groups set affinity" # A conversation stays where its provider has its prompt cached, unless going where the strategy would send it is cheaper including that cache; off: each request goes where the strategy says
    --hedge-after: string     # Ask the next target too when the first has not begun to answer by then: after its own usual time, after TIME, or never. At most 5 % of all requests are sent twice
    --on-refusal: string@"nu-complete llmroute groups set on_refusal" # What a refusal by a provider's content policy means: the client is told, or the next target is sent the same
    --resume: string@"nu-complete llmroute groups set resume" # Go on with an answer that is cut after its client has begun to hear it: the next target is asked for the rest, and its answer is told only from where it meets the first, character for character. Off unless this is given; `--resume` alone means on. Both parts are paid for
    --max-parallel: string    # How many requests of this group one target takes at once; 0 = any number. A full one is passed over for the next
    --queue: string           # How many more wait for a place where no target has one. Those with the header `x-llmroute-priority: high` come first
    --deadline: string        # How long a part of the exchange may take: connect, first-content, first-content-reasoning, byte-gap, content-gap, whole or stream. Can be given several times
    --canary: string          # Try a further target out on this share of conversations: it gets more step by step while it fails and lags no more than the others, and nothing once it is found to. `off` ends the trial, and the same again begins it anew
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute groups set format" # How data is printed
    --color: string@"nu-complete llmroute groups set color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name: what clients send as `model`
    ...targets: string        # Targets, as PROVIDER/MODEL=WEIGHT; without a weight, 1. None = as before
  ]

  def "nu-complete llmroute groups remove format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute groups remove color" [] {
    [ "auto" "always" "never" ]
  }

  # Remove a group
  export extern "llmroute groups remove" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute groups remove format" # How data is printed
    --color: string@"nu-complete llmroute groups remove color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute groups help" [
  ]

  # List the groups (the default)
  export extern "llmroute groups help list" [
  ]

  # Show one group
  export extern "llmroute groups help show" [
  ]

  # Make a group or replace its targets, or change how they are tried
  export extern "llmroute groups help set" [
  ]

  # Remove a group
  export extern "llmroute groups help remove" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute groups help help" [
  ]

  def "nu-complete llmroute weights format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute weights color" [] {
    [ "auto" "always" "never" ]
  }

  # The shares of a group's targets, as meant and as they came out
  export extern "llmroute weights" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute weights format" # How data is printed
    --color: string@"nu-complete llmroute weights color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute weights show format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute weights show color" [] {
    [ "auto" "always" "never" ]
  }

  # Show the weights of a group, or of all (the default)
  export extern "llmroute weights show" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute weights show format" # How data is printed
    --color: string@"nu-complete llmroute weights show color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    group?: string            # The group
  ]

  def "nu-complete llmroute weights set format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute weights set color" [] {
    [ "auto" "always" "never" ]
  }

  # Change weights; targets that are not named keep theirs
  export extern "llmroute weights set" [
    --dry-run                 # Change nothing: tell what these weights would have done with the requests of the last 7 days
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute weights set format" # How data is printed
    --color: string@"nu-complete llmroute weights set color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    group: string             # The group
    ...weights: string        # Targets with their new weights; 0 = only as a fallback
  ]

  def "nu-complete llmroute weights reset format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute weights reset color" [] {
    [ "auto" "always" "never" ]
  }

  # Go back to the weights the group was made with
  export extern "llmroute weights reset" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute weights reset format" # How data is printed
    --color: string@"nu-complete llmroute weights reset color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    group: string             # The group
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute weights help" [
  ]

  # Show the weights of a group, or of all (the default)
  export extern "llmroute weights help show" [
  ]

  # Change weights; targets that are not named keep theirs
  export extern "llmroute weights help set" [
  ]

  # Go back to the weights the group was made with
  export extern "llmroute weights help reset" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute weights help help" [
  ]

  def "nu-complete llmroute budgets format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute budgets color" [] {
    [ "auto" "always" "never" ]
  }

  # What may be spent, and what was
  export extern "llmroute budgets" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute budgets format" # How data is printed
    --color: string@"nu-complete llmroute budgets color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute budgets list format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute budgets list color" [] {
    [ "auto" "always" "never" ]
  }

  # List the budgets with what was spent, what is held for requests under way, and what is left (the default)
  export extern "llmroute budgets list" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute budgets list format" # How data is printed
    --color: string@"nu-complete llmroute budgets list color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute budgets set format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute budgets set color" [] {
    [ "auto" "always" "never" ]
  }

  # Make a budget, or change the one of that scope and period. What was spent in it stays spent
  export extern "llmroute budgets set" [
    --warn: string            # Percentages that are told of in the log when they are reached, each once a window; `` = none
    --then: string            # What happens to what it has no room for: it is refused, it goes to a group (as does everything from the last `--warn` on), or it is let through. Refused, unless this is given
    --tz: string              # The time zone of its calendar, as in `Europe/Berlin`; without it the configured one, else the machine's
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute budgets set format" # How data is printed
    --color: string@"nu-complete llmroute budgets set color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    scope: string             # Whose requests it counts
    amount: string            # How many dollars, and for how long
  ]

  def "nu-complete llmroute budgets remove format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute budgets remove color" [] {
    [ "auto" "always" "never" ]
  }

  # Remove the budgets of a scope, or only the one of a period
  export extern "llmroute budgets remove" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute budgets remove format" # How data is printed
    --color: string@"nu-complete llmroute budgets remove color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    scope: string             # Whose requests it counts
    period?: string           # Only this period's
  ]

  def "nu-complete llmroute budgets lift format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute budgets lift color" [] {
    [ "auto" "always" "never" ]
  }

  # Let the budgets of a scope refuse nothing for a time. They count on
  export extern "llmroute budgets lift" [
    --for: string             # For how long
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute budgets lift format" # How data is printed
    --color: string@"nu-complete llmroute budgets lift color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    scope: string             # Whose requests it counts
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute budgets help" [
  ]

  # List the budgets with what was spent, what is held for requests under way, and what is left (the default)
  export extern "llmroute budgets help list" [
  ]

  # Make a budget, or change the one of that scope and period. What was spent in it stays spent
  export extern "llmroute budgets help set" [
  ]

  # Remove the budgets of a scope, or only the one of a period
  export extern "llmroute budgets help remove" [
  ]

  # Let the budgets of a scope refuse nothing for a time. They count on
  export extern "llmroute budgets help lift" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute budgets help help" [
  ]

  def "nu-complete llmroute rules format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute rules color" [] {
    [ "auto" "always" "never" ]
  }

  # Where requests go that fulfil a condition
  export extern "llmroute rules" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute rules format" # How data is printed
    --color: string@"nu-complete llmroute rules color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute rules list format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute rules list color" [] {
    [ "auto" "always" "never" ]
  }

  # List the rules in the order in which they are asked (the default)
  export extern "llmroute rules list" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute rules list format" # How data is printed
    --color: string@"nu-complete llmroute rules list color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute rules variables format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute rules variables color" [] {
    [ "auto" "always" "never" ]
  }

  # List what a condition can name
  export extern "llmroute rules variables" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute rules variables format" # How data is printed
    --color: string@"nu-complete llmroute rules variables color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute rules add format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute rules add color" [] {
    [ "auto" "always" "never" ]
  }

  # Add a rule. The first one that matches says where a request goes
  export extern "llmroute rules add" [
    --when: string            # When it matches, in CEL
    --to: string              # Where its requests go: a group or PROVIDER/MODEL, with a weight where there are several
    --fallback: string        # What is tried when those fail, in order
    --scope: string           # Whose requests: global, customer:NAME, team:NAME or virtual-key:NAME. The narrower scope is asked first
    --priority: string        # The smaller, the earlier; without it, 0
    --chain                   # It says what model is meant, and all rules are asked again
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute rules add format" # How data is printed
    --color: string@"nu-complete llmroute rules add color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  def "nu-complete llmroute rules edit format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute rules edit color" [] {
    [ "auto" "always" "never" ]
  }

  # Change a rule; what is not named stays
  export extern "llmroute rules edit" [
    --when: string            # When it matches, in CEL
    --to: string              # Where its requests go: a group or PROVIDER/MODEL, with a weight where there are several
    --fallback: string        # What is tried when those fail, in order
    --scope: string           # Whose requests: global, customer:NAME, team:NAME or virtual-key:NAME. The narrower scope is asked first
    --priority: string        # The smaller, the earlier; without it, 0
    --chain                   # It says what model is meant, and all rules are asked again
    --no-chain                # It ends the search when it matches
    --no-fallback             # It has no fallbacks any more
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute rules edit format" # How data is printed
    --color: string@"nu-complete llmroute rules edit color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  def "nu-complete llmroute rules enable format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute rules enable color" [] {
    [ "auto" "always" "never" ]
  }

  # Ask a rule again
  export extern "llmroute rules enable" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute rules enable format" # How data is printed
    --color: string@"nu-complete llmroute rules enable color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  def "nu-complete llmroute rules disable format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute rules disable color" [] {
    [ "auto" "always" "never" ]
  }

  # Keep a rule, and do not ask it
  export extern "llmroute rules disable" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute rules disable format" # How data is printed
    --color: string@"nu-complete llmroute rules disable color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  def "nu-complete llmroute rules remove format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute rules remove color" [] {
    [ "auto" "always" "never" ]
  }

  # Remove a rule
  export extern "llmroute rules remove" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute rules remove format" # How data is printed
    --color: string@"nu-complete llmroute rules remove color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  def "nu-complete llmroute rules test format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute rules test color" [] {
    [ "auto" "always" "never" ]
  }

  # Ask one rule about a request that is not sent
  export extern "llmroute rules test" [
    --body: path              # The file with the body of the request
    --header: string          # A header of the request; can be given several times
    --dialect: string         # The dialect of the body; without it, what the body looks like
    --model: string           # The model, in place of the body's
    --query: string           # The query of its URL: `a=b&c=d`
    --at: string              # When it is asked, in the configured time zone: 2026-11-20T03:30. Without it, now
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute rules test format" # How data is printed
    --color: string@"nu-complete llmroute rules test color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name; it need not be enabled
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute rules help" [
  ]

  # List the rules in the order in which they are asked (the default)
  export extern "llmroute rules help list" [
  ]

  # List what a condition can name
  export extern "llmroute rules help variables" [
  ]

  # Add a rule. The first one that matches says where a request goes
  export extern "llmroute rules help add" [
  ]

  # Change a rule; what is not named stays
  export extern "llmroute rules help edit" [
  ]

  # Ask a rule again
  export extern "llmroute rules help enable" [
  ]

  # Keep a rule, and do not ask it
  export extern "llmroute rules help disable" [
  ]

  # Remove a rule
  export extern "llmroute rules help remove" [
  ]

  # Ask one rule about a request that is not sent
  export extern "llmroute rules help test" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute rules help help" [
  ]

  def "nu-complete llmroute virtual-keys format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute virtual-keys color" [] {
    [ "auto" "always" "never" ]
  }

  # Tokens for others, each with what it may be used for
  export extern "llmroute virtual-keys" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute virtual-keys format" # How data is printed
    --color: string@"nu-complete llmroute virtual-keys color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute virtual-keys list format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute virtual-keys list color" [] {
    [ "auto" "always" "never" ]
  }

  # List the virtual keys (the default)
  export extern "llmroute virtual-keys list" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute virtual-keys list format" # How data is printed
    --color: string@"nu-complete llmroute virtual-keys list color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute virtual-keys add privacy" [] {
    [ "local" "zdr" "any" ]
  }

  def "nu-complete llmroute virtual-keys add format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute virtual-keys add color" [] {
    [ "auto" "always" "never" ]
  }

  # Add a virtual key. Its token is printed once, and kept nowhere
  export extern "llmroute virtual-keys add" [
    --team: string            # The team it belongs to
    --customer: string        # The customer it belongs to; without it, that of its team
    --models: string          # What it may use: groups, `PROVIDER/MODEL`, or models by name; a * at the end stands for any rest. Without it, any
    --providers: string       # The providers that it may ask. Without it, any
    --privacy: string@"nu-complete llmroute virtual-keys add privacy" # What must be promised of what is sent: it stays on this machine or network, or is not kept
    --region: string          # Where it must be worked on; `eu` means `eu-west-1` too. Providers on this machine or network always fit
    --expires: string         # From when on it is of no use: a length of time, a day or a moment
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute virtual-keys add format" # How data is printed
    --color: string@"nu-complete llmroute virtual-keys add color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help (see more with '--help')
    name: string              # Its name
  ]

  def "nu-complete llmroute virtual-keys rotate format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute virtual-keys rotate color" [] {
    [ "auto" "always" "never" ]
  }

  # Give a virtual key another token. The one before it is of no use from then on
  export extern "llmroute virtual-keys rotate" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute virtual-keys rotate format" # How data is printed
    --color: string@"nu-complete llmroute virtual-keys rotate color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  def "nu-complete llmroute virtual-keys remove format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute virtual-keys remove color" [] {
    [ "auto" "always" "never" ]
  }

  # Remove a virtual key. What it did stays in the ledger
  export extern "llmroute virtual-keys remove" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute virtual-keys remove format" # How data is printed
    --color: string@"nu-complete llmroute virtual-keys remove color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute virtual-keys help" [
  ]

  # List the virtual keys (the default)
  export extern "llmroute virtual-keys help list" [
  ]

  # Add a virtual key. Its token is printed once, and kept nowhere
  export extern "llmroute virtual-keys help add" [
  ]

  # Give a virtual key another token. The one before it is of no use from then on
  export extern "llmroute virtual-keys help rotate" [
  ]

  # Remove a virtual key. What it did stays in the ledger
  export extern "llmroute virtual-keys help remove" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute virtual-keys help help" [
  ]

  def "nu-complete llmroute teams format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute teams color" [] {
    [ "auto" "always" "never" ]
  }

  # Whom virtual keys belong to
  export extern "llmroute teams" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute teams format" # How data is printed
    --color: string@"nu-complete llmroute teams color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute teams list format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute teams list color" [] {
    [ "auto" "always" "never" ]
  }

  # List the teams (the default)
  export extern "llmroute teams list" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute teams list format" # How data is printed
    --color: string@"nu-complete llmroute teams list color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute teams add format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute teams add color" [] {
    [ "auto" "always" "never" ]
  }

  # Add a team
  export extern "llmroute teams add" [
    --customer: string        # The customer it belongs to
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute teams add format" # How data is printed
    --color: string@"nu-complete llmroute teams add color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  def "nu-complete llmroute teams remove format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute teams remove color" [] {
    [ "auto" "always" "never" ]
  }

  # Remove a team that no virtual key belongs to. What it did stays in the ledger
  export extern "llmroute teams remove" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute teams remove format" # How data is printed
    --color: string@"nu-complete llmroute teams remove color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute teams help" [
  ]

  # List the teams (the default)
  export extern "llmroute teams help list" [
  ]

  # Add a team
  export extern "llmroute teams help add" [
  ]

  # Remove a team that no virtual key belongs to. What it did stays in the ledger
  export extern "llmroute teams help remove" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute teams help help" [
  ]

  def "nu-complete llmroute customers format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute customers color" [] {
    [ "auto" "always" "never" ]
  }

  # Whom teams and virtual keys belong to
  export extern "llmroute customers" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute customers format" # How data is printed
    --color: string@"nu-complete llmroute customers color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute customers list format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute customers list color" [] {
    [ "auto" "always" "never" ]
  }

  # List the customers (the default)
  export extern "llmroute customers list" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute customers list format" # How data is printed
    --color: string@"nu-complete llmroute customers list color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute customers add format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute customers add color" [] {
    [ "auto" "always" "never" ]
  }

  # Add a customer
  export extern "llmroute customers add" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute customers add format" # How data is printed
    --color: string@"nu-complete llmroute customers add color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  def "nu-complete llmroute customers remove format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute customers remove color" [] {
    [ "auto" "always" "never" ]
  }

  # Remove a customer that nobody belongs to. What it did stays in the ledger
  export extern "llmroute customers remove" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute customers remove format" # How data is printed
    --color: string@"nu-complete llmroute customers remove color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    name: string              # Its name
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute customers help" [
  ]

  # List the customers (the default)
  export extern "llmroute customers help list" [
  ]

  # Add a customer
  export extern "llmroute customers help add" [
  ]

  # Remove a customer that nobody belongs to. What it did stays in the ledger
  export extern "llmroute customers help remove" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute customers help help" [
  ]

  def "nu-complete llmroute limits format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute limits color" [] {
    [ "auto" "always" "never" ]
  }

  # How many requests and tokens a minute, and how many requests at once
  export extern "llmroute limits" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute limits format" # How data is printed
    --color: string@"nu-complete llmroute limits color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute limits list format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute limits list color" [] {
    [ "auto" "always" "never" ]
  }

  # List the limits, and how much of each is used (the default)
  export extern "llmroute limits list" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute limits list format" # How data is printed
    --color: string@"nu-complete llmroute limits list color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute limits set format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute limits set color" [] {
    [ "auto" "always" "never" ]
  }

  # Set a limit, or change what is named of it
  export extern "llmroute limits set" [
    --rpm: string             # Requests in any 60 seconds; 0 = any number
    --tpm: string             # Tokens of prompts and answers in any 60 seconds; 0 = any number. An answer is booked with its cap, or 1,000 tokens, until it is known what it has
    --parallel: string        # Requests at once; 0 = any number
    --queue: string           # How long a request waits for room; 0 = not at all
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute limits set format" # How data is printed
    --color: string@"nu-complete llmroute limits set color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    scope: string             # What it counts
  ]

  def "nu-complete llmroute limits remove format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute limits remove color" [] {
    [ "auto" "always" "never" ]
  }

  # Remove a limit
  export extern "llmroute limits remove" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute limits remove format" # How data is printed
    --color: string@"nu-complete llmroute limits remove color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    scope: string             # What it counts
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute limits help" [
  ]

  # List the limits, and how much of each is used (the default)
  export extern "llmroute limits help list" [
  ]

  # Set a limit, or change what is named of it
  export extern "llmroute limits help set" [
  ]

  # Remove a limit
  export extern "llmroute limits help remove" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute limits help help" [
  ]

  def "nu-complete llmroute models format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute models color" [] {
    [ "auto" "always" "never" ]
  }

  # What can be sent as `model`
  export extern "llmroute models" [
    --provider: string        # Only what is of this provider
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute models format" # How data is printed
    --color: string@"nu-complete llmroute models color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute models list format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute models list color" [] {
    [ "auto" "always" "never" ]
  }

  # List what can be sent as `model` (the default)
  export extern "llmroute models list" [
    --provider: string        # Only what is of this provider
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute models list format" # How data is printed
    --color: string@"nu-complete llmroute models list color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute models alias format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute models alias color" [] {
    [ "auto" "always" "never" ]
  }

  # Give a model a name of your own; without a model the name is taken back
  export extern "llmroute models alias" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute models alias format" # How data is printed
    --color: string@"nu-complete llmroute models alias color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    alias: string             # The name, and what it stands for: a group, PROVIDER/MODEL, or a model that several providers may have
  ]

  def "nu-complete llmroute models show format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute models show color" [] {
    [ "auto" "always" "never" ]
  }

  # Show what is known of a model, and who has it
  export extern "llmroute models show" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute models show format" # How data is printed
    --color: string@"nu-complete llmroute models show color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    model: string             # A model, as any provider calls it, or PROVIDER/MODEL
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute models help" [
  ]

  # List what can be sent as `model` (the default)
  export extern "llmroute models help list" [
  ]

  # Give a model a name of your own; without a model the name is taken back
  export extern "llmroute models help alias" [
  ]

  # Show what is known of a model, and who has it
  export extern "llmroute models help show" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute models help help" [
  ]

  def "nu-complete llmroute prices format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute prices color" [] {
    [ "auto" "always" "never" ]
  }

  # Your own prices, and what is known of a target's
  export extern "llmroute prices" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute prices format" # How data is printed
    --color: string@"nu-complete llmroute prices color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute prices list format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute prices list color" [] {
    [ "auto" "always" "never" ]
  }

  # List your own prices (the default)
  export extern "llmroute prices list" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute prices list format" # How data is printed
    --color: string@"nu-complete llmroute prices list color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute prices show format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute prices show color" [] {
    [ "auto" "always" "never" ]
  }

  # Show what is known of a target's price
  export extern "llmroute prices show" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute prices show format" # How data is printed
    --color: string@"nu-complete llmroute prices show color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    target: string            # PROVIDER/MODEL
  ]

  def "nu-complete llmroute prices set format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute prices set color" [] {
    [ "auto" "always" "never" ]
  }

  # Set your own price; it comes before every table's
  export extern "llmroute prices set" [
    --from: string            # From this day on; without it, always
    --ceiling                 # Not the true price but one it will not exceed: costs are then estimates
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute prices set format" # How data is printed
    --color: string@"nu-complete llmroute prices set color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    target: string            # PROVIDER/MODEL
    ...parts: string          # `in=USD out=USD` per million tokens, and where they differ `cache-read`, `cache-write`, `cache-write-1h`, `reasoning`, `audio-in`, `audio-out`; `request=USD` and `search=USD` apiece
  ]

  def "nu-complete llmroute prices sync format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute prices sync color" [] {
    [ "auto" "always" "never" ]
  }

  # Take over the newest price table, and show what it changes
  export extern "llmroute prices sync" [
    --from: string            # Take it from this file or address instead of where genai-prices publishes it
    --dry-run                 # Say what would change, and change nothing
    --built-in                # Go back to the table that came with this program
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute prices sync format" # How data is printed
    --color: string@"nu-complete llmroute prices sync color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute prices remove format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute prices remove color" [] {
    [ "auto" "always" "never" ]
  }

  # Remove your own prices of a target
  export extern "llmroute prices remove" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute prices remove format" # How data is printed
    --color: string@"nu-complete llmroute prices remove color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    target: string            # PROVIDER/MODEL
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute prices help" [
  ]

  # List your own prices (the default)
  export extern "llmroute prices help list" [
  ]

  # Show what is known of a target's price
  export extern "llmroute prices help show" [
  ]

  # Set your own price; it comes before every table's
  export extern "llmroute prices help set" [
  ]

  # Take over the newest price table, and show what it changes
  export extern "llmroute prices help sync" [
  ]

  # Remove your own prices of a target
  export extern "llmroute prices help remove" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute prices help help" [
  ]

  def "nu-complete llmroute bench format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute bench color" [] {
    [ "auto" "always" "never" ]
  }

  # Measurements
  export extern "llmroute bench" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute bench format" # How data is printed
    --color: string@"nu-complete llmroute bench color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute bench proxy format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute bench proxy color" [] {
    [ "auto" "always" "never" ]
  }

  # What llmroute itself adds to a call, against a simulated provider on this machine
  export extern "llmroute bench proxy" [
    --connections: string     # Numbers of connections to measure at
    --blocks: string          # Pairs of blocks; six is the least that carries an interval
    --requests: string        # Requests in a block of one connection
    --seed: string            # Seed of the blocks' order
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute bench proxy format" # How data is printed
    --color: string@"nu-complete llmroute bench proxy color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute bench help" [
  ]

  # What llmroute itself adds to a call, against a simulated provider on this machine
  export extern "llmroute bench help proxy" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute bench help help" [
  ]

  def "nu-complete llmroute stats by" [] {
    [ "day" "hour" "model" "provider" "key" "client" "session" "group" "virtual-key" "team" "customer" "error" ]
  }

  def "nu-complete llmroute stats format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute stats color" [] {
    [ "auto" "always" "never" ]
  }

  # What happened and what it cost
  export extern "llmroute stats" [
    --by: string@"nu-complete llmroute stats by" # One row for each of these
    --heatmap                 # A year of days in shades, a column for each week
    --savings                 # What routing and prompt caches saved, row by row, against the model that each client asked for
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute stats format" # How data is printed
    --color: string@"nu-complete llmroute stats color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    span?: string             # The span: `today`, `week`, `month`, a number of days up to today like `7d`, or dates SINCE..UNTIL
  ]

  def "nu-complete llmroute reconcile format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute reconcile color" [] {
    [ "auto" "always" "never" ]
  }

  # A provider's usage export beside the ledger
  export extern "llmroute reconcile" [
    --provider: string        # Which provider of yours it is about, where that is not the one of that name
    --tolerance: string       # By how many percent of the larger figure two may differ. Half a cent never counts
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute reconcile format" # How data is printed
    --color: string@"nu-complete llmroute reconcile color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    file: path                # The provider's export
  ]

  def "nu-complete llmroute requests format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute requests color" [] {
    [ "auto" "always" "never" ]
  }

  # Single requests out of the ledger
  export extern "llmroute requests" [
    --limit(-n): string       # How many
    --since: string           # Only those of so long
    --provider: string        # Only those that this provider answered or was tried for
    --status: string          # Only those that ended so: ok, refused, failed, cut, client_gone, in_doubt, open, or an HTTP status
    --client: string          # Only those of this client
    --moved                   # Only those that another than the first target answered
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute requests format" # How data is printed
    --color: string@"nu-complete llmroute requests color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute requests list format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute requests list color" [] {
    [ "auto" "always" "never" ]
  }

  # List the latest requests (the default); with `-q` only their ids
  export extern "llmroute requests list" [
    --limit(-n): string       # How many
    --since: string           # Only those of so long
    --provider: string        # Only those that this provider answered or was tried for
    --status: string          # Only those that ended so: ok, refused, failed, cut, client_gone, in_doubt, open, or an HTTP status
    --client: string          # Only those of this client
    --moved                   # Only those that another than the first target answered
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute requests list format" # How data is printed
    --color: string@"nu-complete llmroute requests list color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute requests show format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute requests show color" [] {
    [ "auto" "always" "never" ]
  }

  # Show one request and its attempts
  export extern "llmroute requests show" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute requests show format" # How data is printed
    --color: string@"nu-complete llmroute requests show color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    id: string                # Its id, as receipts and lists show it
  ]

  def "nu-complete llmroute requests tail format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute requests tail color" [] {
    [ "auto" "always" "never" ]
  }

  # Print requests as they end, until Ctrl-C
  export extern "llmroute requests tail" [
    --provider: string        # Only those that this provider answered or was tried for
    --status: string          # Only those that ended so: ok, refused, failed, cut, client_gone, in_doubt, open, or an HTTP status
    --client: string          # Only those of this client
    --moved                   # Only those that another than the first target answered
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute requests tail format" # How data is printed
    --color: string@"nu-complete llmroute requests tail color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute requests prune format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute requests prune color" [] {
    [ "auto" "always" "never" ]
  }

  # Drop old requests. Their sums stay; a running server does this by itself (`keep-requests-days` in config.toml)
  export extern "llmroute requests prune" [
    --keep: string            # Drop those that are older
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute requests prune format" # How data is printed
    --color: string@"nu-complete llmroute requests prune color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute requests help" [
  ]

  # List the latest requests (the default); with `-q` only their ids
  export extern "llmroute requests help list" [
  ]

  # Show one request and its attempts
  export extern "llmroute requests help show" [
  ]

  # Print requests as they end, until Ctrl-C
  export extern "llmroute requests help tail" [
  ]

  # Drop old requests. Their sums stay; a running server does this by itself (`keep-requests-days` in config.toml)
  export extern "llmroute requests help prune" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute requests help help" [
  ]

  def "nu-complete llmroute db format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute db color" [] {
    [ "auto" "always" "never" ]
  }

  # The local file: where it is, what it holds, whether it is whole
  export extern "llmroute db" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute db format" # How data is printed
    --color: string@"nu-complete llmroute db color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute db path format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute db path color" [] {
    [ "auto" "always" "never" ]
  }

  # Print where the file is
  export extern "llmroute db path" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute db path format" # How data is printed
    --color: string@"nu-complete llmroute db path color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute db info format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute db info color" [] {
    [ "auto" "always" "never" ]
  }

  # Show what the file holds and what takes how much room (the default)
  export extern "llmroute db info" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute db info format" # How data is printed
    --color: string@"nu-complete llmroute db info color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute db check format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute db check color" [] {
    [ "auto" "always" "never" ]
  }

  # Check that nothing in the ledger was changed, lost or put back
  export extern "llmroute db check" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute db check format" # How data is printed
    --color: string@"nu-complete llmroute db check color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute db vacuum format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute db vacuum color" [] {
    [ "auto" "always" "never" ]
  }

  # Write the file anew, as small as it can be. A server that runs waits meanwhile
  export extern "llmroute db vacuum" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute db vacuum format" # How data is printed
    --color: string@"nu-complete llmroute db vacuum color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute db help" [
  ]

  # Print where the file is
  export extern "llmroute db help path" [
  ]

  # Show what the file holds and what takes how much room (the default)
  export extern "llmroute db help info" [
  ]

  # Check that nothing in the ledger was changed, lost or put back
  export extern "llmroute db help check" [
  ]

  # Write the file anew, as small as it can be. A server that runs waits meanwhile
  export extern "llmroute db help vacuum" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute db help help" [
  ]

  def "nu-complete llmroute explain dialect" [] {
    [ "openai-chat" "openai-responses" "anthropic" "gemini" "openai-completions" ]
  }

  def "nu-complete llmroute explain format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute explain color" [] {
    [ "auto" "always" "never" ]
  }

  # What would become of a request. Sends nothing
  export extern "llmroute explain" [
    --model(-m): string       # A group, or PROVIDER/MODEL. Without it: the group `default` if there is one, else `fast`
    --system(-s): string      # The system prompt
    --file(-f): string        # A text file to read first; `-` is stdin; may be repeated
    --attach(-a): string      # An image; `-` is stdin; may be repeated
    --body: path              # A request body instead of a question; `-` is stdin
    --dialect: string@"nu-complete llmroute explain dialect" # What the body is written in. A body in `gemini` does not say its model: -m does
    --virtual-key: string     # Whose request it is: the name of a virtual key. Without it, it is the owner's
    --stream                  # The answer would be streamed, where a body in that dialect does not say so (gemini)
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute explain format" # How data is printed
    --color: string@"nu-complete llmroute explain color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    prompt?: string           # The question; `-` reads it from stdin. Piped input comes before it, as context
  ]

  def "nu-complete llmroute why format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute why color" [] {
    [ "auto" "always" "never" ]
  }

  # How a request was decided
  export extern "llmroute why" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute why format" # How data is printed
    --color: string@"nu-complete llmroute why color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
    id: string                # The request, as receipts and lists show it
  ]

  def "nu-complete llmroute simulate format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute simulate color" [] {
    [ "auto" "always" "never" ]
  }

  # What another policy would have done with the requests of the last days
  export extern "llmroute simulate" [
    --since: string           # How far back, in hours or days
    --with: path              # The policy file
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute simulate format" # How data is printed
    --color: string@"nu-complete llmroute simulate color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help
  ]

  def "nu-complete llmroute completions shell" [] {
    [ "bash" "zsh" "fish" "nu" "elvish" "powershell" ]
  }

  def "nu-complete llmroute completions format" [] {
    [ "table" "plain" "json" "ndjson" "csv" "md" ]
  }

  def "nu-complete llmroute completions color" [] {
    [ "auto" "always" "never" ]
  }

  # Print the completion script of a shell
  export extern "llmroute completions" [
    --json                    # Print one JSON document instead of tables
    --format: string@"nu-complete llmroute completions format" # How data is printed
    --color: string@"nu-complete llmroute completions color" # When to use colour. `NO_COLOR` is honoured
    --quiet(-q)               # No notes, no receipt
    --no-input                # Never ask; refuse instead
    --yes(-y)                 # Answer yes to every question
    --home: path              # Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders
    --help(-h)                # Print help (see more with '--help')
    shell: string@"nu-complete llmroute completions shell" # The shell
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute help" [
  ]

  # Ask one question
  export extern "llmroute help ask" [
  ]

  # Run the server
  export extern "llmroute help serve" [
  ]

  # Who can be asked
  export extern "llmroute help providers" [
  ]

  # List the providers in use (the default)
  export extern "llmroute help providers list" [
  ]

  # Add a provider that speaks a known dialect
  export extern "llmroute help providers add" [
  ]

  # Show one provider whole
  export extern "llmroute help providers show" [
  ]

  # Tell a provider what its address needs to know: a region, a project, an account
  export extern "llmroute help providers set" [
  ]

  # Let requests go there again
  export extern "llmroute help providers enable" [
  ]

  # Let no request go there; keys and history stay
  export extern "llmroute help providers disable" [
  ]

  # Remove a provider
  export extern "llmroute help providers remove" [
  ]

  # The built-in table
  export extern "llmroute help providers available" [
  ]

  # The credentials of providers
  export extern "llmroute help keys" [
  ]

  # List the keys (the default)
  export extern "llmroute help keys list" [
  ]

  # Add a key: asks for it, reads it from stdin, or keeps a reference to it
  export extern "llmroute help keys add" [
  ]

  # Replace a key's secret; its name, billing and history stay
  export extern "llmroute help keys rotate" [
  ]

  # Say what a key is for, and its share among the keys of its provider. What is not named stays
  export extern "llmroute help keys set" [
  ]

  # Give a key another name
  export extern "llmroute help keys rename" [
  ]

  # Remove a key. A stored secret is gone for good
  export extern "llmroute help keys remove" [
  ]

  # Names that stand for weighted targets
  export extern "llmroute help groups" [
  ]

  # List the groups (the default)
  export extern "llmroute help groups list" [
  ]

  # Show one group
  export extern "llmroute help groups show" [
  ]

  # Make a group or replace its targets, or change how they are tried
  export extern "llmroute help groups set" [
  ]

  # Remove a group
  export extern "llmroute help groups remove" [
  ]

  # The shares of a group's targets, as meant and as they came out
  export extern "llmroute help weights" [
  ]

  # Show the weights of a group, or of all (the default)
  export extern "llmroute help weights show" [
  ]

  # Change weights; targets that are not named keep theirs
  export extern "llmroute help weights set" [
  ]

  # Go back to the weights the group was made with
  export extern "llmroute help weights reset" [
  ]

  # What may be spent, and what was
  export extern "llmroute help budgets" [
  ]

  # List the budgets with what was spent, what is held for requests under way, and what is left (the default)
  export extern "llmroute help budgets list" [
  ]

  # Make a budget, or change the one of that scope and period. What was spent in it stays spent
  export extern "llmroute help budgets set" [
  ]

  # Remove the budgets of a scope, or only the one of a period
  export extern "llmroute help budgets remove" [
  ]

  # Let the budgets of a scope refuse nothing for a time. They count on
  export extern "llmroute help budgets lift" [
  ]

  # Where requests go that fulfil a condition
  export extern "llmroute help rules" [
  ]

  # List the rules in the order in which they are asked (the default)
  export extern "llmroute help rules list" [
  ]

  # List what a condition can name
  export extern "llmroute help rules variables" [
  ]

  # Add a rule. The first one that matches says where a request goes
  export extern "llmroute help rules add" [
  ]

  # Change a rule; what is not named stays
  export extern "llmroute help rules edit" [
  ]

  # Ask a rule again
  export extern "llmroute help rules enable" [
  ]

  # Keep a rule, and do not ask it
  export extern "llmroute help rules disable" [
  ]

  # Remove a rule
  export extern "llmroute help rules remove" [
  ]

  # Ask one rule about a request that is not sent
  export extern "llmroute help rules test" [
  ]

  # Tokens for others, each with what it may be used for
  export extern "llmroute help virtual-keys" [
  ]

  # List the virtual keys (the default)
  export extern "llmroute help virtual-keys list" [
  ]

  # Add a virtual key. Its token is printed once, and kept nowhere
  export extern "llmroute help virtual-keys add" [
  ]

  # Give a virtual key another token. The one before it is of no use from then on
  export extern "llmroute help virtual-keys rotate" [
  ]

  # Remove a virtual key. What it did stays in the ledger
  export extern "llmroute help virtual-keys remove" [
  ]

  # Whom virtual keys belong to
  export extern "llmroute help teams" [
  ]

  # List the teams (the default)
  export extern "llmroute help teams list" [
  ]

  # Add a team
  export extern "llmroute help teams add" [
  ]

  # Remove a team that no virtual key belongs to. What it did stays in the ledger
  export extern "llmroute help teams remove" [
  ]

  # Whom teams and virtual keys belong to
  export extern "llmroute help customers" [
  ]

  # List the customers (the default)
  export extern "llmroute help customers list" [
  ]

  # Add a customer
  export extern "llmroute help customers add" [
  ]

  # Remove a customer that nobody belongs to. What it did stays in the ledger
  export extern "llmroute help customers remove" [
  ]

  # How many requests and tokens a minute, and how many requests at once
  export extern "llmroute help limits" [
  ]

  # List the limits, and how much of each is used (the default)
  export extern "llmroute help limits list" [
  ]

  # Set a limit, or change what is named of it
  export extern "llmroute help limits set" [
  ]

  # Remove a limit
  export extern "llmroute help limits remove" [
  ]

  # What can be sent as `model`
  export extern "llmroute help models" [
  ]

  # List what can be sent as `model` (the default)
  export extern "llmroute help models list" [
  ]

  # Give a model a name of your own; without a model the name is taken back
  export extern "llmroute help models alias" [
  ]

  # Show what is known of a model, and who has it
  export extern "llmroute help models show" [
  ]

  # Your own prices, and what is known of a target's
  export extern "llmroute help prices" [
  ]

  # List your own prices (the default)
  export extern "llmroute help prices list" [
  ]

  # Show what is known of a target's price
  export extern "llmroute help prices show" [
  ]

  # Set your own price; it comes before every table's
  export extern "llmroute help prices set" [
  ]

  # Take over the newest price table, and show what it changes
  export extern "llmroute help prices sync" [
  ]

  # Remove your own prices of a target
  export extern "llmroute help prices remove" [
  ]

  # Measurements
  export extern "llmroute help bench" [
  ]

  # What llmroute itself adds to a call, against a simulated provider on this machine
  export extern "llmroute help bench proxy" [
  ]

  # What happened and what it cost
  export extern "llmroute help stats" [
  ]

  # A provider's usage export beside the ledger
  export extern "llmroute help reconcile" [
  ]

  # Single requests out of the ledger
  export extern "llmroute help requests" [
  ]

  # List the latest requests (the default); with `-q` only their ids
  export extern "llmroute help requests list" [
  ]

  # Show one request and its attempts
  export extern "llmroute help requests show" [
  ]

  # Print requests as they end, until Ctrl-C
  export extern "llmroute help requests tail" [
  ]

  # Drop old requests. Their sums stay; a running server does this by itself (`keep-requests-days` in config.toml)
  export extern "llmroute help requests prune" [
  ]

  # The local file: where it is, what it holds, whether it is whole
  export extern "llmroute help db" [
  ]

  # Print where the file is
  export extern "llmroute help db path" [
  ]

  # Show what the file holds and what takes how much room (the default)
  export extern "llmroute help db info" [
  ]

  # Check that nothing in the ledger was changed, lost or put back
  export extern "llmroute help db check" [
  ]

  # Write the file anew, as small as it can be. A server that runs waits meanwhile
  export extern "llmroute help db vacuum" [
  ]

  # What would become of a request. Sends nothing
  export extern "llmroute help explain" [
  ]

  # How a request was decided
  export extern "llmroute help why" [
  ]

  # What another policy would have done with the requests of the last days
  export extern "llmroute help simulate" [
  ]

  # Print the completion script of a shell
  export extern "llmroute help completions" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute help help" [
  ]

}

export use completions *
