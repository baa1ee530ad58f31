package tfread

import (
	"slices"
	"testing"
)

const root = `
variable "kept" {}
locals {
  zones = { "a.example" = { id = null }, "b.example" = { id = "f00" } }
  ids   = { for name, zone in local.zones : name => zone.id != null ? zone.id : data.zone.by_name[name].id }
}
data "zone" "by_name" {
  for_each = toset([for name, zone in local.zones : name if zone.id == null])
}
resource "record" "one" {
  for_each = local.zones
  zone     = local.ids[each.key]
  name     = "www.${each.key}"
  meta {
    kept = var.kept
  }
}
`

// TestRead: a Named root knows by name what only the run knows; the other leaves it open.
func TestRead(t *testing.T) {
	files := map[string][]byte{"tf/main.tf": []byte(root)}
	r := Read("tf", files, Options{Named: true})
	a, b := r.Resources[`record.one["a.example"]`], r.Resources[`record.one["b.example"]`]
	if len(r.Faults) > 0 || a == nil || b == nil {
		t.Fatalf("%v %v", r.Faults, r.Resources)
	}
	if got := a.Text("zone"); got != `data.zone.by_name["a.example"].id` {
		t.Errorf("zone of a: %q", got)
	}
	if b.Text("zone") != "f00" || b.Text("name") != "www.b.example" || b.BlockText("meta", "kept") != "var.kept" {
		t.Errorf("b: %+v", b)
	}
	if at, ok := r.Said("zones", "b.example"); !ok || at != (Pos{"tf/main.tf", 4}) {
		t.Errorf("b.example is at %v", at)
	}
	if open := Read("tf", files, Options{}).Resources[`record.one["a.example"]`]; open.Text("zone") != "" || open.Texts()["zone"] == "" {
		t.Errorf("not named: %+v", open)
	}
}

// TestFaults: what Terraform refuses of references.
func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		`locals { a = local.b }`:                           `there is no local.b`,
		`output "a" { value = var.b }`:                     `there is no variable "b"`,
		`output "a" { value = data.x.y.id }`:               `there is no data.x.y`,
		`resource "x" "y" { a = each.key }`:                `each.key is of a for_each, and there is none`,
		`resource "x" "y" { depends_on = [x.z] }`:          `there is no x.z`,
		"resource \"x\" \"y\" {}\nresource \"x\" \"y\" {}": `x.y is there twice, first in line 1`,
		"locals { a = 1 }\nlocals { a = 2 }":               `local.a is there twice, first in line 1`,
		`resource "x" "y" { a = {b = 1}["c"] }`:            `The given key does not identify an element in this collection value`,
	} {
		r := Read(".", map[string][]byte{"main.tf": []byte(text)}, Options{Named: true})
		if !slices.ContainsFunc(r.Faults, func(f Fault) bool { return f.Text == want && f.Pos.File == "main.tf" }) {
			t.Errorf("%s: %v, want %q", text, r.Faults, want)
		}
	}
}
