
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'llmroute' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'llmroute'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'llmroute' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('ask', 'ask', [CompletionResultType]::ParameterValue, 'Ask one question')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run the server')
            [CompletionResult]::new('providers', 'providers', [CompletionResultType]::ParameterValue, 'Who can be asked')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'The credentials of providers')
            [CompletionResult]::new('groups', 'groups', [CompletionResultType]::ParameterValue, 'Names that stand for weighted targets')
            [CompletionResult]::new('weights', 'weights', [CompletionResultType]::ParameterValue, 'The shares of a group''s targets, as meant and as they came out')
            [CompletionResult]::new('budgets', 'budgets', [CompletionResultType]::ParameterValue, 'What may be spent, and what was')
            [CompletionResult]::new('rules', 'rules', [CompletionResultType]::ParameterValue, 'Where requests go that fulfil a condition')
            [CompletionResult]::new('virtual-keys', 'virtual-keys', [CompletionResultType]::ParameterValue, 'Tokens for others, each with what it may be used for')
            [CompletionResult]::new('vk', 'vk', [CompletionResultType]::ParameterValue, 'Tokens for others, each with what it may be used for')
            [CompletionResult]::new('teams', 'teams', [CompletionResultType]::ParameterValue, 'Whom virtual keys belong to')
            [CompletionResult]::new('customers', 'customers', [CompletionResultType]::ParameterValue, 'Whom teams and virtual keys belong to')
            [CompletionResult]::new('limits', 'limits', [CompletionResultType]::ParameterValue, 'How many requests and tokens a minute, and how many requests at once')
            [CompletionResult]::new('models', 'models', [CompletionResultType]::ParameterValue, 'What can be sent as `model`')
            [CompletionResult]::new('prices', 'prices', [CompletionResultType]::ParameterValue, 'Your own prices, and what is known of a target''s')
            [CompletionResult]::new('bench', 'bench', [CompletionResultType]::ParameterValue, 'Measurements')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'What happened and what it cost')
            [CompletionResult]::new('reconcile', 'reconcile', [CompletionResultType]::ParameterValue, 'A provider''s usage export beside the ledger')
            [CompletionResult]::new('requests', 'requests', [CompletionResultType]::ParameterValue, 'Single requests out of the ledger')
            [CompletionResult]::new('db', 'db', [CompletionResultType]::ParameterValue, 'The local file: where it is, what it holds, whether it is whole')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'What would become of a request. Sends nothing')
            [CompletionResult]::new('why', 'why', [CompletionResultType]::ParameterValue, 'How a request was decided')
            [CompletionResult]::new('simulate', 'simulate', [CompletionResultType]::ParameterValue, 'What another policy would have done with the requests of the last days')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;ask' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'A group, or PROVIDER/MODEL. Without it: the group `default` if there is one, else `fast`')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'A group, or PROVIDER/MODEL. Without it: the group `default` if there is one, else `fast`')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'The system prompt')
            [CompletionResult]::new('--system', '--system', [CompletionResultType]::ParameterName, 'The system prompt')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A text file to read first; `-` is stdin; may be repeated')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'A text file to read first; `-` is stdin; may be repeated')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'An image; `-` is stdin; may be repeated')
            [CompletionResult]::new('--attach', '--attach', [CompletionResultType]::ParameterName, 'An image; `-` is stdin; may be repeated')
            [CompletionResult]::new('--footer', '--footer', [CompletionResultType]::ParameterName, 'When to print the receipt on stderr')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Print the answer as it came: no line feed added, control sequences not made harmless on a terminal')
            [CompletionResult]::new('--no-stream', '--no-stream', [CompletionResultType]::ParameterName, 'Wait for the whole answer')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;serve' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'The port on 127.0.0.1 and [::1]; 0 takes any free one')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'How each request is told on stdout')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Simulated providers in a throw-away home: no key needed, nothing leaves this machine')
            [CompletionResult]::new('--no-auth', '--no-auth', [CompletionResultType]::ParameterName, 'Let every program on this machine in, without the token')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;providers' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the providers in use (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a provider that speaks a known dialect')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one provider whole')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Tell a provider what its address needs to know: a region, a project, an account')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Let requests go there again')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Let no request go there; keys and history stay')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a provider')
            [CompletionResult]::new('available', 'available', [CompletionResultType]::ParameterValue, 'The built-in table')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;providers;list' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;providers;add' {
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Where it is, up to and including the version: <https://api.example.com/v1>')
            [CompletionResult]::new('--speaks', '--speaks', [CompletionResultType]::ParameterName, 'A dialect it speaks (openai-chat, openai-responses or anthropic), and the path if it is not the usual one; may be repeated')
            [CompletionResult]::new('--auth', '--auth', [CompletionResultType]::ParameterName, 'How it wants its key. Usually told by the dialect')
            [CompletionResult]::new('--billing', '--billing', [CompletionResultType]::ParameterName, 'How the clients'' own keys are paid for, with --auth client: by the token, by a flat fee, or not at all')
            [CompletionResult]::new('--like', '--like', [CompletionResultType]::ParameterName, 'Copy everything that is not given from a built-in provider')
            [CompletionResult]::new('--privacy', '--privacy', [CompletionResultType]::ParameterName, 'What becomes of what is sent there: it stays on this machine or network, is not kept, or nothing is promised')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Where what is sent there is worked on: eu, eu-west-1. Virtual keys may be bound to it')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'A value that its address needs (a region, a project, an account); may be repeated')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--allow-private', '--allow-private', [CompletionResultType]::ParameterName, 'The URL may point into a private network')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'llmroute;providers;show' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;providers;set' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;providers;enable' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;providers;disable' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;providers;remove' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--cascade', '--cascade', [CompletionResultType]::ParameterName, 'Also remove its keys, and its targets from groups')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;providers;available' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;providers;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the providers in use (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a provider that speaks a known dialect')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one provider whole')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Tell a provider what its address needs to know: a region, a project, an account')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Let requests go there again')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Let no request go there; keys and history stay')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a provider')
            [CompletionResult]::new('available', 'available', [CompletionResultType]::ParameterValue, 'The built-in table')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;providers;help;list' {
            break
        }
        'llmroute;providers;help;add' {
            break
        }
        'llmroute;providers;help;show' {
            break
        }
        'llmroute;providers;help;set' {
            break
        }
        'llmroute;providers;help;enable' {
            break
        }
        'llmroute;providers;help;disable' {
            break
        }
        'llmroute;providers;help;remove' {
            break
        }
        'llmroute;providers;help;available' {
            break
        }
        'llmroute;providers;help;help' {
            break
        }
        'llmroute;keys' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a key: asks for it, reads it from stdin, or keeps a reference to it')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Replace a key''s secret; its name, billing and history stay')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Say what a key is for, and its share among the keys of its provider. What is not named stays')
            [CompletionResult]::new('rename', 'rename', [CompletionResultType]::ParameterValue, 'Give a key another name')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a key. A stored secret is gone for good')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;keys;list' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;keys;add' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'A name for it')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Keep a reference; the key is read from there when it is needed')
            [CompletionResult]::new('--billing', '--billing', [CompletionResultType]::ParameterName, 'How it is paid for')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--stdin', '--stdin', [CompletionResultType]::ParameterName, 'Read the key from stdin')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'llmroute;keys;rotate' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Keep a reference; the key is read from there when it is needed')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--stdin', '--stdin', [CompletionResultType]::ParameterName, 'Read the key from stdin')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;keys;set' {
            [CompletionResult]::new('--models', '--models', [CompletionResultType]::ParameterName, 'The only models that it is used for')
            [CompletionResult]::new('--weight', '--weight', [CompletionResultType]::ParameterName, 'Its share among the keys of its provider; 0 keeps it as a fallback only')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--any-model', '--any-model', [CompletionResultType]::ParameterName, 'It is used for any model again')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;keys;rename' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;keys;remove' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;keys;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a key: asks for it, reads it from stdin, or keeps a reference to it')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Replace a key''s secret; its name, billing and history stay')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Say what a key is for, and its share among the keys of its provider. What is not named stays')
            [CompletionResult]::new('rename', 'rename', [CompletionResultType]::ParameterValue, 'Give a key another name')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a key. A stored secret is gone for good')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;keys;help;list' {
            break
        }
        'llmroute;keys;help;add' {
            break
        }
        'llmroute;keys;help;rotate' {
            break
        }
        'llmroute;keys;help;set' {
            break
        }
        'llmroute;keys;help;rename' {
            break
        }
        'llmroute;keys;help;remove' {
            break
        }
        'llmroute;keys;help;help' {
            break
        }
        'llmroute;groups' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the groups (the default)')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one group')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Make a group or replace its targets, or change how they are tried')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a group')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;groups;list' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;groups;show' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;groups;set' {
            [CompletionResult]::new('--strategy', '--strategy', [CompletionResultType]::ParameterName, 'How the targets are ordered; without it, as before')
            [CompletionResult]::new('--affinity', '--affinity', [CompletionResultType]::ParameterName, 'A conversation stays where its provider has its prompt cached, unless going where the strategy would send it is cheaper including that cache; off: each request goes where the strategy says')
            [CompletionResult]::new('--hedge-after', '--hedge-after', [CompletionResultType]::ParameterName, 'Ask the next target too when the first has not begun to answer by then: after its own usual time, after TIME, or never. At most 5 % of all requests are sent twice')
            [CompletionResult]::new('--on-refusal', '--on-refusal', [CompletionResultType]::ParameterName, 'What a refusal by a provider''s content policy means: the client is told, or the next target is sent the same')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Go on with an answer that is cut after its client has begun to hear it: the next target is asked for the rest, and its answer is told only from where it meets the first, character for character. Off unless this is given; `--resume` alone means on. Both parts are paid for')
            [CompletionResult]::new('--max-parallel', '--max-parallel', [CompletionResultType]::ParameterName, 'How many requests of this group one target takes at once; 0 = any number. A full one is passed over for the next')
            [CompletionResult]::new('--queue', '--queue', [CompletionResultType]::ParameterName, 'How many more wait for a place where no target has one. Those with the header `x-llmroute-priority: high` come first')
            [CompletionResult]::new('--deadline', '--deadline', [CompletionResultType]::ParameterName, 'How long a part of the exchange may take: connect, first-content, first-content-reasoning, byte-gap, content-gap, whole or stream. Can be given several times')
            [CompletionResult]::new('--canary', '--canary', [CompletionResultType]::ParameterName, 'Try a further target out on this share of conversations: it gets more step by step while it fails and lags no more than the others, and nothing once it is found to. `off` ends the trial, and the same again begins it anew')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;groups;remove' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;groups;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the groups (the default)')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one group')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Make a group or replace its targets, or change how they are tried')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a group')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;groups;help;list' {
            break
        }
        'llmroute;groups;help;show' {
            break
        }
        'llmroute;groups;help;set' {
            break
        }
        'llmroute;groups;help;remove' {
            break
        }
        'llmroute;groups;help;help' {
            break
        }
        'llmroute;weights' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the weights of a group, or of all (the default)')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Change weights; targets that are not named keep theirs')
            [CompletionResult]::new('reset', 'reset', [CompletionResultType]::ParameterValue, 'Go back to the weights the group was made with')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;weights;show' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;weights;set' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Change nothing: tell what these weights would have done with the requests of the last 7 days')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;weights;reset' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;weights;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the weights of a group, or of all (the default)')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Change weights; targets that are not named keep theirs')
            [CompletionResult]::new('reset', 'reset', [CompletionResultType]::ParameterValue, 'Go back to the weights the group was made with')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;weights;help;show' {
            break
        }
        'llmroute;weights;help;set' {
            break
        }
        'llmroute;weights;help;reset' {
            break
        }
        'llmroute;weights;help;help' {
            break
        }
        'llmroute;budgets' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the budgets with what was spent, what is held for requests under way, and what is left (the default)')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Make a budget, or change the one of that scope and period. What was spent in it stays spent')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove the budgets of a scope, or only the one of a period')
            [CompletionResult]::new('lift', 'lift', [CompletionResultType]::ParameterValue, 'Let the budgets of a scope refuse nothing for a time. They count on')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;budgets;list' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;budgets;set' {
            [CompletionResult]::new('--warn', '--warn', [CompletionResultType]::ParameterName, 'Percentages that are told of in the log when they are reached, each once a window; `` = none')
            [CompletionResult]::new('--then', '--then', [CompletionResultType]::ParameterName, 'What happens to what it has no room for: it is refused, it goes to a group (as does everything from the last `--warn` on), or it is let through. Refused, unless this is given')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'The time zone of its calendar, as in `Europe/Berlin`; without it the configured one, else the machine''s')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;budgets;remove' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;budgets;lift' {
            [CompletionResult]::new('--for', '--for', [CompletionResultType]::ParameterName, 'For how long')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;budgets;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the budgets with what was spent, what is held for requests under way, and what is left (the default)')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Make a budget, or change the one of that scope and period. What was spent in it stays spent')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove the budgets of a scope, or only the one of a period')
            [CompletionResult]::new('lift', 'lift', [CompletionResultType]::ParameterValue, 'Let the budgets of a scope refuse nothing for a time. They count on')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;budgets;help;list' {
            break
        }
        'llmroute;budgets;help;set' {
            break
        }
        'llmroute;budgets;help;remove' {
            break
        }
        'llmroute;budgets;help;lift' {
            break
        }
        'llmroute;budgets;help;help' {
            break
        }
        'llmroute;rules' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the rules in the order in which they are asked (the default)')
            [CompletionResult]::new('variables', 'variables', [CompletionResultType]::ParameterValue, 'List what a condition can name')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a rule. The first one that matches says where a request goes')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Change a rule; what is not named stays')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Ask a rule again')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Keep a rule, and do not ask it')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a rule')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Ask one rule about a request that is not sent')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;rules;list' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;rules;variables' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;rules;add' {
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it matches, in CEL')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Where its requests go: a group or PROVIDER/MODEL, with a weight where there are several')
            [CompletionResult]::new('--fallback', '--fallback', [CompletionResultType]::ParameterName, 'What is tried when those fail, in order')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Whose requests: global, customer:NAME, team:NAME or virtual-key:NAME. The narrower scope is asked first')
            [CompletionResult]::new('--priority', '--priority', [CompletionResultType]::ParameterName, 'The smaller, the earlier; without it, 0')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--chain', '--chain', [CompletionResultType]::ParameterName, 'It says what model is meant, and all rules are asked again')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;rules;edit' {
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it matches, in CEL')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Where its requests go: a group or PROVIDER/MODEL, with a weight where there are several')
            [CompletionResult]::new('--fallback', '--fallback', [CompletionResultType]::ParameterName, 'What is tried when those fail, in order')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'Whose requests: global, customer:NAME, team:NAME or virtual-key:NAME. The narrower scope is asked first')
            [CompletionResult]::new('--priority', '--priority', [CompletionResultType]::ParameterName, 'The smaller, the earlier; without it, 0')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--chain', '--chain', [CompletionResultType]::ParameterName, 'It says what model is meant, and all rules are asked again')
            [CompletionResult]::new('--no-chain', '--no-chain', [CompletionResultType]::ParameterName, 'It ends the search when it matches')
            [CompletionResult]::new('--no-fallback', '--no-fallback', [CompletionResultType]::ParameterName, 'It has no fallbacks any more')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;rules;enable' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;rules;disable' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;rules;remove' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;rules;test' {
            [CompletionResult]::new('--body', '--body', [CompletionResultType]::ParameterName, 'The file with the body of the request')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'A header of the request; can be given several times')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'The dialect of the body; without it, what the body looks like')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model, in place of the body''s')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'The query of its URL: `a=b&c=d`')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'When it is asked, in the configured time zone: 2026-11-20T03:30. Without it, now')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;rules;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the rules in the order in which they are asked (the default)')
            [CompletionResult]::new('variables', 'variables', [CompletionResultType]::ParameterValue, 'List what a condition can name')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a rule. The first one that matches says where a request goes')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Change a rule; what is not named stays')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Ask a rule again')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Keep a rule, and do not ask it')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a rule')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Ask one rule about a request that is not sent')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;rules;help;list' {
            break
        }
        'llmroute;rules;help;variables' {
            break
        }
        'llmroute;rules;help;add' {
            break
        }
        'llmroute;rules;help;edit' {
            break
        }
        'llmroute;rules;help;enable' {
            break
        }
        'llmroute;rules;help;disable' {
            break
        }
        'llmroute;rules;help;remove' {
            break
        }
        'llmroute;rules;help;test' {
            break
        }
        'llmroute;rules;help;help' {
            break
        }
        'llmroute;virtual-keys' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the virtual keys (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a virtual key. Its token is printed once, and kept nowhere')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Give a virtual key another token. The one before it is of no use from then on')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a virtual key. What it did stays in the ledger')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;vk' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the virtual keys (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a virtual key. Its token is printed once, and kept nowhere')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Give a virtual key another token. The one before it is of no use from then on')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a virtual key. What it did stays in the ledger')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;virtual-keys;list' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;vk;list' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;virtual-keys;add' {
            [CompletionResult]::new('--team', '--team', [CompletionResultType]::ParameterName, 'The team it belongs to')
            [CompletionResult]::new('--customer', '--customer', [CompletionResultType]::ParameterName, 'The customer it belongs to; without it, that of its team')
            [CompletionResult]::new('--models', '--models', [CompletionResultType]::ParameterName, 'What it may use: groups, `PROVIDER/MODEL`, or models by name; a * at the end stands for any rest. Without it, any')
            [CompletionResult]::new('--providers', '--providers', [CompletionResultType]::ParameterName, 'The providers that it may ask. Without it, any')
            [CompletionResult]::new('--privacy', '--privacy', [CompletionResultType]::ParameterName, 'What must be promised of what is sent: it stays on this machine or network, or is not kept')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Where it must be worked on; `eu` means `eu-west-1` too. Providers on this machine or network always fit')
            [CompletionResult]::new('--expires', '--expires', [CompletionResultType]::ParameterName, 'From when on it is of no use: a length of time, a day or a moment')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'llmroute;vk;add' {
            [CompletionResult]::new('--team', '--team', [CompletionResultType]::ParameterName, 'The team it belongs to')
            [CompletionResult]::new('--customer', '--customer', [CompletionResultType]::ParameterName, 'The customer it belongs to; without it, that of its team')
            [CompletionResult]::new('--models', '--models', [CompletionResultType]::ParameterName, 'What it may use: groups, `PROVIDER/MODEL`, or models by name; a * at the end stands for any rest. Without it, any')
            [CompletionResult]::new('--providers', '--providers', [CompletionResultType]::ParameterName, 'The providers that it may ask. Without it, any')
            [CompletionResult]::new('--privacy', '--privacy', [CompletionResultType]::ParameterName, 'What must be promised of what is sent: it stays on this machine or network, or is not kept')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Where it must be worked on; `eu` means `eu-west-1` too. Providers on this machine or network always fit')
            [CompletionResult]::new('--expires', '--expires', [CompletionResultType]::ParameterName, 'From when on it is of no use: a length of time, a day or a moment')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'llmroute;virtual-keys;rotate' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;vk;rotate' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;virtual-keys;remove' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;vk;remove' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;virtual-keys;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the virtual keys (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a virtual key. Its token is printed once, and kept nowhere')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Give a virtual key another token. The one before it is of no use from then on')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a virtual key. What it did stays in the ledger')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;virtual-keys;help;list' {
            break
        }
        'llmroute;virtual-keys;help;add' {
            break
        }
        'llmroute;virtual-keys;help;rotate' {
            break
        }
        'llmroute;virtual-keys;help;remove' {
            break
        }
        'llmroute;virtual-keys;help;help' {
            break
        }
        'llmroute;vk;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the virtual keys (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a virtual key. Its token is printed once, and kept nowhere')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Give a virtual key another token. The one before it is of no use from then on')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a virtual key. What it did stays in the ledger')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;vk;help;list' {
            break
        }
        'llmroute;vk;help;add' {
            break
        }
        'llmroute;vk;help;rotate' {
            break
        }
        'llmroute;vk;help;remove' {
            break
        }
        'llmroute;vk;help;help' {
            break
        }
        'llmroute;teams' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the teams (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a team')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a team that no virtual key belongs to. What it did stays in the ledger')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;teams;list' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;teams;add' {
            [CompletionResult]::new('--customer', '--customer', [CompletionResultType]::ParameterName, 'The customer it belongs to')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;teams;remove' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;teams;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the teams (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a team')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a team that no virtual key belongs to. What it did stays in the ledger')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;teams;help;list' {
            break
        }
        'llmroute;teams;help;add' {
            break
        }
        'llmroute;teams;help;remove' {
            break
        }
        'llmroute;teams;help;help' {
            break
        }
        'llmroute;customers' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the customers (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a customer')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a customer that nobody belongs to. What it did stays in the ledger')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;customers;list' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;customers;add' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;customers;remove' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;customers;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the customers (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a customer')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a customer that nobody belongs to. What it did stays in the ledger')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;customers;help;list' {
            break
        }
        'llmroute;customers;help;add' {
            break
        }
        'llmroute;customers;help;remove' {
            break
        }
        'llmroute;customers;help;help' {
            break
        }
        'llmroute;limits' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the limits, and how much of each is used (the default)')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set a limit, or change what is named of it')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a limit')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;limits;list' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;limits;set' {
            [CompletionResult]::new('--rpm', '--rpm', [CompletionResultType]::ParameterName, 'Requests in any 60 seconds; 0 = any number')
            [CompletionResult]::new('--tpm', '--tpm', [CompletionResultType]::ParameterName, 'Tokens of prompts and answers in any 60 seconds; 0 = any number. An answer is booked with its cap, or 1,000 tokens, until it is known what it has')
            [CompletionResult]::new('--parallel', '--parallel', [CompletionResultType]::ParameterName, 'Requests at once; 0 = any number')
            [CompletionResult]::new('--queue', '--queue', [CompletionResultType]::ParameterName, 'How long a request waits for room; 0 = not at all')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;limits;remove' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;limits;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the limits, and how much of each is used (the default)')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set a limit, or change what is named of it')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a limit')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;limits;help;list' {
            break
        }
        'llmroute;limits;help;set' {
            break
        }
        'llmroute;limits;help;remove' {
            break
        }
        'llmroute;limits;help;help' {
            break
        }
        'llmroute;models' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Only what is of this provider')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List what can be sent as `model` (the default)')
            [CompletionResult]::new('alias', 'alias', [CompletionResultType]::ParameterValue, 'Give a model a name of your own; without a model the name is taken back')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what is known of a model, and who has it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;models;list' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Only what is of this provider')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;models;alias' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;models;show' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;models;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List what can be sent as `model` (the default)')
            [CompletionResult]::new('alias', 'alias', [CompletionResultType]::ParameterValue, 'Give a model a name of your own; without a model the name is taken back')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what is known of a model, and who has it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;models;help;list' {
            break
        }
        'llmroute;models;help;alias' {
            break
        }
        'llmroute;models;help;show' {
            break
        }
        'llmroute;models;help;help' {
            break
        }
        'llmroute;prices' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List your own prices (the default)')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what is known of a target''s price')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set your own price; it comes before every table''s')
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Take over the newest price table, and show what it changes')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove your own prices of a target')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;prices;list' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;prices;show' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;prices;set' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'From this day on; without it, always')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--ceiling', '--ceiling', [CompletionResultType]::ParameterName, 'Not the true price but one it will not exceed: costs are then estimates')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;prices;sync' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Take it from this file or address instead of where genai-prices publishes it')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would change, and change nothing')
            [CompletionResult]::new('--built-in', '--built-in', [CompletionResultType]::ParameterName, 'Go back to the table that came with this program')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;prices;remove' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;prices;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List your own prices (the default)')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what is known of a target''s price')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set your own price; it comes before every table''s')
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Take over the newest price table, and show what it changes')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove your own prices of a target')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;prices;help;list' {
            break
        }
        'llmroute;prices;help;show' {
            break
        }
        'llmroute;prices;help;set' {
            break
        }
        'llmroute;prices;help;sync' {
            break
        }
        'llmroute;prices;help;remove' {
            break
        }
        'llmroute;prices;help;help' {
            break
        }
        'llmroute;bench' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('proxy', 'proxy', [CompletionResultType]::ParameterValue, 'What llmroute itself adds to a call, against a simulated provider on this machine')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;bench;proxy' {
            [CompletionResult]::new('--connections', '--connections', [CompletionResultType]::ParameterName, 'Numbers of connections to measure at')
            [CompletionResult]::new('--blocks', '--blocks', [CompletionResultType]::ParameterName, 'Pairs of blocks; six is the least that carries an interval')
            [CompletionResult]::new('--requests', '--requests', [CompletionResultType]::ParameterName, 'Requests in a block of one connection')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of the blocks'' order')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;bench;help' {
            [CompletionResult]::new('proxy', 'proxy', [CompletionResultType]::ParameterValue, 'What llmroute itself adds to a call, against a simulated provider on this machine')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;bench;help;proxy' {
            break
        }
        'llmroute;bench;help;help' {
            break
        }
        'llmroute;stats' {
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'One row for each of these')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--heatmap', '--heatmap', [CompletionResultType]::ParameterName, 'A year of days in shades, a column for each week')
            [CompletionResult]::new('--savings', '--savings', [CompletionResultType]::ParameterName, 'What routing and prompt caches saved, row by row, against the model that each client asked for')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;reconcile' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Which provider of yours it is about, where that is not the one of that name')
            [CompletionResult]::new('--tolerance', '--tolerance', [CompletionResultType]::ParameterName, 'By how many percent of the larger figure two may differ. Half a cent never counts')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;requests' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'How many')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'How many')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only those of so long')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Only those that this provider answered or was tried for')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only those that ended so: ok, refused, failed, cut, client_gone, in_doubt, open, or an HTTP status')
            [CompletionResult]::new('--client', '--client', [CompletionResultType]::ParameterName, 'Only those of this client')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--moved', '--moved', [CompletionResultType]::ParameterName, 'Only those that another than the first target answered')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the latest requests (the default); with `-q` only their ids')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one request and its attempts')
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Print requests as they end, until Ctrl-C')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Drop old requests. Their sums stay; a running server does this by itself (`keep-requests-days` in config.toml)')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;requests;list' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'How many')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'How many')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only those of so long')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Only those that this provider answered or was tried for')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only those that ended so: ok, refused, failed, cut, client_gone, in_doubt, open, or an HTTP status')
            [CompletionResult]::new('--client', '--client', [CompletionResultType]::ParameterName, 'Only those of this client')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--moved', '--moved', [CompletionResultType]::ParameterName, 'Only those that another than the first target answered')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;requests;show' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;requests;tail' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Only those that this provider answered or was tried for')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only those that ended so: ok, refused, failed, cut, client_gone, in_doubt, open, or an HTTP status')
            [CompletionResult]::new('--client', '--client', [CompletionResultType]::ParameterName, 'Only those of this client')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--moved', '--moved', [CompletionResultType]::ParameterName, 'Only those that another than the first target answered')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;requests;prune' {
            [CompletionResult]::new('--keep', '--keep', [CompletionResultType]::ParameterName, 'Drop those that are older')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;requests;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the latest requests (the default); with `-q` only their ids')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one request and its attempts')
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Print requests as they end, until Ctrl-C')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Drop old requests. Their sums stay; a running server does this by itself (`keep-requests-days` in config.toml)')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;requests;help;list' {
            break
        }
        'llmroute;requests;help;show' {
            break
        }
        'llmroute;requests;help;tail' {
            break
        }
        'llmroute;requests;help;prune' {
            break
        }
        'llmroute;requests;help;help' {
            break
        }
        'llmroute;db' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where the file is')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Show what the file holds and what takes how much room (the default)')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check that nothing in the ledger was changed, lost or put back')
            [CompletionResult]::new('vacuum', 'vacuum', [CompletionResultType]::ParameterValue, 'Write the file anew, as small as it can be. A server that runs waits meanwhile')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;db;path' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;db;info' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;db;check' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;db;vacuum' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;db;help' {
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where the file is')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Show what the file holds and what takes how much room (the default)')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check that nothing in the ledger was changed, lost or put back')
            [CompletionResult]::new('vacuum', 'vacuum', [CompletionResultType]::ParameterValue, 'Write the file anew, as small as it can be. A server that runs waits meanwhile')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;db;help;path' {
            break
        }
        'llmroute;db;help;info' {
            break
        }
        'llmroute;db;help;check' {
            break
        }
        'llmroute;db;help;vacuum' {
            break
        }
        'llmroute;db;help;help' {
            break
        }
        'llmroute;explain' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'A group, or PROVIDER/MODEL. Without it: the group `default` if there is one, else `fast`')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'A group, or PROVIDER/MODEL. Without it: the group `default` if there is one, else `fast`')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'The system prompt')
            [CompletionResult]::new('--system', '--system', [CompletionResultType]::ParameterName, 'The system prompt')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A text file to read first; `-` is stdin; may be repeated')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'A text file to read first; `-` is stdin; may be repeated')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'An image; `-` is stdin; may be repeated')
            [CompletionResult]::new('--attach', '--attach', [CompletionResultType]::ParameterName, 'An image; `-` is stdin; may be repeated')
            [CompletionResult]::new('--body', '--body', [CompletionResultType]::ParameterName, 'A request body instead of a question; `-` is stdin')
            [CompletionResult]::new('--dialect', '--dialect', [CompletionResultType]::ParameterName, 'What the body is written in. A body in `gemini` does not say its model: -m does')
            [CompletionResult]::new('--virtual-key', '--virtual-key', [CompletionResultType]::ParameterName, 'Whose request it is: the name of a virtual key. Without it, it is the owner''s')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--stream', '--stream', [CompletionResultType]::ParameterName, 'The answer would be streamed, where a body in that dialect does not say so (gemini)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;why' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;simulate' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'How far back, in hours or days')
            [CompletionResult]::new('--with', '--with', [CompletionResultType]::ParameterName, 'The policy file')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'llmroute;completions' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How data is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour. `NO_COLOR` is honoured')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON document instead of tables')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes, no receipt')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask; refuse instead')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Answer yes to every question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'llmroute;help' {
            [CompletionResult]::new('ask', 'ask', [CompletionResultType]::ParameterValue, 'Ask one question')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run the server')
            [CompletionResult]::new('providers', 'providers', [CompletionResultType]::ParameterValue, 'Who can be asked')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'The credentials of providers')
            [CompletionResult]::new('groups', 'groups', [CompletionResultType]::ParameterValue, 'Names that stand for weighted targets')
            [CompletionResult]::new('weights', 'weights', [CompletionResultType]::ParameterValue, 'The shares of a group''s targets, as meant and as they came out')
            [CompletionResult]::new('budgets', 'budgets', [CompletionResultType]::ParameterValue, 'What may be spent, and what was')
            [CompletionResult]::new('rules', 'rules', [CompletionResultType]::ParameterValue, 'Where requests go that fulfil a condition')
            [CompletionResult]::new('virtual-keys', 'virtual-keys', [CompletionResultType]::ParameterValue, 'Tokens for others, each with what it may be used for')
            [CompletionResult]::new('teams', 'teams', [CompletionResultType]::ParameterValue, 'Whom virtual keys belong to')
            [CompletionResult]::new('customers', 'customers', [CompletionResultType]::ParameterValue, 'Whom teams and virtual keys belong to')
            [CompletionResult]::new('limits', 'limits', [CompletionResultType]::ParameterValue, 'How many requests and tokens a minute, and how many requests at once')
            [CompletionResult]::new('models', 'models', [CompletionResultType]::ParameterValue, 'What can be sent as `model`')
            [CompletionResult]::new('prices', 'prices', [CompletionResultType]::ParameterValue, 'Your own prices, and what is known of a target''s')
            [CompletionResult]::new('bench', 'bench', [CompletionResultType]::ParameterValue, 'Measurements')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'What happened and what it cost')
            [CompletionResult]::new('reconcile', 'reconcile', [CompletionResultType]::ParameterValue, 'A provider''s usage export beside the ledger')
            [CompletionResult]::new('requests', 'requests', [CompletionResultType]::ParameterValue, 'Single requests out of the ledger')
            [CompletionResult]::new('db', 'db', [CompletionResultType]::ParameterValue, 'The local file: where it is, what it holds, whether it is whole')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'What would become of a request. Sends nothing')
            [CompletionResult]::new('why', 'why', [CompletionResultType]::ParameterValue, 'How a request was decided')
            [CompletionResult]::new('simulate', 'simulate', [CompletionResultType]::ParameterValue, 'What another policy would have done with the requests of the last days')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'llmroute;help;ask' {
            break
        }
        'llmroute;help;serve' {
            break
        }
        'llmroute;help;providers' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the providers in use (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a provider that speaks a known dialect')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one provider whole')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Tell a provider what its address needs to know: a region, a project, an account')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Let requests go there again')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Let no request go there; keys and history stay')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a provider')
            [CompletionResult]::new('available', 'available', [CompletionResultType]::ParameterValue, 'The built-in table')
            break
        }
        'llmroute;help;providers;list' {
            break
        }
        'llmroute;help;providers;add' {
            break
        }
        'llmroute;help;providers;show' {
            break
        }
        'llmroute;help;providers;set' {
            break
        }
        'llmroute;help;providers;enable' {
            break
        }
        'llmroute;help;providers;disable' {
            break
        }
        'llmroute;help;providers;remove' {
            break
        }
        'llmroute;help;providers;available' {
            break
        }
        'llmroute;help;keys' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a key: asks for it, reads it from stdin, or keeps a reference to it')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Replace a key''s secret; its name, billing and history stay')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Say what a key is for, and its share among the keys of its provider. What is not named stays')
            [CompletionResult]::new('rename', 'rename', [CompletionResultType]::ParameterValue, 'Give a key another name')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a key. A stored secret is gone for good')
            break
        }
        'llmroute;help;keys;list' {
            break
        }
        'llmroute;help;keys;add' {
            break
        }
        'llmroute;help;keys;rotate' {
            break
        }
        'llmroute;help;keys;set' {
            break
        }
        'llmroute;help;keys;rename' {
            break
        }
        'llmroute;help;keys;remove' {
            break
        }
        'llmroute;help;groups' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the groups (the default)')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one group')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Make a group or replace its targets, or change how they are tried')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a group')
            break
        }
        'llmroute;help;groups;list' {
            break
        }
        'llmroute;help;groups;show' {
            break
        }
        'llmroute;help;groups;set' {
            break
        }
        'llmroute;help;groups;remove' {
            break
        }
        'llmroute;help;weights' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the weights of a group, or of all (the default)')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Change weights; targets that are not named keep theirs')
            [CompletionResult]::new('reset', 'reset', [CompletionResultType]::ParameterValue, 'Go back to the weights the group was made with')
            break
        }
        'llmroute;help;weights;show' {
            break
        }
        'llmroute;help;weights;set' {
            break
        }
        'llmroute;help;weights;reset' {
            break
        }
        'llmroute;help;budgets' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the budgets with what was spent, what is held for requests under way, and what is left (the default)')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Make a budget, or change the one of that scope and period. What was spent in it stays spent')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove the budgets of a scope, or only the one of a period')
            [CompletionResult]::new('lift', 'lift', [CompletionResultType]::ParameterValue, 'Let the budgets of a scope refuse nothing for a time. They count on')
            break
        }
        'llmroute;help;budgets;list' {
            break
        }
        'llmroute;help;budgets;set' {
            break
        }
        'llmroute;help;budgets;remove' {
            break
        }
        'llmroute;help;budgets;lift' {
            break
        }
        'llmroute;help;rules' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the rules in the order in which they are asked (the default)')
            [CompletionResult]::new('variables', 'variables', [CompletionResultType]::ParameterValue, 'List what a condition can name')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a rule. The first one that matches says where a request goes')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Change a rule; what is not named stays')
            [CompletionResult]::new('enable', 'enable', [CompletionResultType]::ParameterValue, 'Ask a rule again')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Keep a rule, and do not ask it')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a rule')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Ask one rule about a request that is not sent')
            break
        }
        'llmroute;help;rules;list' {
            break
        }
        'llmroute;help;rules;variables' {
            break
        }
        'llmroute;help;rules;add' {
            break
        }
        'llmroute;help;rules;edit' {
            break
        }
        'llmroute;help;rules;enable' {
            break
        }
        'llmroute;help;rules;disable' {
            break
        }
        'llmroute;help;rules;remove' {
            break
        }
        'llmroute;help;rules;test' {
            break
        }
        'llmroute;help;virtual-keys' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the virtual keys (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a virtual key. Its token is printed once, and kept nowhere')
            [CompletionResult]::new('rotate', 'rotate', [CompletionResultType]::ParameterValue, 'Give a virtual key another token. The one before it is of no use from then on')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a virtual key. What it did stays in the ledger')
            break
        }
        'llmroute;help;virtual-keys;list' {
            break
        }
        'llmroute;help;virtual-keys;add' {
            break
        }
        'llmroute;help;virtual-keys;rotate' {
            break
        }
        'llmroute;help;virtual-keys;remove' {
            break
        }
        'llmroute;help;teams' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the teams (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a team')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a team that no virtual key belongs to. What it did stays in the ledger')
            break
        }
        'llmroute;help;teams;list' {
            break
        }
        'llmroute;help;teams;add' {
            break
        }
        'llmroute;help;teams;remove' {
            break
        }
        'llmroute;help;customers' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the customers (the default)')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a customer')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a customer that nobody belongs to. What it did stays in the ledger')
            break
        }
        'llmroute;help;customers;list' {
            break
        }
        'llmroute;help;customers;add' {
            break
        }
        'llmroute;help;customers;remove' {
            break
        }
        'llmroute;help;limits' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the limits, and how much of each is used (the default)')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set a limit, or change what is named of it')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a limit')
            break
        }
        'llmroute;help;limits;list' {
            break
        }
        'llmroute;help;limits;set' {
            break
        }
        'llmroute;help;limits;remove' {
            break
        }
        'llmroute;help;models' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List what can be sent as `model` (the default)')
            [CompletionResult]::new('alias', 'alias', [CompletionResultType]::ParameterValue, 'Give a model a name of your own; without a model the name is taken back')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what is known of a model, and who has it')
            break
        }
        'llmroute;help;models;list' {
            break
        }
        'llmroute;help;models;alias' {
            break
        }
        'llmroute;help;models;show' {
            break
        }
        'llmroute;help;prices' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List your own prices (the default)')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what is known of a target''s price')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Set your own price; it comes before every table''s')
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Take over the newest price table, and show what it changes')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove your own prices of a target')
            break
        }
        'llmroute;help;prices;list' {
            break
        }
        'llmroute;help;prices;show' {
            break
        }
        'llmroute;help;prices;set' {
            break
        }
        'llmroute;help;prices;sync' {
            break
        }
        'llmroute;help;prices;remove' {
            break
        }
        'llmroute;help;bench' {
            [CompletionResult]::new('proxy', 'proxy', [CompletionResultType]::ParameterValue, 'What llmroute itself adds to a call, against a simulated provider on this machine')
            break
        }
        'llmroute;help;bench;proxy' {
            break
        }
        'llmroute;help;stats' {
            break
        }
        'llmroute;help;reconcile' {
            break
        }
        'llmroute;help;requests' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the latest requests (the default); with `-q` only their ids')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one request and its attempts')
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Print requests as they end, until Ctrl-C')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Drop old requests. Their sums stay; a running server does this by itself (`keep-requests-days` in config.toml)')
            break
        }
        'llmroute;help;requests;list' {
            break
        }
        'llmroute;help;requests;show' {
            break
        }
        'llmroute;help;requests;tail' {
            break
        }
        'llmroute;help;requests;prune' {
            break
        }
        'llmroute;help;db' {
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where the file is')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Show what the file holds and what takes how much room (the default)')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check that nothing in the ledger was changed, lost or put back')
            [CompletionResult]::new('vacuum', 'vacuum', [CompletionResultType]::ParameterValue, 'Write the file anew, as small as it can be. A server that runs waits meanwhile')
            break
        }
        'llmroute;help;db;path' {
            break
        }
        'llmroute;help;db;info' {
            break
        }
        'llmroute;help;db;check' {
            break
        }
        'llmroute;help;db;vacuum' {
            break
        }
        'llmroute;help;explain' {
            break
        }
        'llmroute;help;why' {
            break
        }
        'llmroute;help;simulate' {
            break
        }
        'llmroute;help;completions' {
            break
        }
        'llmroute;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
