# Completion of gen for bash: source <(gen completion bash), or put this file where
# bash-completion looks, as /usr/share/bash-completion/completions/gen.
_gen() {
	local line text
	COMPREPLY=()
	while IFS= read -r line; do
		if [[ $line == :files ]]; then
			while IFS= read -r text; do
				COMPREPLY+=("$text")
			done < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]#=}")
			compopt -o filenames 2>/dev/null
			return
		fi
		printf -v text %q "$line"
		COMPREPLY+=("$text")
	done < <("$1" __complete bash "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
	if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[./=] ]]; then
		compopt -o nospace 2>/dev/null
	fi
}
complete -F _gen gen
