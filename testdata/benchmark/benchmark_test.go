// Package benchmark measures claimcheck beside other libraries, each doing the
// same checks in the same run:
//
//	go test -run '^$' -bench . -cpu 1,2 -benchtime 5000x
//
// ns/op is time by the clock, cpu-ns/op the processor's time of the whole process,
// which other programs on the machine disturb less. Verifying goes on in as many
// goroutines as -cpu says.
package benchmark

import (
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// issuers are what is measured: algorithms and sizes of key sets.
func issuers() []struct {
	name         string
	alg          string
	keys         int
	certificates bool
} {
	return []struct {
		name         string
		alg          string
		keys         int
		certificates bool
	}{
		{"RS256-1-key", "RS256", 1, false},
		{"RS256-8-keys", "RS256", 8, false},
		{"RS256-10-keys-x5c", "RS256", 10, true},
		{"ES256", "ES256", 1, false},
		{"Ed25519", "EdDSA", 1, false},
	}
}

func get(t testing.TB, url string) []byte {
	t.Helper()
	reply, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	return must(io.ReadAll(reply.Body))
}

// TestSameChecks: what is compared accepts and refuses the same tokens.
func TestSameChecks(t *testing.T) {
	for _, which := range issuers() {
		i := newIssuer(t, which.alg, which.keys, which.certificates)
		good := i.token(t, nil)
		last := strings.LastIndex(good, ".")
		bad := map[string]string{
			"expired":        i.token(t, map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}),
			"not yet valid":  i.token(t, map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}),
			"other issuer":   i.token(t, map[string]any{"iss": "https://other.example"}),
			"other audience": i.token(t, map[string]any{"aud": "other"}),
			"changed":        swapPayload(good, i.token(t, map[string]any{"sub": "eve"})),
			"cut off":        good[:last+1],
		}
		for _, l := range libraries() {
			verifyToken := l.open(t, i)
			if err := verifyToken(good); err != nil {
				t.Errorf("%s, %s: %v", which.name, l.name, err)
			}
			for name, raw := range bad {
				if verifyToken(raw) == nil {
					t.Errorf("%s, %s: a token that is %s is accepted", which.name, l.name, name)
				}
			}
		}
		if err := i.bare(t, good)(); err != nil {
			t.Error(err)
		}
	}
}

// swapPayload is one token with the payload of another.
func swapPayload(signed, other string) string {
	a, b := strings.Split(signed, "."), strings.Split(other, ".")
	return a[0] + "." + b[1] + "." + a[2]
}

// BenchmarkVerify is a token of an issuer whose keys are known.
func BenchmarkVerify(b *testing.B) {
	for _, which := range issuers() {
		i := newIssuer(b, which.alg, which.keys, which.certificates)
		raw := i.token(b, nil)
		b.Run(which.name+"/bare", func(b *testing.B) {
			check := i.bare(b, raw)
			measure(b, func(string) error { return check() }, raw)
		})
		b.Run(which.name+"/report", func(b *testing.B) {
			measure(b, report(b, i), raw)
		})
		for _, l := range libraries() {
			verifyToken := l.open(b, i)
			b.Run(which.name+"/"+l.name, func(b *testing.B) { measure(b, verifyToken, raw) })
		}
	}
}

// report is token.Parse and verify.Verify alone, with the whole report.
func report(t testing.TB, i *issuer) func(string) error {
	t.Helper()
	set, err := jwks.Parse(get(t, i.URL+"/keys"))
	if err != nil {
		t.Fatal(err)
	}
	keys := &verify.PublicKeys{Set: set}
	policy := verify.Policy{Issuer: i.URL, Audiences: []string{audience}}
	return func(raw string) error {
		return verify.Verify(token.Parse(raw), keys, policy, time.Now()).Err()
	}
}

func measure(b *testing.B, verifyToken func(string) error, raw string) {
	if err := verifyToken(raw); err != nil { // warms it up
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	start := processorTime(b)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if err := verifyToken(raw); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(processorTime(b)-start)/float64(b.N), "cpu-ns/op")
}

// processorTime is that of the whole process, with what collects its garbage.
func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
