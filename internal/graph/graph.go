// Package graph writes graphs in the languages of programs that draw them.
package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Graph is what leads where.
type Graph struct {
	Nodes []Node `json:"nodes"`
	Edges []Edge `json:"edges"`

	nodes map[string]bool
	edges map[Edge]bool
}

// Node is one thing; its ID is the graph's own.
type Node struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"` // hostname, redirect, service, host, array, pool, disk, card
	Label string `json:"label"`
}

// Edge leads from one node to another.
type Edge struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Through string `json:"through,omitempty"` // who gets in
}

// Add puts a node in, once.
func (g *Graph) Add(kind, label string) (id string) {
	id = kind + " " + label
	if !g.nodes[id] {
		if g.nodes == nil {
			g.nodes = map[string]bool{}
		}
		g.nodes[id] = true
		g.Nodes = append(g.Nodes, Node{id, kind, label})
	}
	return id
}

// Lead puts an edge in, once.
func (g *Graph) Lead(from, to, through string) {
	e := Edge{from, to, through}
	if !g.edges[e] {
		if g.edges == nil {
			g.edges = map[Edge]bool{}
		}
		g.edges[e] = true
		g.Edges = append(g.Edges, e)
	}
}

// JSON writes the graph as one object.
func (g *Graph) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(g)
}

// Dot writes the graph for Graphviz.
func (g *Graph) Dot(w io.Writer) error {
	var b strings.Builder
	b.WriteString("digraph {\n\trankdir=LR\n\tnode [shape=box, style=rounded]\n")
	for _, n := range g.Nodes {
		fmt.Fprintf(&b, "\t%s [label=%s]\n", dot(n.ID), dot(n.Label))
	}
	for _, e := range g.Edges {
		label := ""
		if e.Through != "" {
			label = " [label=" + dot(e.Through) + "]"
		}
		fmt.Fprintf(&b, "\t%s -> %s%s\n", dot(e.From), dot(e.To), label)
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// dot quotes a text: in a string of DOT a backslash before n, l and the like means
// something, so that each is doubled.
func dot(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(text) + `"`
}

// Mermaid writes the graph as a flow chart.
func (g *Graph) Mermaid(w io.Writer) error {
	var b strings.Builder
	ids := map[string]string{}
	b.WriteString("flowchart LR\n")
	for i, n := range g.Nodes {
		ids[n.ID] = "n" + strconv.Itoa(i)
		fmt.Fprintf(&b, "\t%s[\"%s\"]\n", ids[n.ID], mermaid(n.Label))
	}
	for _, e := range g.Edges {
		label := ""
		if e.Through != "" {
			label = `|"` + mermaid(e.Through) + `"|`
		}
		fmt.Fprintf(&b, "\t%s -->%s %s\n", ids[e.From], label, ids[e.To])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// mermaid writes a text as entities where it would be Markdown, HTML or the end of the label.
func mermaid(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r >= 0x80 || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune(" .-_/:", r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}
