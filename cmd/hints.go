package cmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// A hinter puts a diagnosis, which is data, into advice with flags and, where a
// command helps, with the whole command line. Nothing that a token says gets
// into a flag of trust unless the token's signature has verified.
type hinter struct {
	meant     string // what may have been meant in place of a token, or empty
	retry     retryCommand
	verified  bool     // the signature
	issuer    string   // that was demanded, or empty
	audiences []string // that were demanded
	source    string   // "from" where the keys came, and how old they are; or empty
	publishes bool     // the keys are the issuer's own, not a local file
	held      bool     // they were not fetched again, although that could help
	cached    bool     // they came from the cache
	keySet    string   // where the issuer's metadata says that they are, or empty
	encoding  string   // by which the secret would fit, or empty
	single    bool     // what is trusted is one key
	wantsID   bool     // an ID token was asked for
}

// A hint is what can be done about a check: advice and, where one helps, a whole
// command line that can be copied as it is.
type hint struct{ advice, command string }

func (h hint) String() string {
	if h.command == "" {
		return h.advice
	}
	return h.advice + ": " + h.command
}

// note is the hint as a report for people has it, its command aside.
func (h hint) note() []output.Span {
	switch {
	case h.advice == "":
		return nil
	case h.command != "":
		return []output.Span{output.Strong.Span("hint: " + h.advice + ":")}
	default:
		return []output.Span{output.Strong.Span("hint: " + h.advice)}
	}
}

// hint returns the hint of a check, empty if there is none: what is known of the
// issuer and advice for the case.
func (h hinter) hint(c verify.Check) hint {
	var found hint
	if c.Diagnosis != nil {
		found = h.advise(c, c.Diagnosis)
	}
	switch {
	case found.advice == "":
		found.advice = c.Fact
	case c.Fact != "":
		found.advice = c.Fact + "; " + found.advice
	}
	return found
}

func (h hinter) advise(c verify.Check, d *verify.Diagnosis) hint {
	for _, room := range []func(verify.Check, *verify.Diagnosis) string{h.formAdvice, h.keyAdvice} {
		if advice := room(c, d); advice != "" {
			return hint{advice: advice}
		}
	}
	if found := h.identityAdvice(c, d); found.advice != "" {
		return found
	}
	switch d.Kind {
	case verify.ShortSecret, verify.OtherSecret:
		return h.secretAdvice()
	case verify.KeyIDUnknown:
		return h.unknownKeyAdvice()
	case verify.Tampered:
		advice := "the token was changed after it was signed, or the keys belong to another issuer"
		if h.cached {
			advice += ", or the issuer has replaced a key without giving it another kid; the keys are " + h.source
		}
		return h.orRefresh(hint{advice: advice}, h.cached)
	}
	return h.timeAdvice(c, d)
}

func (h hinter) secretAdvice() hint {
	if h.encoding == "" {
		return hint{advice: "is it the right secret, and is --secret-encoding right?"}
	}
	return hint{advice: "the secret is written in " + h.encoding, command: h.retry.with("secret-encoding", h.encoding)}
}

// formAdvice is about texts that are no JWT.
func (h hinter) formAdvice(_ verify.Check, d *verify.Diagnosis) string {
	if h.meant != "" && (d.Kind == verify.OpaqueToken || d.Kind == verify.NoToken) {
		return h.meant
	}
	switch d.Kind {
	case verify.OpaqueToken:
		return "this is an opaque reference token: ask the issuer with claimcheck introspect; on Authgear, turn on 'Issue JWT as access token'"
	case verify.NoToken:
		return "give the token itself, @FILE, env:NAME, or - for stdin"
	case verify.EncryptedToken:
		return "it is encrypted for its audience: only who has the private key can read it"
	case verify.JSONSerialisation:
		return "ask for the compact serialisation: three base64url segments joined by dots"
	case verify.TruncatedToken:
		return "part of the token seems to be missing, shortened with dots, or doubled: copy exactly the whole of it"
	case verify.WhiteSpace:
		return "the token was broken by white space: copy it as one line, without blanks"
	case verify.PaddedBase64:
		return "padded base64 is not allowed in a JWT; AWS load balancers (ALB) make such tokens in x-amzn-oidc-data"
	case verify.DisclosuresAdded:
		return "verify what stands before the first ~; what the disclosures say is not checked here"
	case verify.Unsigned:
		return "anybody can write an unsigned token: refuse it, whatever it says"
	}
	return ""
}

// keyAdvice is about algorithms and keys.
func (h hinter) keyAdvice(_ verify.Check, d *verify.Diagnosis) string {
	switch d.Kind {
	case verify.SecretNeeded:
		if h.publishes {
			return "verify it with the application's secret, --secret @FILE, if the application is set to " + d.Found +
				"; if it is not, somebody forged the token"
		}
		return "verify it with the application's secret, --secret @FILE; public keys cannot verify " + d.Found
	case verify.PublicKeyNeeded:
		return "verify it with the issuer's public keys: --issuer, --jwks or --key"
	case verify.AlgorithmExcluded:
		return "if the issuer really uses it, name it with --alg"
	case verify.KeyOfOtherType:
		if h.single {
			return "is it the key of the token's issuer?"
		}
		return "is the key set that of the token's issuer?"
	case verify.SignedByOtherKey:
		return "the header and the key set contradict each other: that is for the issuer to mend"
	}
	return ""
}

// unknownKeyAdvice says where the keys come from that do not have the token's, and
// how to have them fetched anew where they were not.
func (h hinter) unknownKeyAdvice() hint {
	advice := "is the token from another environment, or was its key withdrawn?"
	if h.source != "" {
		advice += " the keys are " + h.source
	}
	return h.orRefresh(hint{advice: advice}, h.held)
}

// orRefresh offers to ask the issuer again.
func (h hinter) orRefresh(found hint, useful bool) hint {
	if useful {
		found.advice += "; to ask again in any case"
		found.command = h.retry.with("refresh", "")
	}
	return found
}

// timeAdvice is about clocks and logins.
func (h hinter) timeAdvice(c verify.Check, d *verify.Diagnosis) hint {
	switch d.Kind {
	case verify.ClockSkew:
		return hint{
			advice:  fmt.Sprintf("only by %s: the clocks may differ", output.FormatDuration(d.By)),
			command: h.retry.with("leeway", enoughLeeway(d.By)),
		}
	case verify.NotYetTime:
		return hint{advice: "wait until then, or look whether a clock is wrong, or local time was taken for UTC"}
	case verify.Milliseconds:
		return hint{advice: "it looks like milliseconds: a JWT counts in seconds"}
	case verify.ExpiredToken:
		return hint{advice: "get a new token; to judge the rest as of an earlier time, use --at"}
	case verify.ReauthenticationNeeded:
		return h.reauthenticationAdvice(c, d)
	}
	return hint{}
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

func (h hinter) reauthenticationAdvice(c verify.Check, d *verify.Diagnosis) hint {
	switch {
	case c.ID == verify.CheckACR:
		return hint{advice: "let the user sign in again with acr_values=" + strings.Join(d.Names, " ")}
	case d.Found != "":
		return hint{advice: "the issuer's clock or its claim is wrong: let the user sign in again"}
	case h.retry.path == "claimcheck auth-age":
		return hint{advice: "let the user sign in again, with max_age and prompt=login"}
	default:
		return hint{advice: "let the user sign in again, with max_age and prompt=login; claimcheck auth-age tells the whole request"}
	}
}
