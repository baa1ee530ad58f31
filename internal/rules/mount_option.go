package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

// Options that mount(8), ext4(5) and xfs(5) name; behind = stands N for a number, S for a
// size and W for a word.
var mountOptions = map[string][]string{
	"":     words("async dirsync discard iversion lazytime noatime nodev nodiratime nodiscard noexec nosuid relatime strictatime sync"),
	"ext4": words("auto_da_alloc commit=N data=W delalloc errors=W grpjquota=W grpquota init_itable=N inode_readahead_blks=N journal_checksum max_batch_time=N min_batch_time=N nodelalloc prjquota stripe=N usrquota"),
	"xfs":  words("allocsize=S gquota grpquota inode64 largeio logbsize=S logbufs=N noquota pquota prjquota sunit=N swalloc swidth=N uquota usrquota"),
}

var optionValues = map[string]func() *regexp.Regexp{
	"N": format.Pattern(`^[0-9]{1,9}$`),
	"S": format.Pattern(`^[0-9]{1,9}[kmgKMG]?$`),
	"W": format.Pattern(`^[A-Za-z0-9._-]+$`),
}

func checkMountOptions(c *checker) {
	for _, h := range c.site.Hosts {
		for _, a := range h.Arrays {
			c.mountOptions(a.Options, a.Format, a.Mount, diag.Path{"hosts", h.Name, "arrays", a.Name, "options"})
		}
		for _, d := range h.Disks {
			at := diag.Path{"hosts", h.Name, "disks", d.Name, "options"}
			if d.Mount == "" && len(d.Options) > 0 {
				c.report(at, "the disk %q has no file system of its own", d.Name).WithHint("say the options of the array that it belongs to; the datasets of a pool have none")
				continue
			}
			c.mountOptions(d.Options, d.Format, d.Mount, at)
		}
	}
}

func (c *checker) mountOptions(options []string, fs, mount string, at diag.Path) {
	for i, option := range options {
		f := mountOption(option, fs)
		if !f.Bad() && slices.Contains([]string{"noexec", "nosuid", "nodev"}, option) && holdsPrograms(mount) {
			f = format.Fault{What: fmt.Sprintf("%q keeps programs at %q from running: those of the system, or those of containers", option, mount), Hint: "leave it out, or give what shall have it a file system of its own"}
		}
		c.fault(at.With(i), f)
	}
}

// holdsPrograms tells whether the system or containers run from a file system.
func holdsPrograms(mount string) bool {
	return slices.Contains([]string{"/", "/nix", "/var", "/var/lib"}, mount) || isBelow(mount, "/var/lib/rancher") && !isBelow(mount, site.VolumesDir)
}

func mountOption(option, fs string) format.Fault {
	name, value, valued := strings.Cut(option, "=")
	known := slices.Concat(mountOptions[""], mountOptions[fs])
	var names []string
	for _, k := range known {
		of, kind, wants := strings.Cut(k, "=")
		names = append(names, of)
		if of != name {
			continue
		}
		if wants != valued || valued && !optionValues[kind]().MatchString(value) {
			return format.Fault{What: fmt.Sprintf("%q is not how the mount option %s is written", option, of), Hint: map[string]string{"": "it has no value", "N": "it has a number behind =", "S": "it has a size behind =, like 64k", "W": "it has a word behind ="}[kind]}
		}
		return format.Fault{}
	}
	switch {
	case slices.Contains(words("auto bind defaults fail noauto nofail remount ro rw user users"), name) || strings.HasPrefix(name, "x-"):
		return format.Fault{What: fmt.Sprintf("%q is for gen to say: it decides whether and when the file system is mounted", option), Hint: "leave it out"}
	case strings.ContainsAny(option, ", "):
		return format.Fault{What: fmt.Sprintf("%q is more than one mount option", option), Hint: "each is an entry of the list"}
	}
	f := format.Fault{What: fmt.Sprintf("%q is no mount option of %s that gen knows, and with one that mount does not know a host does not start", option, fs), Hint: "a module of your own may add to fileSystems what this list lacks"}
	if best := format.Nearest(name, names); best != "" {
		f.Hint = format.DidYouMean(best)
	}
	return f
}
