package meant

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sitegen/internal/differ"
	"sitegen/internal/prove"
)

// most is how many differences of a file are told.
const most = 5

// Contents are what files of the tree say otherwise than those that the spec gives, as the
// programs that read them see it. What people read, and whether bytes differ that no program
// minds, is gen check's. parse has Nix say a file in one form, in which the order of
// what is declared is no matter; nil where there is no Nix. What one of the links says is not told again.
func Contents(ctx context.Context, tree fs.FS, want map[string][]byte, links []prove.Finding, parse func(ctx context.Context, file []byte) ([]byte, error)) ([]prove.Finding, error) {
	var found []prove.Finding
	for name, w := range want {
		if !differ.Known(name) {
			continue
		}
		have, err := fs.ReadFile(tree, name)
		if errors.Is(err, fs.ErrNotExist) {
			found = append(found, prove.Finding{Rule: Rule, At: prove.Place{File: name}, Text: "the spec gives this file, and it is not there"})
			continue
		}
		if err != nil {
			return nil, err
		}
		all := differ.Files(name, have, w)
		if len(all) > 0 && path.Ext(name) == ".nix" && parse != nil && sameNix(ctx, parse, have, w) {
			continue
		}
		all = slices.DeleteFunc(all, func(d differ.Difference) bool { return linked(links, name, d) })
		for i, d := range all {
			if i == most {
				found[len(found)-1].Hint = fmt.Sprintf("%d more of this file: gen diff shows all", len(all)-most)
				break
			}
			found = append(found, prove.Finding{Rule: Rule, At: prove.Place{File: name, Line: d.Line}, Text: inWords(d)})
		}
	}
	slices.SortStableFunc(found, func(a, b prove.Finding) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line))
	})
	return found, nil
}

func inWords(d differ.Difference) string {
	way := d.Path
	if way != "" {
		way += ": "
	}
	switch {
	case d.Have == "":
		return fmt.Sprintf("%sthe spec gives %s, and the tree has nothing of it", way, d.Want)
	case d.Want == "":
		return fmt.Sprintf("%sthe tree has %s, and the spec gives nothing of it", way, d.Have)
	}
	return fmt.Sprintf("%sthe tree has %s, and the spec gives %s", way, d.Have, d.Want)
}

func sameNix(ctx context.Context, parse func(context.Context, []byte) ([]byte, error), a, b []byte) bool {
	one, err := parse(ctx, a)
	if err != nil {
		return false
	}
	other, err := parse(ctx, b)
	return err == nil && string(one) == string(other)
}

// near is how far below the line of a link the value of it is.
const near = 10

// linked tells whether a link of the file says what differs.
func linked(links []prove.Finding, file string, d differ.Difference) bool {
	have, want := strings.Trim(d.Have, `"`), strings.Trim(d.Want, `"`)
	return slices.ContainsFunc(links, func(f prove.Finding) bool {
		return f.At.File == file && d.Line >= f.At.Line && d.Line-f.At.Line <= near && have+want != "" && strings.Contains(f.Text, have) && strings.Contains(f.Text, want)
	})
}
