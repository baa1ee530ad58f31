package summary

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Taken says what is otherwise when files of the user's give way to gen's: of is the paths, old
// and new are the files before and after. Of the side before there is no spec, so that this is
// what the files tell.
func Taken(of []string, old, new map[string][]byte) []Item {
	was, is := Side{Files: old}, Side{Files: new}
	items := slices.Concat(terraform(was, is), selectors(was, is))
	for _, p := range of {
		items = append(items, partitions(p, string(old[p]), string(new[p]))...)
	}
	return append(items, objectsGone(of, old, new)...)
}

// selectors are those findings of manifests that hold whoever wrote the file before.
func selectors(old, new Side) []Item {
	return slices.DeleteFunc(manifests(old, new), func(i Item) bool { return strings.HasPrefix(i.Text, "the namespace ") })
}

// objectsGone are objects of the user's files that no file has any more: Argo CD deletes them
// where it prunes.
func objectsGone(of []string, old, new map[string][]byte) []Item {
	was, is := map[string]object{}, map[string]object{}
	for _, p := range of {
		if isManifest(p) {
			readObjects(was, string(old[p]))
		}
	}
	if len(was) == 0 {
		return nil
	}
	for p, data := range new {
		if isManifest(p) {
			readObjects(is, string(data))
		}
	}
	inNamespaces(was, is)
	gone := map[Danger][]string{}
	for _, key := range slices.Sorted(maps.Keys(was)) {
		o := was[key]
		if _, there := is[key]; there {
			continue
		}
		danger := Danger("")
		switch o.Kind {
		case "Namespace", "PersistentVolumeClaim", "PersistentVolume":
			danger = Data
		case "Service", "Ingress", "HTTPRoute", "Deployment", "StatefulSet", "DaemonSet":
			danger = Vanish
		}
		gone[danger] = append(gone[danger], key)
	}
	var items []Item
	for _, c := range []struct {
		danger Danger
		why    string
	}{
		{Data, "where Argo CD prunes, it is deleted with what is in it"},
		{Vanish, "where Argo CD prunes, it is deleted, and what leads to it gets no answer"},
		{"", "where Argo CD prunes, it is deleted"},
	} {
		if all := gone[c.danger]; len(all) > 0 {
			items = append(items, Item{Layer: Workloads, Danger: c.danger, Text: some(all) + ": in no file any more", Why: c.why, Detail: strings.Join(all, "\n")})
		}
	}
	return items
}

func isManifest(p string) bool {
	return strings.HasPrefix(p, "k8s/argocd-") && path.Ext(p) == ".yaml" && !strings.Contains(path.Base(p), ".example.")
}

// partitions compares the labels of partitions in a disko file, by which the system finds its
// file systems.
func partitions(p, old, new string) []Item {
	if path.Base(p) != "disko.nix" {
		return nil
	}
	was, is := partitionLabels(old), partitionLabels(new)
	item := Item{Layer: Hosts, Danger: Reinstall, Why: "the system finds its file systems by these labels, and does not start where they are others; hosts.HOST.disks.DISK.partitions says those of an installed host"}
	if len(was) == 0 {
		item.Text = p + ": its partitions are not written so that gen can read them, and may be called otherwise"
		return []Item{item}
	}
	gone := slices.DeleteFunc(was, func(l string) bool { return slices.Contains(is, l) })
	if len(gone) == 0 {
		return nil
	}
	item.Text = fmt.Sprintf("%s: partitions with other labels: no longer %s", p, some(gone))
	return []Item{item}
}
