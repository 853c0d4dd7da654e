package verify

import (
	"net/url"
	"slices"
	"strings"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// An issuerQuirk is what is worth knowing about the tokens of one issuer when
// one of the checks does not pass.
type issuerQuirk struct {
	name  string
	knows func(seen) bool
	facts func() []fact // built only for a token that fails
}

// A fact explains the failure of one check. It has no flags in it.
type fact struct {
	check CheckID
	text  string
	fits  func(seen, *Diagnosis) bool // where the failure is such a one; nil: always
}

// seen is what a token shows of its issuer. Nothing of it is verified: it only
// picks the words of an explanation.
type seen struct {
	host, path     string // of iss
	iss            string
	kind           Kind
	header, claims strictjson.Value
}

// being is for failures of which one of the cases was recognised.
func being(kinds ...DiagnosisKind) func(seen, *Diagnosis) bool {
	return func(_ seen, d *Diagnosis) bool { return d != nil && slices.Contains(kinds, d.Kind) }
}

// hosts is for an issuer that is demanded at one host and found at another.
func hosts(wanted, found string) func(seen, *Diagnosis) bool {
	return func(_ seen, d *Diagnosis) bool {
		return d != nil && strings.Contains(d.Wanted, wanted) && strings.Contains(d.Found, found)
	}
}

// hostsDiffer is for two URLs whose hosts are written differently.
func hostsDiffer(d *Diagnosis) bool {
	if d == nil {
		return false
	}
	wanted, errWanted := url.Parse(d.Wanted)
	found, errFound := url.Parse(d.Found)
	return errWanted == nil && errFound == nil && wanted.Host != found.Host
}

func notOfIDTokens(s seen, _ *Diagnosis) bool { return s.kind != KindID }

func (s seen) hostIs(names ...string) bool {
	for _, name := range names {
		if s.host == name || strings.HasSuffix(s.host, "."+name) {
			return true
		}
	}
	return false
}

// isForGraph tells whether a token is for Microsoft Graph, by its name or its
// application id.
func isForGraph(s seen) bool {
	list, _ := audiences(s.claims.Get("aud"))
	return slices.ContainsFunc(list, func(aud string) bool {
		return strings.HasPrefix(aud, "00000003-0000-0000-c000-000000000000") || strings.TrimSuffix(aud, "/") == "https://graph.microsoft.com"
	})
}

// quirkOf returns the entry of the issuer that a token seems to come from. It is
// a guess from unverified claims.
func quirkOf(s seen) (issuerQuirk, bool) {
	for _, quirk := range issuerQuirks() {
		if quirk.knows(s) {
			return quirk, true
		}
	}
	return issuerQuirk{}, false
}

func (r *Report) seen() seen {
	s := seen{kind: r.Kind, header: r.Header, claims: r.claims}
	s.iss, _ = r.claims.Get("iss").Text()
	if u, err := url.Parse(s.iss); err == nil {
		s.host, s.path = strings.ToLower(u.Hostname()), u.Path
	}
	return s
}

// IssuerName returns the name of the service that the token seems to come from,
// or an empty string. It is a guess.
func (r *Report) IssuerName() string {
	quirk, _ := quirkOf(r.seen())
	return quirk.name
}

// addFacts adds what is known of the issuer to the checks that did not pass.
func (v *verification) addFacts() {
	if v.report.Verdict == Accepted {
		return
	}
	token := v.report.seen()
	quirk, known := quirkOf(token)
	if !known {
		return
	}
	facts := quirk.facts()
	for i := range v.report.Checks {
		c := &v.report.Checks[i]
		at := slices.IndexFunc(facts, func(f fact) bool {
			return f.check == c.ID && (f.fits == nil || f.fits(token, c.Diagnosis))
		})
		if c.Status == Failed && at >= 0 {
			c.Fact = facts[at].text
		}
	}
}
