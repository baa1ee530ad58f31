// Package prove reads a tree back as the programs that it is for do, and follows each
// link in it: from a hostname to its pods and to the people who are let in, from a secret
// to its readers, from a disk to what is mounted. It knows the files, and nothing of the
// spec that they were made from.
package prove

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"path"
	"slices"
	"strings"
)

// The rules of findings.
const (
	RuleDangling  = "prove-dangling"
	RuleOrphan    = "prove-orphan"
	RuleShadowed  = "prove-shadowed"
	RuleOwners    = "prove-owners"
	RuleNoRule    = "prove-no-rule"
	RuleNoRecord  = "prove-no-record"
	RuleClash     = "prove-clash"
	RuleUnguarded = "prove-unguarded"
	RuleValues    = "prove-values"
	RuleKey       = "prove-key"
	RuleReader    = "prove-reader"
	RulePlain     = "secret-plain" // gen check's
	RuleRefused   = "prove-refused"
	RuleHost      = "prove-host"
	RuleUnproved  = "prove-unproved"
)

// Place is a line of a file of the tree.
type Place struct {
	File string
	Line int
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Finding is a link that does not hold.
type Finding struct {
	Rule    string
	At      Place
	Text    string
	Hint    string
	Warning bool // of what could not be looked at, or may be meant so
}

// Options say with what a tree is proved.
type Options struct {
	// Nix applies a function to the folder of some files, and returns JSON; nil where
	// there is no Nix, and hosts are not proved.
	Nix func(ctx context.Context, files map[string][]byte, function string) ([]byte, error)
}

// Proof is a tree and what was found.
type Proof struct {
	Findings []Finding

	files map[string][]byte // nil: there, and not read
	names []string          // of files, sorted
	dirs  map[string]bool

	cluster
	dns
	tunnel
	access
	secrets
	hosts []*host
	nodes map[netip.Addr]bool // addresses of the machines
}

// Run proves a tree.
func Run(ctx context.Context, root fs.FS, o Options) (*Proof, error) {
	p := &Proof{files: map[string][]byte{}, dirs: map[string]bool{".": true}}
	if err := p.read(root); err != nil {
		return nil, err
	}
	for _, step := range []func(){
		p.readObjects, p.readArgocd, p.readTerraform, p.readTunnels, p.readAccess, p.readSecrets,
		p.proveArgocd, p.proveShapes, p.proveObjects, p.proveNames, p.proveMentions, p.proveKeysUsed, p.proveDNS, p.proveUnused,
		p.proveTunnels, p.proveAccess, p.proveSecrets, p.provePaths, p.proveLists, p.proveDecryption, p.proveDomain,
	} {
		step()
	}
	p.proveHosts(ctx, o)
	slices.SortStableFunc(p.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.Rule, b.Rule))
	})
	p.Findings = slices.CompactFunc(p.Findings, func(a, b Finding) bool { return a == b })
	return p, nil
}

// find takes a finding, and returns it for a hint.
func (p *Proof) find(rule string, at Place, format string, args ...any) *Finding {
	p.Findings = append(p.Findings, Finding{Rule: rule, At: at, Text: fmt.Sprintf(format, args...)})
	return &p.Findings[len(p.Findings)-1]
}

// warn makes a warning of a finding: the spec may mean it so.
func (f *Finding) warn() *Finding { f.Warning = true; return f }

func (f *Finding) hint(format string, args ...any) { f.Hint = fmt.Sprintf(format, args...) }

// maxRead is the most that is read of a file: nothing that links anything is larger.
const maxRead = 16 << 20

// skipped are folders that programs fill, and no reader of the tree looks into.
var skipped = []string{".git", ".terraform", ".direnv", "node_modules"}

func (p *Proof) read(root fs.FS) error {
	defer func() { slices.Sort(p.names) }()
	return fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(skipped, d.Name()):
			return fs.SkipDir
		case d.IsDir():
			p.dirs[name] = true
			return nil
		}
		p.names = append(p.names, name)
		p.files[name] = nil
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && (!info.Mode().IsRegular() || info.Size() > maxRead || !readable(name)) {
			return nil
		}
		if err == nil {
			p.files[name], err = fs.ReadFile(root, name)
		}
		return err
	})
}

// readable tells whether a file can have links in it; keys, state and variables of
// Terraform's are nobody's to read.
func readable(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json", ".tf", ".nix", ".sh"}, path.Ext(name)) || path.Base(name) == "Kustomization"
}

func (p *Proof) has(name string) bool { _, ok := p.files[name]; return ok }

// within lists the files of a folder, without those of the folders in it.
func (p *Proof) within(dir string) []string {
	prefix := dir + "/"
	if dir == "." {
		prefix = ""
	}
	i, _ := slices.BinarySearch(p.names, prefix)
	var all []string
	for _, name := range p.names[i:] {
		if !strings.HasPrefix(name, prefix) {
			break
		}
		if path.Dir(name) == dir {
			all = append(all, name)
		}
	}
	return all
}
