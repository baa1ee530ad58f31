package rules

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

func chartRules() []Rule {
	return []Rule{
		{ID: "chart-repo", Severity: diag.Error, Summary: "Charts come from an https repository or an OCI registry, without a password in its URL.",
			Bad: `charts: grafana: {repo: "ghcr.io/grafana/helm-charts", chart: "grafana", version: "10.1.0"}`, Good: `charts: grafana: {repo: "oci://ghcr.io/grafana/helm-charts", chart: "grafana", version: "10.1.0"}`, value: true, check: checkChartRepos},
		{ID: "chart-repo-name", Severity: diag.Warning, Summary: "The address of an OCI registry ends before the chart's name, which chart says.",
			Bad:  `charts: grafana: {repo: "oci://ghcr.io/grafana/helm-charts/grafana", chart: "grafana", version: "10.1.0"}`,
			Good: `charts: grafana: {repo: "oci://ghcr.io/grafana/helm-charts", chart: "grafana", version: "10.1.0"}`, check: checkChartRepoNames},
		{ID: "chart-version", Severity: diag.Error, Summary: "A chart has a name, and is pinned to one version.",
			Bad: `charts: grafana: {repo: "oci://ghcr.io/grafana/helm-charts", chart: "grafana", version: "10.x"}`, Good: `charts: grafana: {repo: "oci://ghcr.io/grafana/helm-charts", chart: "grafana", version: "10.1.0"}`, value: true, check: checkChartVersions},
		{ID: "chart-values", Severity: diag.Error, Summary: "A chart has its values in the spec, 1 MiB at most, or in a file of your own, which is inside of the output and not where gen writes.",
			Bad:  `charts: grafana: {repo: "oci://ghcr.io/grafana/helm-charts", chart: "grafana", version: "10.1.0", values: replicas: 2, valuesFile: "charts/grafana.yaml"}`,
			Good: `charts: grafana: {repo: "oci://ghcr.io/grafana/helm-charts", chart: "grafana", version: "10.1.0", valuesFile: "charts/grafana.yaml"}`, check: checkChartValues},
	}
}

// Names of charts are those that `helm create` takes, in a registry parts of a
// repository's name (helm pkg/chart/v2/util, chartName).
var (
	chartNameRE = format.Pattern(`^[a-zA-Z0-9]+([._-][a-zA-Z0-9]+)*$`)
	repoTextRE  = format.Pattern(`^[A-Za-z0-9:/._~+@%-]+$`)
)

func checkChartRepos(c *checker) {
	for name, ch := range c.spec.Charts {
		c.fault(diag.Path{"charts", name, "repo"}, chartRepo(ch.Repo))
	}
}

// chartRepo wants what Argo CD finds without a Secret: no more than an address.
func chartRepo(text string) format.Fault {
	const forms = "https://HOST/PATH for a repository, oci://HOST/PATH for a registry"
	bad := func(what, hint string) format.Fault {
		return format.Fault{What: fmt.Sprintf("%q ", text) + what, Hint: hint}
	}
	but := func(what, better string) format.Fault {
		return format.Fault{What: fmt.Sprintf("%q ", text) + what, Meant: format.Suggest(better, chartRepo)}
	}
	u, err := url.Parse(text)
	switch scheme, rest, said := strings.Cut(text, "://"); {
	case !said && strings.Contains(text, "/") && !format.Hostname(strings.Split(text, "/")[0]).Bad():
		return but("says neither https:// nor oci://", "oci://"+text)
	case !said || err != nil || !repoTextRE().MatchString(text):
		return bad("is no address of a repository of charts", forms)
	case scheme != "https" && scheme != "oci":
		return bad("is reached by "+scheme+", but has to be by https or oci", forms)
	case u.User != nil:
		return format.Fault{What: "the URL has a user name or a password in it", Hint: "leave it out: charts come from where anybody can read"}
	case strings.HasSuffix(rest, "/"):
		return but("ends with a slash", strings.TrimRight(text, "/"))
	case strings.HasSuffix(rest, "/index.yaml"):
		return but("is the index of a repository", strings.TrimSuffix(text, "/index.yaml"))
	case scheme == "oci" && strings.Contains(strings.TrimPrefix(rest, u.Host), ":"):
		return bad("has a version in it", "say it under version")
	default:
		before, after, _ := strings.Cut(text, u.Hostname())
		return format.Hostname(u.Hostname()).Within(before, after)
	}
}

// checkChartRepoNames: Argo CD asks for REPO/CHART. One name alone may be an account that
// is called like its chart.
func checkChartRepoNames(c *checker) {
	for name, ch := range c.spec.Charts {
		before, ok := strings.CutSuffix(ch.Repo, "/"+ch.Chart)
		if ok && strings.HasPrefix(ch.Repo, "oci://") && strings.Count(before, "/") > 2 {
			c.report(diag.Path{"charts", name, "repo"}, "ends with the chart's name, which Argo CD puts behind it again").WithHint("%s", format.DidYouMean(before))
		}
	}
}

func checkChartVersions(c *checker) {
	for name, ch := range c.spec.Charts {
		at := diag.Path{"charts", name}
		if !chartNameRE().MatchString(ch.Chart) {
			p := c.report(at.With("chart"), "%q cannot name a chart", format.Shorten(ch.Chart))
			if i := strings.LastIndex(ch.Chart, "/"); i >= 0 && chartNameRE().MatchString(ch.Chart[i+1:]) {
				p.WithHint("what stands before %q belongs to repo", ch.Chart[i+1:])
			} else {
				p.WithHint("letters and digits, and - . _ between them")
			}
		}
		if !chartRE().MatchString(ch.Version) {
			c.report(at.With("version"), "%q is no version of a chart", format.Shorten(ch.Version)).WithHint("one exact version: %q", exact(ch.Version))
		}
	}
}

// maxValues leaves room for the rest of the Application and its status: etcd takes
// requests of 1.5 MiB (etcd, system limits).
const maxValues = 1 << 20

func checkChartValues(c *checker) {
	for name, ch := range c.spec.Charts {
		at := diag.Path{"charts", name, "valuesFile"}
		if data, _ := json.Marshal(ch.Values); len(data) > maxValues {
			c.report(at.Parent().With("values"), "the values have %d bytes, and %d is the most that the Application may hold of them", len(data), maxValues).
				WithHint("put them into a file of your own: valuesFile")
		}
		if ch.ValuesFile != "" && ch.Values != nil {
			c.note(c.report(at, "the values are in the spec already").WithHint("put all of them there, or all into the file"), at.Parent().With("values"), "here")
		}
	}
	for _, v := range c.site.OwnValues() {
		if f := ownPath(v.File); f.Bad() {
			c.fault(v.At, f)
		} else if in := c.inOutput(v.File); in != "" {
			c.report(v.At, "%q is where gen writes: %s", v.File, in).WithHint("keep values of your own in a folder like \"values\"")
		}
	}
}

// inValues tells whether a path is that of a chart's values, or lies in them.
func inValues(at diag.Path) bool {
	return len(at) > 2 && at[0] == "charts" && at[2] == "values"
}
