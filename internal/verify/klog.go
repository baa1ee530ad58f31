package verify

import (
	"regexp"
	"strconv"
	"strings"
)

// Programs of Kubernetes, kubectl among them, end with a line of their log: severity,
// date, time, process and place in their source, then "command failed" and the error
// (k8s.io/component-base/cli, Run; k8s.io/klog/v2, internal/buffer, FormatHeader).
var klogLine = regexp.MustCompile(`(?m)^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [^ \]\n]+:\d+\] ` +
	`(?:"command failed" err=(?:("(?:[^"\\\n]|\\.)*")|<\n((?:\t.*\n)*) >))?`)

// unlogged is a message without the head of the log that it was written to: of an
// error, its text alone.
func unlogged(text string) string {
	return klogLine.ReplaceAllStringFunc(text, func(line string) string {
		m := klogLine.FindStringSubmatch(line)
		if message, err := strconv.Unquote(m[1]); err == nil {
			return message
		}
		// klog writes an error of several lines indented, between < and >.
		return strings.TrimSuffix(strings.ReplaceAll("\n"+m[2], "\n\t", "\n")[1:], "\n")
	})
}
