// Package rules is the table of what every site has to keep to, and the engine that
// runs it. Load is the whole way from the files of a spec to a sound site, or to
// problems that each name a line of the user's own and what to do.
//
// A rule is a row of a table and a function that looks at spec and site, in the file
// of what it is about. Where the name of a file does not say what is in it:
//
//	rules.go      all tables, in the order of docs/RULES.md; the rules about the output
//	check.go      the engine: what a rule is, how it runs and reports
//	load.go       Load; rules about the spec as CUE, and about silencing others
//	format.go     single values: hostnames, addresses, URLs, durations
//	text.go       every text of the spec: characters, and who reads it in the end
//	list.go       every list of the spec: what stands in it twice
//	name.go       names of clients, apps and namespaces; unknownName for references
//	published.go  keys that others know, once a site is for real and not an example
//	host.go       hosts; also disk.go, array.go, nic.go, user.go
//	server.go     which hosts are servers; storage.go, where their volumes lie
//	node.go       a host as a node of the cluster: its address, the flags of k3s
//	cluster.go    the networks of pods and Services
//	domain.go     domains and all hostnames; also zone.go, record*.go, mail.go, redirect.go
//	access.go     what is behind Access; access_path.go: single paths of a page;
//	              login.go: who is let in, identity providers
//	route.go      where hostnames lead to; origin.go: how the tunnel speaks to that
//	workload.go   clients and apps; container.go: images, quantities, probes, commands;
//	              process.go: init containers and sidecars; files.go: mounted files
//	content.go    files of the user's that the spec names, which are read for the output
//	capacity.go   what fits on the nodes
//	beside.go     manifests and charts of the user's own; chart.go: charts alone
//	version.go    pins of images, charts, providers, flakes and Terraform
//	output.go     what gen leaves alone; where Terraform keeps its state
//
// docs/RULES.md, `gen rules` and `gen explain` are made of the tables. How a spec is
// read is package spec's; how a single text is judged, package format's.
package rules
