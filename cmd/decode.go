package cmd

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// decodeOptions are the flags of decode.
type decodeOptions struct {
	input         tokenOptions
	output        outputOptions
	showSignature bool
}

func newDecodeCmd(env *Env) *cobra.Command {
	opts := &decodeOptions{}
	c := &cobra.Command{
		Use:   "decode [TOKEN]",
		Short: "show a token's header and claims without verifying anything",
		Example: `  claimcheck decode @token.jwt
  pbpaste | claimcheck decode
  claimcheck decode env:TOKEN --jq .payload.sub`,
		Args: tokenArgs,
		RunE: func(c *cobra.Command, args []string) error {
			return runDecode(c.Context(), env, opts, args)
		},
	}
	opts.input.addFlags(c)
	opts.output.addFlags(c, ciFormats{})
	inGroup(c.Flags(), groupOutput, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.showSignature, "show-signature", false, "show the signature too: with it the output can be replayed as a token")
	})
	return c
}

func runDecode(ctx context.Context, env *Env, opts *decodeOptions, args []string) error {
	printer, err := opts.output.printer(env)
	if err != nil {
		return err
	}
	input, err := readToken(env, args, opts.input)
	if err != nil {
		return err
	}
	parsed := token.Parse(input.Text) // what is wrong with it is part of the answer
	d := decoded{parsed, input.Text, opts.showSignature, env.Now(), insteadHint(env, args)}
	if err := printer.Print(ctx, d.document(), d.writeText); err != nil {
		failed := printFailure(err, d.code())
		if d.code() == exitAccepted || exitCode(ctx, failed) != d.code() {
			return failed
		}
		printer.Warn(err.Error()) // the token's own problem is what counts
	}
	warnOfRepair(printer, input)
	if input.Encoding != "" {
		printer.Aside("the token was taken out of " + input.Encoding)
	}
	if d.code() != exitAccepted {
		return fail(d.code(), "%s", d.problem()).withHint("%s", d.hint())
	}
	if problem := d.problem(); problem != "" && d.readable() {
		printer.Warn(problem + ": servers will refuse it")
	}
	if d.token.Form() == token.FormJWE {
		printer.Aside(d.summary())
	} else {
		printer.Aside("decoded, not verified: anyone can write such a token")
	}
	return nil
}

// decoded is a token as decode shows it.
type decoded struct {
	token         *token.Token
	text          string // of the token
	showSignature bool
	now           time.Time
	instead       string // see advice.Case
}

// decodedDocument is the decoded token in JSON. If the text is not a well-formed
// JWT, it holds the readable parts and an error.
type decodedDocument struct {
	Kind          token.Form         `json:"kind,omitzero"`
	Header        strictjson.Value   `json:"header"`
	Payload       strictjson.Value   `json:"payload"`
	PayloadBase64 string             `json:"payload_base64,omitzero"`
	Signature     *signatureDocument `json:"signature"`
	Nested        *decodedDocument   `json:"nested"`
	Error         string             `json:"error,omitzero"`
}

type signatureDocument struct {
	Bytes int    `json:"bytes"`
	Text  string `json:"text,omitzero"`
}

// payloadSegment is the second segment of a compact JWS still encoded.
func (d decoded) payloadSegment() string {
	_, payload, _ := strings.Cut(d.token.SigningInput(), ".")
	return payload
}

func (d decoded) document() *decodedDocument {
	document := &decodedDocument{Header: d.token.Header(), Payload: d.token.UnverifiedClaims(), Signature: d.signature()}
	if d.readable() {
		return document
	}
	document.Kind, document.Error = d.token.Form(), d.problem()
	if !d.token.UnverifiedClaims().Exists() {
		document.PayloadBase64 = d.payloadSegment()
	}
	if inner, ok := d.nested(); ok {
		document.Nested = inner.document()
	}
	return document
}

// readable reports whether header and payload are JSON objects, whatever else is
// wrong.
func (d decoded) readable() bool {
	return d.token.SigningInput() != "" && d.token.Header().Exists() && d.token.UnverifiedClaims().Exists()
}

// nested returns the JWT that is the payload of another (RFC 7519 section 5.2).
func (d decoded) nested() (decoded, bool) {
	text := string(d.token.Payload())
	inner := token.Parse(text)
	found := decoded{token: inner, text: text, showSignature: d.showSignature, now: d.now}
	return found, !d.readable() && (found.readable() || inner.Form() == token.FormJWE)
}

func (d decoded) signature() *signatureDocument {
	signature := d.token.Signature()
	if signature == nil {
		return nil
	}
	document := &signatureDocument{Bytes: len(signature)}
	if d.showSignature {
		document.Text = d.text[len(d.token.SigningInput())+1:]
	}
	return document
}

// code is 0 where header and payload are JSON objects, and for an encrypted
// token whose header is one.
func (d decoded) code() int {
	if d.readable() || d.token.Form() == token.FormJWE && d.token.Header().Exists() {
		return exitAccepted
	}
	return exitMalformed
}

// problem is the first thing that keeps the text from being a JWT.
func (d decoded) problem() string {
	if _, ok := d.nested(); ok {
		return "the payload is itself a JWT (cty: JWT, RFC 7519 section 5.2), not a claims set"
	}
	if faults := d.token.Faults(); len(faults) > 0 {
		return faults[0].Text
	}
	return ""
}

// hint is advice for a text that is not a JWT: that of verify, whose structure
// check says the same.
func (d decoded) hint() string {
	report := verify.Verify(d.token, nil, verify.Policy{}, d.now)
	for _, c := range report.Checks() {
		if c.ID != "policy" && c.Status == verify.Failed {
			return advice.Case{Instead: d.instead}.Hint(c).String()
		}
	}
	return ""
}

// summary is the line below everything: how the token is signed or encrypted, and
// that nothing was verified.
func (d decoded) summary() string {
	if d.token.Form() == token.FormJWE {
		enc, _ := d.token.Header().Get("enc").Text()
		return fmt.Sprintf("%s, %s, encrypted, not verified: %s", d.algorithm(), cmp.Or(enc, "no enc"), d.hint())
	}
	words := []string{d.algorithm()}
	if kid, ok := d.token.KeyID(); ok {
		words = append(words, "key "+output.Quote(kid))
	}
	if signer, _ := d.token.Header().Get("signer").Text(); strings.HasPrefix(signer, "arn:aws:elasticloadbalancing:") {
		words = append(words, "made by an AWS load balancer (x-amzn-oidc-data)")
	}
	return strings.Join(append(words, d.signatureSize(), "not verified"), ", ")
}

func (d decoded) algorithm() string {
	switch alg := d.token.Algorithm(); alg {
	case "":
		return "no alg"
	case "none":
		return "alg none (unsigned)"
	default:
		return alg
	}
}

func (d decoded) signatureSize() string {
	if n := len(d.token.Signature()); n > 0 {
		return fmt.Sprintf("signature of %d bytes", n)
	}
	return "no signature"
}

func (d decoded) writeText(t *output.Text) {
	d.writeParts(t, "")
	if inner, ok := d.nested(); ok {
		t.Blank()
		inner.writeParts(t, "nested ")
		t.Blank()
		t.Spans(output.Caution.Span(inner.summary()))
		return
	}
	if d.code() == exitAccepted {
		t.Blank()
		t.Spans(output.Caution.Span(d.summary()))
	}
}

func (d decoded) writeParts(t *output.Text, lead string) {
	if header := d.token.Header(); header.Exists() {
		t.Spans(output.Accent1.Span(lead + "header"))
		t.JSON(header)
	}
	switch claims := d.token.UnverifiedClaims(); {
	case claims.Exists():
		t.Blank()
		t.Spans(output.Accent2.Span(lead + "claims"))
		writeClaims(t, claims, d.now)
	case d.payloadSegment() != "":
		t.Blank()
		t.Spans(output.Accent2.Span(lead + "payload, as base64url"))
		t.Line(d.payloadSegment())
	}
	if signature := d.signature(); signature != nil && signature.Text != "" {
		t.Blank()
		t.Spans(output.Accent3.Span(lead + "signature"))
		t.Line(signature.Text)
	}
}

// writeClaims writes claims as JSON with what they mean.
func writeClaims(t *output.Text, claims strictjson.Value, now time.Time) {
	t.AnnotatedJSON(claims, func(m strictjson.Member) output.Remark { return claimRemark(m, now) })
}

// claimRemark explains a well-known claim: its time, absolute and relative, or
// its meaning.
func claimRemark(m strictjson.Member, now time.Time) output.Remark {
	meaning := claimMeaning(m.Name)
	at, ok := verify.NumericDate(m.Value)
	if !ok || !slices.Contains([]string{"exp", "nbf", "iat", "auth_time", "updated_at"}, m.Name) {
		return output.Remark{Text: meaning}
	}
	if m.Name != "exp" {
		return output.Remark{Text: meaning + " " + output.FormatTime(at, now)}
	}
	if now.Before(at) {
		return output.Remark{Text: "expires " + output.FormatTime(at, now)}
	}
	return output.Remark{Text: "expired " + output.FormatTime(at, now), Style: output.Bad}
}

// claimMeaning says what a registered claim means, or nothing (RFC 7519 section
// 4.1; OpenID Connect Core sections 2 and 5.1; RFC 9068 section 2.2).
func claimMeaning(name string) string {
	return map[string]string{
		"iss":        "issuer",
		"sub":        "subject: who the token speaks for",
		"aud":        "audience: who the token is for",
		"exp":        "expiry",
		"nbf":        "not valid before",
		"iat":        "issued",
		"jti":        "the token's own ID",
		"azp":        "authorized party: the client it was issued to",
		"client_id":  "the client it was issued to",
		"nonce":      "ties the token to the client's request",
		"auth_time":  "signed in",
		"acr":        "how strongly the user signed in",
		"amr":        "how the user signed in",
		"at_hash":    "hash of the access token issued with it",
		"c_hash":     "hash of the code issued with it",
		"s_hash":     "hash of the request's state",
		"sid":        "session at the issuer",
		"scope":      "what the client may do",
		"scp":        "what the client may do",
		"cnf":        "the key the sender has to hold",
		"updated_at": "profile last changed",
	}[name]
}
