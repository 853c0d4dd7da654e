package issuertest

import (
	"cmp"
	"slices"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// Flaws returns the flaws that such a token can have, given the minter's key and the
// shape of its tokens, and what a verifier must require to detect each. A secret, for
// example, has no public key to confuse it with, and the access tokens of some
// products look like their ID tokens. The first entry, "good", is not a flaw: it says
// what a verifier must require to accept the token.
func (m *Minter) Flaws(t Token) []Flaw {
	list := []Flaw{{Name: "good", About: "nothing is wrong with it", Needs: m.needs(t)}}
	for _, f := range Flaws() {
		if !m.possible(f, t) {
			continue
		}
		if f.as == "" && !slices.Contains(f.parts, "aud") {
			f.Needs = append(m.needs(t), f.Needs...)
		} else if t.Kind == verify.KindLogout && f.as == "" {
			f.Needs = append([]string{"logout"}, f.Needs...)
		}
		list = append(list, f)
	}
	for i := range list {
		list[i].Audience = m.audienceOf(t)
	}
	return list
}

// audienceOf is the audience that a verifier of a token expects.
func (m *Minter) audienceOf(t Token) string {
	switch {
	case len(t.Audience) > 0:
		return t.Audience[0]
	case t.Kind == verify.KindID, t.Kind == verify.KindLogout:
		return cmp.Or(t.ClientID, m.ClientID)
	default:
		return m.Audience
	}
}

// needs are what a verifier has to ask for to accept a good token.
func (m *Minter) needs(t Token) []string {
	switch {
	case t.Kind == verify.KindLogout:
		return []string{"logout"}
	case t.Kind != verify.KindID && m.shape.noAudience:
		return []string{"any_audience"}
	default:
		return nil
	}
}

// possible reports whether a verifier can notice a flaw in such a token.
func (m *Minter) possible(f Flaw, t Token) bool {
	switch {
	case t.Kind == verify.KindLogout && len(f.Needs) > 0:
		return false // it has no login, client or scope
	case f.as == verify.KindAccess:
		return !m.shape.opaque && !m.shape.sameKinds
	case m.Key.symmetric():
		return !f.publicKey
	default:
		return true
	}
}
