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
json\t'One JSON document'"
complete -c llmroute -n "__fish_llmroute_needs_command" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_needs_command" -l home -d 'Keep everything under this folder instead of the usual ones' -r -F
complete -c llmroute -n "__fish_llmroute_needs_command" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_needs_command" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_needs_command" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_needs_command" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_needs_command" -s h -l help -d 'Print help'
complete -c llmroute -n "__fish_llmroute_needs_command" -s V -l version -d 'Print version'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c llmroute -n "__fish_llmroute_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -l format -d 'How data is printed' -r -f -a "table\t'For people'
json\t'One JSON document'"
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -l color -d 'When to use colour. `NO_COLOR` is honoured' -r -f -a "auto\t'On terminals that can'
always\t'Always, also into pipes'
never\t'Never'"
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -l home -d 'Keep everything under this folder instead of the usual ones' -r -F
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -l json -d 'Print one JSON document instead of tables'
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -s q -l quiet -d 'No notes, no receipt'
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -l no-input -d 'Never ask; refuse instead'
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -s y -l yes -d 'Answer yes to every question'
complete -c llmroute -n "__fish_llmroute_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from completions help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c llmroute -n "__fish_llmroute_using_subcommand help; and not __fish_seen_subcommand_from completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
