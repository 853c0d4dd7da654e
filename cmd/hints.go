package cmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A hinter puts a diagnosis, which is data, into advice with flags. It knows
// how trust was given, because the advice depends on it.
type hinter struct {
	local bool // keys came from --jwks or --key, not from an issuer
}

// hint returns what can be done about a check, or an empty string.
func (h hinter) hint(c verify.Check) string {
	d := c.Diagnosis
	if d == nil {
		return ""
	}
	switch d.Kind {
	case verify.OpaqueToken:
		return "this is an opaque reference token: ask the issuer with claimcheck introspect; on Authgear, turn on 'Issue JWT as access token'"
	case verify.EncryptedToken:
		return "it is encrypted for its audience: only who has the private key can read it"
	case verify.JSONSerialisation:
		return "ask for the compact serialisation: three base64url segments joined by dots"
	case verify.TruncatedToken:
		return "part of the token seems to be missing: copy the whole of it"
	case verify.PaddedBase64:
		return "padded base64 is not allowed in a JWT; AWS load balancers (ALB) make such tokens in x-amzn-oidc-data"
	case verify.Unsigned:
		return "anybody can write an unsigned token: refuse it, whatever it says"
	case verify.SecretNeeded:
		return "verify it with the application's secret, --secret @FILE; if the issuer signs with a private key, somebody forged it"
	case verify.PublicKeyNeeded:
		return "verify it with the issuer's public keys: --issuer, --jwks or --key"
	case verify.ShortSecret:
		return "is it the right secret, and is --secret-encoding right?"
	case verify.AlgorithmExcluded:
		return "if the issuer really uses it, name it with --alg"
	default:
		return h.keyHint(c, d)
	}
}

func (h hinter) keyHint(c verify.Check, d *verify.Diagnosis) string {
	switch d.Kind {
	case verify.KeyIDUnknown:
		return "is the token from another environment, or was its key withdrawn? is the key set the current one?"
	case verify.KeyOfOtherType:
		return "is the key set that of the token's issuer?"
	case verify.SignedByOtherKey:
		return "the issuer signs with one key and names another: its kid is wrong"
	case verify.Tampered:
		return "the token was changed after it was signed, or the keys belong to another issuer"
	default:
		return h.identityHint(c, d)
	}
}

func (h hinter) identityHint(c verify.Check, d *verify.Diagnosis) string {
	switch d.Kind {
	case verify.DifferentCase:
		return "the two differ in letter case only" + pointAt(d)
	case verify.DifferentSlash:
		return "the two differ in a trailing slash only: " + slashOwner(d)
	case verify.DifferentScheme:
		return "the two differ in http and https only"
	case verify.DifferentPort:
		return "the two differ in the port only" + pointAt(d)
	case verify.DifferentHost:
		return "this token comes from another place altogether" + pointAt(d)
	case verify.DifferentValue:
		if d.Wanted != "" {
			return "this token comes from " + d.Found + pointAt(d)
		}
		return ""
	case verify.OtherParty:
		return fmt.Sprintf("if that is your client, say so: --client-id %s", shellWord(d.Found))
	default:
		return h.timeHint(c, d)
	}
}

func (h hinter) timeHint(c verify.Check, d *verify.Diagnosis) string {
	switch d.Kind {
	case verify.ClockSkew:
		by := d.By.Round(time.Second)
		return fmt.Sprintf("only by %s: the clocks may differ; --leeway %s would allow for that", by, by+time.Second)
	case verify.Milliseconds:
		return "it looks like milliseconds: a JWT counts in seconds"
	case verify.ExpiredToken:
		return "get a new token; to judge the rest as of an earlier time, use --at"
	case verify.ClaimMissing:
		if c.ID == verify.CheckAccessHash {
			return "at_hash is optional in the authorization code flow: the issuer may never send it"
		}
	}
	return ""
}

// pointAt says where two identifiers begin to differ.
func pointAt(d *verify.Diagnosis) string {
	at := verify.FirstDifference(d.Wanted, d.Found)
	if at >= len(d.Wanted) || at >= len(d.Found) {
		return ""
	}
	return fmt.Sprintf(": wanted …%s, found …%s (character %d)", around(d.Wanted, at), around(d.Found, at), at+1)
}

func around(s string, at int) string {
	const span = 12
	return fmt.Sprintf("%q", s[at:min(len(s), at+span)])
}

func slashOwner(d *verify.Diagnosis) string {
	if strings.HasSuffix(d.Found, "/") {
		return "the token has it"
	}
	return "the token does not have it"
}

// shellWord quotes a word so that it can be pasted into a POSIX shell.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_./:@%+=,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
