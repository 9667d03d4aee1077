# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_llmroute_global_optspecs
    string join \n json format= color= q/quiet no-input y/yes home= h/help V/version
end

function __fish_llmroute_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_llmroute_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_llmroute_using_subcommand
    set -l cmd (__fish_llmroute_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c llmroute -n "__fish_llmroute_needs_command" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_needs_command" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_needs_command" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_needs_command" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_needs_command" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_needs_command" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_needs_command" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_needs_command" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_needs_command" -s V -l version -d 'Print version'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "ask" -d 'Ask one question'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "serve" -d 'Run the server'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "providers" -d 'Who can be asked'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "keys" -d 'The credentials of providers'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "groups" -d 'Names that stand for weighted targets'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "weights" -d 'The shares of a group\'s targets, as meant and as they came out'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "budgets" -d 'What may be spent, and what was'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "rules" -d 'Where requests go that fulfil a condition'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "virtual-keys" -d 'Tokens for others, each with what it may be used for'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "vk" -d 'Tokens for others, each with what it may be used for'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "teams" -d 'Whom virtual keys belong to'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "customers" -d 'Whom teams and virtual keys belong to'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "limits" -d 'How many requests and tokens a minute, and how many requests at once'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "models" -d 'What can be sent as `model`'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "prices" -d 'Your own prices, and what is known of a target\'s'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "bench" -d 'Measurements'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "stats" -d 'What happened and what it cost'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "reconcile" -d 'A provider\'s usage export beside the ledger'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "requests" -d 'Single requests out of the ledger'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "db" -d 'The local file: where it is, what it holds, whether it is whole'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "explain" -d 'What would become of a request. Sends nothing'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "why" -d 'How a request was decided'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "simulate" -d 'What another policy would have done with the requests of the last days'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -s m -l model -d 'A group, or PROVIDER/MODEL. Without it: the group `default` if there is one, else `fast`' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -s s -l system -d 'The system prompt' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -s f -l file -d 'A text file to read first; `-` is stdin; may be repeated' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -s a -l attach -d 'An image; `-` is stdin; may be repeated' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -l footer -d 'When to print the receipt on stderr' -r -f -a "auto\t'When stderr is a terminal'
always\t'Always'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -l raw -d 'Print the answer as it came: no line feed added, control sequences not made harmless on a terminal'
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -l no-stream -d 'Wait for the whole answer'
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand ask" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand serve" -l port -d 'The port on 127.0.0.1 and [::1]; 0 takes any free one' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand serve" -l log -d 'How each request is told on stdout' -r -f -a "plain\t'One line each'
json\t'One JSON object each'"
complete -c llmroute -n "__fish_llmroute_using_subcommand serve" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand serve" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand serve" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand serve" -l demo -d 'Simulated providers in a throw-away home: no key needed, nothing leaves this machine'
complete -c llmroute -n "__fish_llmroute_using_subcommand serve" -l no-auth -d 'Let every program on this machine in, without the token'
complete -c llmroute -n "__fish_llmroute_using_subcommand serve" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand serve" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand serve" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand serve" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand serve" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -f -a "list" -d 'List the providers in use (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -f -a "add" -d 'Add a provider that speaks a known dialect'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -f -a "show" -d 'Show one provider whole'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -f -a "set" -d 'Tell a provider what its address needs to know: a region, a project, an account'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -f -a "enable" -d 'Let requests go there again'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -f -a "disable" -d 'Let no request go there; keys and history stay'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -f -a "remove" -d 'Remove a provider'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -f -a "available" -d 'The built-in table'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and not __fish_seen_subcommand_from list add show set enable disable remove available help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from list" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from list" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from list" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -l base-url -d 'Where it is, up to and including the version: <https://api.example.com/v1>' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -l speaks -d 'A dialect it speaks (openai-chat, openai-responses or anthropic), and the path if it is not the usual one; may be repeated' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -l auth -d 'How it wants its key. Usually told by the dialect' -r -f -a "bearer\t'`authorization: Bearer KEY`'
x-api-key\t'`x-api-key: KEY`'
api-key\t'`api-key: KEY`'
x-goog-api-key\t'`x-goog-api-key: KEY`'
google\t'A Google access token, or a service-account file that is exchanged for one'
entra\t'A Microsoft Entra access token, or an application\'s secret that is exchanged for one'
aws\t'A signature of AWS\'s, or a Bedrock API key'
client\t'The key of the client itself, as it came; the local token is in x-llmroute-key then'
none\t'No key'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -l billing -d 'How the clients\' own keys are paid for, with --auth client: by the token, by a flat fee, or not at all' -r -f -a "metered\t'By the token'
subscription\t'A flat fee: requests cost nothing extra'
free\t'Nothing'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -l like -d 'Copy everything that is not given from a built-in provider' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -l privacy -d 'What becomes of what is sent there: it stays on this machine or network, is not kept, or nothing is promised' -r -f -a "local\t'It does not leave this machine or network'
zdr\t'Nothing is kept once it is answered'
any\t'Nothing is promised'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -l region -d 'Where what is sent there is worked on: eu, eu-west-1. Virtual keys may be bound to it' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -l set -d 'A value that its address needs (a region, a project, an account); may be repeated' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -l allow-private -d 'The URL may point into a private network'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from show" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from show" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from show" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from set" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from set" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from set" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from set" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from set" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from set" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from enable" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from enable" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from enable" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from enable" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from enable" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from enable" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from enable" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from disable" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from disable" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from disable" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from disable" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from disable" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from disable" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from disable" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from remove" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from remove" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from remove" -l cascade -d 'Also remove its keys, and its targets from groups'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from remove" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from available" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from available" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from available" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from available" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from available" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from available" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from available" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from available" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the providers in use (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a provider that speaks a known dialect'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one provider whole'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from help" -f -a "set" -d 'Tell a provider what its address needs to know: a region, a project, an account'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from help" -f -a "enable" -d 'Let requests go there again'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from help" -f -a "disable" -d 'Let no request go there; keys and history stay'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a provider'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from help" -f -a "available" -d 'The built-in table'
complete -c llmroute -n "__fish_llmroute_using_subcommand providers; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -f -a "list" -d 'List the keys (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -f -a "add" -d 'Add a key: asks for it, reads it from stdin, or keeps a reference to it'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -f -a "rotate" -d 'Replace a key\'s secret; its name, billing and history stay'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -f -a "set" -d 'Say what a key is for, and its share among the keys of its provider. What is not named stays'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -f -a "rename" -d 'Give a key another name'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -f -a "remove" -d 'Remove a key. A stored secret is gone for good'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and not __fish_seen_subcommand_from list add rotate set rename remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from list" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from list" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from list" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from add" -l name -d 'A name for it' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from add" -l from -d 'Keep a reference; the key is read from there when it is needed' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from add" -l billing -d 'How it is paid for' -r -f -a "metered\t'By the token'
subscription\t'A flat fee: requests cost nothing extra'
free\t'Nothing'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from add" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from add" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from add" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from add" -l stdin -d 'Read the key from stdin'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from add" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from add" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from add" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l from -d 'Keep a reference; the key is read from there when it is needed' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l stdin -d 'Read the key from stdin'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rotate" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rotate" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rotate" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from set" -l models -d 'The only models that it is used for' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from set" -l weight -d 'Its share among the keys of its provider; 0 keeps it as a fallback only' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from set" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from set" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from set" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from set" -l any-model -d 'It is used for any model again'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from set" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from set" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from set" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rename" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rename" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rename" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rename" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rename" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rename" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rename" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from rename" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from remove" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from remove" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from remove" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the keys (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a key: asks for it, reads it from stdin, or keeps a reference to it'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "rotate" -d 'Replace a key\'s secret; its name, billing and history stay'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "set" -d 'Say what a key is for, and its share among the keys of its provider. What is not named stays'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "rename" -d 'Give a key another name'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a key. A stored secret is gone for good'
complete -c llmroute -n "__fish_llmroute_using_subcommand keys; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and not __fish_seen_subcommand_from list show set remove help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and not __fish_seen_subcommand_from list show set remove help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and not __fish_seen_subcommand_from list show set remove help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and not __fish_seen_subcommand_from list show set remove help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and not __fish_seen_subcommand_from list show set remove help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and not __fish_seen_subcommand_from list show set remove help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and not __fish_seen_subcommand_from list show set remove help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and not __fish_seen_subcommand_from list show set remove help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and not __fish_seen_subcommand_from list show set remove help" -f -a "list" -d 'List the groups (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and not __fish_seen_subcommand_from list show set remove help" -f -a "show" -d 'Show one group'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and not __fish_seen_subcommand_from list show set remove help" -f -a "set" -d 'Make a group or replace its targets, or change how they are tried'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and not __fish_seen_subcommand_from list show set remove help" -f -a "remove" -d 'Remove a group'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and not __fish_seen_subcommand_from list show set remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from list" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from list" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from list" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from show" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from show" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from show" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -l strategy -d 'How the targets are ordered; without it, as before' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -l affinity -d 'A conversation stays where its provider has its prompt cached, unless going where the strategy would send it is cheaper including that cache; off: each request goes where the strategy says' -r -f -a "price\t'Unless going elsewhere is cheaper all the same'
off\t'No'"
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -l hedge-after -d 'Ask the next target too when the first has not begun to answer by then: after its own usual time, after TIME, or never. At most 5 % of all requests are sent twice' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -l on-refusal -d 'What a refusal by a provider\'s content policy means: the client is told, or the next target is sent the same' -r -f -a "tell\t'The client is told'
next\t'The next target is asked'"
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -l resume -d 'Go on with an answer that is cut after its client has begun to hear it: the next target is asked for the rest, and its answer is told only from where it meets the first, character for character. Off unless this is given; `--resume` alone means on. Both parts are paid for' -r -f -a "on\t''
off\t''"
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -l max-parallel -d 'How many requests of this group one target takes at once; 0 = any number. A full one is passed over for the next' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -l queue -d 'How many more wait for a place where no target has one. Those with the header `x-llmroute-priority: high` come first' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -l deadline -d 'How long a part of the exchange may take: connect, first-content, first-content-reasoning, byte-gap, content-gap, whole or stream. Can be given several times' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -l canary -d 'Try a further target out on this share of conversations: it gets more step by step while it fails and lags no more than the others, and nothing once it is found to. `off` ends the trial, and the same again begins it anew' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from remove" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from remove" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from remove" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the groups (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one group'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from help" -f -a "set" -d 'Make a group or replace its targets, or change how they are tried'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a group'
complete -c llmroute -n "__fish_llmroute_using_subcommand groups; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and not __fish_seen_subcommand_from show set reset help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and not __fish_seen_subcommand_from show set reset help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and not __fish_seen_subcommand_from show set reset help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and not __fish_seen_subcommand_from show set reset help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and not __fish_seen_subcommand_from show set reset help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and not __fish_seen_subcommand_from show set reset help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and not __fish_seen_subcommand_from show set reset help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and not __fish_seen_subcommand_from show set reset help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and not __fish_seen_subcommand_from show set reset help" -f -a "show" -d 'Show the weights of a group, or of all (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and not __fish_seen_subcommand_from show set reset help" -f -a "set" -d 'Change weights; targets that are not named keep theirs'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and not __fish_seen_subcommand_from show set reset help" -f -a "reset" -d 'Go back to the weights the group was made with'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and not __fish_seen_subcommand_from show set reset help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from show" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from show" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from show" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from set" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from set" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from set" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from set" -l dry-run -d 'Change nothing: tell what these weights would have done with the requests of the last 7 days'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from set" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from set" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from set" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from reset" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from reset" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from reset" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from reset" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from reset" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from reset" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from reset" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the weights of a group, or of all (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from help" -f -a "set" -d 'Change weights; targets that are not named keep theirs'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from help" -f -a "reset" -d 'Go back to the weights the group was made with'
complete -c llmroute -n "__fish_llmroute_using_subcommand weights; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and not __fish_seen_subcommand_from list set remove lift help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and not __fish_seen_subcommand_from list set remove lift help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and not __fish_seen_subcommand_from list set remove lift help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and not __fish_seen_subcommand_from list set remove lift help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and not __fish_seen_subcommand_from list set remove lift help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and not __fish_seen_subcommand_from list set remove lift help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and not __fish_seen_subcommand_from list set remove lift help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and not __fish_seen_subcommand_from list set remove lift help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and not __fish_seen_subcommand_from list set remove lift help" -f -a "list" -d 'List the budgets with what was spent, what is held for requests under way, and what is left (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and not __fish_seen_subcommand_from list set remove lift help" -f -a "set" -d 'Make a budget, or change the one of that scope and period. What was spent in it stays spent'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and not __fish_seen_subcommand_from list set remove lift help" -f -a "remove" -d 'Remove the budgets of a scope, or only the one of a period'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and not __fish_seen_subcommand_from list set remove lift help" -f -a "lift" -d 'Let the budgets of a scope refuse nothing for a time. They count on'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and not __fish_seen_subcommand_from list set remove lift help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from list" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from list" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from list" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from set" -l warn -d 'Percentages that are told of in the log when they are reached, each once a window; `` = none' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from set" -l then -d 'What happens to what it has no room for: it is refused, it goes to a group (as does everything from the last `--warn` on), or it is let through. Refused, unless this is given' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from set" -l tz -d 'The time zone of its calendar, as in `Europe/Berlin`; without it the configured one, else the machine\'s' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from set" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from set" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from set" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from set" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from set" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from set" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from remove" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from remove" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from remove" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from lift" -l for -d 'For how long' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from lift" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from lift" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from lift" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from lift" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from lift" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from lift" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from lift" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from lift" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the budgets with what was spent, what is held for requests under way, and what is left (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from help" -f -a "set" -d 'Make a budget, or change the one of that scope and period. What was spent in it stays spent'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove the budgets of a scope, or only the one of a period'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from help" -f -a "lift" -d 'Let the budgets of a scope refuse nothing for a time. They count on'
complete -c llmroute -n "__fish_llmroute_using_subcommand budgets; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -f -a "list" -d 'List the rules in the order in which they are asked (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -f -a "variables" -d 'List what a condition can name'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -f -a "add" -d 'Add a rule. The first one that matches says where a request goes'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -f -a "edit" -d 'Change a rule; what is not named stays'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -f -a "enable" -d 'Ask a rule again'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -f -a "disable" -d 'Keep a rule, and do not ask it'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -f -a "remove" -d 'Remove a rule'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -f -a "test" -d 'Ask one rule about a request that is not sent'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and not __fish_seen_subcommand_from list variables add edit enable disable remove test help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from list" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from list" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from list" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from variables" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from variables" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from variables" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from variables" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from variables" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from variables" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from variables" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from variables" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from add" -l when -d 'When it matches, in CEL' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from add" -l to -d 'Where its requests go: a group or PROVIDER/MODEL, with a weight where there are several' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from add" -l fallback -d 'What is tried when those fail, in order' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from add" -l scope -d 'Whose requests: global, customer:NAME, team:NAME or virtual-key:NAME. The narrower scope is asked first' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from add" -l priority -d 'The smaller, the earlier; without it, 0' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from add" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from add" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from add" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from add" -l chain -d 'It says what model is meant, and all rules are asked again'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from add" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from add" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from add" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -l when -d 'When it matches, in CEL' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -l to -d 'Where its requests go: a group or PROVIDER/MODEL, with a weight where there are several' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -l fallback -d 'What is tried when those fail, in order' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -l scope -d 'Whose requests: global, customer:NAME, team:NAME or virtual-key:NAME. The narrower scope is asked first' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -l priority -d 'The smaller, the earlier; without it, 0' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -l chain -d 'It says what model is meant, and all rules are asked again'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -l no-chain -d 'It ends the search when it matches'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -l no-fallback -d 'It has no fallbacks any more'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from enable" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from enable" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from enable" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from enable" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from enable" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from enable" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from enable" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from disable" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from disable" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from disable" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from disable" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from disable" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from disable" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from disable" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from remove" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from remove" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from remove" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from test" -l body -d 'The file with the body of the request' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from test" -l header -d 'A header of the request; can be given several times' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from test" -l dialect -d 'The dialect of the body; without it, what the body looks like' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from test" -l model -d 'The model, in place of the body\'s' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from test" -l query -d 'The query of its URL: `a=b&c=d`' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from test" -l at -d 'When it is asked, in the configured time zone: 2026-11-20T03:30. Without it, now' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from test" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from test" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from test" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from test" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from test" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from test" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from test" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the rules in the order in which they are asked (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "variables" -d 'List what a condition can name'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a rule. The first one that matches says where a request goes'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "edit" -d 'Change a rule; what is not named stays'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "enable" -d 'Ask a rule again'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "disable" -d 'Keep a rule, and do not ask it'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a rule'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "test" -d 'Ask one rule about a request that is not sent'
complete -c llmroute -n "__fish_llmroute_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and not __fish_seen_subcommand_from list add rotate remove help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and not __fish_seen_subcommand_from list add rotate remove help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and not __fish_seen_subcommand_from list add rotate remove help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and not __fish_seen_subcommand_from list add rotate remove help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and not __fish_seen_subcommand_from list add rotate remove help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and not __fish_seen_subcommand_from list add rotate remove help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and not __fish_seen_subcommand_from list add rotate remove help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and not __fish_seen_subcommand_from list add rotate remove help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and not __fish_seen_subcommand_from list add rotate remove help" -f -a "list" -d 'List the virtual keys (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and not __fish_seen_subcommand_from list add rotate remove help" -f -a "add" -d 'Add a virtual key. Its token is printed once, and kept nowhere'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and not __fish_seen_subcommand_from list add rotate remove help" -f -a "rotate" -d 'Give a virtual key another token. The one before it is of no use from then on'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and not __fish_seen_subcommand_from list add rotate remove help" -f -a "remove" -d 'Remove a virtual key. What it did stays in the ledger'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and not __fish_seen_subcommand_from list add rotate remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from list" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from list" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from list" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -l team -d 'The team it belongs to' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -l customer -d 'The customer it belongs to; without it, that of its team' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -l models -d 'What it may use: groups, `PROVIDER/MODEL`, or models by name; a * at the end stands for any rest. Without it, any' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -l providers -d 'The providers that it may ask. Without it, any' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -l privacy -d 'What must be promised of what is sent: it stays on this machine or network, or is not kept' -r -f -a "local\t'It does not leave this machine or network'
zdr\t'Nothing is kept once it is answered'
any\t'Nothing'"
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -l region -d 'Where it must be worked on; `eu` means `eu-west-1` too. Providers on this machine or network always fit' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -l expires -d 'From when on it is of no use: a length of time, a day or a moment' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from rotate" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from rotate" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from rotate" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from rotate" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from rotate" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from rotate" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from rotate" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from remove" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from remove" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from remove" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the virtual keys (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a virtual key. Its token is printed once, and kept nowhere'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from help" -f -a "rotate" -d 'Give a virtual key another token. The one before it is of no use from then on'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a virtual key. What it did stays in the ledger'
complete -c llmroute -n "__fish_llmroute_using_subcommand virtual-keys; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and not __fish_seen_subcommand_from list add rotate remove help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and not __fish_seen_subcommand_from list add rotate remove help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and not __fish_seen_subcommand_from list add rotate remove help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and not __fish_seen_subcommand_from list add rotate remove help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and not __fish_seen_subcommand_from list add rotate remove help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and not __fish_seen_subcommand_from list add rotate remove help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and not __fish_seen_subcommand_from list add rotate remove help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and not __fish_seen_subcommand_from list add rotate remove help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and not __fish_seen_subcommand_from list add rotate remove help" -f -a "list" -d 'List the virtual keys (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and not __fish_seen_subcommand_from list add rotate remove help" -f -a "add" -d 'Add a virtual key. Its token is printed once, and kept nowhere'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and not __fish_seen_subcommand_from list add rotate remove help" -f -a "rotate" -d 'Give a virtual key another token. The one before it is of no use from then on'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and not __fish_seen_subcommand_from list add rotate remove help" -f -a "remove" -d 'Remove a virtual key. What it did stays in the ledger'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and not __fish_seen_subcommand_from list add rotate remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from list" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from list" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from list" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -l team -d 'The team it belongs to' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -l customer -d 'The customer it belongs to; without it, that of its team' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -l models -d 'What it may use: groups, `PROVIDER/MODEL`, or models by name; a * at the end stands for any rest. Without it, any' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -l providers -d 'The providers that it may ask. Without it, any' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -l privacy -d 'What must be promised of what is sent: it stays on this machine or network, or is not kept' -r -f -a "local\t'It does not leave this machine or network'
zdr\t'Nothing is kept once it is answered'
any\t'Nothing'"
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -l region -d 'Where it must be worked on; `eu` means `eu-west-1` too. Providers on this machine or network always fit' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -l expires -d 'From when on it is of no use: a length of time, a day or a moment' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from rotate" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from rotate" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from rotate" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from rotate" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from rotate" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from rotate" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from rotate" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from remove" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from remove" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from remove" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the virtual keys (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a virtual key. Its token is printed once, and kept nowhere'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from help" -f -a "rotate" -d 'Give a virtual key another token. The one before it is of no use from then on'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a virtual key. What it did stays in the ledger'
complete -c llmroute -n "__fish_llmroute_using_subcommand vk; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and not __fish_seen_subcommand_from list add remove help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and not __fish_seen_subcommand_from list add remove help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and not __fish_seen_subcommand_from list add remove help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and not __fish_seen_subcommand_from list add remove help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and not __fish_seen_subcommand_from list add remove help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and not __fish_seen_subcommand_from list add remove help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and not __fish_seen_subcommand_from list add remove help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and not __fish_seen_subcommand_from list add remove help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and not __fish_seen_subcommand_from list add remove help" -f -a "list" -d 'List the teams (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and not __fish_seen_subcommand_from list add remove help" -f -a "add" -d 'Add a team'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and not __fish_seen_subcommand_from list add remove help" -f -a "remove" -d 'Remove a team that no virtual key belongs to. What it did stays in the ledger'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and not __fish_seen_subcommand_from list add remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from list" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from list" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from list" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from add" -l customer -d 'The customer it belongs to' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from add" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from add" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from add" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from add" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from add" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from add" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from remove" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from remove" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from remove" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the teams (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a team'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a team that no virtual key belongs to. What it did stays in the ledger'
complete -c llmroute -n "__fish_llmroute_using_subcommand teams; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and not __fish_seen_subcommand_from list add remove help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and not __fish_seen_subcommand_from list add remove help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and not __fish_seen_subcommand_from list add remove help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and not __fish_seen_subcommand_from list add remove help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and not __fish_seen_subcommand_from list add remove help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and not __fish_seen_subcommand_from list add remove help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and not __fish_seen_subcommand_from list add remove help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and not __fish_seen_subcommand_from list add remove help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and not __fish_seen_subcommand_from list add remove help" -f -a "list" -d 'List the customers (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and not __fish_seen_subcommand_from list add remove help" -f -a "add" -d 'Add a customer'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and not __fish_seen_subcommand_from list add remove help" -f -a "remove" -d 'Remove a customer that nobody belongs to. What it did stays in the ledger'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and not __fish_seen_subcommand_from list add remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from list" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from list" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from list" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from add" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from add" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from add" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from add" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from add" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from add" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from remove" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from remove" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from remove" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the customers (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a customer'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a customer that nobody belongs to. What it did stays in the ledger'
complete -c llmroute -n "__fish_llmroute_using_subcommand customers; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and not __fish_seen_subcommand_from list set remove help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and not __fish_seen_subcommand_from list set remove help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and not __fish_seen_subcommand_from list set remove help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and not __fish_seen_subcommand_from list set remove help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and not __fish_seen_subcommand_from list set remove help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and not __fish_seen_subcommand_from list set remove help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and not __fish_seen_subcommand_from list set remove help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and not __fish_seen_subcommand_from list set remove help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and not __fish_seen_subcommand_from list set remove help" -f -a "list" -d 'List the limits, and how much of each is used (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and not __fish_seen_subcommand_from list set remove help" -f -a "set" -d 'Set a limit, or change what is named of it'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and not __fish_seen_subcommand_from list set remove help" -f -a "remove" -d 'Remove a limit'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and not __fish_seen_subcommand_from list set remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from list" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from list" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from list" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from set" -l rpm -d 'Requests in any 60 seconds; 0 = any number' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from set" -l tpm -d 'Tokens of prompts and answers in any 60 seconds; 0 = any number. An answer is booked with its cap, or 1,000 tokens, until it is known what it has' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from set" -l parallel -d 'Requests at once; 0 = any number' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from set" -l queue -d 'How long a request waits for room; 0 = not at all' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from set" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from set" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from set" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from set" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from set" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from set" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from remove" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from remove" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from remove" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the limits, and how much of each is used (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from help" -f -a "set" -d 'Set a limit, or change what is named of it'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a limit'
complete -c llmroute -n "__fish_llmroute_using_subcommand limits; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and not __fish_seen_subcommand_from list alias show help" -l provider -d 'Only what is of this provider' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and not __fish_seen_subcommand_from list alias show help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and not __fish_seen_subcommand_from list alias show help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and not __fish_seen_subcommand_from list alias show help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and not __fish_seen_subcommand_from list alias show help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and not __fish_seen_subcommand_from list alias show help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and not __fish_seen_subcommand_from list alias show help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and not __fish_seen_subcommand_from list alias show help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and not __fish_seen_subcommand_from list alias show help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and not __fish_seen_subcommand_from list alias show help" -f -a "list" -d 'List what can be sent as `model` (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and not __fish_seen_subcommand_from list alias show help" -f -a "alias" -d 'Give a model a name of your own; without a model the name is taken back'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and not __fish_seen_subcommand_from list alias show help" -f -a "show" -d 'Show what is known of a model, and who has it'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and not __fish_seen_subcommand_from list alias show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from list" -l provider -d 'Only what is of this provider' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from list" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from list" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from list" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from alias" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from alias" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from alias" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from alias" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from alias" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from alias" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from alias" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from alias" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from show" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from show" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from show" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from help" -f -a "list" -d 'List what can be sent as `model` (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from help" -f -a "alias" -d 'Give a model a name of your own; without a model the name is taken back'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what is known of a model, and who has it'
complete -c llmroute -n "__fish_llmroute_using_subcommand models; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and not __fish_seen_subcommand_from list show set sync remove help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and not __fish_seen_subcommand_from list show set sync remove help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and not __fish_seen_subcommand_from list show set sync remove help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and not __fish_seen_subcommand_from list show set sync remove help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and not __fish_seen_subcommand_from list show set sync remove help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and not __fish_seen_subcommand_from list show set sync remove help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and not __fish_seen_subcommand_from list show set sync remove help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and not __fish_seen_subcommand_from list show set sync remove help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and not __fish_seen_subcommand_from list show set sync remove help" -f -a "list" -d 'List your own prices (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and not __fish_seen_subcommand_from list show set sync remove help" -f -a "show" -d 'Show what is known of a target\'s price'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and not __fish_seen_subcommand_from list show set sync remove help" -f -a "set" -d 'Set your own price; it comes before every table\'s'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and not __fish_seen_subcommand_from list show set sync remove help" -f -a "sync" -d 'Take over the newest price table, and show what it changes'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and not __fish_seen_subcommand_from list show set sync remove help" -f -a "remove" -d 'Remove your own prices of a target'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and not __fish_seen_subcommand_from list show set sync remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from list" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from list" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from list" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from show" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from show" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from show" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from set" -l from -d 'From this day on; without it, always' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from set" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from set" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from set" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from set" -l ceiling -d 'Not the true price but one it will not exceed: costs are then estimates'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from set" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from set" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from set" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from sync" -l from -d 'Take it from this file or address instead of where genai-prices publishes it' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from sync" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from sync" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from sync" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from sync" -l dry-run -d 'Say what would change, and change nothing'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from sync" -l built-in -d 'Go back to the table that came with this program'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from sync" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from sync" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from sync" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from sync" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from sync" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from remove" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from remove" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from remove" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from help" -f -a "list" -d 'List your own prices (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what is known of a target\'s price'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from help" -f -a "set" -d 'Set your own price; it comes before every table\'s'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from help" -f -a "sync" -d 'Take over the newest price table, and show what it changes'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove your own prices of a target'
complete -c llmroute -n "__fish_llmroute_using_subcommand prices; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and not __fish_seen_subcommand_from proxy help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and not __fish_seen_subcommand_from proxy help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and not __fish_seen_subcommand_from proxy help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and not __fish_seen_subcommand_from proxy help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and not __fish_seen_subcommand_from proxy help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and not __fish_seen_subcommand_from proxy help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and not __fish_seen_subcommand_from proxy help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and not __fish_seen_subcommand_from proxy help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and not __fish_seen_subcommand_from proxy help" -f -a "proxy" -d 'What llmroute itself adds to a call, against a simulated provider on this machine'
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and not __fish_seen_subcommand_from proxy help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and __fish_seen_subcommand_from proxy" -l connections -d 'Numbers of connections to measure at' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and __fish_seen_subcommand_from proxy" -l blocks -d 'Pairs of blocks; six is the least that carries an interval' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and __fish_seen_subcommand_from proxy" -l requests -d 'Requests in a block of one connection' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and __fish_seen_subcommand_from proxy" -l seed -d 'Seed of the blocks\' order' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and __fish_seen_subcommand_from proxy" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and __fish_seen_subcommand_from proxy" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and __fish_seen_subcommand_from proxy" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and __fish_seen_subcommand_from proxy" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and __fish_seen_subcommand_from proxy" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and __fish_seen_subcommand_from proxy" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and __fish_seen_subcommand_from proxy" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and __fish_seen_subcommand_from proxy" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and __fish_seen_subcommand_from help" -f -a "proxy" -d 'What llmroute itself adds to a call, against a simulated provider on this machine'
complete -c llmroute -n "__fish_llmroute_using_subcommand bench; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand stats" -l by -d 'One row for each of these' -r -f -a "day\t''
hour\t''
model\t''
provider\t''
key\t''
client\t''
session\t''
group\t''
virtual-key\t''
team\t''
customer\t''
error\t''"
complete -c llmroute -n "__fish_llmroute_using_subcommand stats" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand stats" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand stats" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand stats" -l heatmap -d 'A year of days in shades, a column for each week'
complete -c llmroute -n "__fish_llmroute_using_subcommand stats" -l savings -d 'What routing and prompt caches saved, row by row, against the model that each client asked for'
complete -c llmroute -n "__fish_llmroute_using_subcommand stats" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand stats" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand stats" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand stats" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand stats" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand reconcile" -l provider -d 'Which provider of yours it is about, where that is not the one of that name' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand reconcile" -l tolerance -d 'By how many percent of the larger figure two may differ. Half a cent never counts' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand reconcile" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand reconcile" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand reconcile" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand reconcile" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand reconcile" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand reconcile" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand reconcile" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand reconcile" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -s n -l limit -d 'How many' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -l since -d 'Only those of so long' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -l provider -d 'Only those that this provider answered or was tried for' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -l status -d 'Only those that ended so: ok, refused, failed, cut, client_gone, in_doubt, open, or an HTTP status' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -l client -d 'Only those of this client' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -l moved -d 'Only those that another than the first target answered'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -f -a "list" -d 'List the latest requests (the default); with `-q` only their ids'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -f -a "show" -d 'Show one request and its attempts'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -f -a "tail" -d 'Print requests as they end, until Ctrl-C'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -f -a "prune" -d 'Drop old requests. Their sums stay; a running server does this by itself (`keep-requests-days` in config.toml)'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and not __fish_seen_subcommand_from list show tail prune help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from list" -s n -l limit -d 'How many' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from list" -l since -d 'Only those of so long' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from list" -l provider -d 'Only those that this provider answered or was tried for' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from list" -l status -d 'Only those that ended so: ok, refused, failed, cut, client_gone, in_doubt, open, or an HTTP status' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from list" -l client -d 'Only those of this client' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from list" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from list" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from list" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from list" -l moved -d 'Only those that another than the first target answered'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from show" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from show" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from show" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from tail" -l provider -d 'Only those that this provider answered or was tried for' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from tail" -l status -d 'Only those that ended so: ok, refused, failed, cut, client_gone, in_doubt, open, or an HTTP status' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from tail" -l client -d 'Only those of this client' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from tail" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from tail" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from tail" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from tail" -l moved -d 'Only those that another than the first target answered'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from tail" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from tail" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from tail" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from tail" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from tail" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from prune" -l keep -d 'Drop those that are older' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from prune" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from prune" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from prune" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from prune" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from prune" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from prune" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from prune" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the latest requests (the default); with `-q` only their ids'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one request and its attempts'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from help" -f -a "tail" -d 'Print requests as they end, until Ctrl-C'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from help" -f -a "prune" -d 'Drop old requests. Their sums stay; a running server does this by itself (`keep-requests-days` in config.toml)'
complete -c llmroute -n "__fish_llmroute_using_subcommand requests; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and not __fish_seen_subcommand_from path info check vacuum help" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and not __fish_seen_subcommand_from path info check vacuum help" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and not __fish_seen_subcommand_from path info check vacuum help" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and not __fish_seen_subcommand_from path info check vacuum help" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and not __fish_seen_subcommand_from path info check vacuum help" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and not __fish_seen_subcommand_from path info check vacuum help" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and not __fish_seen_subcommand_from path info check vacuum help" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and not __fish_seen_subcommand_from path info check vacuum help" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and not __fish_seen_subcommand_from path info check vacuum help" -f -a "path" -d 'Print where the file is'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and not __fish_seen_subcommand_from path info check vacuum help" -f -a "info" -d 'Show what the file holds and what takes how much room (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and not __fish_seen_subcommand_from path info check vacuum help" -f -a "check" -d 'Check that nothing in the ledger was changed, lost or put back'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and not __fish_seen_subcommand_from path info check vacuum help" -f -a "vacuum" -d 'Write the file anew, as small as it can be. A server that runs waits meanwhile'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and not __fish_seen_subcommand_from path info check vacuum help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from path" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from path" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from path" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from path" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from path" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from path" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from path" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from info" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from info" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from info" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from info" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from info" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from info" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from info" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from info" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from check" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from check" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from check" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from check" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from check" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from check" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from check" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from vacuum" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from vacuum" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from vacuum" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from vacuum" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from vacuum" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from vacuum" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from vacuum" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from vacuum" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "path" -d 'Print where the file is'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "info" -d 'Show what the file holds and what takes how much room (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check that nothing in the ledger was changed, lost or put back'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "vacuum" -d 'Write the file anew, as small as it can be. A server that runs waits meanwhile'
complete -c llmroute -n "__fish_llmroute_using_subcommand db; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -s m -l model -d 'A group, or PROVIDER/MODEL. Without it: the group `default` if there is one, else `fast`' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -s s -l system -d 'The system prompt' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -s f -l file -d 'A text file to read first; `-` is stdin; may be repeated' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -s a -l attach -d 'An image; `-` is stdin; may be repeated' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -l body -d 'A request body instead of a question; `-` is stdin' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -l dialect -d 'What the body is written in. A body in `gemini` does not say its model: -m does' -r -f -a "openai-chat\t''
openai-responses\t''
anthropic\t''
gemini\t''
openai-completions\t''"
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -l virtual-key -d 'Whose request it is: the name of a virtual key. Without it, it is the owner\'s' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -l stream -d 'The answer would be streamed, where a body in that dialect does not say so (gemini)'
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand explain" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand why" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand why" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand why" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand why" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand why" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand why" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand why" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand why" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand simulate" -l since -d 'How far back, in hours or days' -r
complete -c llmroute -n "__fish_llmroute_using_subcommand simulate" -l with -d 'The policy file' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand simulate" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand simulate" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand simulate" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand simulate" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand simulate" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand simulate" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand simulate" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand simulate" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -l format -d 'How data is printed' -r -f -a "table\t'For people'
plain\t'The same without colour, bars and the width of a terminal'
json\t'One JSON document'
ndjson\t'A JSON document for each row, one a line'
csv\t'The rows with all their fields, those of fields in fields as `a.b`'
md\t'For people, with tables in Markdown'"
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -l home -d 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "ask" -d 'Ask one question'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "serve" -d 'Run the server'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "providers" -d 'Who can be asked'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "keys" -d 'The credentials of providers'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "groups" -d 'Names that stand for weighted targets'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "weights" -d 'The shares of a group\'s targets, as meant and as they came out'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "budgets" -d 'What may be spent, and what was'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "rules" -d 'Where requests go that fulfil a condition'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "virtual-keys" -d 'Tokens for others, each with what it may be used for'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "teams" -d 'Whom virtual keys belong to'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "customers" -d 'Whom teams and virtual keys belong to'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "limits" -d 'How many requests and tokens a minute, and how many requests at once'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "models" -d 'What can be sent as `model`'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "prices" -d 'Your own prices, and what is known of a target\'s'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "bench" -d 'Measurements'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "stats" -d 'What happened and what it cost'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "reconcile" -d 'A provider\'s usage export beside the ledger'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "requests" -d 'Single requests out of the ledger'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "db" -d 'The local file: where it is, what it holds, whether it is whole'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "explain" -d 'What would become of a request. Sends nothing'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "why" -d 'How a request was decided'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "simulate" -d 'What another policy would have done with the requests of the last days'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from ask serve providers keys groups weights budgets rules virtual-keys teams customers limits models prices bench stats reconcile requests db explain why simulate completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from providers" -f -a "list" -d 'List the providers in use (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from providers" -f -a "add" -d 'Add a provider that speaks a known dialect'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from providers" -f -a "show" -d 'Show one provider whole'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from providers" -f -a "set" -d 'Tell a provider what its address needs to know: a region, a project, an account'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from providers" -f -a "enable" -d 'Let requests go there again'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from providers" -f -a "disable" -d 'Let no request go there; keys and history stay'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from providers" -f -a "remove" -d 'Remove a provider'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from providers" -f -a "available" -d 'The built-in table'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "list" -d 'List the keys (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "add" -d 'Add a key: asks for it, reads it from stdin, or keeps a reference to it'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "rotate" -d 'Replace a key\'s secret; its name, billing and history stay'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "set" -d 'Say what a key is for, and its share among the keys of its provider. What is not named stays'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "rename" -d 'Give a key another name'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from keys" -f -a "remove" -d 'Remove a key. A stored secret is gone for good'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from groups" -f -a "list" -d 'List the groups (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from groups" -f -a "show" -d 'Show one group'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from groups" -f -a "set" -d 'Make a group or replace its targets, or change how they are tried'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from groups" -f -a "remove" -d 'Remove a group'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from weights" -f -a "show" -d 'Show the weights of a group, or of all (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from weights" -f -a "set" -d 'Change weights; targets that are not named keep theirs'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from weights" -f -a "reset" -d 'Go back to the weights the group was made with'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from budgets" -f -a "list" -d 'List the budgets with what was spent, what is held for requests under way, and what is left (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from budgets" -f -a "set" -d 'Make a budget, or change the one of that scope and period. What was spent in it stays spent'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from budgets" -f -a "remove" -d 'Remove the budgets of a scope, or only the one of a period'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from budgets" -f -a "lift" -d 'Let the budgets of a scope refuse nothing for a time. They count on'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "list" -d 'List the rules in the order in which they are asked (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "variables" -d 'List what a condition can name'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "add" -d 'Add a rule. The first one that matches says where a request goes'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "edit" -d 'Change a rule; what is not named stays'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "enable" -d 'Ask a rule again'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "disable" -d 'Keep a rule, and do not ask it'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "remove" -d 'Remove a rule'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "test" -d 'Ask one rule about a request that is not sent'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from virtual-keys" -f -a "list" -d 'List the virtual keys (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from virtual-keys" -f -a "add" -d 'Add a virtual key. Its token is printed once, and kept nowhere'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from virtual-keys" -f -a "rotate" -d 'Give a virtual key another token. The one before it is of no use from then on'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from virtual-keys" -f -a "remove" -d 'Remove a virtual key. What it did stays in the ledger'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from teams" -f -a "list" -d 'List the teams (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from teams" -f -a "add" -d 'Add a team'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from teams" -f -a "remove" -d 'Remove a team that no virtual key belongs to. What it did stays in the ledger'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from customers" -f -a "list" -d 'List the customers (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from customers" -f -a "add" -d 'Add a customer'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from customers" -f -a "remove" -d 'Remove a customer that nobody belongs to. What it did stays in the ledger'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from limits" -f -a "list" -d 'List the limits, and how much of each is used (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from limits" -f -a "set" -d 'Set a limit, or change what is named of it'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from limits" -f -a "remove" -d 'Remove a limit'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from models" -f -a "list" -d 'List what can be sent as `model` (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from models" -f -a "alias" -d 'Give a model a name of your own; without a model the name is taken back'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from models" -f -a "show" -d 'Show what is known of a model, and who has it'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from prices" -f -a "list" -d 'List your own prices (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from prices" -f -a "show" -d 'Show what is known of a target\'s price'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from prices" -f -a "set" -d 'Set your own price; it comes before every table\'s'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from prices" -f -a "sync" -d 'Take over the newest price table, and show what it changes'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from prices" -f -a "remove" -d 'Remove your own prices of a target'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from bench" -f -a "proxy" -d 'What llmroute itself adds to a call, against a simulated provider on this machine'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from requests" -f -a "list" -d 'List the latest requests (the default); with `-q` only their ids'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from requests" -f -a "show" -d 'Show one request and its attempts'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from requests" -f -a "tail" -d 'Print requests as they end, until Ctrl-C'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from requests" -f -a "prune" -d 'Drop old requests. Their sums stay; a running server does this by itself (`keep-requests-days` in config.toml)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from db" -f -a "path" -d 'Print where the file is'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from db" -f -a "info" -d 'Show what the file holds and what takes how much room (the default)'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from db" -f -a "check" -d 'Check that nothing in the ledger was changed, lost or put back'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and __fish_seen_subcommand_from db" -f -a "vacuum" -d 'Write the file anew, as small as it can be. A server that runs waits meanwhile'
