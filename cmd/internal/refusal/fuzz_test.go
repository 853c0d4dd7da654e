package refusal_test

import (
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/exchange"
	"github.com/claimcheck/claimcheck/cmd/internal/refusal"
)

// FuzzExplain: whatever a recording holds, it is explained, and the complaint does not
// repeat the token of the request.
func FuzzExplain(f *testing.F) {
	const token = "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
	for _, seed := range []string{
		"> GET / HTTP/1.1\n> Authorization: Bearer " + token + "\n>\n< HTTP/1.1 401 x\n< WWW-Authenticate: Bearer error=\"invalid_token\"\n<\n",
		"HTTP/1.1 401 x\nWWW-Authenticate: Bearer error=\"invalid_token\", error_description=\"" + token + "\"\n\n" + token,
		`{"error":"token_expired","message":"jwt expired"}`, "HTTP/1.1 403 x\nWWW-Authenticate: DPoP\n\n<html>", "JWT not active",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := exchange.Parse(text)
		if err != nil {
			return
		}
		x := refusal.Explain(e, refusal.FindCredential(e), time.Unix(1767225600, 0))
		if secret := x.Credential.Token; len(secret) > 40 && strings.Contains(x.Complaint.Words, secret) {
			t.Errorf("%q repeats the token", x.Complaint.Words)
		}
	})
}
