package site

import "fmt"

// ArgoCDRefreshes tells whether the Argo CD of the chart takes a newer commit after one that
// failed: retry.refresh is in its Application from 3.2 on, which is the chart's 9.1.0.
func (s *Site) ArgoCDRefreshes() bool {
	var major, minor int
	if _, err := fmt.Sscanf(s.Versions.Charts.ArgoCD, "%d.%d", &major, &minor); err != nil {
		return true
	}
	return major > 9 || major == 9 && minor >= 1
}
