package summary

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"

	"k8s.io/apimachinery/pkg/api/resource"
)

// workloads says what of clients, apps, charts and folders comes, goes, runs another
// image or with other pods, and what becomes of their data.
func workloads(old, new *site.Site) []Item {
	var items []Item
	was, is, along := running(old), running(new), alongIn(new)
	var added, removed, rolled []string
	for _, key := range slices.Sorted(maps.Keys(union(was, is))) {
		before, after := was[key], is[key]
		switch {
		case before == nil:
			added = append(added, key)
		case after == nil:
			removed = append(removed, key)
		default:
			rolled = append(rolled, between(before, after)...)
			items = append(items, volumes(key, along, before, after)...)
		}
	}
	if len(added) > 0 {
		items = append(items, Item{Layer: Workloads, Text: "new: " + some(added), Detail: strings.Join(added, "\n")})
	}
	for _, key := range removed {
		items = append(items, gone(key, along, was[key], is, added))
	}
	if len(rolled) > 0 {
		items = append(items, Item{Layer: Workloads, Text: "changed: " + some(rolled), Detail: strings.Join(rolled, "\n")})
	}
	return append(items, beside(old, new)...)
}

// running are the workloads of a site, by what they are called in words.
func running(s *site.Site) map[string]*site.Workload {
	all := map[string]*site.Workload{}
	for _, w := range s.Workloads() {
		all[string(w.Kind)+" "+w.Name] = w
	}
	return all
}

func between(was, is *site.Workload) []string {
	var all []string
	name := string(is.Kind) + " " + is.Name
	if was.Image != is.Image {
		all = append(all, fmt.Sprintf("%s: image %s → %s", name, cmp.Or(was.Image, "none"), cmp.Or(is.Image, "none")))
	}
	if was.Replicas != is.Replicas {
		all = append(all, fmt.Sprintf("%s: replicas %d → %d", name, was.Replicas, is.Replicas))
	}
	return all
}

// gone is a workload that is no longer there. One whose image another has that is new has
// been renamed, which to Kubernetes is a new and empty one.
func gone(key, along string, was *site.Workload, is map[string]*site.Workload, added []string) Item {
	item := Item{Layer: Workloads, Text: key + " is taken away with its pods"}
	if len(was.Volumes) > 0 {
		item.Danger, item.Why = Data, along
		item.Text += ", which leaves behind its " + volumeNames(was)
	}
	for _, other := range added {
		if w := is[other]; w.Kind == was.Kind && (sameImage(w.Image, was.Image) || slices.ContainsFunc(w.Hostnames, func(h string) bool { return slices.Contains(was.Hostnames, h) })) {
			item.At, item.Text = diag.Path{string(w.Kind) + "s", w.Name}, fmt.Sprintf("%s is renamed to %s: its pods go, and others start", key, w.Name)
			item.Why = fmt.Sprintf("renamed: from: %q in the spec keeps what runs as it is", was.Name)
			if len(was.Volumes) > 0 {
				item.Why += ", with its data; otherwise " + along
				item.Text = fmt.Sprintf("%s is renamed to %s, which starts NEW and EMPTY, and leaves behind its %s", key, w.Name, volumeNames(was))
			}
			return item
		}
	}
	return item
}

// alongIn is where the way is that keeps the data.
func alongIn(s *site.Site) string {
	if !slices.ContainsFunc(s.Apps, func(a *site.Workload) bool { return len(a.Volumes) > 0 }) {
		return "back up what is to be kept; kubectl delete pvc deletes the claim and its data" // the runbook has nothing about volumes
	}
	return "docs/RUNBOOK.md, Renaming an app or a volume: how the data comes along, or is deleted"
}

func volumeNames(w *site.Workload) string {
	var names []string
	for _, v := range w.Volumes {
		names = append(names, v.Name)
	}
	if len(names) == 1 {
		return "volume " + names[0]
	}
	return "volumes " + format.AllOf(names)
}

// sameImage tells whether two images are one but for their versions.
func sameImage(a, b string) bool {
	name := func(image string) string {
		image, _, _ = strings.Cut(image, "@")
		if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
			image = image[:i]
		}
		return image
	}
	return a != "" && name(a) == name(b)
}

// volumes says what becomes of the volumes of an app that stays.
func volumes(key, along string, was, is *site.Workload) []Item {
	at := diag.Path{"apps", is.Name, "volumes"}
	if was.Stateful() != is.Stateful() && len(was.Volumes) > 0 {
		return []Item{{Layer: Workloads, Danger: Data, At: diag.Path{"apps", is.Name, "kind"}, Text: key + ": the pods start anew with EMPTY volumes, and the old ones stay beside them", Why: along}}
	}
	var items []Item
	now := map[string]site.Volume{}
	for _, v := range is.Volumes {
		now[v.Name] = v
	}
	for _, v := range was.Volumes {
		to, stays := now[v.Name]
		size := to.Size
		switch {
		case !stays:
			items = append(items, Item{Layer: Workloads, Danger: Data, At: at, Text: fmt.Sprintf("%s: the volume %s is no longer used: its claim stays in the cluster, with what is in it", key, v.Name),
				Why: along})
		case to.Storage != v.Storage:
			items = append(items, Item{Layer: Workloads, Danger: Data, Refused: true, At: at.With(v.Name), Text: fmt.Sprintf("%s: the volume %s is in %s, and would be in %s", key, v.Name, v.Storage, to.Storage),
				Why: fmt.Sprintf("Kubernetes moves no volume, and Argo CD's sync of the app fails: say storage: %q on the volume; another name makes a new one, and %s", v.Storage, along)})
		case smaller(size, v.Size):
			items = append(items, Item{Layer: Workloads, Danger: Data, Refused: true, At: at.With(v.Name, "size"), Text: fmt.Sprintf("%s: the volume %s shrinks from %s to %s", key, v.Name, v.Size, size),
				Why: "Kubernetes shrinks no volume, and Argo CD's sync of the app fails: put the old size back, or make another volume and copy"})
		}
	}
	return items
}

// smaller compares sizes of Kubernetes; one that it does not read is not smaller.
func smaller(size, than string) bool {
	a, errA := resource.ParseQuantity(size)
	b, errB := resource.ParseQuantity(than)
	return errA == nil && errB == nil && a.Cmp(b) < 0
}

// beside says the same of charts and folders.
func beside(old, new *site.Site) []Item {
	var items []Item
	was, is := map[string]*site.Beside{}, map[string]*site.Beside{}
	for _, b := range old.Beside() {
		was[b.Name] = b
	}
	for _, b := range new.Beside() {
		is[b.Name] = b
	}
	for _, name := range slices.Sorted(maps.Keys(union(was, is))) {
		before, after := was[name], is[name]
		switch {
		case before == nil:
			items = append(items, Item{Layer: Workloads, Text: "new: " + name + " in the namespace " + after.Namespace})
		case after == nil && before.OnRemoval == "delete":
			items = append(items, Item{Layer: Workloads, Danger: Data, Text: name + " is DELETED with everything that it made, its volumes too", Why: "it says onRemoval: \"delete\""})
		case after == nil:
			items = append(items, Item{Layer: Workloads, Text: name + " is no longer the site's; its objects stay in the cluster", Why: "docs/RUNBOOK.md, Adding a chart, says how they go"})
		case before.Chart != nil && after.Chart != nil && before.Chart.Version != after.Chart.Version:
			items = append(items, Item{Layer: Workloads, Text: fmt.Sprintf("%s: chart %s → %s", name, before.Chart.Version, after.Chart.Version)})
		}
	}
	return items
}
