package importer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// disks are what a host's disko file says, in the words of the spec. Where that has no
// words for it, the file is kept and gen's left out.
func (r *reading) disks(h *host, o *object) {
	disks := mapping(h.disko, "disk")
	var said object
	arrays, esp, why := map[string]string{}, "", ""
	for _, name := range slices.Sorted(maps.Keys(disks)) {
		d := disks[name]
		var disk object
		device := text(d, "device")
		disk.set("device", device)
		if !strings.HasPrefix(device, "/dev/disk/") {
			disk.set("unstableName", true, "TODO: its name under /dev/disk/by-id")
			h.diskoAt.say(needsYou, "hosts."+h.name+".disks."+name+": "+device+" may be another disk at the next start; ls -l /dev/disk/by-id has its stable name")
		}
		var parts object
		for _, p := range slices.Sorted(maps.Keys(mapping(d, "content", "partitions"))) {
			part := at(d, "content", "partitions", p)
			role, note := partition(name, p, part, &disk, arrays)
			if why = cmp.Or(why, note); role == "boot" {
				esp = text(part, "size")
			}
			if role != "" && role != p {
				parts.set(role, p)
			}
		}
		if text(d, "content", "type") != "gpt" {
			why = cmp.Or(why, "disk "+name+" has no gpt")
		}
		if len(parts) > 0 {
			disk.set("partitions", parts)
		}
		said.set(name, disk)
	}
	for _, more := range beyond(h.disko, "disk", "mdadm", "zpool") {
		why = cmp.Or(why, more)
	}
	if esp != "" && esp != "1G" {
		o.set("espSize", esp, "as installed")
		r.smallESP = r.smallESP || strings.HasSuffix(esp, "M")
	}
	if len(said) == 0 {
		said.set("a", object{{name: "device", value: "/dev/disk/by-id/replace-me-1"}}, "TODO: lsblk -o NAME,ID-LINK on the host")
	}
	o.set("disks", said)
	if list := r.arrays(h, arrays, &why); len(list) > 0 {
		o.set("arrays", list)
	}
	if list := r.pools(h, &why); len(list) > 0 {
		o.set("layout", "zfs")
		o.set("pools", list)
		o.setText("hostId", h.said("networking.hostId"))
		h.diskoAt.say(needsYou, "ZFS mounts the datasets itself so far: zfs set -u mountpoint=legacy for each, just before the first switch (docs/BESIDE.md of gen, A host that runs NixOS already)")
	}
	switch {
	case why != "":
		r.exclude = append(r.exclude, h.diskoAt.path)
		h.diskoAt.say(needsYou, why+": the spec has no field for it; the file stays, as output.exclude says, at machines/"+h.name+"/disko.nix (docs/BESIDE.md of gen, In the place of a file of gen's)")
	case h.diskoAt != nil:
		h.diskoAt.say(taken, "names of disks, partitions and arrays are as installed: nothing is installed anew; compare before the first switch (docs/BESIDE.md of gen, A host that runs NixOS already)")
	}
}

// partition is gen's name of a partition; or why the spec cannot say it.
func partition(disk, name string, part any, said *object, arrays map[string]string) (role, why string) {
	at1 := "partition " + name + " of disk " + disk
	if l := text(part, "label"); l != "" && l != "disk-"+disk+"-"+name {
		return "", at1 + " has a label of its own, " + l
	}
	content := at(part, "content")
	switch kind := text(content, "type"); {
	case text(part, "type") == "EF02":
		return "bios", ""
	case kind == "filesystem" && text(part, "type") == "EF00":
		return "boot", ""
	case kind == "zfs":
		return "zfs", ""
	case kind == "mdraid":
		arrays[text(content, "name")] = text(part, "size")
		return "md-" + text(content, "name"), ""
	case kind == "filesystem" && slices.Contains([]string{"ext4", "xfs"}, text(content, "format")) && text(content, "mountpoint") != "/":
		said.set("mount", text(content, "mountpoint"))
		if f := text(content, "format"); f != "ext4" {
			said.set("format", f)
		}
		return "files", ""
	default:
		return "", fmt.Sprintf("%s holds %s", at1, cmp.Or(kind, "nothing that is known"))
	}
}

func (r *reading) arrays(h *host, sizes map[string]string, why *string) object {
	var o object
	all := mapping(h.disko, "mdadm")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		a := all[name]
		content := at(a, "content")
		if text(content, "type") != "filesystem" {
			*why = cmp.Or(*why, "array "+name+" holds "+cmp.Or(text(content, "type"), "no file system"))
		}
		var said object
		if n := number(a, "level"); n != 1 {
			said.set("level", n)
		}
		said.set("mount", text(content, "mountpoint"))
		if f := text(content, "format"); f != "ext4" {
			said.set("format", f)
		}
		if s := sizes[name]; s != "" && s != "100%" {
			said.set("size", s)
		}
		o.set(name, said)
	}
	return o
}

// pools are those of ZFS, with all their datasets that are mounted.
func (r *reading) pools(h *host, why *string) object {
	var o object
	all := mapping(h.disko, "zpool")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		pool := all[name]
		var disks []string
		for _, d := range slices.Sorted(maps.Keys(mapping(h.disko, "disk"))) {
			for _, part := range mapping(h.disko, "disk", d, "content", "partitions") {
				if text(part, "content", "type") == "zfs" && text(part, "content", "pool") == name {
					disks = append(disks, d)
				}
			}
		}
		mode := text(pool, "mode")
		switch {
		case mode == "" && len(disks) > 0:
			mode = map[bool]string{true: "mirror", false: "stripe"}[len(disks) == 1]
		case mode == "raidz":
			mode = "raidz1"
		}
		if !slices.Contains([]string{"mirror", "stripe", "raidz1", "raidz2"}, mode) {
			*why = cmp.Or(*why, "pool "+name+" is "+cmp.Or(mode, "on no disk that is known"))
		}
		var datasets object
		mount := text(pool, "mountpoint")
		for _, ds := range slices.Sorted(maps.Keys(mapping(pool, "datasets"))) {
			said := at(pool, "datasets", ds)
			if text(said, "type") != "zfs_fs" {
				*why = cmp.Or(*why, "dataset "+ds+" of pool "+name+" is "+text(said, "type"))
			}
			if m := text(said, "mountpoint"); m != "" {
				datasets.set(ds, m)
				if mount == "" || m == "/" {
					mount = m
				}
			}
		}
		var pools object
		if mode != "mirror" {
			pools.set("mode", mode)
		}
		if len(all) > 1 {
			pools.set("disks", disks)
		}
		pools.set("mount", mount)
		if len(datasets) > 0 {
			pools.set("datasets", datasets)
		}
		pools.set("snapshots", false, "none so far by disko")
		o.set(name, pools)
	}
	return o
}
