package jwks

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// The values of Finding.Severity.
const (
	severityError   = "error"
	severityWarning = "warning"
	severityInfo    = "info"
)

// A Finding is one remark about a key set or another document of an issuer.
type Finding struct {
	ID string `json:"id"` // ID of the check, such as "private_key"
	// Severity is "error" (against the specification, or unsafe), "warning" (it works,
	// but not with everybody or not for long) or "info" (worth knowing).
	Severity  string   `json:"severity"`
	Locations []string `json:"places,omitempty"` // the members or keys concerned; empty for the whole document
	// Message says it in words. It quotes the document: escape it before it
	// reaches a terminal.
	Message string `json:"message"`
	Spec    string `json:"spec,omitempty"` // section of the specification, or empty
}

// MergeFindings merges findings that differ only in their places, and puts
// errors before warnings and those before information.
func MergeFindings(list []Finding) []Finding {
	type identity struct{ id, severity, message, spec string }
	seen := map[identity]int{}
	var merged []Finding
	for _, f := range list {
		key := identity{f.ID, f.Severity, f.Message, f.Spec}
		i, known := seen[key]
		if !known {
			seen[key] = len(merged)
			merged = append(merged, f)
			continue
		}
		merged[i].Locations = append(merged[i].Locations, f.Locations...)
	}
	order := map[string]int{severityError: 0, severityWarning: 1, severityInfo: 2}
	slices.SortStableFunc(merged, func(a, b Finding) int { return cmp.Compare(order[a.Severity], order[b.Severity]) })
	return merged
}

// Lint checks a published set as of now: keys that must not be published,
// weak or broken keys, kids that are missing or ambiguous, and
// certificates that do not belong to their key.
func (s *Set) Lint(now time.Time) []Finding {
	l := &linter{now: now}
	if len(s.Keys) == 0 {
		l.add("empty_set", severityError, nil, "the set has no keys", "RFC 7517 section 5.1")
	} else if len(s.Usable()) == 0 {
		l.add("no_usable_key", severityError, nil, "no key of the set can verify a signature", "RFC 7517 section 5.1")
	}
	if s.ReadAs != "" && !s.single {
		l.add("set_form", severityWarning, nil, "not a JWK Set but "+s.ReadAs+": most programs do not read that", "RFC 7517 section 5")
	}
	l.keyIDs(s)
	for _, k := range s.Keys {
		l.fault(k)
		l.labels(k)
		l.certificate(k)
	}
	return MergeFindings(l.findings)
}

type linter struct {
	now      time.Time
	findings []Finding
}

func (l *linter) add(id, severity string, k *Key, message, spec string) {
	f := Finding{ID: id, Severity: severity, Message: message, Spec: spec}
	if k != nil {
		place := "key " + k.Name()
		if k.Thumbprint != "" && severity == severityError {
			place += " (thumbprint " + k.Thumbprint + ")"
		}
		f.Locations = []string{place}
	}
	l.findings = append(l.findings, f)
}

// keyIDs looks for kids that two keys share and for keys that only a lone key
// may be without (OpenID Connect Core section 10.1).
func (l *linter) keyIDs(s *Set) {
	seen := map[string]bool{}
	for _, k := range s.Keys {
		switch {
		case !k.HasKeyID && len(s.Keys) > 1:
			l.add("missing_kid", severityWarning, k, "the key has no kid, although the set has several keys", "OpenID Connect Core section 10.1")
		case k.HasKeyID && seen[k.KeyID]:
			l.add("duplicate_kid", severityWarning, k, fmt.Sprintf("another key also has the kid %q", k.KeyID), "RFC 7517 section 4.5")
		}
		seen[k.KeyID] = seen[k.KeyID] || k.HasKeyID
	}
}

func (l *linter) fault(k *Key) {
	if k.Fault == nil {
		return
	}
	f := map[string]struct{ id, severity, prefix, spec string }{
		faultPrivate:      {"private_key", severityError, "PRIVATE KEY PUBLISHED: ", "RFC 7517 section 9.2"},
		faultSharedSecret: {"shared_secret", severityError, "SHARED SECRET PUBLISHED: ", "OpenID Connect Core section 10.1"},
		faultWeak:         {"weak_key", severityError, "", "RFC 7518 section 3.3"},
		faultInvalid:      {"invalid_key", severityError, "", "RFC 8725 section 3.4"},
		faultMalformed:    {"invalid_key", severityError, "", "RFC 8725 section 3.4"},
		faultUnsupported:  {"unsupported_key", severityInfo, "", "RFC 7517 section 5"},
		faultUse:          {"key_use", severityError, "", "RFC 7517 section 4.2"},
		faultOtherUse:     {"key_use", severityInfo, "", "RFC 7517 section 4.2"},
	}[k.Fault.Code]
	l.add(f.id, f.severity, k, f.prefix+k.Fault.Text, f.spec)
}

func (l *linter) labels(k *Key) {
	if k.Fault != nil {
		return
	}
	switch kty, curve, known := KeyType(k.Algorithm); {
	case known && (kty != k.Type || curve != k.Curve):
		l.add("key_algorithm", severityError, k, fmt.Sprintf("the key is %s, but its alg %s needs %s", k.Kind(), k.Algorithm, keyTypeText(kty, curve)), "RFC 7518 section 3.1")
	case k.Algorithm == "":
		l.add("missing_alg", severityInfo, k, "the key does not say its alg", "RFC 7517 section 4.4")
	case !known:
		l.add("key_algorithm", severityError, k, fmt.Sprintf("its alg %q is not a public-key signature algorithm", k.Algorithm), "RFC 7518 section 3.1")
	}
	for _, warning := range k.Warnings {
		l.add("key_oddity", severityWarning, k, warning, "RFC 7517 section 4")
	}
}

func (l *linter) certificate(k *Key) {
	c := k.Certificate
	switch {
	case c == nil:
	case k.CertificateMismatch:
		l.add("certificate", severityError, k, "the certificate in x5c is for another key", "RFC 7517 section 4.7")
	case l.now.After(c.NotAfter):
		l.add("certificate", severityWarning, k, "the certificate in x5c expired at "+formatTime(c.NotAfter), "RFC 7517 section 4.7")
	case l.now.Before(c.NotBefore):
		l.add("certificate", severityWarning, k, "the certificate in x5c is not valid before "+formatTime(c.NotBefore), "RFC 7517 section 4.7")
	}
}

func formatTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
