#compdef gen
# Completion of gen for zsh: source <(gen completion zsh) after compinit, or put this file
# into a folder of $fpath as _gen.
_gen() {
	local -a all whole part
	all=("${(@f)$("$words[1]" __complete zsh "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
	if [[ $all[1] == :files ]]; then
		compset -P '*='
		_files
		return
	fi
	part=(${(M)all:#*[./=]:*})
	whole=(${all:#*[./=]:*})
	_describe -t parts part part -S ''
	_describe -t values value whole
}
if [[ $funcstack[1] == _gen ]]; then
	_gen "$@"
else
	compdef _gen gen
fi
