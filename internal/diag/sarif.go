package diag

import (
	"io"
	"net/url"
	"path/filepath"
	"slices"
)

// The part of SARIF 2.1.0 that code scanning reads (docs.oasis-open.org,
// sarif/v2.1.0). Severities are SARIF's levels by name.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		Results     []sarifResult     `json:"results"`
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
		Full    sarifText    `json:"fullDescription"`
		Help    *sarifText   `json:"help,omitempty"`
		Default sarifDefault `json:"defaultConfiguration"`
	}
	sarifDefault struct {
		Level Severity `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	// An invocation says how the run itself went: what has no place in a file is no
	// result, and code scanning refuses results without one.
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Rule    *sarifReference `json:"associatedRule,omitempty"`
		Level   Severity        `json:"level"`
		Message sarifText       `json:"message"`
	}
	sarifReference struct {
		ID    string `json:"id"`
		Index int    `json:"index"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     Severity        `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
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
		Col  int `json:"startColumn,omitempty"`
	}
)

// writeSARIF prints one run, with every rule of the log.
func (l *Log) writeSARIF(w io.Writer) error {
	run := sarifRun{Results: []sarifResult{}, Tool: sarifTool{sarifDriver{Name: "gen", Rules: []sarifRule{}}}}
	for _, r := range l.Rules {
		rule := sarifRule{ID: r.ID, Short: sarifText{r.Summary}, Full: sarifText{r.Summary}, Default: sarifDefault{r.Severity}}
		if r.Help != "" {
			rule.Help = &sarifText{r.Help}
		}
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, rule)
	}
	invocation := sarifInvocation{Successful: true}
	for _, p := range l.Findings {
		// -1 is SARIF's own way to say: not in the list.
		i := slices.IndexFunc(l.Rules, func(r Rule) bool { return r.ID == p.Rule })
		if p.Pos.IsValid() {
			run.Results = append(run.Results, l.result(p, i))
			continue
		}
		invocation.Successful = invocation.Successful && p.Severity != Error
		n := sarifNotification{Level: p.Severity, Message: sarifText{detail(p)}}
		if i >= 0 {
			n.Rule = &sarifReference{p.Rule, i}
		}
		invocation.Notifications = append(invocation.Notifications, n)
	}
	run.Invocations = []sarifInvocation{invocation}
	return encode(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

func (l *Log) result(p Problem, rule int) sarifResult {
	r := sarifResult{
		RuleID: p.Rule, RuleIndex: rule, Level: p.Severity, Message: sarifText{withoutNotes(p)},
		Locations: []sarifLocation{l.location(p.Pos, "")},
	}
	for _, n := range p.Notes {
		r.Related = append(r.Related, l.location(n.Pos, n.Message))
	}
	return r
}

func withoutNotes(p Problem) string {
	p.Notes = nil
	return detail(p)
}

func (l *Log) location(p Pos, message string) sarifLocation {
	loc := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{uri(l.file(p.File))}}}
	if p.Line > 0 {
		loc.Physical.Region = &sarifRegion{p.Line, p.Col}
	}
	if message != "" {
		loc.Message = &sarifText{message}
	}
	return loc
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
