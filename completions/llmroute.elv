
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
            cand --home 'Keep everything under this folder instead of the usual ones'
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
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;completions'= {
            cand --format 'How data is printed'
            cand --color 'When to use colour. `NO_COLOR` is honoured'
            cand --home 'Keep everything under this folder instead of the usual ones'
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
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'llmroute;help;completions'= {
        }
        &'llmroute;help;help'= {
        }
    ]
    $completions[$command]
}
