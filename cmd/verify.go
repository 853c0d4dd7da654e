package cmd

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

func newVerifyCmd(env *Env) *cobra.Command {
	opts := &verifyOptions{}
	c := &cobra.Command{
		Use:   "verify [TOKEN]",
		Short: "check a token's signature and claims, and name what failed",
		Example: `  claimcheck verify @token.jwt --issuer https://issuer.example --audience api
  claimcheck verify @token.jwt --jwks keys.json --issuer https://issuer.example --audience api
  pbpaste | claimcheck verify --key public.pem --any-issuer --any-audience`,
		Args: tokenArgs,
		RunE: func(c *cobra.Command, args []string) error { return opts.conclude(env, c, args, runVerify) },
	}
	opts.addFlags(c)
	inGroup(c.Flags(), groupOutput, func(f *pflag.FlagSet) {
		f.BoolVar(&opts.show.explain, "explain", false, "explain the result in a few sentences instead")
	})
	onOneLine(c.Flags(), "show every check; explain the result instead", "all", "explain")
	return c
}

func runVerify(ctx context.Context, r *run) (verdict, error) { return r.report(ctx) }

// story tells a report in a few sentences, for somebody who does not know
// OAuth: who issued the token, for whom, for what, until when, what went wrong.
func (r report) story() []sentence {
	claims := r.anyClaims()
	story := []sentence{{text: r.storyOfTrust()}}
	if claims.Exists() {
		story = append(story, sentence{text: r.storyOfOrigin(claims)}, sentence{text: r.storyOfTime()})
	}
	return append(story, r.storyOfEnd()...)
}

// A sentence of the story. A command at its end is not followed by a full stop,
// which would be copied too.
type sentence struct{ text, command string }

func (s sentence) String() string { return strings.TrimSpace(s.text + " " + s.command) }

func joinStory(story []sentence) string {
	words := make([]string, len(story))
	for i, s := range story {
		words[i] = s.String()
	}
	return strings.Join(words, " ")
}

func (r report) writeStory(t *output.Text) {
	for _, s := range r.story() {
		t.Line(s.text)
		if s.command != "" {
			t.Command(s.command)
		}
	}
}

func (r report) storyOfTrust() string {
	if c, _ := r.Check("algorithm"); c.Diagnosis != nil && c.Diagnosis.Cause == "unsigned" {
		return "The token is not signed, so anybody could have written it."
	}
	switch c, _ := r.Check("signature"); c.Status {
	case verify.Passed:
		return "The signature is good: nobody has changed this token since it was signed with a key that you trust."
	case verify.Failed:
		return "The signature does not match: somebody changed this token, or it was signed with another key. Nothing it says can be believed."
	default:
		return "The signature could not be checked, so nothing this token says can be believed."
	}
}

// storyOfOrigin tells who issued the token, about whom, for whom and for what.
func (r report) storyOfOrigin(claims strictjson.Value) string {
	says := "It claims"
	if r.SignatureVerified {
		says = "It says"
	}
	text := fmt.Sprintf("It looks like %s. %s that it was issued", r.kindInWords(), says)
	if iss, ok := claims.Get("iss").Text(); ok {
		text += " by " + iss
		if name := r.IssuerName(); name != "" {
			text += " (it looks like " + name + ")"
		}
	}
	if sub, ok := claims.Get("sub").Text(); ok {
		text += " about " + sub
	}
	if audiences := claims.Get("aud").Texts(); len(audiences) > 0 {
		text += ", for " + strings.Join(audiences, " and ")
	}
	if scope, ok := claims.Get("scope").Text(); ok && scope != "" {
		text += ", to be used for: " + scope
	}
	return text + "."
}

func (r report) kindInWords() string {
	return cmp.Or(map[verify.Kind]string{
		verify.KindID:     "an ID token (a statement to an application about who signed in)",
		verify.KindAccess: "an access token (a permission to call an API)",
		verify.KindLogout: "a logout token (a notice that a session has ended)",
	}[r.Kind], "a token")
}

func (r report) storyOfTime() string {
	c, _ := r.Check("expiry")
	if c.Time.IsZero() {
		return "It does not say when it expires."
	}
	when := output.FormatTime(c.Time, r.EvaluatedAt)
	early, _ := r.Check("not_before")
	switch {
	case r.SignatureVerified && early.Status == verify.Failed && !early.Time.IsZero():
		return "It is valid from " + output.FormatTime(early.Time, r.EvaluatedAt) + " until " + when + "."
	case !r.SignatureVerified:
		return "It claims to be valid until " + when + "."
	case c.Status == verify.Failed:
		return "It was valid until " + when + "."
	default:
		return "It is valid until " + when + "."
	}
}

// storyOfEnd tells what went wrong and what to do, or that nothing did.
func (r report) storyOfEnd() []sentence {
	if r.Accepted {
		end := []sentence{{text: "It passed every required check, so it is accepted."}}
		for _, c := range r.checks(verify.Warning) {
			end = append(end, sentence{text: fmt.Sprintf("The check %q gave a warning, though: %s.", c.ID, r.message(c))})
		}
		return end
	}
	var end []sentence
	for _, c := range r.checks(verify.Failed) {
		said := sentence{text: fmt.Sprintf("It is refused because the check %q failed: %s.", c.ID, r.message(c))}
		if len(end) > 0 {
			said.text = fmt.Sprintf("The check %q failed as well: %s.", c.ID, r.message(c))
		}
		hint := r.advice.Hint(c)
		if words := hint.Words(); words != "" {
			said.text += " Hint: " + words
		}
		if said.command = hint.Command; said.command == "" && hint.Text != "" {
			said.text += "."
		}
		end = append(end, said)
	}
	return end
}
