package format

import "testing"

func TestSchedule(t *testing.T) {
	for _, good := range []string{"* * * * *", "15 3 * * *", "*/10 * * * *", "0 6 * * mon-fri", "0 0 1,15 JAN-jun *", "5/15 0-23/2 ? * 0", "@daily", "@weekly", "0 0 29 2 *", "0 0 31 1 *", "0 0 30 2 1", "0 0 31 2-3 *"} {
		if f := Schedule(good); f.Bad() {
			t.Errorf("%q: %s", good, f.What)
		}
	}
	for bad, meant := range map[string]string{
		"": "", "daily": "@daily", "@dayly": "@daily", "@every 10m": "*/10 * * * *", "@every 90s": "", "0 15 3 * * *": "15 3 * * *", "15 3 * *": "",
		"60 * * * *": "", "* 24 * * *": "", "* * 0 * *": "", "* * * 13 *": "", "0 6 * * 7": "0 6 * * 0", "0 6 * * 1-7": "", "5-1 * * * *": "", "*/0 * * * *": "",
		"a * * * *": "", "1, * * * *": "", "0 0 30 2 *": "", "0 0 31 4,6 *": "", "03:15": "15 3 * * *", "CRON_TZ=UTC 0 0 * * *": "", "+1 * * * *": "", "*/61 * * * *": "", "L * * * *": "",
	} {
		f := Schedule(bad)
		if !f.Bad() || f.Meant != meant {
			t.Errorf("%q: %q, meant %q", bad, f.What, f.Meant)
		}
	}
}
