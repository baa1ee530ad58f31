package format

import (
	"fmt"
	"math/big"
	"strings"
)

// sizeRE is a number with a unit: makers count in thousands, "1.92TB"; lsblk, sgdisk
// and disko by 1024, "1.7TiB", and so does a letter alone: "200G" is 200GiB.
var sizeRE = Pattern(`^([0-9]{1,9}(?:\.[0-9]{1,6})?)(M|G|T)(B|iB|)$`)

const Mebibyte = 1 << 20

// bytesOf is a size in whole bytes; letter says that its unit is a letter alone.
func bytesOf(text string) (n int64, letter, ok bool) {
	m := sizeRE().FindStringSubmatch(text)
	if m == nil {
		return 0, false, false
	}
	exact, _ := new(big.Rat).SetString(m[1])
	base := int64(1024)
	if m[3] == "B" {
		base = 1000
	}
	for range map[string]int{"M": 2, "G": 3, "T": 4}[m[2]] {
		exact.Mul(exact, new(big.Rat).SetInt64(base))
	}
	whole := new(big.Int).Quo(exact.Num(), exact.Denom())
	return whole.Int64(), m[3] == "", whole.IsInt64() && whole.Sign() > 0
}

// BytesIn is bytesOf where the size is known to be sound.
func BytesIn(text string) int64 {
	n, _, _ := bytesOf(text)
	return n
}

// ParseSize is the size of a partition in whole MiB. Partitions start at whole ones;
// what is less is left out, so that none is larger than the spec says.
func ParseSize(text string) (int, bool) {
	n, letter, ok := bytesOf(text)
	if letter && strings.Contains(text, ".") {
		return 0, false // sgdisk takes no such
	}
	return int(n / Mebibyte), ok && n >= Mebibyte
}

// ParseDisk is the least that a whole disk has, in whole MiB. A letter alone would be
// read by half of all people as what the maker prints, which is less.
func ParseDisk(text string) (int, bool) {
	n, letter, ok := bytesOf(text)
	if !ok || letter || n < Mebibyte {
		return 0, false
	}
	least, _ := DiskBytes(text)
	return int(least / Mebibyte), true
}

// DiskBytes is what a disk of a sound size has at least and at most. A whole number
// of GB or TB is what its maker promises: disks have a little more (IDEMA LBA1-03). Any
// other is a rounded one, off by half of its last digit: lsblk prints tenths, rounded
// up too, and a whole number where they are zero (util-linux lib/strutils.c). A disk
// that has a twentieth more than that is another one.
func DiskBytes(text string) (least, most int64) {
	m := sizeRE().FindStringSubmatch(text)
	if m == nil {
		return 0, 0
	}
	n, half := BytesIn(text), int64(0)
	_, digits, fraction := strings.Cut(m[1], ".")
	if m[2] == "T" && !fraction {
		digits = "0"
	}
	if fraction || m[3] == "iB" {
		half = BytesIn("0." + strings.Repeat("0", len(digits)) + "5" + m[2] + m[3])
	}
	return n - half, n + half + n/20
}

// InDisko is the size of a partition as disko and sgdisk read it: a whole number and
// a letter that counts by 1024 (disko lib/types/gpt.nix; sgdisk(8)).
func InDisko(text string) string {
	n, letter, ok := bytesOf(text)
	if !ok || letter || n < Mebibyte {
		return text
	}
	return fmt.Sprintf("%dM", n/Mebibyte)
}

// maxDisk is more than any disk has, in MiB: what is above is a slip of the unit.
const maxDisk = 1 << 30 // 1024T

// PartitionSize is about partitions; rest lets one take the rest of its disk.
func PartitionSize(text string, rest bool) Fault {
	n, ok := ParseSize(text)
	switch {
	case ok && n > maxDisk:
		return Fault{What: fmt.Sprintf("%q is more than any disk has", text), Hint: "the units are M, G and T"}
	case ok || rest && text == "100%":
		return Fault{}
	}
	hint := "a number and a unit: \"1G\" and \"1GiB\" count by 1024, \"200GB\" in thousands"
	if rest {
		hint += "; \"100%\" is the rest of the disk"
	}
	if n, letter, ok := bytesOf(text); ok && letter && n >= Mebibyte {
		return Fault{What: fmt.Sprintf("%q has a fraction, and its unit can be read in two ways", text), Hint: bothReadings(text)}
	}
	return Fault{What: fmt.Sprintf("%q is no size", text), Hint: hint}.respelt(text, ParseSize)
}

func DiskSize(text string) Fault {
	if n, letter, ok := bytesOf(text); ok && !letter && n/Mebibyte > maxDisk {
		return Fault{What: fmt.Sprintf("%q is more than any disk has", text), Hint: "the units are GB, TB, GiB and TiB"}
	}
	return Bytes(text, "no size of a disk", "as its maker prints it, \"512GB\" or \"1.92TB\"; or as lsblk counts, \"476.9GiB\" where it prints 476.9G")
}

// Bytes wants a size whose unit is not a letter alone.
func Bytes(text, what, hint string) Fault {
	n, letter, ok := bytesOf(text)
	switch {
	case ok && letter:
		return Fault{What: fmt.Sprintf("%q can be read in two ways", text), Hint: bothReadings(text)}
	case ok && n >= Mebibyte:
		return Fault{}
	}
	return Fault{What: fmt.Sprintf("%q is %s", text, what), Hint: hint}.respelt(text, ParseDisk)
}

// bothReadings says what a letter alone may stand for.
func bothReadings(text string) string {
	return fmt.Sprintf("%q counts in thousands, as makers of disks do; %q by 1024, as lsblk does, and makers of memory", text+"B", text+"iB")
}

// respelt is the fault of a size that is perhaps only spelt in another way: it says
// how to spell it, where that would be sound.
func (f Fault) respelt(text string, parse func(string) (int, bool)) Fault {
	fixed := strings.ToUpper(strings.ReplaceAll(text, " ", ""))
	fixed = strings.Replace(fixed, "IB", "iB", 1)
	point := strings.Replace(fixed, ",", ".", 1)
	_, letter, ok := bytesOf(point)
	_, sound := parse(point)
	switch {
	case !ok || point == text, !sound && !letter:
	case !sound:
		f.Hint = bothReadings(point)
	case thousandsRE().MatchString(fixed):
		f.Hint = fmt.Sprintf("a fraction takes a point, and thousands take nothing: %q or %q", point, strings.Replace(fixed, ",", "", 1))
	case point != fixed:
		f.Hint = fmt.Sprintf("a fraction takes a point: %q", point)
	default:
		f.Meant = fixed
	}
	return f
}

// thousandsRE is a comma that may part thousands.
var thousandsRE = Pattern(`^[1-9][0-9]{0,2},[0-9]{3}[^0-9]`)
