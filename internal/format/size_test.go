package format

import "testing"

func TestSizes(t *testing.T) {
	for text, want := range map[string]struct {
		bytes     int64
		partition int // MiB; 0 is refused
		disk      int
		disko     string
	}{
		"512GB":        {512_000_000_000, 488281, 488281, "488281M"},
		"1.92TB":       {1_920_000_000_000, 1831054, 1831054, "1831054M"},
		"3TB":          {3_000_000_000_000, 2861022, 2861022, "2861022M"},
		"1.7TiB":       {1_869_169_767_219, 1782579, 1782579, "1782579M"},
		"476.9GiB":     {512_067_475_865, 488345, 488345, "488345M"},
		"0.5TiB":       {549_755_813_888, 524288, 524288, "524288M"},
		"512G":         {549_755_813_888, 524288, 0, "512G"},
		"1536M":        {1_610_612_736, 1536, 0, "1536M"},
		"1.5G":         {1_610_612_736, 0, 0, "1.5G"},
		"1GiB":         {1_073_741_824, 1024, 1024, "1024M"},
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
