# Types a line into an interactive zsh, presses the tabulator, and prints the line that
# comes of it: zsh -f type.zsh LINE.
zmodload zsh/zpty
out='' line=''
wait_for() {
	repeat 400; do
		while zpty -rt shell line; do out+=$line; done
		[[ $out == *$~1* ]] && return
		sleep 0.05
	done
	print -r -- "no $1: $out"
	exit 1
}
zpty -b shell 'TERM=dumb zsh -f -i'
zpty -w shell 'bindkey -e; autoload -U compinit; compinit -u -D; source <(gen completion zsh); echo rea""dy'
wait_for ready
out=''
zpty -n -w shell $1$'\t'
zpty -w shell $'\C-aprint -r -- li""ne= ' # before it, so that it is printed and not run
wait_for $'line= *\n'
line=${out##*line= }
print -r -- ${line%%$'\r'*}
