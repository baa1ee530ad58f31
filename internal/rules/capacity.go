package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

func capacityRules() []Rule {
	return []Rule{
		{ID: "pod-room", Severity: diag.Error, Limit: true, Summary: "The hosts have room for all pods: a node takes 110, or what max-pods of its kubelet says, and no more than its /24 has addresses for.",
			Bad: `clients: bakery: replicas: 100, apps: invoices: {replicas: 30, volumes: {}}`, Good: `clients: bakery: replicas: 2`, check: checkPodRoom},
		{ID: "node-resources", Severity: diag.Error, Summary: "What containers ask for is no more than the hosts have, where their memory and threads are said.",
			Bad: `hosts: web1: memory: "8GiB", apps: invoices: resources: {requests: memory: "12Gi", limits: memory: "12Gi"}`, Good: `hosts: web1: memory: "64GiB", apps: invoices: resources: {requests: memory: "12Gi", limits: memory: "12Gi"}`, check: checkNodeResources},
	}
}

const (
	// podsPerNode is how many pods a kubelet takes by itself (kubernetes.io/docs,
	// considerations for large clusters).
	podsPerNode = 110
	// addressesPerNode are those of a /24 without the first, the last, and the two
	// that Cilium takes for its router and its health checks; and a few to change pods.
	addressesPerNode = 250
	// passingPods is room for pods that are there for a while: the new ones beside the
	// old of a rollout, Cilium's and Argo CD's jobs.
	passingPods = 10
)

func checkPodRoom(c *checker) {
	if len(c.site.Hosts) == 0 {
		return
	}
	clients, apps := 0, 0
	for _, w := range c.containers {
		if w.web != nil {
			clients += w.Replicas
		} else {
			apps += w.Replicas + len(w.app.Jobs)
		}
	}
	room := 0
	for _, h := range c.site.Hosts {
		room += min(c.maxPods(h), addressesPerNode)
	}
	if all := clients + apps + c.site.OwnPods() + passingPods; all > room {
		p := c.report(diag.Path{"hosts"}, "%s would run on %s with room for %d: %d of clients, %d of apps, %d of the cluster itself, and %d while others are replaced",
			format.Count(all, "pod"), format.Count(len(c.site.Hosts), "host"), room, clients, apps, c.site.OwnPods(), passingPods).
			WithHint("add a host; or raise the limit of the server: cluster: k3s: flags: [\"--kubelet-arg=max-pods=%d\"], and silence this where a module does so on agents", addressesPerNode)
		if image, n := c.commonImage(); n >= manyClients {
			p.WithHint("%d clients run %q: one app can serve them all by their hostnames, with app: \"NAME\" in place of image", n, image)
		}
	}
}

// manyClients of one image are a case for one app that serves them.
const manyClients = 10

// commonImage is the image that most clients run.
func (c *checker) commonImage() (image string, clients int) {
	count := map[string]int{}
	for _, w := range c.containers {
		if w.web != nil && w.Image != "" {
			if count[w.Image]++; count[w.Image] > clients {
				image, clients = w.Image, count[w.Image]
			}
		}
	}
	return image, clients
}

// maxPods is the kubelet's limit on a host: k3s's flags are the server's.
func (c *checker) maxPods(h *site.Host) int {
	limit := podsPerNode
	for _, f := range c.spec.Cluster.K3s.Flags {
		text, ok := strings.CutPrefix(f, "--kubelet-arg=max-pods=")
		if n, err := strconv.Atoi(text); ok && err == nil && h.Role == site.RoleServer {
			limit = n
		}
	}
	return limit
}

// checkNodeResources adds up what the scheduler does: the requests of all pods,
// against all that the nodes have; and each pod has to find one that is large
// enough. Sizes that are not said on every host tell nothing.
func checkNodeResources(c *checker) {
	cpu, memory := c.site.OwnRequests()
	c.resources("cpu", resource.NewMilliQuantity(cpu, resource.DecimalSI), func(h *spec.Host) (*resource.Quantity, string) {
		return resource.NewQuantity(int64(h.CPU.Threads), resource.DecimalSI), format.Count(h.CPU.Threads, "thread")
	}, diag.Path{"cpu", "threads"})
	c.resources("memory", resource.NewQuantity(memory*format.Mebibyte, resource.BinarySI), func(h *spec.Host) (*resource.Quantity, string) {
		if memoryFault(h.Memory).Bad() {
			return &resource.Quantity{}, ""
		}
		return resource.NewQuantity(format.BytesIn(h.Memory), resource.BinarySI), h.Memory
	}, diag.Path{"memory"})
}

func (c *checker) resources(what string, own *resource.Quantity, has func(*spec.Host) (*resource.Quantity, string), field diag.Path) {
	all, largest := &resource.Quantity{}, &resource.Quantity{}
	said, at := "", diag.Path{}
	for _, name := range slices.Sorted(maps.Keys(c.spec.Hosts)) {
		n, text := has(c.spec.Hosts[name])
		if n.IsZero() {
			return
		}
		all.Add(*n)
		if n.Cmp(*largest) > 0 {
			largest, said, at = n, text, diag.Path{"hosts", name}.With(field...)
		}
	}
	if len(at) == 0 {
		return
	}
	sum, q := own.DeepCopy(), quantities{}
	tooLarge := func(one *resource.Quantity, of diag.Path) bool {
		if one == nil || one.Cmp(*largest) <= 0 {
			return false
		}
		c.note(c.report(of.With("resources", "requests", what), "no host has the %s that one pod asks for, %s: the largest has %s", what, one.String(), said).
			WithHint("ask for less, or add a host that is large enough"), at, "the largest host")
		return true
	}
	for _, w := range c.containers {
		one, sound := q.pod(w, what)
		if !sound || w.Replicas == 0 {
			continue
		}
		if tooLarge(&one, w.at) {
			return
		}
		one.Mul(int64(w.Replicas))
		sum.Add(one)
	}
	// Jobs come and go, and wait for room: each has to find it, and no more.
	c.eachJob(func(_ *spec.App, j *spec.Job, of diag.Path) {
		if j.Resources != nil {
			tooLarge(q.parse(map[string]string{"cpu": j.Resources.Requests.CPU, "memory": j.Resources.Requests.Memory}[what]), of)
		}
	})
	if sum.Cmp(*all) > 0 {
		asked, has := inWords(what, sum, *all)
		c.note(c.report(diag.Path{"hosts"}, "all pods together ask for %s of %s, and the hosts have %s", asked, what, has).
			WithHint("add a host, or let containers ask for less: resources: requests: %s", what), at, "the largest host")
	}
}

// inWords are two quantities with as many digits as it takes to tell them apart.
func inWords(what string, a, b resource.Quantity) (string, string) {
	in, unit := func(n resource.Quantity) float64 { return float64(n.Value()) / (1 << 30) }, "GiB"
	if what == "cpu" {
		in, unit = func(n resource.Quantity) float64 { return float64(n.MilliValue()) / 1000 }, "threads"
	}
	for digits := 1; ; digits++ {
		first, second := fmt.Sprintf("%.*f %s", digits, in(a), unit), fmt.Sprintf("%.*f %s", digits, in(b), unit)
		if first != second || digits == 10 {
			return first, second
		}
	}
}

func memoryFault(text string) format.Fault {
	if f := format.Bytes(text, "no size of memory", "\"64GiB\""); f.Bad() {
		return f
	}
	if n := format.BytesIn(text); n < 1<<30 || n > 64<<40 {
		return format.Fault{What: fmt.Sprintf("%q is no size of memory that a host has", text), Hint: "\"64GiB\""}
	}
	return format.Fault{}
}
