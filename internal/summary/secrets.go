package summary

import (
	"fmt"
	"maps"
	"slices"

	"sitegen/internal/site"
	"sitegen/internal/sopsread"
)

// secrets says who can read the encrypted files, and which keys of them are new.
func secrets(old, new *site.Site, held func(file string) (keys []string, there bool)) []Item {
	var items []Item
	was, is := readers(old), readers(new)
	for _, who := range slices.Sorted(maps.Keys(union(was, is))) {
		switch {
		case was[who] == is[who]:
		case was[who] == "":
			items = append(items, Item{Layer: Secrets, Text: who + " can read encrypted files from now on", Why: "sops updatekeys for each of them: docs/RUNBOOK.md, Rotating keys"})
		case is[who] == "":
			items = append(items, Item{Layer: Secrets, Text: who + " can no longer read what is encrypted from now on",
				Why: "old revisions stay readable to them: rotate the values themselves, docs/RUNBOOK.md, Rotating keys"})
		default:
			items = append(items, Item{Layer: Secrets, Text: who + " has another key", Why: "sops updatekeys for each file that it reads, before the push: docs/RUNBOOK.md, Rotating keys"})
		}
	}
	before, after := keys(old), keys(new)
	for _, file := range slices.Sorted(maps.Keys(after)) {
		has, there := held(file)
		missing := slices.DeleteFunc(slices.Clone(after[file]), func(k string) bool { return slices.Contains(before[file], k) || slices.Contains(has, k) })
		if len(missing) > 0 {
			why := "before the push: "
			if slices.Contains(missing, site.KeyK3sToken) {
				why = "k3s_token is the token that the server has had (docs/RUNBOOK.md, Adding an agent); " + why
			}
			if there {
				why += "sops " + file
			} else { // sops alone would begin it in a form of its own, in which it leaves values readable
				why += sopsread.Begin(file)
			}
			items = append(items, Item{Layer: Secrets, Text: fmt.Sprintf("%s has to hold %s", file, some(missing)), Why: why})
		}
	}
	return items
}

// readers are those who can read encrypted files, with their keys.
func readers(s *site.Site) map[string]string {
	all := map[string]string{"Argo CD": s.ArgoCD.Key}
	for _, p := range s.People {
		all["the person "+p.Name] = p.Key
	}
	for _, h := range s.Hosts {
		all["the host "+h.Name] = h.Age
	}
	return all
}

// keys are those that each encrypted file has to hold.
func keys(s *site.Site) map[string][]string {
	all := map[string][]string{s.K8sSecrets(): s.K8sSecretKeys(), s.IdPSecrets(): s.IdPSecretKeys()}
	for _, h := range s.Hosts {
		all[h.HostSecrets()] = s.HostSecretKeys(h)
	}
	for _, a := range s.ArgoSecrets() {
		all[a.File()] = a.Keys
	}
	return all
}
