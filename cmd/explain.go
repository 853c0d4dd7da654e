package cmd

import (
	"fmt"
	"strings"

	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// story tells a report in a few sentences, for somebody who does not know
// OAuth: who issued the token, for whom, for what, until when, what went wrong.
func (r presentedReport) story() []sentence {
	claims := r.anyClaims()
	story := []sentence{{text: r.storyOfTrust()}}
	if claims.Exists() {
		story = append(story, sentence{text: r.storyOfOrigin(claims)}, sentence{text: r.storyOfTime()})
	}
	return append(story, r.storyOfEnd()...)
}

// A sentence of the story. A command at its end has no full stop behind it, which
// would be copied too.
type sentence struct{ text, command string }

func (s sentence) String() string { return strings.TrimSpace(s.text + " " + s.command) }

func joinStory(story []sentence) string {
	var words []string
	for _, s := range story {
		words = append(words, s.String())
	}
	return strings.Join(words, " ")
}

func (r presentedReport) storyOfTrust() string {
	if c, _ := r.Check(verify.CheckAlgorithm); c.Diagnosis != nil && c.Diagnosis.Kind == verify.Unsigned {
		return "The token is not signed, so anybody could have written it."
	}
	switch c, _ := r.Check(verify.CheckSignature); c.Status {
	case verify.Passed:
		return "The signature is good: nobody has changed this token since it was signed with a key that you trust."
	case verify.Failed:
		return "The signature is not good: somebody changed this token, or it was signed with another key. Nothing it says can be believed."
	default:
		return "The signature could not be checked, so nothing this token says can be believed."
	}
}

// storyOfOrigin tells who issued the token, about whom, for whom and for what.
func (r presentedReport) storyOfOrigin(claims strictjson.Value) string {
	says := "It claims"
	if r.SignatureVerified() {
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
	if audience := audienceInWords(claims); audience != "" {
		text += ", for " + audience
	}
	if scope, ok := claims.Get("scope").Text(); ok && scope != "" {
		text += ", to be used for: " + scope
	}
	return text + "."
}

func (r presentedReport) kindInWords() string {
	switch r.Kind {
	case verify.KindID:
		return "an ID token (a statement to an application about who signed in)"
	case verify.KindAccess:
		return "an access token (a permission to call an API)"
	case verify.KindLogout:
		return "a logout token (a notice that a session has ended)"
	default:
		return "a token"
	}
}

func audienceInWords(claims strictjson.Value) string {
	aud := claims.Get("aud")
	if list, ok := aud.TextList(); ok {
		return strings.Join(list, " and ")
	}
	one, _ := aud.Text()
	return one
}

func (r presentedReport) storyOfTime() string {
	c, ok := r.Check(verify.CheckExpiry)
	if !ok || c.Time.IsZero() {
		return "It does not say until when it is good."
	}
	when := output.FormatTime(c.Time, r.EvaluatedAt)
	early, _ := r.Check(verify.CheckNotBefore)
	switch {
	case r.SignatureVerified() && early.Status == verify.Failed && !early.Time.IsZero():
		return "It is good from " + output.FormatTime(early.Time, r.EvaluatedAt) + " until " + when + "."
	case !r.SignatureVerified():
		return "It claims to be good until " + when + "."
	case c.Status == verify.Failed:
		return "It was good until " + when + "."
	default:
		return "It is good until " + when + "."
	}
}

func (r presentedReport) storyOfWarnings() []sentence {
	var list []sentence
	for _, c := range r.Checks {
		if c.Status == verify.Warning {
			list = append(list, sentence{text: fmt.Sprintf("The check %q warns, though: %s.", c.ID, r.message(c))})
		}
	}
	return list
}

// storyOfEnd tells what went wrong and what to do, or that nothing did.
func (r presentedReport) storyOfEnd() []sentence {
	if r.Verdict == verify.Accepted {
		return append([]sentence{{text: "Nothing that was asked of it failed, so it is accepted."}}, r.storyOfWarnings()...)
	}
	var end []sentence
	for _, c := range r.Checks {
		if c.Status != verify.Failed {
			continue
		}
		said := sentence{text: fmt.Sprintf("It is refused. What failed is the check %q: %s.", c.ID, r.message(c))}
		if len(end) > 0 {
			said.text = fmt.Sprintf("The check %q failed as well: %s.", c.ID, r.message(c))
		}
		switch hint := r.hint(c); {
		case hint.command != "":
			said.text += " Hint: " + hint.advice + ":"
			said.command = hint.command
		case hint.advice != "":
			said.text += " Hint: " + hint.advice + "."
		}
		end = append(end, said)
	}
	return end
}
