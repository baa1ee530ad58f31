package rules

import (
	"fmt"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

func checkArrayDisks(c *checker) {
	for host, h := range c.spec.Hosts {
		for name, a := range h.Arrays {
			at := diag.Path{"hosts", host, "arrays", name, "disks"}
			seen := map[string]int{}
			for i, d := range a.Disks {
				disk, known := h.Disks[d]
				first, twice := seen[d]
				switch {
				case !known:
					unknownName(c, at.With(i), "disk", d, h.Disks, a.Disks...)
				case twice:
					p := c.report(at.With(i), "the disk %q is in the list already", d)
					c.note(p, at.With(first), "here")
				case disk.Mount != "":
					p := c.report(at.With(i), "the disk %q has a file system of its own", d).WithHint("leave out its mount, or take it out of the array")
					c.note(p, diag.Path{"hosts", host, "disks", d, "mount"}, "mounted here")
				}
				if !twice {
					seen[d] = i
				}
			}
		}
	}
}

func minDisks(level int) int { return map[int]int{0: 2, 1: 2, 5: 3, 6: 4, 10: 4}[level] }

func checkArrayLevel(c *checker) {
	for _, h := range c.site.Hosts {
		for _, a := range h.Arrays {
			need := minDisks(a.Level)
			if len(a.Disks) >= need || a.Swap {
				continue
			}
			at := diag.Path{"hosts", h.Name, "arrays", a.Name}
			p := c.report(at.With("level"), "RAID %d takes %d disks or more, and the array has %d", a.Level, need, len(a.Disks))
			switch {
			case len(a.Disks) == 1:
				p.WithHint("with one disk, leave arrays out and give the disk its mount")
			case len(a.Disks) > 1:
				p.WithHint("RAID 1 takes %d disks", len(a.Disks))
			}
			if c.ix.Has(at.With("disks")) {
				c.note(p, at.With("disks"), "its disks")
			}
		}
	}
}

// checkArraySizes compares what the members are said to have. A stripe goes on over the
// disks that have more (md(4), RAID0), and loses nothing.
func checkArraySizes(c *checker) {
	for _, h := range c.site.Hosts {
		for _, a := range h.Arrays {
			if strings.HasSuffix(a.Size, "%") && a.Level != 0 { // members of a fixed size are equal
				c.unequalDisks(h, a.Disks, "members of the array", a.Name, "the array takes what the smallest has of each"+lostTo(h, a))
			}
		}
	}
}

// lostTo says how much of the larger disks an array leaves unused, and how it is used
// where that takes no more than another array.
func lostTo(h *site.Host, a *site.Array) string {
	var sizes []int64
	for _, d := range h.Disks {
		if slices.Contains(a.Disks, d.Name) && d.Least > 0 {
			sizes = append(sizes, d.Least)
		}
	}
	if len(sizes) < 2 {
		return ""
	}
	least, larger, lost := slices.Min(sizes), 0, int64(0)
	for _, s := range sizes {
		lost += s - least
		if s-least > least/50 { // more than what one size is rounded by
			larger++
		}
	}
	text := fmt.Sprintf(", and leaves %d GiB unused", lost>>30)
	if larger > 1 {
		text += "; with a size for this one, another array over the larger disks takes the rest"
	}
	return text
}

// unequalDisks reports the first disk that is of another size than one before it. Sizes
// that one disk can have both of are no difference: a maker's 512GB is lsblk's 476.9GiB.
func (c *checker) unequalDisks(h *site.Host, names []string, members, of, hint string) {
	disks := map[string]*site.Disk{}
	for _, d := range h.Disks {
		disks[d.Name] = d
	}
	var first *site.Disk
	for _, name := range names {
		disk := disks[name]
		if disk == nil || disk.Most == 0 {
			continue
		}
		if first == nil {
			first = disk
		} else if disk.Least > first.Most || first.Least > disk.Most {
			at := diag.Path{"hosts", h.Name, "disks"}
			p := c.report(at.With(name, "size"), "the disk %q has %s and %q has %s, but both are %s %q", name, disk.Size, first.Name, first.Size, members, of).
				WithHint("%s", hint)
			c.note(p, at.With(first.Name, "size"), "the other size")
			return
		}
	}
}

// checkDiskSpace adds up what is put on each disk: boot partition, members.
func checkDiskSpace(c *checker) {
	for _, h := range c.site.Hosts {
		sp := c.spec.Hosts[h.Name]
		esp, _ := format.ParseSize(sp.ESPSize)
		said := map[string]bool{}
		for _, d := range h.Disks {
			used, rest := 2, "" // the BIOS boot partition and the partition tables
			if d.Boot {
				used += esp
			}
			swap, _ := format.ParseSize(d.Swap)
			used += swap
			for _, m := range d.Members {
				at := diag.Path{"hosts", h.Name, "arrays", m.Array, "size"}
				if n, ok := format.ParseSize(m.Size); ok {
					used += n
				} else if rest != "" && said[rest+" "+m.Array] {
					continue // of another disk of theirs
				} else if rest != "" {
					said[rest+" "+m.Array] = true
					newer, older := c.later(at, diag.Path{"hosts", h.Name, "arrays", rest, "size"})
					p := c.report(newer, "the arrays %q and %q both take the rest of the disk %q", older[3], newer[3], d.Name).WithHint("give one of them a size, like \"200G\"")
					c.note(p, older, "the other array")
				} else {
					rest = m.Array
				}
			}
			if d.Pool != "" {
				used += site.PoolReserve
			}
			disk := sp.Disks[d.Name]
			if has, ok := format.ParseDisk(disk.Size); ok && used > has {
				c.report(diag.Path{"hosts", h.Name, "disks", d.Name, "size"}, "%d MiB are put on the disk, which has %d at least (%s)", used, has, disk.Size).
					WithHint("boot partition and %s together have to fit", besideBoot(h))
			}
		}
	}
}

func checkDiskUnused(c *checker) {
	for _, h := range c.site.Hosts {
		for _, d := range h.Disks {
			inArray := slices.ContainsFunc(h.Arrays, func(a *site.Array) bool { return slices.Contains(a.Disks, d.Name) })
			if d.Mount == "" && !inArray && d.Pool == "" {
				c.reportName(diag.Path{"hosts", h.Name, "disks", d.Name}, "nothing is put on the disk %q", d.Name).WithHint("give it a mount, put it into %s, or leave it out", group(h))
			}
		}
	}
}
