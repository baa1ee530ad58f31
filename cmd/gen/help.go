package main

// What --help of each command adds to its one line: when to use it, and examples.
// TestExamplesParse holds both for every command.

func (*writeCmd) Help() string {
	return `Use it after every change of the spec; nothing is written unless all of it can be.

  gen -spec site.cue            # to out/, or to the tree of gen's that this folder lies in
  gen -out .                    # the first time, at the top of a repository
  gen --force docs/RUNBOOK.md   # although somebody edited that file; a backup stays`
}

func (*initCmd) Help() string {
	return `Use it in an empty git repository, to begin with a spec that is sound and a tree.

  gen init
  gen init infra --facts web1=facts.json --yes   # asks nothing; placeholders are named by gen vet`
}

func (*checkCmd) Help() string {
	return `Use it in hooks and CI, where a tree that the spec does not say has to be refused.

  gen check
  gen check -spec infra --format github   # annotations of a pull request
  gen check --facts facts.json            # is the machine what the spec says, too?`
}

func (*diffCmd) Help() string {
	return `Use it before gen writes, and --summary before a change is brought about.

  gen diff --only docs
  gen diff --summary
  gen diff --summary --from origin/main --guard --accept public   # in CI`
}

func (*vetCmd) Help() string {
	return `Use it while you write the spec: it needs no tree and writes nothing.

  gen vet
  gen vet -spec site.cue --strict`
}

func (*verifyCmd) Help() string {
	return `Use it after a change of versions or of files of your own, before the push.

  gen verify
  gen verify --require nix,terraform --network   # in CI`
}

func (*proveCmd) Help() string {
	return `Use it when files of your own lie beside gen's, or to see how a request travels.

  gen prove
  gen prove www.bakery.example   # the way from the hostname to its pods`
}

func (*addCmd) Help() string {
	return `Use it to put a new entry into the spec, without an editor; gen explain clients lists the fields of a client.

  gen add client cafe --domain cafe.example --image ghcr.io/example/cafe:1.0.0
  gen add record mail.example.com --type A --content 198.51.100.7 --dry-run`
}

func (*removeCmd) Help() string {
	return `Use it to take an entry out of the spec; what vanishes from the internet with it has to be accepted.

  gen remove client cafe --accept vanish
  gen remove record mail.example.com --type A --accept vanish`
}

func (*renameCmd) Help() string {
	return `Use it to give an entry another name: a client or an app runs on under the old one, with its data and without a gap.

  gen rename app invoices billing
  gen rename user jonas jon --host web1`
}

func (*setCmd) Help() string {
	return `Use it to change one value of the spec; gen explain PATH tells what it means.

  gen set clients.bakery.image ghcr.io/example/bakery-site:1.5.0
  gen set 'domains."example.com".records[0].content' 198.51.100.7
  gen set versions.charts.cilium 1.20.1   # a version, of which gen versions lists all
  gen set access.admins.emails ops@example.com kim@example.com   # a list`
}

func (*unsetCmd) Help() string {
	return `Use it to take a value out of the spec, so that the default holds.

  gen unset apps.invoices.env.LOG_LEVEL
  gen unset versions.charts.cilium --dry-run`
}

func (*upgradeCmd) Help() string {
	return `Use it after another version of gen was installed, before that writes the tree anew.

  gen upgrade --dry-run
  gen upgrade -spec infra`
}

func (*rulesCmd) Help() string {
	return `Use it to see what a spec is checked for, and which rules it can silence.

  gen rules
  gen rules | grep backup`
}

func (*explainCmd) Help() string {
	return `Use it on the word in brackets behind a message, or on a field that you are about to change.

  gen explain nic-gateway
  gen explain hosts.web1.release`
}

func (*schemaCmd) Help() string {
	return `Use it to look up what a spec can say, and --json for programs that make specs.

  gen schema | less
  gen schema --json > site.schema.json`
}

func (*editorCmd) Help() string {
	return `Use it once, for completion and hover in your editor, and again when the spec has new names.

  gen editor
  gen editor -spec infra && cue vet -c -t editor ./infra`
}

func (*whyCmd) Help() string {
	return `Use it when a line of the output is not what you want, to find what to change.

  gen why out/flake.nix:8
  gen why -out . docs/RUNBOOK.md:12`
}

func (*whereCmd) Help() string {
	return `Use it before you change a field, to see what depends on it.

  gen where clients.bakery.image
  gen where -spec site.cue hosts.web1.nics`
}

func (*versionsCmd) Help() string {
	return `Use it before you raise a version: what is pinned, by whom, and which lines of the output have it; gen set raises one.

  gen versions
  gen versions --format json | jq -r '.[] | select(.default) | .path'`
}

func (*graphCmd) Help() string {
	return `Use it for a picture of the site where docs/site.svg is not enough.

  gen graph > site.svg
  gen graph --format dot | dot -Tpdf > site.pdf`
}

func (*probeCmd) Help() string {
	return `Use it on a machine in its rescue system, for the part of the spec that is about hardware.

  gen probe --script | ssh root@203.0.113.10 sh > facts.json
  gen probe --name web1 facts.json`
}

func (*shellCmd) Help() string {
	return `Use it in the file that your shell reads when it starts.

  source <(gen completion bash)    # in ~/.bashrc; for zsh in ~/.zshrc, behind compinit
  gen completion fish | source     # in ~/.config/fish/config.fish`
}

func (*manCmd) Help() string {
	return `Use it to read all of the help at once, or to install it as a manual page.

  gen man | man -l -
  gen man > /usr/local/share/man/man1/gen.1`
}

func (*versionCmd) Help() string {
	return `Use it in reports, and to see whether two people run the same gen.

  gen version
  test "$(gen version)" = "gen v1.4.0"`
}

func (*importCmd) Help() string {
	return `Use it on a repository that was written by hand, before gen takes its place; it changes nothing there.

  gen import .                            # the spec to standard output, the report to standard error
  gen import --out site.cue ~/dotfiles    # the spec to a new file`
}

func (*adoptCmd) Help() string {
	return `Use it where files of your own lie in places of gen's, one after another: it shows what differs and what that means, and asks; with --state it is about what runs, and writes a file of blocks for Terraform; for files that you have decided about, gen --force PATH does it in the run that writes all else.

  gen adopt                            # what is in the way, and what can be done
  gen adopt docs/RUNBOOK.md --dry-run   # the difference alone
  gen adopt k8s/terraform-web/dns.tf --accept destroy --yes
  gen adopt --state before.tfstate      # what runs: adopt.tf, from terraform state pull > before.tfstate`
}

func (*ejectCmd) Help() string {
	return `Use it for a file that you want to write by hand from now on, or without a path to leave gen.

  gen eject docs/RUNBOOK.md   # output.exclude of the spec names it then
  gen eject --yes             # the whole tree: every file stays, and none is gen's any more`
}
