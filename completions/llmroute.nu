module completions {

  def "nu-complete llmroute format" [] {
    [ "table" "json" ]
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
    --home: path              # Keep everything under this folder instead of the usual ones
    --help(-h)                # Print help
    --version(-V)             # Print version
  ]

  def "nu-complete llmroute completions shell" [] {
    [ "bash" "zsh" "fish" "nu" "elvish" "powershell" ]
  }

  def "nu-complete llmroute completions format" [] {
    [ "table" "json" ]
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
    --home: path              # Keep everything under this folder instead of the usual ones
    --help(-h)                # Print help (see more with '--help')
    shell: string@"nu-complete llmroute completions shell" # The shell
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute help" [
  ]

  # Print the completion script of a shell
  export extern "llmroute help completions" [
  ]

  # Print this message or the help of the given subcommand(s)
  export extern "llmroute help help" [
  ]

}

export use completions *
