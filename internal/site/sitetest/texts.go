package sitetest

import (
	"embed"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

//go:embed base.cue full.cue
var texts embed.FS

func text(name string) string {
	data, err := texts.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(data)
}

// Base is the small sound site that the cases in golden/bad are made from.
func Base() string { return text("base.cue") }

// Full says every field of the schema.
func Full() string { return text("full.cue") }

// Example is site.cue at the top of the repository.
func Example(tb testing.TB) string {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(top(), "site.cue"))
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

// top is the folder of the repository.
func top() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..")
}
