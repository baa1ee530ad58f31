package site

import "fmt"

// Stateful tells whether each pod has a name and volumes of its own.
func (w *Workload) Stateful() bool { return w.App.Kind == "stateful" }

// PodsName is the Service that gives the pods of a stateful app their names.
func (w *Workload) PodsName() string { return w.Name + "-pods" }

// Claims are the names of the PersistentVolumeClaims that a volume is made for, one for
// each pod of a stateful app (kubernetes.io/docs, StatefulSets, stable storage).
func (w *Workload) Claims(v Volume) []string {
	if !w.Stateful() {
		return []string{v.Name}
	}
	var names []string
	for i := range w.Replicas {
		names = append(names, fmt.Sprintf("%s-%s-%d", v.Name, w.Name, i))
	}
	return names
}

// Pods is what kubectl finds a pod of the app by.
func (w *Workload) Pods() string {
	if w.Stateful() {
		return "statefulset/" + w.Name
	}
	return "deployment/" + w.Name
}
