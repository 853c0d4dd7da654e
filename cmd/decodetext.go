package cmd

import (
	"fmt"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// decoded is a token as decode shows it.
type decoded struct {
	token         *token.Token
	showSignature bool
	now           time.Time
	meant         string // see hinter
}

// hint is advice for a text that is not a JWT: that of verify, whose structure
// check says the same.
func (d decoded) hint() string {
	report := verify.Verify(d.token, nil, verify.Policy{}, d.now)
	for _, c := range report.Checks {
		if c.ID != verify.CheckPolicy && c.Status == verify.Failed {
			return hinter{meant: d.meant}.hint(c).String()
		}
	}
	return ""
}

func (d decoded) writeText(t *output.Text) {
	kind := string(d.token.Form())
	if d.readable() {
		kind = "JWT"
	}
	t.Spans(output.Strong.Span(kind), output.Caution.Span("  not verified"))
	if header := d.token.Header(); header.Exists() {
		writePart(t, output.Accent1, "header")
		t.JSON(header)
	}
	switch claims := d.token.UnverifiedClaims(); {
	case claims.Exists():
		writePart(t, output.Accent2, "payload")
		t.JSON(claims)
		writeClaimNotes(t, claims, d.now)
	case d.token.PayloadText() != "":
		writePart(t, output.Accent2, "payload, as base64url")
		t.Line(d.token.PayloadText())
	}
	if signature := d.signature(); signature.Exists() {
		writePart(t, output.Accent3, "signature")
		t.Line(fmt.Sprintf("%d bytes", len(d.token.Signature())))
		if text, ok := signature.Get("text").Text(); ok {
			t.Line(text)
		}
	}
}

// writePart is the heading of one of the three parts of a token, each in a
// colour of its own.
func writePart(t *output.Text, style output.Style, title string) {
	t.Blank()
	t.Spans(style.Span(title))
}

// writeClaimNotes explains the well-known claims that a token has, every time
// both absolute and relative.
func writeClaimNotes(t *output.Text, claims strictjson.Value, now time.Time) {
	var rows []output.Row
	for _, m := range claims.Members() {
		meaning := claimMeaning(m.Name)
		if at, ok := verify.NumericDate(m.Value); ok && isTimeClaim(m.Name) {
			rows = append(rows, output.Row{Label: m.Name, Value: meaning + ": " + output.FormatTime(at, now)})
		} else if meaning != "" {
			rows = append(rows, output.Row{Label: m.Name, Value: meaning})
		}
	}
	if len(rows) > 0 {
		t.Heading("what the claims mean")
		t.Rows(rows...)
	}
}

func isTimeClaim(name string) bool {
	switch name {
	case "exp", "nbf", "iat", "auth_time", "updated_at":
		return true
	}
	return false
}

// claimMeaning says what a registered claim means, or nothing (RFC 7519 section
// 4.1; OpenID Connect Core sections 2 and 5.1; RFC 9068 section 2.2).
func claimMeaning(name string) string {
	return map[string]string{
		"iss":        "issuer: who made the token",
		"sub":        "subject: whom it speaks about",
		"aud":        "audience: whom it is for",
		"exp":        "expires",
		"nbf":        "not valid before",
		"iat":        "issued",
		"jti":        "the token's own identifier",
		"azp":        "authorized party: the client it was issued to",
		"nonce":      "ties the token to the request that the client sent",
		"auth_time":  "the user signed in",
		"acr":        "how strongly the user signed in",
		"amr":        "the ways in which the user signed in",
		"at_hash":    "hash of the access token that came with it",
		"c_hash":     "hash of the code that came with it",
		"s_hash":     "hash of the state that came with it",
		"sid":        "the session at the issuer",
		"client_id":  "the client it was issued to",
		"scope":      "what the client may do",
		"scp":        "what the client may do",
		"cnf":        "the key that the sender has to have",
		"updated_at": "the user's details last changed",
	}[name]
}
