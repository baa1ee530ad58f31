package format

import (
	"fmt"
	"testing"
)

func TestSizes(t *testing.T) {
	for text, want := range map[string]struct {
		bytes     int64
		partition int // MiB; 0 is refused
		disk      int
		disko     string
	}{
		"512GB":        {512_000_000_000, 488281, 488281, "488281M"},
		"1.92TB":       {1_920_000_000_000, 1831054, 1826286, "1831054M"},
		"3TB":          {3_000_000_000_000, 2861022, 2861022, "2861022M"},
		"1.7TiB":       {1_869_169_767_219, 1782579, 1730150, "1782579M"},
		"476.9GiB":     {512_067_475_865, 488345, 488294, "488345M"},
		"0.5TiB":       {549_755_813_888, 524288, 471859, "524288M"},
		"512G":         {549_755_813_888, 524288, 0, "512G"},
		"1536M":        {1_610_612_736, 1536, 0, "1536M"},
		"1.5G":         {1_610_612_736, 0, 0, "1.5G"},
		"1GiB":         {1_073_741_824, 1024, 512, "1024M"},
		"1GB":          {1_000_000_000, 953, 953, "953M"},
		"0.1MB":        {100_000, 0, 0, "0.1MB"},
		"0GB":          {0, 0, 0, "0GB"},
		"3 TB":         {0, 0, 0, "3 TB"},
		"3tb":          {0, 0, 0, "3tb"},
		"-1GB":         {0, 0, 0, "-1GB"},
		"1e3GB":        {0, 0, 0, "1e3GB"},
		"100%":         {0, 0, 0, "100%"},
		"999999999TiB": {0, 0, 0, "999999999TiB"},
		"":             {0, 0, 0, ""},
	} {
		bytes, _, ok := bytesOf(text)
		if !ok {
			bytes = 0
		}
		partition, ok := ParseSize(text)
		if !ok {
			partition = 0
		}
		disk, ok := ParseDisk(text)
		if !ok {
			disk = 0
		}
		if bytes != want.bytes || partition != want.partition || disk != want.disk || InDisko(text) != want.disko {
			t.Errorf("%q: %d bytes, partition %d, disk %d, disko %q; want %+v", text, bytes, partition, disk, InDisko(text), want)
		}
		if PartitionSize(text, false).Bad() != (want.partition == 0) || DiskSize(text).Bad() != (want.disk == 0) {
			t.Errorf("%q: %q, %q", text, PartitionSize(text, false).What, DiskSize(text).What)
		}
	}
}

// TestRespelt: what a hint suggests is sound.
func TestRespelt(t *testing.T) {
	for text, want := range map[string]struct{ disk, partition string }{
		"1,5TiB":  {`a fraction takes a point: "1.5TiB"`, `a fraction takes a point: "1.5TiB"`},
		"1,92 tb": {`a fraction takes a point: "1.92TB"`, `a fraction takes a point: "1.92TB"`},
		"1,920GB": {`a fraction takes a point, and thousands take nothing: "1.920GB" or "1920GB"`, `a fraction takes a point, and thousands take nothing: "1.920GB" or "1920GB"`},
		"0,500TB": {`a fraction takes a point: "0.500TB"`, `a fraction takes a point: "0.500TB"`},
		"1,5T":    {bothReadings("1.5T"), bothReadings("1.5T")},
		"1 G":     {bothReadings("1G"), DidYouMean("1G")},
		"3 tb":    {DidYouMean("3TB"), DidYouMean("3TB")},
	} {
		if got := DiskSize(text).Advice(); got != want.disk {
			t.Errorf("disk %q: %s", text, got)
		}
		if got := PartitionSize(text, false).Advice(); got != want.partition {
			t.Errorf("partition %q: %s", text, got)
		}
	}
}

// TestDisks has disks that are sold, with the size that their makers print and the
// one that lsblk does. Either way of saying it fits the disk, and not the next one.
func TestDisks(t *testing.T) {
	for _, c := range []struct {
		bytes        int64
		maker, lsblk string
	}{
		{240_057_409_536, "240GB", "223.6G"},
		{256_060_514_304, "256GB", "238.5G"},
		{480_103_981_056, "480GB", "447.1G"},
		{500_107_862_016, "500GB", "465.8G"},
		{512_110_190_592, "512GB", "476.9G"},
		{960_197_124_096, "960GB", "894.3G"},
		{1_000_204_886_016, "1TB", "931.5G"},
		{1_024_209_543_168, "1024GB", "953.9G"},
		{1_920_383_410_176, "1.92TB", "1.7T"},
		{2_000_398_934_016, "2TB", "1.8T"},
		{2_048_408_248_320, "2.048TB", "1.9T"},
		{3_840_755_982_336, "3.84TB", "3.5T"},
		{4_000_787_030_016, "4TB", "3.6T"},
		{6_001_175_126_016, "6TB", "5.5T"},
		{7_681_501_126_656, "7.68TB", "7T"},
		{8_001_563_222_016, "8TB", "7.3T"},
		{10_000_831_348_736, "10TB", "9.1T"},
		{15_360_950_534_144, "15.36TB", "14T"},
		{16_000_900_661_248, "16TB", "14.6T"},
		{22_000_969_973_760, "22TB", "20T"},
	} {
		if printed := asLsblk(c.bytes); printed != c.lsblk {
			t.Errorf("lsblk prints %d as %s, not %s", c.bytes, printed, c.lsblk)
		}
		for _, said := range []string{c.maker, c.lsblk + "iB", fmt.Sprintf("%dMiB", c.bytes/Mebibyte)} {
			least, most := DiskBytes(said)
			if c.bytes < least || c.bytes > most {
				t.Errorf("a disk of %d bytes is not %s, which is %d to %d", c.bytes, said, least, most)
			}
			if c.bytes-c.bytes/20 > least && c.bytes+c.bytes/10 < most {
				t.Errorf("%s is any disk of %d to %d", said, least, most)
			}
			if mib, ok := ParseDisk(said); !ok || int64(mib)*Mebibyte > c.bytes {
				t.Errorf("%s has room for %d MiB, and the disk for %d", said, mib, c.bytes/Mebibyte)
			}
		}
	}
}

// asLsblk prints a size as util-linux does (lib/strutils.c, size_to_human_string).
func asLsblk(bytes int64) string {
	unit, shift := "G", 30
	if bytes >= 1<<40 {
		unit, shift = "T", 40
	}
	whole, tenths := bytes>>shift, (bytes&(1<<shift-1)*1000>>shift+50)/100
	if tenths == 10 {
		whole, tenths = whole+1, 0
	}
	if tenths == 0 {
		return fmt.Sprintf("%d%s", whole, unit)
	}
	return fmt.Sprintf("%d.%d%s", whole, tenths, unit)
}
