package format

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// scheduleField is a field of a schedule: its values, and the names of some.
type scheduleField struct {
	name     string
	low, top int
	names    []string // of low and those that follow
}

var scheduleFields = []scheduleField{
	{"minute", 0, 59, nil},
	{"hour", 0, 23, nil},
	{"day of the month", 1, 31, nil},
	{"month", 1, 12, []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{"day of the week", 0, 6, []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
}

var scheduleWords = []string{"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"}

// Schedule is what is wrong with the schedule of a CronJob (robfig/cron v3,
// ParseStandard). Its @every counts from a moment that nobody knows, and is refused.
func Schedule(text string) Fault {
	const hint = "five fields, minute hour day month weekday: \"15 3 * * *\" is every night at a quarter past three"
	bad := func(why string) Fault {
		return Fault{What: fmt.Sprintf("%q is no schedule: ", Shorten(text)) + why, Hint: hint, Meant: meantSchedule(text)}
	}
	if strings.HasPrefix(text, "@") {
		switch {
		case slices.Contains(scheduleWords, text):
			return Fault{}
		case strings.HasPrefix(text, "@every"):
			return bad("it has no time of the clock")
		}
		return bad("there is no such word")
	}
	fields := strings.Fields(text)
	if len(fields) != len(scheduleFields) {
		return bad(fmt.Sprintf("it has %s, and not five", Count(len(fields), "field")))
	}
	var sets []uint64
	for i, f := range scheduleFields {
		set, why := f.parse(fields[i])
		if why != "" {
			return bad("the " + f.name + " " + why)
		}
		sets = append(sets, set)
	}
	if days, months := sets[2], sets[3]; fields[4] == "*" || fields[4] == "?" {
		longest := 29 // of February
		if months&^(1<<2) != 0 {
			longest = 30
		}
		if months&(1<<1|1<<3|1<<5|1<<7|1<<8|1<<10|1<<12) != 0 {
			longest = 31
		}
		if days&(1<<(longest+1)-1) == 0 {
			return Fault{What: fmt.Sprintf("%q never comes: the month has no such day", text), Hint: hint}
		}
	}
	return Fault{}
}

// parse reads a field as a list of values, ranges and steps.
func (f scheduleField) parse(text string) (set uint64, why string) {
	for part := range strings.SplitSeq(text, ",") {
		span, step, stepped := strings.Cut(part, "/")
		by := 1
		if stepped {
			n, err := strconv.Atoi(step)
			if err != nil || n < 1 || n > f.top {
				return 0, fmt.Sprintf("has the step %q", step)
			}
			by = n
		}
		low, top := f.low, f.top
		if span != "*" && span != "?" {
			from, to, ranged := strings.Cut(span, "-")
			var ok, okTo bool
			low, ok = f.value(from)
			if top = low; ranged {
				top, okTo = f.value(to)
				ok = ok && okTo
			} else if stepped {
				top = f.top
			}
			if !ok {
				return 0, fmt.Sprintf("is %q, and goes from %d to %d", span, f.low, f.top)
			}
			if low > top {
				return 0, fmt.Sprintf("is %q, which ends before it begins", span)
			}
		}
		for n := low; n <= top; n += by {
			set |= 1 << n
		}
	}
	return set, ""
}

func (f scheduleField) value(text string) (int, bool) {
	if i := slices.Index(f.names, strings.ToLower(text)); i >= 0 {
		return f.low + i, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= f.low && n <= f.top && !strings.HasPrefix(text, "+")
}

var (
	everyRE  = Pattern(`^@every ([1-9][0-9]?)([mh])$`)
	sundayRE = Pattern(`\b7$`)
	clockRE  = Pattern(`^([0-2]?[0-9]):([0-5][0-9])$`)
)

// meantSchedule is a schedule that somebody may have meant, or "".
func meantSchedule(text string) string {
	low := strings.TrimSpace(strings.ToLower(text))
	guess := ""
	fields := strings.Fields(low)
	switch every := everyRE().FindStringSubmatch(low); {
	case every != nil && every[2] == "m":
		guess = "*/" + every[1] + " * * * *"
	case every != nil:
		guess = "0 */" + every[1] + " * * *"
	case slices.Contains(scheduleWords, "@"+low):
		guess = "@" + low
	case strings.HasPrefix(low, "@"):
		guess = Nearest(low, scheduleWords)
	case len(fields) == 6 && fields[0] == "0": // seconds first
		guess = strings.Join(fields[1:], " ")
	case len(fields) == 5 && sundayRE().MatchString(fields[4]):
		guess = sundayRE().ReplaceAllString(low, "0")
	default:
		if clock := clockRE().FindStringSubmatch(low); clock != nil {
			hour, _ := strconv.Atoi(clock[1])
			minute, _ := strconv.Atoi(clock[2])
			guess = fmt.Sprintf("%d %d * * *", minute, hour)
		}
	}
	if guess == "" || guess == text || Schedule(guess).Bad() {
		return ""
	}
	return guess
}
