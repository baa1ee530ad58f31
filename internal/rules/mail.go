package rules

import (
	"fmt"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

// mailerRE is an address that every program takes for one on the way of a mail
// about a failing disk: smartd's script has the sender in a here document and the
// recipient between double quotes (nixpkgs services/monitoring/smartd.nix), and
// msmtp's list of aliases ends an address at # : and , (msmtp src/aliases.c).
var mailerRE = format.Pattern(`^[A-Za-z0-9._+='/-]+@[A-Za-z0-9.-]+$`)

func mailerFault(text string) format.Fault {
	if f := format.Email(text); f.Bad() || mailerRE().MatchString(text) {
		return f
	}
	return format.Fault{What: fmt.Sprintf("%q has a character in it that the programs which report failing disks take for something else", text),
		Hint: "letters, digits and . _ + = - ' / before the @"}
}

// maxRelayUser is how long a log-in name may be: msmtp reads lines of 500 bytes (msmtp
// src/conf.c, LINEBUFSIZE).
const maxRelayUser = 400

// relayUserFault wants what msmtp reads as it stands: it drops blanks around a value
// and quotes around a whole one (msmtp src/conf.c, trim_string).
func relayUserFault(user string) format.Fault {
	switch {
	case len(user) > maxRelayUser:
		return format.Fault{What: fmt.Sprintf("the log-in name has %d bytes, and %d is the most", len(user), maxRelayUser)}
	case strings.TrimSpace(user) != user:
		return format.Fault{What: fmt.Sprintf("%q has blanks around it, which msmtp drops", user), Meant: strings.TrimSpace(user)}
	case len(user) > 1 && strings.HasPrefix(user, `"`) && strings.HasSuffix(user, `"`):
		return format.Fault{What: fmt.Sprintf("%q has quotes around it, which msmtp drops", user), Meant: strings.Trim(user, `"`)}
	}
	return format.Fault{}
}

func checkEmails(c *checker) {
	c.fault(diag.Path{"admin", "email"}, format.Email(c.spec.Admin.Email))
	c.eachWho(func(w spec.Who, at diag.Path) {
		for i, e := range w.Emails {
			c.fault(at.With("emails", i), format.Email(e))
		}
	})
	if a := c.spec.Alerts; a != nil {
		c.fault(diag.Path{"alerts", "email"}, mailerFault(a.Email))
		c.fault(diag.Path{"alerts", "smtp", "user"}, relayUserFault(a.SMTP.User))
		switch {
		case a.SMTP.From != "":
			c.fault(diag.Path{"alerts", "smtp", "from"}, mailerFault(a.SMTP.From))
		case relayUserFault(a.SMTP.User).Bad():
		case mailerFault(a.SMTP.User).Bad() && !format.Email(a.SMTP.User).Bad():
			c.fault(diag.Path{"alerts", "smtp", "user"}, mailerFault(a.SMTP.User))
		case format.Email(a.SMTP.User).Bad():
			c.report(diag.Path{"alerts", "smtp", "user"}, "%q is no e-mail address, and mail is sent from it", a.SMTP.User).
				WithHint("say alerts.smtp.from, the address that mail comes from")
		}
	}
}
