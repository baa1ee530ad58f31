package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// doc is one document of a YAML file, and the file.
type doc struct {
	file *file
	m    map[string]any
}

// documents are those of a YAML file; an error where it is none, or one is no mapping.
func documents(f *file) ([]doc, error) {
	var all []doc
	dec := yaml.NewDecoder(bytes.NewReader(f.data))
	for {
		var v any
		switch err := dec.Decode(&v); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("is no YAML: %s", plain(strings.TrimPrefix(err.Error(), "yaml: ")))
		}
		switch m := v.(type) {
		case nil:
		case map[string]any:
			all = append(all, doc{f, m})
		default:
			return nil, errors.New("is no mapping")
		}
	}
}

// at is what is below some keys, or nil.
func at(v any, keys ...string) any {
	for _, key := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

// text is the scalar below some keys, or "".
func text(v any, keys ...string) string {
	switch v := at(v, keys...).(type) {
	case string:
		return v
	case int, bool, float64:
		return fmt.Sprint(v)
	}
	return ""
}

func number(v any, keys ...string) int {
	n, err := strconv.Atoi(text(v, keys...))
	if err != nil {
		return 0
	}
	return n
}

func items(v any, keys ...string) []any {
	list, _ := at(v, keys...).([]any)
	return list
}

func texts(v any, keys ...string) []string {
	var all []string
	for _, i := range items(v, keys...) {
		all = append(all, text(i))
	}
	return all
}

func mapping(v any, keys ...string) map[string]any {
	m, _ := at(v, keys...).(map[string]any)
	return m
}

// leaves are the paths of all values that are no mappings.
func leaves(v any, prefix string, into map[string]any) {
	m, ok := v.(map[string]any)
	if !ok || len(m) == 0 {
		into[prefix] = v
		return
	}
	for key, inner := range m {
		leaves(inner, strings.TrimPrefix(prefix+"."+key, "."), into)
	}
}

// beyond are the paths of a value that none of the known ones is, or lies above.
func beyond(v any, known ...string) []string {
	found := map[string]any{}
	leaves(v, "", found)
	var more []string
	for _, p := range slices.Sorted(maps.Keys(found)) {
		if !slices.ContainsFunc(known, func(k string) bool { return p == k || strings.HasPrefix(p, k+".") }) {
			more = append(more, p)
		}
	}
	return more
}
