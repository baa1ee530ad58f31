package report

import (
	"io"
	"net/url"
	"path/filepath"

	"sitegen/internal/site"
)

// The part of SARIF 2.1.0 that code scanning reads (docs.oasis-open.org,
// sarif/v2.1.0).
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Short   sarifText    `json:"shortDescription"`
		Default sarifDefault `json:"defaultConfiguration"`
	}
	sarifDefault struct {
		Level site.Severity `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     site.Severity   `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		Line int `json:"startLine"`
		Col  int `json:"startColumn"`
	}
)

// writeSARIF prints one run, with every rule of the table.
func writeSARIF(w io.Writer, problems site.Problems) error {
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "gen"}}, Results: []sarifResult{}}
	index := map[string]int{}
	for i, r := range site.Rules() {
		index[r.ID] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{r.ID, sarifText{r.Summary}, sarifDefault{r.Severity}})
	}
	for _, p := range problems {
		i, ok := index[p.Rule]
		if !ok {
			i = -1 // SARIF's own way to say: not in the list
		}
		r := sarifResult{RuleID: p.Rule, RuleIndex: i, Level: p.Severity, Message: sarifText{withoutNotes(p)}}
		if p.Pos.IsValid() {
			r.Locations = []sarifLocation{location(p.Pos, "")}
		}
		for _, n := range p.Notes {
			r.Related = append(r.Related, location(n.Pos, n.Message))
		}
		run.Results = append(run.Results, r)
	}
	return encode(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

func withoutNotes(p site.Problem) string {
	p.Notes = nil
	return detail(p)
}

func location(p site.Pos, message string) sarifLocation {
	l := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{uri(p.File)}}}
	if p.Line > 0 {
		l.Physical.Region = &sarifRegion{p.Line, p.Col}
	}
	if message != "" {
		l.Message = &sarifText{message}
	}
	return l
}

// uri is a file as SARIF names it: relative to the repository where the path is,
// and with file: where it is absolute.
func uri(file string) string {
	u := url.URL{Path: filepath.ToSlash(file)}
	if filepath.IsAbs(file) {
		u.Scheme = "file"
	}
	return u.String()
}
