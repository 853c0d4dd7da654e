package advice

import (
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

func TestCmdline(t *testing.T) {
	line := Cmdline{Command: "claimcheck verify", Argument: "@a token.jwt"}.Add("issuer", "https://a.example").Add("scope", "x y").Add("scope", "z").Add("strict", "")
	for got, expected := range map[string]string{
		line.String():                             `claimcheck verify '@a token.jwt' --issuer https://a.example --scope 'x y' --scope z --strict`,
		line.Set("scope", "w").String():           `claimcheck verify '@a token.jwt' --issuer https://a.example --strict --scope w`,
		line.Drop("scope", "strict").String():     `claimcheck verify '@a token.jwt' --issuer https://a.example`,
		line.Set("issuer", "<who>").String():      `claimcheck verify '@a token.jwt' --scope 'x y' --scope z --strict --issuer '<who>'`,
		Cmdline{Command: "claimcheck x"}.String(): `claimcheck x`,
	} {
		if got != expected {
			t.Errorf("got      %s\nexpected %s", got, expected)
		}
	}
	if line.String() != `claimcheck verify '@a token.jwt' --issuer https://a.example --scope 'x y' --scope z --strict` {
		t.Error("Set or Drop changed the line itself:", line)
	}
	if !line.Has("nothing", "scope") || line.Has("nothing") || !line.Is("verify") || line.Is("auth-age") {
		t.Error("Has or Is")
	}
}

func TestCopyable(t *testing.T) {
	for value, expected := range map[string]bool{
		"https://issuer.example/a?b=c": false, "https://issuer.example/a": true, "api": true, "api://x": true, "": false, "-q": false,
		"--any-issuer": false, "a b": false, "a;b": false, "$(x)": false, "a\u202eb": false, strings.Repeat("a", 201): false,
	} {
		if Copyable(value) != expected {
			t.Errorf("%q: %v", value, !expected)
		}
	}
}

// TestNothingUnverifiedFillsATrustFlag: whatever the diagnosis, a value of a token
// whose signature has not verified stands in no command; but for the issuer that
// the user is asked to confirm, and never in introspect.
func TestNothingUnverifiedFillsATrustFlag(t *testing.T) {
	const evil = "https://evil.example"
	for _, cause := range verify.DiagnosisCauses() {
		for _, id := range []string{"issuer", "audience", "authorized_party", "client", "scope", "role", "require"} {
			check := verify.Check{ID: id, Status: verify.Failed, Diagnosis: &verify.Diagnosis{Cause: cause, Expected: "mine", Found: evil, Names: []string{evil}}}
			for _, command := range []string{"claimcheck verify", "claimcheck introspect"} {
				c := Case{Typed: Cmdline{Command: command, Argument: "@t"}.Add("issuer", "mine"), Issuer: "mine", Audiences: []string{"mine"}}
				for _, flag := range []string{"--issuer", "--audience", "--jwks", "--client-id"} {
					if hint := c.Hint(check); strings.Contains(hint.Command, flag+" "+evil) {
						t.Errorf("%s of %s: %s", cause, id, hint)
					}
				}
				c.Stranger = evil
				hint := c.Hint(check)
				asks := strings.Contains(hint.Words(), "if that is the issuer you expect")
				if strings.Contains(hint.Command, "--issuer "+evil) && (!asks || command == "claimcheck introspect") {
					t.Errorf("%s of %s, a stranger: %s", cause, id, hint)
				}
			}
		}
	}
}

// TestNoHintContradictsTheCommandLine: --offline and --refresh refuse each other.
func TestNoHintContradictsTheCommandLine(t *testing.T) {
	check := verify.Check{ID: "key", Status: verify.Failed, Diagnosis: &verify.Diagnosis{Cause: "key_id_unknown"}}
	c := Case{Typed: Cmdline{Command: "claimcheck verify"}, Held: true}
	if hint := c.Hint(check); !strings.HasSuffix(hint.Command, "--refresh") {
		t.Error(hint)
	}
	c.Typed = c.Typed.Add("offline", "")
	if hint := c.Hint(check); hint.Command != "" {
		t.Error(hint)
	}
}

func TestUnavailableProxy(t *testing.T) {
	if got := Unavailable(&provider.FetchError{Cause: "proxy"}); !strings.Contains(got, "HTTPS_PROXY") || !strings.Contains(got, "NO_PROXY") {
		t.Errorf("got %q", got)
	}
}
