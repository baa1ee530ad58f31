package verify

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// nixParse has Nix parse every file.
func nixParse(j *job) string {
	j.each(func(j *job, artifact string) {
		out, err := j.start(j.copy, "--parse", j.file(artifact))
		j.refused(artifact, out, err)
	})
	return ""
}

// The first Nix whose flakes are trusted here: what older ones make of a lock file differs, and
// the runbook's nix flake update INPUT is of 2.19 (its release notes).
const nixMajor, nixMinor = 2, 19

var nixSince = fmt.Sprintf("%d.%d or newer", nixMajor, nixMinor)

// ready tells why flakes cannot be evaluated, or "".
func (j *job) ready() string {
	out, err := j.start(j.copy, "--version")
	if err != nil {
		return err.Error()
	}
	major, minor := nixVersion(string(out.Stdout))
	switch {
	case major < nixMajor || major == nixMajor && minor < nixMinor:
		return "needs nix " + nixSince + ", this is " + strings.TrimSpace(string(out.Stdout))
	case !j.has("flake.nix"):
		return "there is no flake.nix"
	case !j.has("flake.lock"):
		return "there is no flake.lock: run nix flake lock first"
	case !j.opts.Network:
		return "fetches the flake's inputs: say --network"
	}
	return ""
}

// nixVersion reads "nix (Nix) 2.28.3"; a name may stand before it, as in
// "nix (Determinate Nix 3.6.2) 2.29.0".
func nixVersion(text string) (major, minor int) {
	all := regexp.MustCompile(`(\d+)\.(\d+)`).FindAllStringSubmatch(text, -1)
	if all == nil {
		return 0, 0
	}
	last := all[len(all)-1]
	major, _ = strconv.Atoi(last[1])
	minor, _ = strconv.Atoi(last[2])
	return major, minor
}

// The flake is read where it lies: Nix takes the files that git knows, as it does
// on the day of a rebuild. It must not complete the lock file there.
var flakeArgs = []string{"--extra-experimental-features", "nix-command flakes", "--no-write-lock-file", "--no-update-lock-file"}

func nixFlake(j *job) string {
	if why := j.ready(); why != "" {
		return why
	}
	for _, artifact := range j.artifacts {
		out, err := j.nix("flake", "check", "--no-build", ".")
		if why := j.unfetched(out); why != "" {
			return why
		}
		j.refused(artifact, out, err)
	}
	return ""
}

func nixEval(j *job) string {
	if why := j.ready(); why != "" {
		return why
	}
	for _, artifact := range j.artifacts {
		attribute := ".#nixosConfigurations." + strconv.Quote(hostOf(artifact)) + ".config.system.build.toplevel.drvPath"
		out, err := j.nix("eval", "--raw", attribute)
		if why := j.unfetched(out); why != "" {
			return why
		}
		j.refused(artifact, out, err)
	}
	return ""
}

// unfetched says why the inputs of a flake could not be had, or "". It is asked after the program,
// which needs no network where they are in its store.
func (j *job) unfetched(out Output) string {
	if out.Code == 0 {
		return ""
	}
	return j.unreachable("https://github.com") // of all inputs that gen writes
}

func (j *job) nix(args ...string) (Output, error) {
	return j.run(Command{Path: j.program, Dir: j.opts.Dir, Args: slices.Concat(args, flakeArgs), Timeout: longTime})
}

// hosts lists the files that are a machine's configuration.
func (w *work) hosts() []string {
	return w.match(func(p string) bool {
		ok, err := path.Match("machines/*/default.nix", p)
		return err == nil && ok
	})
}

// hostOf is the host that a machine's file is about: machines/HOST/default.nix.
func hostOf(p string) string { return path.Base(path.Dir(p)) }
