// Package advice turns a diagnosis, which is data, into words with flags and,
// where one helps, into a command line to copy. What a token says gets into such
// a command only where a trusted key has verified its signature, or where the
// user is asked to confirm it.
package advice

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A Hint is what can be done about a check: words and, where one helps, a whole
// command line that can be copied as it is.
type Hint struct {
	Text    string
	Or      string // when to take the command, where that is not what Text says
	Command string
}

// Words are the hint without its command, to stand above it.
func (h Hint) Words() string {
	switch {
	case h.Command == "":
		return h.Text
	case h.Or == "":
		return h.Text + ":"
	case h.Text == "":
		return h.Or + ":"
	default:
		return h.Text + "; " + h.Or + ":"
	}
}

func (h Hint) String() string { return strings.TrimSpace(h.Words() + " " + h.Command) }

// A Case is what is known about a run in addition to its checks: what was typed, and
// where the keys come from.
type Case struct {
	Typed     Cmdline
	Instead   string   // what may have been meant in place of a token, or empty
	Verified  bool     // a trusted key verified the signature
	Issuer    string   // that is expected, or empty
	Audiences []string // that are expected
	WantsID   bool     // an ID token is expected
	Program   bool     // the token speaks for a program, not for a user
	Stranger  string   // the token's iss, unverified, where keys of another issuer do not fit; or empty

	KeySource string // where the keys came from, and how old they are; or empty
	KeySetURL string // the key set that the issuer's metadata names, or empty
	Published bool   // the keys are the issuer's own, not a local file
	SingleKey bool   // what is trusted is one key
	Held      bool   // the keys were not fetched again, although that could help
	Cached    bool   // they came from the cache
	Encoding  string // the encoding by which the secret would fit, or empty
	// SecretForm says in words with which change to its text the secret would fit, or
	// is empty.
	SecretForm string
}

// Hint returns the hint for a check, or an empty one. A note about the service that
// issued the token is more specific than the general text: it replaces that or, if
// the general text says what to do, precedes it.
func (c Case) Hint(check verify.Check) Hint {
	d := check.Diagnosis
	if d == nil {
		return Hint{}
	}
	hint := c.diagnosed(check, *d)
	switch {
	case d.Note == "":
	case c.Instead != "" && check.ID == "structure":
		hint.Text = c.Instead
	case hint.Text != "" && slices.Contains([]string{
		"different_case", "different_slash", "different_prefix", "secret_needed", "immutable_subject",
	}, d.Cause):
		hint.Text = d.Note + "; " + hint.Text
	default:
		hint.Text = d.Note
	}
	return hint
}

// constant are the hints that depend on nothing but the diagnosis.
func constant(cause string) string {
	return map[string]string{
		"no_token":              "pass the token itself, @FILE, env:NAME, or - for stdin",
		"encrypted_token":       "it is encrypted for its audience: only the holder of the private key can read it; an ID token is encrypted if the issuer has an encryption key for this client (in authentik, set on the provider)",
		"encrypted_with_secret": "it is encrypted with a key that the issuer and its audience share; there is no private key for it",
		"encrypted_session":     "it is encrypted with a shared key: Auth.js (NextAuth) derives it from the application's secret, and the application reads it",
		"encrypted_for_auth0":   "Auth0 encrypts an access token for itself if the request named no API: request one with the audience of your API",
		"weak_secret":           "the secret is the right one, but too short to be safe: set a longer one at the issuer",
		"audience_is_endpoint":  "the token is for one endpoint of that server, not for the server as a whole",
		"client_assertion":      "it looks like a client assertion: the client signed it itself, to authenticate at that endpoint of the issuer",
		"immutable_subject":     "owner and repository are the same, written with their ids: expect the sub with the ids",
		"groups_overage":        "ask Microsoft Graph for the groups, or emit only the groups assigned to the application",
		"hash_of_other_size":    "the two belong together; the issuer has to fix the hash",
		"hash_of_decoded":       "pass the value URL-decoded",
		"never_bearer":          "send the access token instead",
		"json_serialisation":    "ask for the compact serialization: three base64url segments joined by dots",
		"truncated_token":       "part of the token seems to be missing, elided or duplicated: copy all of it, exactly once",
		"white_space":           "white space has broken the token: copy it as one line, without spaces",
		"padded_base64":         "padded base64 is not allowed in a JWT; AWS load balancers (ALB) write it in x-amzn-oidc-data",
		"disclosures_added":     "verify the part before the first ~; the disclosures are not checked here",
		"unsigned":              "anyone can write an unsigned token: refuse it, whatever it says",
		"public_key_needed":     "verify it with the issuer's public keys: --issuer, --jwks or --key",
		"algorithm_excluded":    "if the issuer really uses it, name it with --alg",
		"key_in_x5c":            "the token was signed with the key of the certificate in its own header (x5c), which is never trusted by itself: check with openssl verify that your root vouches for it, then give that certificate (claimcheck decode … --jq '.header.x5c[0]') with --key",
		"signed_by_other_key":   "the header and the key set disagree; the issuer has to fix this",
		"not_yet_time":          "wait until then, or check for a wrong clock or local time used as UTC",
		"milliseconds":          "it looks like milliseconds; a JWT counts in seconds",
		"expired_token":         "get a new token; to check the other claims as of an earlier time, use --at",
		"issuer_template":       "one of the two is the template for every tenant: {tenantid} stands for the tenant's GUID",
	}[cause]
}

func (c Case) diagnosed(check verify.Check, d verify.Diagnosis) Hint {
	if text := constant(d.Cause); text != "" && (c.Instead == "" || d.Cause != "no_token") {
		return Hint{Text: text}
	}
	switch d.Cause {
	case "opaque_token", "no_token":
		return c.notAJWT()
	case "secret_needed":
		return c.secretNeeded(d)
	case "short_secret", "other_secret":
		return c.otherSecret()
	case "key_of_other_type":
		if c.SingleKey {
			return Hint{Text: "check that this is a key of the token's issuer"}
		}
		return Hint{Text: "check that this is the key set of the token's issuer"}
	case "key_id_unknown", "tampered":
		return c.otherKey(d)
	case "clock_skew":
		return Hint{
			Text:    fmt.Sprintf("only by %s; the clocks may differ", output.FormatDuration(d.By)),
			Command: c.Typed.Set("leeway", enoughLeeway(d.By)).String(),
		}
	case "reauthentication_needed":
		return c.signInAgain(check, d)
	case "claim_missing":
		if c.Program && check.ID == "auth_time" {
			if c.Typed.Is("auth-age") { // whose verdict says it
				return Hint{}
			}
			return Hint{Text: "this token belongs to a program; no user signed in"}
		}
		return Hint{Text: missing(check.ID)}
	}
	return c.identity(check, d)
}

// notAJWT is for a text that is not a token, or none that can be read.
func (c Case) notAJWT() Hint {
	switch {
	case c.Instead != "":
		return Hint{Text: c.Instead}
	case c.Typed.Is("introspect"):
		return Hint{}
	case strings.Contains(strings.ToLower(c.Issuer), "authgear"):
		return Hint{Text: "this is an opaque token: on Authgear, turn on 'Issue JWT as access token'"}
	default:
		return Hint{Text: "this is an opaque token: only its issuer can check it, with claimcheck introspect; many issuers can be set to issue JWTs"}
	}
}

func (c Case) secretNeeded(d verify.Diagnosis) Hint {
	if c.Published {
		return Hint{Text: "if the application is set to " + d.Found +
			", verify it with the application's secret, --secret @FILE; if not, somebody forged the token"}
	}
	return Hint{Text: "verify it with the application's secret, --secret @FILE; public keys cannot verify " + d.Found}
}

func (c Case) otherSecret() Hint {
	if c.Encoding == "" && c.SecretForm != "" {
		return Hint{Text: c.SecretForm}
	}
	if c.Encoding == "" {
		return Hint{Text: "check the secret, and --secret-encoding"}
	}
	return Hint{Text: "the secret is written in " + c.Encoding, Command: c.Typed.Set("secret-encoding", c.Encoding).String()}
}

// otherKey is for keys that are not those of the token.
func (c Case) otherKey(d verify.Diagnosis) Hint {
	if c.Stranger != "" {
		return Hint{Text: "the keys are those of another issuer"}
	}
	var hint Hint
	again := c.Held
	if d.Cause == "key_id_unknown" {
		hint.Text = "the token may come from another environment, or its key may have been withdrawn"
	} else {
		hint.Text = "the token was changed after it was signed, or the keys belong to another issuer"
		again = c.Cached
		if c.Cached {
			hint.Text += ", or the issuer has replaced a key without changing its kid"
		}
	}
	if c.KeySource != "" && (again || d.Cause == "key_id_unknown") {
		hint.Text += "; the keys are " + c.KeySource
	}
	if again && !c.Typed.Has("offline") {
		hint.Or, hint.Command = "to fetch the keys again", c.Typed.Set("refresh", "").String()
	}
	return hint
}

// enoughLeeway is a round one that still is enough when the command is typed.
func enoughLeeway(by time.Duration) string {
	const typing = 20 * time.Second
	for _, enough := range []time.Duration{30 * time.Second, time.Minute} {
		if by+typing <= enough {
			return output.FormatDuration(enough)
		}
	}
	return "2m"
}

func (c Case) signInAgain(check verify.Check, d verify.Diagnosis) Hint {
	switch {
	case check.ID == "acr":
		return Hint{Text: "have the user sign in again with acr_values=" + strings.Join(d.Names, " ")}
	case d.Found != "":
		return Hint{Text: "the issuer's clock or its claim is wrong: have the user sign in again"}
	case c.Typed.Is("auth-age"):
		return Hint{Text: "have the user sign in again, with max_age and prompt=login"}
	default:
		return Hint{Text: "have the user sign in again, with max_age and prompt=login; claimcheck auth-age shows the whole request"}
	}
}

// missing is about claims that are not there.
func missing(id string) string {
	return map[string]string{
		"access_token_hash": "at_hash is optional in the authorization code flow: the issuer may never send it",
		"auth_time":         "ask for it in the authorization request, with max_age or claims; access tokens often lack it, so use the ID token",
		"audience":          "the token names no audience; if that is intended, use --any-audience",
		"expiry":            "ask the issuer for tokens that expire: one that never expires cannot be withdrawn",
		"nonce":             "the nonce comes back only in the ID token of that login: this one may be from a refresh, or be an access token",
	}[id]
}
