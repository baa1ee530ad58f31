package site

// Labels of pods that gen gives a meaning.
const (
	NameLabel     = "app.kubernetes.io/name" // a workload's name
	InternetLabel = "internet"               // on pods of clients that may open connections to the internet
	JobLabel      = "job-of"                 // on the pods of an app's jobs: its name
)

// TakenOver tells whether pods may be there that gen did not make: they have the labels of
// Selector, and neither gen's own nor ports by gen's names.
func (w *Workload) TakenOver() bool { return len(w.Selector) > 0 }

// PodSelector is what a workload's pods are found by. It never changes: a Deployment's
// selector cannot.
func (w *Workload) PodSelector() map[string]string {
	all := map[string]string{}
	for k, v := range w.Selector {
		all[k] = v
	}
	if !w.TakenOver() {
		all[NameLabel] = w.Name
	}
	return all
}

// PodLabels are the labels that a workload's pods have: those of the selector, which may say
// another name, and gen's own.
func (w *Workload) PodLabels() map[string]string {
	all := w.PodSelector()
	if _, said := all[NameLabel]; !said {
		all[NameLabel] = w.Name
	}
	if w.Kind == KindClient && w.Internet {
		all[InternetLabel] = "allowed"
	}
	return all
}
