package prove

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"sitegen/internal/ingress"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// world is a site that runs: what Cloudflare, the cluster and Terraform's state hold, and
// what lies in git. It is looked at after every single change, since a hostname that is
// gone for a moment is gone.
type world struct {
	t             *testing.T
	before, after map[string][]byte // the two trees
	git, work     map[string][]byte // what Argo CD reads, and what the operator has
	adopted       bool              // the operator has adopt.tf, which no apply has read yet

	objects  map[string]*live
	pods     []*pod
	releases map[string][]string // of Terraform's, with their values
	records  map[string]*dnsRecord
	tunnels  map[string]*cloudTunnel
	guards   map[string][]string // hostnames, and who is let in
	state    map[string]string   // Terraform's: addresses, and what they stand for
	saved    map[string]string   // the copy of it
	tags     map[string]map[string][]byte
	made     int               // tunnels
	zones    map[string]string // names by id

	changed  bool              // since Argo CD looked
	target   string            // of the next apply alone
	without  string            // what has no import block, where a test wants that
	slow     bool              // the root Application hears of a push after the others
	step     string            // of the page
	expected map[string]answer // by hostname
	data     []string          // what may not go
	faults   []string          // what may not be
	notes    []string          // what was refused
	misses   []string          // commands that found nothing
}

// live is an object of the cluster.
type live struct {
	*object
	annotations map[string]string
	tracked     string      // the Application that brought it
	login       cloudTunnel // in a Secret: what cloudflared logs in with
}

// pod is one that runs, or waits.
type pod struct {
	namespace, owner string // owner: of the workload; "" for one that has lost it
	labels           map[string]string
	template         *yaml.Node
	ready            bool
	table            *ingress.Table // of cloudflared: as it was when the pod started
	login            cloudTunnel
	connected        bool
}

type dnsRecord struct {
	name, kind, tunnel string
}

type cloudTunnel struct{ id, secret string }

// answer is what a hostname gets.
type answer struct {
	what string // images, a status or an address; "" where nothing answers
	why  string // it does not
	who  string // Access lets in; "" for everybody
}

func (w *world) fault(format string, args ...any) {
	text := w.step + ": " + fmt.Sprintf(format, args...)
	if w.expected != nil && !slices.Contains(w.faults, text) {
		w.faults = append(w.faults, text)
	}
}

// note keeps what was refused, for who looks for a reason.
func (w *world) note(format string, args ...any) {
	if text := w.step + ": " + fmt.Sprintf(format, args...); !slices.Contains(w.notes, text) {
		w.notes = append(w.notes, text)
	}
}

// look compares what is with what was in the beginning.
func (w *world) look() {
	for _, host := range slices.Sorted(maps.Keys(w.expected)) {
		was, is := w.expected[host], w.answer(host)
		switch {
		case was.what == "":
		case is.what == "":
			w.fault("%s is not answered: %s", host, is.why)
		case is.what != was.what:
			w.fault("%s is answered by %s, and was by %s", host, is.what, was.what)
		}
		if is.who != was.who {
			w.fault("%s lets in %q, and let in %q", host, is.who, was.who)
		}
	}
	for _, p := range w.pods {
		for _, t := range w.tunnels {
			if p.login.id == t.id && p.login.secret != t.secret {
				w.fault("cloudflared %v cannot log in again: the tunnel has another secret", p.labels)
			}
		}
	}
	for _, id := range w.data {
		if w.objects[id] == nil {
			w.fault("%s is deleted, with what is in it", strings.Trim(id, "/"))
		}
	}
}
