
use builtin;
use str;

set edit:completion:arg-completer[llmroute] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'llmroute'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'llmroute'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand ask 'Ask one question'
            cand serve 'Run the server'
            cand providers 'Who can be asked'
            cand keys 'The credentials of providers'
            cand groups 'Names that stand for weighted targets'
            cand weights 'The shares of a group''s targets, as meant and as they came out'
            cand budgets 'What may be spent, and what was'
            cand rules 'Where requests go that fulfil a condition'
            cand virtual-keys 'Tokens for others, each with what it may be used for'
            cand vk 'Tokens for others, each with what it may be used for'
            cand teams 'Whom virtual keys belong to'
            cand customers 'Whom teams and virtual keys belong to'
            cand limits 'How many requests and tokens a minute, and how many requests at once'
            cand models 'What can be sent as `model`'
            cand prices 'Your own prices, and what is known of a target''s'
            cand bench 'Measurements'
            cand stats 'What happened and what it cost'
            cand reconcile 'A provider''s usage export beside the ledger'
            cand requests 'Single requests out of the ledger'
            cand db 'The local file: where it is, what it holds, whether it is whole'
            cand explain 'What would become of a request. Sends nothing'
            cand why 'How a request was decided'
            cand simulate 'What another policy would have done with the requests of the last days'
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;ask'= {
            cand -m 'A group, or PROVIDER/MODEL. Without it: the group `default` if there is one, else `fast`'
            cand --model 'A group, or PROVIDER/MODEL. Without it: the group `default` if there is one, else `fast`'
            cand -s 'The system prompt'
            cand --system 'The system prompt'
            cand -f 'A text file to read first; `-` is stdin; may be repeated'
            cand --file 'A text file to read first; `-` is stdin; may be repeated'
            cand -a 'An image; `-` is stdin; may be repeated'
            cand --attach 'An image; `-` is stdin; may be repeated'
            cand --footer 'When to print the receipt on stderr'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --raw 'Print the answer as it came: no line feed added, control sequences not made harmless on a terminal'
            cand --no-stream 'Wait for the whole answer'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;serve'= {
            cand --port 'The port on 127.0.0.1 and [::1]; 0 takes any free one'
            cand --log 'How each request is told on stdout'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --demo 'Simulated providers in a throw-away home: no key needed, nothing leaves this machine'
            cand --no-auth 'Let every program on this machine in, without the token'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;providers'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the providers in use (the default)'
            cand add 'Add a provider that speaks a known dialect'
            cand show 'Show one provider whole'
            cand set 'Tell a provider what its address needs to know: a region, a project, an account'
            cand enable 'Let requests go there again'
            cand disable 'Let no request go there; keys and history stay'
            cand remove 'Remove a provider'
            cand available 'The built-in table'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;providers;list'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;providers;add'= {
            cand --base-url 'Where it is, up to and including the version: <https://api.example.com/v1>'
            cand --speaks 'A dialect it speaks (openai-chat, openai-responses or anthropic), and the path if it is not the usual one; may be repeated'
            cand --auth 'How it wants its key. Usually told by the dialect'
            cand --billing 'How the clients'' own keys are paid for, with --auth client: by the token, by a flat fee, or not at all'
            cand --like 'Copy everything that is not given from a built-in provider'
            cand --privacy 'What becomes of what is sent there: it stays on this machine or network, is not kept, or nothing is promised'
            cand --region 'Where what is sent there is worked on: eu, eu-west-1. Virtual keys may be bound to it'
            cand --set 'A value that its address needs (a region, a project, an account); may be repeated'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --allow-private 'The URL may point into a private network'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'llmroute;providers;show'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;providers;set'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;providers;enable'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;providers;disable'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;providers;remove'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --cascade 'Also remove its keys, and its targets from groups'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;providers;available'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;providers;help'= {
            cand list 'List the providers in use (the default)'
            cand add 'Add a provider that speaks a known dialect'
            cand show 'Show one provider whole'
            cand set 'Tell a provider what its address needs to know: a region, a project, an account'
            cand enable 'Let requests go there again'
            cand disable 'Let no request go there; keys and history stay'
            cand remove 'Remove a provider'
            cand available 'The built-in table'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;providers;help;list'= {
        }
        &'llmroute;providers;help;add'= {
        }
        &'llmroute;providers;help;show'= {
        }
        &'llmroute;providers;help;set'= {
        }
        &'llmroute;providers;help;enable'= {
        }
        &'llmroute;providers;help;disable'= {
        }
        &'llmroute;providers;help;remove'= {
        }
        &'llmroute;providers;help;available'= {
        }
        &'llmroute;providers;help;help'= {
        }
        &'llmroute;keys'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the keys (the default)'
            cand add 'Add a key: asks for it, reads it from stdin, or keeps a reference to it'
            cand rotate 'Replace a key''s secret; its name, billing and history stay'
            cand set 'Say what a key is for, and its share among the keys of its provider. What is not named stays'
            cand rename 'Give a key another name'
            cand remove 'Remove a key. A stored secret is gone for good'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;keys;list'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;keys;add'= {
            cand --name 'A name for it'
            cand --from 'Keep a reference; the key is read from there when it is needed'
            cand --billing 'How it is paid for'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --stdin 'Read the key from stdin'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'llmroute;keys;rotate'= {
            cand --from 'Keep a reference; the key is read from there when it is needed'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --stdin 'Read the key from stdin'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;keys;set'= {
            cand --models 'The only models that it is used for'
            cand --weight 'Its share among the keys of its provider; 0 keeps it as a fallback only'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --any-model 'It is used for any model again'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;keys;rename'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;keys;remove'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;keys;help'= {
            cand list 'List the keys (the default)'
            cand add 'Add a key: asks for it, reads it from stdin, or keeps a reference to it'
            cand rotate 'Replace a key''s secret; its name, billing and history stay'
            cand set 'Say what a key is for, and its share among the keys of its provider. What is not named stays'
            cand rename 'Give a key another name'
            cand remove 'Remove a key. A stored secret is gone for good'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;keys;help;list'= {
        }
        &'llmroute;keys;help;add'= {
        }
        &'llmroute;keys;help;rotate'= {
        }
        &'llmroute;keys;help;set'= {
        }
        &'llmroute;keys;help;rename'= {
        }
        &'llmroute;keys;help;remove'= {
        }
        &'llmroute;keys;help;help'= {
        }
        &'llmroute;groups'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the groups (the default)'
            cand show 'Show one group'
            cand set 'Make a group or replace its targets, or change how they are tried'
            cand remove 'Remove a group'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;groups;list'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;groups;show'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;groups;set'= {
            cand --strategy 'How the targets are ordered; without it, as before'
            cand --affinity 'A conversation stays where its provider has its prompt cached, unless going where the strategy would send it is cheaper including that cache; off: each request goes where the strategy says'
            cand --hedge-after 'Ask the next target too when the first has not begun to answer by then: after its own usual time, after TIME, or never. At most 5 % of all requests are sent twice'
            cand --on-refusal 'What a refusal by a provider''s content policy means: the client is told, or the next target is sent the same'
            cand --resume 'Go on with an answer that is cut after its client has begun to hear it: the next target is asked for the rest, and its answer is told only from where it meets the first, character for character. Off unless this is given; `--resume` alone means on. Both parts are paid for'
            cand --max-parallel 'How many requests of this group one target takes at once; 0 = any number. A full one is passed over for the next'
            cand --queue 'How many more wait for a place where no target has one. Those with the header `x-llmroute-priority: high` come first'
            cand --deadline 'How long a part of the exchange may take: connect, first-content, first-content-reasoning, byte-gap, content-gap, whole or stream. Can be given several times'
            cand --canary 'Try a further target out on this share of conversations: it gets more step by step while it fails and lags no more than the others, and nothing once it is found to. `off` ends the trial, and the same again begins it anew'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;groups;remove'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;groups;help'= {
            cand list 'List the groups (the default)'
            cand show 'Show one group'
            cand set 'Make a group or replace its targets, or change how they are tried'
            cand remove 'Remove a group'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;groups;help;list'= {
        }
        &'llmroute;groups;help;show'= {
        }
        &'llmroute;groups;help;set'= {
        }
        &'llmroute;groups;help;remove'= {
        }
        &'llmroute;groups;help;help'= {
        }
        &'llmroute;weights'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand show 'Show the weights of a group, or of all (the default)'
            cand set 'Change weights; targets that are not named keep theirs'
            cand reset 'Go back to the weights the group was made with'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;weights;show'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;weights;set'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --dry-run 'Change nothing: tell what these weights would have done with the requests of the last 7 days'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;weights;reset'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;weights;help'= {
            cand show 'Show the weights of a group, or of all (the default)'
            cand set 'Change weights; targets that are not named keep theirs'
            cand reset 'Go back to the weights the group was made with'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;weights;help;show'= {
        }
        &'llmroute;weights;help;set'= {
        }
        &'llmroute;weights;help;reset'= {
        }
        &'llmroute;weights;help;help'= {
        }
        &'llmroute;budgets'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the budgets with what was spent, what is held for requests under way, and what is left (the default)'
            cand set 'Make a budget, or change the one of that scope and period. What was spent in it stays spent'
            cand remove 'Remove the budgets of a scope, or only the one of a period'
            cand lift 'Let the budgets of a scope refuse nothing for a time. They count on'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;budgets;list'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;budgets;set'= {
            cand --warn 'Percentages that are told of in the log when they are reached, each once a window; `` = none'
            cand --then 'What happens to what it has no room for: it is refused, it goes to a group (as does everything from the last `--warn` on), or it is let through. Refused, unless this is given'
            cand --tz 'The time zone of its calendar, as in `Europe/Berlin`; without it the configured one, else the machine''s'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;budgets;remove'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;budgets;lift'= {
            cand --for 'For how long'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;budgets;help'= {
            cand list 'List the budgets with what was spent, what is held for requests under way, and what is left (the default)'
            cand set 'Make a budget, or change the one of that scope and period. What was spent in it stays spent'
            cand remove 'Remove the budgets of a scope, or only the one of a period'
            cand lift 'Let the budgets of a scope refuse nothing for a time. They count on'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;budgets;help;list'= {
        }
        &'llmroute;budgets;help;set'= {
        }
        &'llmroute;budgets;help;remove'= {
        }
        &'llmroute;budgets;help;lift'= {
        }
        &'llmroute;budgets;help;help'= {
        }
        &'llmroute;rules'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the rules in the order in which they are asked (the default)'
            cand variables 'List what a condition can name'
            cand add 'Add a rule. The first one that matches says where a request goes'
            cand edit 'Change a rule; what is not named stays'
            cand enable 'Ask a rule again'
            cand disable 'Keep a rule, and do not ask it'
            cand remove 'Remove a rule'
            cand test 'Ask one rule about a request that is not sent'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;rules;list'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;rules;variables'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;rules;add'= {
            cand --when 'When it matches, in CEL'
            cand --to 'Where its requests go: a group or PROVIDER/MODEL, with a weight where there are several'
            cand --fallback 'What is tried when those fail, in order'
            cand --scope 'Whose requests: global, customer:NAME, team:NAME or virtual-key:NAME. The narrower scope is asked first'
            cand --priority 'The smaller, the earlier; without it, 0'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --chain 'It says what model is meant, and all rules are asked again'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;rules;edit'= {
            cand --when 'When it matches, in CEL'
            cand --to 'Where its requests go: a group or PROVIDER/MODEL, with a weight where there are several'
            cand --fallback 'What is tried when those fail, in order'
            cand --scope 'Whose requests: global, customer:NAME, team:NAME or virtual-key:NAME. The narrower scope is asked first'
            cand --priority 'The smaller, the earlier; without it, 0'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --chain 'It says what model is meant, and all rules are asked again'
            cand --no-chain 'It ends the search when it matches'
            cand --no-fallback 'It has no fallbacks any more'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;rules;enable'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;rules;disable'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;rules;remove'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;rules;test'= {
            cand --body 'The file with the body of the request'
            cand --header 'A header of the request; can be given several times'
            cand --dialect 'The dialect of the body; without it, what the body looks like'
            cand --model 'The model, in place of the body''s'
            cand --query 'The query of its URL: `a=b&c=d`'
            cand --at 'When it is asked, in the configured time zone: 2026-11-20T03:30. Without it, now'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;rules;help'= {
            cand list 'List the rules in the order in which they are asked (the default)'
            cand variables 'List what a condition can name'
            cand add 'Add a rule. The first one that matches says where a request goes'
            cand edit 'Change a rule; what is not named stays'
            cand enable 'Ask a rule again'
            cand disable 'Keep a rule, and do not ask it'
            cand remove 'Remove a rule'
            cand test 'Ask one rule about a request that is not sent'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;rules;help;list'= {
        }
        &'llmroute;rules;help;variables'= {
        }
        &'llmroute;rules;help;add'= {
        }
        &'llmroute;rules;help;edit'= {
        }
        &'llmroute;rules;help;enable'= {
        }
        &'llmroute;rules;help;disable'= {
        }
        &'llmroute;rules;help;remove'= {
        }
        &'llmroute;rules;help;test'= {
        }
        &'llmroute;rules;help;help'= {
        }
        &'llmroute;virtual-keys'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the virtual keys (the default)'
            cand add 'Add a virtual key. Its token is printed once, and kept nowhere'
            cand rotate 'Give a virtual key another token. The one before it is of no use from then on'
            cand remove 'Remove a virtual key. What it did stays in the ledger'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;vk'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the virtual keys (the default)'
            cand add 'Add a virtual key. Its token is printed once, and kept nowhere'
            cand rotate 'Give a virtual key another token. The one before it is of no use from then on'
            cand remove 'Remove a virtual key. What it did stays in the ledger'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;virtual-keys;list'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;vk;list'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;virtual-keys;add'= {
            cand --team 'The team it belongs to'
            cand --customer 'The customer it belongs to; without it, that of its team'
            cand --models 'What it may use: groups, `PROVIDER/MODEL`, or models by name; a * at the end stands for any rest. Without it, any'
            cand --providers 'The providers that it may ask. Without it, any'
            cand --privacy 'What must be promised of what is sent: it stays on this machine or network, or is not kept'
            cand --region 'Where it must be worked on; `eu` means `eu-west-1` too. Providers on this machine or network always fit'
            cand --expires 'From when on it is of no use: a length of time, a day or a moment'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'llmroute;vk;add'= {
            cand --team 'The team it belongs to'
            cand --customer 'The customer it belongs to; without it, that of its team'
            cand --models 'What it may use: groups, `PROVIDER/MODEL`, or models by name; a * at the end stands for any rest. Without it, any'
            cand --providers 'The providers that it may ask. Without it, any'
            cand --privacy 'What must be promised of what is sent: it stays on this machine or network, or is not kept'
            cand --region 'Where it must be worked on; `eu` means `eu-west-1` too. Providers on this machine or network always fit'
            cand --expires 'From when on it is of no use: a length of time, a day or a moment'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'llmroute;virtual-keys;rotate'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;vk;rotate'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;virtual-keys;remove'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;vk;remove'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;virtual-keys;help'= {
            cand list 'List the virtual keys (the default)'
            cand add 'Add a virtual key. Its token is printed once, and kept nowhere'
            cand rotate 'Give a virtual key another token. The one before it is of no use from then on'
            cand remove 'Remove a virtual key. What it did stays in the ledger'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;virtual-keys;help;list'= {
        }
        &'llmroute;virtual-keys;help;add'= {
        }
        &'llmroute;virtual-keys;help;rotate'= {
        }
        &'llmroute;virtual-keys;help;remove'= {
        }
        &'llmroute;virtual-keys;help;help'= {
        }
        &'llmroute;vk;help'= {
            cand list 'List the virtual keys (the default)'
            cand add 'Add a virtual key. Its token is printed once, and kept nowhere'
            cand rotate 'Give a virtual key another token. The one before it is of no use from then on'
            cand remove 'Remove a virtual key. What it did stays in the ledger'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;vk;help;list'= {
        }
        &'llmroute;vk;help;add'= {
        }
        &'llmroute;vk;help;rotate'= {
        }
        &'llmroute;vk;help;remove'= {
        }
        &'llmroute;vk;help;help'= {
        }
        &'llmroute;teams'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the teams (the default)'
            cand add 'Add a team'
            cand remove 'Remove a team that no virtual key belongs to. What it did stays in the ledger'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;teams;list'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;teams;add'= {
            cand --customer 'The customer it belongs to'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;teams;remove'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;teams;help'= {
            cand list 'List the teams (the default)'
            cand add 'Add a team'
            cand remove 'Remove a team that no virtual key belongs to. What it did stays in the ledger'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;teams;help;list'= {
        }
        &'llmroute;teams;help;add'= {
        }
        &'llmroute;teams;help;remove'= {
        }
        &'llmroute;teams;help;help'= {
        }
        &'llmroute;customers'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the customers (the default)'
            cand add 'Add a customer'
            cand remove 'Remove a customer that nobody belongs to. What it did stays in the ledger'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;customers;list'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;customers;add'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;customers;remove'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;customers;help'= {
            cand list 'List the customers (the default)'
            cand add 'Add a customer'
            cand remove 'Remove a customer that nobody belongs to. What it did stays in the ledger'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;customers;help;list'= {
        }
        &'llmroute;customers;help;add'= {
        }
        &'llmroute;customers;help;remove'= {
        }
        &'llmroute;customers;help;help'= {
        }
        &'llmroute;limits'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the limits, and how much of each is used (the default)'
            cand set 'Set a limit, or change what is named of it'
            cand remove 'Remove a limit'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;limits;list'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;limits;set'= {
            cand --rpm 'Requests in any 60 seconds; 0 = any number'
            cand --tpm 'Tokens of prompts and answers in any 60 seconds; 0 = any number. An answer is booked with its cap, or 1,000 tokens, until it is known what it has'
            cand --parallel 'Requests at once; 0 = any number'
            cand --queue 'How long a request waits for room; 0 = not at all'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;limits;remove'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;limits;help'= {
            cand list 'List the limits, and how much of each is used (the default)'
            cand set 'Set a limit, or change what is named of it'
            cand remove 'Remove a limit'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;limits;help;list'= {
        }
        &'llmroute;limits;help;set'= {
        }
        &'llmroute;limits;help;remove'= {
        }
        &'llmroute;limits;help;help'= {
        }
        &'llmroute;models'= {
            cand --provider 'Only what is of this provider'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List what can be sent as `model` (the default)'
            cand alias 'Give a model a name of your own; without a model the name is taken back'
            cand show 'Show what is known of a model, and who has it'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;models;list'= {
            cand --provider 'Only what is of this provider'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;models;alias'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;models;show'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;models;help'= {
            cand list 'List what can be sent as `model` (the default)'
            cand alias 'Give a model a name of your own; without a model the name is taken back'
            cand show 'Show what is known of a model, and who has it'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;models;help;list'= {
        }
        &'llmroute;models;help;alias'= {
        }
        &'llmroute;models;help;show'= {
        }
        &'llmroute;models;help;help'= {
        }
        &'llmroute;prices'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List your own prices (the default)'
            cand show 'Show what is known of a target''s price'
            cand set 'Set your own price; it comes before every table''s'
            cand sync 'Take over the newest price table, and show what it changes'
            cand remove 'Remove your own prices of a target'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;prices;list'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;prices;show'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;prices;set'= {
            cand --from 'From this day on; without it, always'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --ceiling 'Not the true price but one it will not exceed: costs are then estimates'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;prices;sync'= {
            cand --from 'Take it from this file or address instead of where genai-prices publishes it'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --dry-run 'Say what would change, and change nothing'
            cand --built-in 'Go back to the table that came with this program'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;prices;remove'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;prices;help'= {
            cand list 'List your own prices (the default)'
            cand show 'Show what is known of a target''s price'
            cand set 'Set your own price; it comes before every table''s'
            cand sync 'Take over the newest price table, and show what it changes'
            cand remove 'Remove your own prices of a target'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;prices;help;list'= {
        }
        &'llmroute;prices;help;show'= {
        }
        &'llmroute;prices;help;set'= {
        }
        &'llmroute;prices;help;sync'= {
        }
        &'llmroute;prices;help;remove'= {
        }
        &'llmroute;prices;help;help'= {
        }
        &'llmroute;bench'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand proxy 'What llmroute itself adds to a call, against a simulated provider on this machine'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;bench;proxy'= {
            cand --connections 'Numbers of connections to measure at'
            cand --blocks 'Pairs of blocks; six is the least that carries an interval'
            cand --requests 'Requests in a block of one connection'
            cand --seed 'Seed of the blocks'' order'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;bench;help'= {
            cand proxy 'What llmroute itself adds to a call, against a simulated provider on this machine'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;bench;help;proxy'= {
        }
        &'llmroute;bench;help;help'= {
        }
        &'llmroute;stats'= {
            cand --by 'One row for each of these'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --heatmap 'A year of days in shades, a column for each week'
            cand --savings 'What routing and prompt caches saved, row by row, against the model that each client asked for'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;reconcile'= {
            cand --provider 'Which provider of yours it is about, where that is not the one of that name'
            cand --tolerance 'By how many percent of the larger figure two may differ. Half a cent never counts'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;requests'= {
            cand -n 'How many'
            cand --limit 'How many'
            cand --since 'Only those of so long'
            cand --provider 'Only those that this provider answered or was tried for'
            cand --status 'Only those that ended so: ok, refused, failed, cut, client_gone, in_doubt, open, or an HTTP status'
            cand --client 'Only those of this client'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --moved 'Only those that another than the first target answered'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the latest requests (the default); with `-q` only their ids'
            cand show 'Show one request and its attempts'
            cand tail 'Print requests as they end, until Ctrl-C'
            cand prune 'Drop old requests. Their sums stay; a running server does this by itself (`keep-requests-days` in config.toml)'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;requests;list'= {
            cand -n 'How many'
            cand --limit 'How many'
            cand --since 'Only those of so long'
            cand --provider 'Only those that this provider answered or was tried for'
            cand --status 'Only those that ended so: ok, refused, failed, cut, client_gone, in_doubt, open, or an HTTP status'
            cand --client 'Only those of this client'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --moved 'Only those that another than the first target answered'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;requests;show'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;requests;tail'= {
            cand --provider 'Only those that this provider answered or was tried for'
            cand --status 'Only those that ended so: ok, refused, failed, cut, client_gone, in_doubt, open, or an HTTP status'
            cand --client 'Only those of this client'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --moved 'Only those that another than the first target answered'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;requests;prune'= {
            cand --keep 'Drop those that are older'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;requests;help'= {
            cand list 'List the latest requests (the default); with `-q` only their ids'
            cand show 'Show one request and its attempts'
            cand tail 'Print requests as they end, until Ctrl-C'
            cand prune 'Drop old requests. Their sums stay; a running server does this by itself (`keep-requests-days` in config.toml)'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;requests;help;list'= {
        }
        &'llmroute;requests;help;show'= {
        }
        &'llmroute;requests;help;tail'= {
        }
        &'llmroute;requests;help;prune'= {
        }
        &'llmroute;requests;help;help'= {
        }
        &'llmroute;db'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
            cand path 'Print where the file is'
            cand info 'Show what the file holds and what takes how much room (the default)'
            cand check 'Check that nothing in the ledger was changed, lost or put back'
            cand vacuum 'Write the file anew, as small as it can be. A server that runs waits meanwhile'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;db;path'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;db;info'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;db;check'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;db;vacuum'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;db;help'= {
            cand path 'Print where the file is'
            cand info 'Show what the file holds and what takes how much room (the default)'
            cand check 'Check that nothing in the ledger was changed, lost or put back'
            cand vacuum 'Write the file anew, as small as it can be. A server that runs waits meanwhile'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;db;help;path'= {
        }
        &'llmroute;db;help;info'= {
        }
        &'llmroute;db;help;check'= {
        }
        &'llmroute;db;help;vacuum'= {
        }
        &'llmroute;db;help;help'= {
        }
        &'llmroute;explain'= {
            cand -m 'A group, or PROVIDER/MODEL. Without it: the group `default` if there is one, else `fast`'
            cand --model 'A group, or PROVIDER/MODEL. Without it: the group `default` if there is one, else `fast`'
            cand -s 'The system prompt'
            cand --system 'The system prompt'
            cand -f 'A text file to read first; `-` is stdin; may be repeated'
            cand --file 'A text file to read first; `-` is stdin; may be repeated'
            cand -a 'An image; `-` is stdin; may be repeated'
            cand --attach 'An image; `-` is stdin; may be repeated'
            cand --body 'A request body instead of a question; `-` is stdin'
            cand --dialect 'What the body is written in. A body in `gemini` does not say its model: -m does'
            cand --virtual-key 'Whose request it is: the name of a virtual key. Without it, it is the owner''s'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --stream 'The answer would be streamed, where a body in that dialect does not say so (gemini)'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;why'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;simulate'= {
            cand --since 'How far back, in hours or days'
            cand --with 'The policy file'
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'llmroute;completions'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder; without it `LLMROUTE_HOME`, or the usual folders'
            cand --json 'Print one JSON document instead of tables'
            cand -q 'No notes, no receipt'
            cand --quiet 'No notes, no receipt'
            cand --no-input 'Never ask; refuse instead'
            cand -y 'Answer yes to every question'
            cand --yes 'Answer yes to every question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'llmroute;help'= {
            cand ask 'Ask one question'
            cand serve 'Run the server'
            cand providers 'Who can be asked'
            cand keys 'The credentials of providers'
            cand groups 'Names that stand for weighted targets'
            cand weights 'The shares of a group''s targets, as meant and as they came out'
            cand budgets 'What may be spent, and what was'
            cand rules 'Where requests go that fulfil a condition'
            cand virtual-keys 'Tokens for others, each with what it may be used for'
            cand teams 'Whom virtual keys belong to'
            cand customers 'Whom teams and virtual keys belong to'
            cand limits 'How many requests and tokens a minute, and how many requests at once'
            cand models 'What can be sent as `model`'
            cand prices 'Your own prices, and what is known of a target''s'
            cand bench 'Measurements'
            cand stats 'What happened and what it cost'
            cand reconcile 'A provider''s usage export beside the ledger'
            cand requests 'Single requests out of the ledger'
            cand db 'The local file: where it is, what it holds, whether it is whole'
            cand explain 'What would become of a request. Sends nothing'
            cand why 'How a request was decided'
            cand simulate 'What another policy would have done with the requests of the last days'
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;help;ask'= {
        }
        &'llmroute;help;serve'= {
        }
        &'llmroute;help;providers'= {
            cand list 'List the providers in use (the default)'
            cand add 'Add a provider that speaks a known dialect'
            cand show 'Show one provider whole'
            cand set 'Tell a provider what its address needs to know: a region, a project, an account'
            cand enable 'Let requests go there again'
            cand disable 'Let no request go there; keys and history stay'
            cand remove 'Remove a provider'
            cand available 'The built-in table'
        }
        &'llmroute;help;providers;list'= {
        }
        &'llmroute;help;providers;add'= {
        }
        &'llmroute;help;providers;show'= {
        }
        &'llmroute;help;providers;set'= {
        }
        &'llmroute;help;providers;enable'= {
        }
        &'llmroute;help;providers;disable'= {
        }
        &'llmroute;help;providers;remove'= {
        }
        &'llmroute;help;providers;available'= {
        }
        &'llmroute;help;keys'= {
            cand list 'List the keys (the default)'
            cand add 'Add a key: asks for it, reads it from stdin, or keeps a reference to it'
            cand rotate 'Replace a key''s secret; its name, billing and history stay'
            cand set 'Say what a key is for, and its share among the keys of its provider. What is not named stays'
            cand rename 'Give a key another name'
            cand remove 'Remove a key. A stored secret is gone for good'
        }
        &'llmroute;help;keys;list'= {
        }
        &'llmroute;help;keys;add'= {
        }
        &'llmroute;help;keys;rotate'= {
        }
        &'llmroute;help;keys;set'= {
        }
        &'llmroute;help;keys;rename'= {
        }
        &'llmroute;help;keys;remove'= {
        }
        &'llmroute;help;groups'= {
            cand list 'List the groups (the default)'
            cand show 'Show one group'
            cand set 'Make a group or replace its targets, or change how they are tried'
            cand remove 'Remove a group'
        }
        &'llmroute;help;groups;list'= {
        }
        &'llmroute;help;groups;show'= {
        }
        &'llmroute;help;groups;set'= {
        }
        &'llmroute;help;groups;remove'= {
        }
        &'llmroute;help;weights'= {
            cand show 'Show the weights of a group, or of all (the default)'
            cand set 'Change weights; targets that are not named keep theirs'
            cand reset 'Go back to the weights the group was made with'
        }
        &'llmroute;help;weights;show'= {
        }
        &'llmroute;help;weights;set'= {
        }
        &'llmroute;help;weights;reset'= {
        }
        &'llmroute;help;budgets'= {
            cand list 'List the budgets with what was spent, what is held for requests under way, and what is left (the default)'
            cand set 'Make a budget, or change the one of that scope and period. What was spent in it stays spent'
            cand remove 'Remove the budgets of a scope, or only the one of a period'
            cand lift 'Let the budgets of a scope refuse nothing for a time. They count on'
        }
        &'llmroute;help;budgets;list'= {
        }
        &'llmroute;help;budgets;set'= {
        }
        &'llmroute;help;budgets;remove'= {
        }
        &'llmroute;help;budgets;lift'= {
        }
        &'llmroute;help;rules'= {
            cand list 'List the rules in the order in which they are asked (the default)'
            cand variables 'List what a condition can name'
            cand add 'Add a rule. The first one that matches says where a request goes'
            cand edit 'Change a rule; what is not named stays'
            cand enable 'Ask a rule again'
            cand disable 'Keep a rule, and do not ask it'
            cand remove 'Remove a rule'
            cand test 'Ask one rule about a request that is not sent'
        }
        &'llmroute;help;rules;list'= {
        }
        &'llmroute;help;rules;variables'= {
        }
        &'llmroute;help;rules;add'= {
        }
        &'llmroute;help;rules;edit'= {
        }
        &'llmroute;help;rules;enable'= {
        }
        &'llmroute;help;rules;disable'= {
        }
        &'llmroute;help;rules;remove'= {
        }
        &'llmroute;help;rules;test'= {
        }
        &'llmroute;help;virtual-keys'= {
            cand list 'List the virtual keys (the default)'
            cand add 'Add a virtual key. Its token is printed once, and kept nowhere'
            cand rotate 'Give a virtual key another token. The one before it is of no use from then on'
            cand remove 'Remove a virtual key. What it did stays in the ledger'
        }
        &'llmroute;help;virtual-keys;list'= {
        }
        &'llmroute;help;virtual-keys;add'= {
        }
        &'llmroute;help;virtual-keys;rotate'= {
        }
        &'llmroute;help;virtual-keys;remove'= {
        }
        &'llmroute;help;teams'= {
            cand list 'List the teams (the default)'
            cand add 'Add a team'
            cand remove 'Remove a team that no virtual key belongs to. What it did stays in the ledger'
        }
        &'llmroute;help;teams;list'= {
        }
        &'llmroute;help;teams;add'= {
        }
        &'llmroute;help;teams;remove'= {
        }
        &'llmroute;help;customers'= {
            cand list 'List the customers (the default)'
            cand add 'Add a customer'
            cand remove 'Remove a customer that nobody belongs to. What it did stays in the ledger'
        }
        &'llmroute;help;customers;list'= {
        }
        &'llmroute;help;customers;add'= {
        }
        &'llmroute;help;customers;remove'= {
        }
        &'llmroute;help;limits'= {
            cand list 'List the limits, and how much of each is used (the default)'
            cand set 'Set a limit, or change what is named of it'
            cand remove 'Remove a limit'
        }
        &'llmroute;help;limits;list'= {
        }
        &'llmroute;help;limits;set'= {
        }
        &'llmroute;help;limits;remove'= {
        }
        &'llmroute;help;models'= {
            cand list 'List what can be sent as `model` (the default)'
            cand alias 'Give a model a name of your own; without a model the name is taken back'
            cand show 'Show what is known of a model, and who has it'
        }
        &'llmroute;help;models;list'= {
        }
        &'llmroute;help;models;alias'= {
        }
        &'llmroute;help;models;show'= {
        }
        &'llmroute;help;prices'= {
            cand list 'List your own prices (the default)'
            cand show 'Show what is known of a target''s price'
            cand set 'Set your own price; it comes before every table''s'
            cand sync 'Take over the newest price table, and show what it changes'
            cand remove 'Remove your own prices of a target'
        }
        &'llmroute;help;prices;list'= {
        }
        &'llmroute;help;prices;show'= {
        }
        &'llmroute;help;prices;set'= {
        }
        &'llmroute;help;prices;sync'= {
        }
        &'llmroute;help;prices;remove'= {
        }
        &'llmroute;help;bench'= {
            cand proxy 'What llmroute itself adds to a call, against a simulated provider on this machine'
        }
        &'llmroute;help;bench;proxy'= {
        }
        &'llmroute;help;stats'= {
        }
        &'llmroute;help;reconcile'= {
        }
        &'llmroute;help;requests'= {
            cand list 'List the latest requests (the default); with `-q` only their ids'
            cand show 'Show one request and its attempts'
            cand tail 'Print requests as they end, until Ctrl-C'
            cand prune 'Drop old requests. Their sums stay; a running server does this by itself (`keep-requests-days` in config.toml)'
        }
        &'llmroute;help;requests;list'= {
        }
        &'llmroute;help;requests;show'= {
        }
        &'llmroute;help;requests;tail'= {
        }
        &'llmroute;help;requests;prune'= {
        }
        &'llmroute;help;db'= {
            cand path 'Print where the file is'
            cand info 'Show what the file holds and what takes how much room (the default)'
            cand check 'Check that nothing in the ledger was changed, lost or put back'
            cand vacuum 'Write the file anew, as small as it can be. A server that runs waits meanwhile'
        }
        &'llmroute;help;db;path'= {
        }
        &'llmroute;help;db;info'= {
        }
        &'llmroute;help;db;check'= {
        }
        &'llmroute;help;db;vacuum'= {
        }
        &'llmroute;help;explain'= {
        }
        &'llmroute;help;why'= {
        }
        &'llmroute;help;simulate'= {
        }
        &'llmroute;help;completions'= {
        }
        &'llmroute;help;help'= {
        }
    ]
    $completions[$command]
}
