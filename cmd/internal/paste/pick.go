package paste

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxListed is how many of the tokens that were found a message names.
const maxListed = 10

// ChoiceError says that --pick, or its absence, does not choose exactly
// one of the tokens that were found. The message lists them by position and
// name; it shows none of them.
type ChoiceError struct {
	Found []Token
	pick  string // as it was typed; it may contain anything
	named int    // how many different tokens have that name
}

func (e *ChoiceError) Error() string {
	switch {
	case len(e.Found) == 0:
		return "no token found in the input"
	case e.pick == "":
		return fmt.Sprintf("there are %d different tokens in the input: %s", len(e.Found), e.list())
	case e.named > 1:
		return fmt.Sprintf("%d different tokens are named %q; the input holds: %s", e.named, short(e.pick), e.list())
	case isNumber(e.pick):
		return fmt.Sprintf("there is no token %s; the input holds: %s", short(e.pick), e.list())
	default:
		return fmt.Sprintf("no token is named %q; the input holds: %s", short(e.pick), e.list())
	}
}

// short returns the beginning of the value of --pick, which may be a token.
func short(pick string) string {
	const most = 12
	if len(pick) <= most {
		return pick
	}
	return strings.ToValidUTF8(pick[:most], "") + "…"
}

// list gives what can be said to --pick: "1 (access_token), 2 (id_token, sid), 3".
func (e *ChoiceError) list() string {
	var list []string
	for i, t := range e.Found {
		if i == maxListed {
			list = append(list, fmt.Sprintf("and %d more", len(e.Found)-i))
			break
		}
		item := strconv.Itoa(i + 1)
		if t.Name != "" {
			names := append([]string{t.Name}, t.OtherNames...)
			item += " (" + strings.Join(names[:min(len(names), maxListed)], ", ") + ")"
		}
		list = append(list, item)
	}
	return strings.Join(list, ", ")
}

// Pick applies --pick NAME|N to the result of Find; N counts from 1. Without --pick
// there must be exactly one token, not counting refresh tokens if there are others:
// most token responses contain one, and only its issuer can read it. The error is a
// *ChoiceError.
func Pick(found []Token, pick string) (Token, error) {
	refusal := &ChoiceError{Found: found, pick: pick}
	if pick == "" {
		found = withoutRefreshTokens(found)
		if len(found) != 1 {
			return Token{}, refusal
		}
		return found[0], nil
	}
	if isNumber(pick) {
		n, err := strconv.Atoi(pick)
		if err != nil || n < 1 || n > len(found) {
			return Token{}, refusal
		}
		return found[n-1], nil
	}
	var chosen Token
	for _, t := range found {
		if t.isNamed(pick) {
			chosen = t
			refusal.named++
		}
	}
	if refusal.named != 1 {
		return Token{}, refusal
	}
	return chosen, nil
}

func (t Token) isNamed(name string) bool {
	return t.Name == name || slices.Contains(t.OtherNames, name)
}

// withoutRefreshTokens leaves out the tokens that are named nothing but
// refresh_token, unless there are no others.
func withoutRefreshTokens(found []Token) []Token {
	others := slices.DeleteFunc(slices.Clone(found), func(t Token) bool { return t.Name == refreshToken && len(t.OtherNames) == 0 })
	if len(others) == 0 {
		return found
	}
	return others
}

// isNumber reports whether a value of --pick is a position. Names never consist of
// digits alone.
func isNumber(text string) bool { return strings.Trim(text, "0123456789") == "" }
