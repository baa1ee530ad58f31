# Completion of gen for fish: gen completion fish | source, or put this file into
# ~/.config/fish/completions as gen.fish.
function __gen_complete
	set -l word (commandline -ct)
	set -l words (commandline -opc) "$word"
	set -l found ($words[1] __complete fish $words[2..-1] 2>/dev/null)
	if test "$found[1]" = :files
		set -l flag (string match -r -- '^--?[^=]*=' "$word")
		__fish_complete_path (string replace -- "$flag" '' "$word") | string replace -r '^' -- "$flag"
	else
		printf '%s\n' $found
	end
end
complete -c gen -f -a '(__gen_complete)'
