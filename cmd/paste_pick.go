package cmd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// pasteMaxListed is how many of the tokens that were found a message names.
const pasteMaxListed = 10

// pasteChoiceError says that --pick, or its absence, does not choose exactly
// one of the tokens that were found. The message lists them by position and
// name; it shows none of them.
type pasteChoiceError struct {
	found []pastedToken
	pick  string // as given; it may hold anything
	named int    // how many different tokens have that name
}

func (e *pasteChoiceError) Error() string {
	switch {
	case len(e.found) == 0:
		return "there is no token in the input"
	case e.pick == "":
		return fmt.Sprintf("there are %d different tokens in the input: %s", len(e.found), e.list())
	case e.named > 1:
		return fmt.Sprintf("%d different tokens are named %q; the input holds: %s", e.named, e.pick, e.list())
	case isPasteNumber(e.pick):
		return fmt.Sprintf("there is no token %s; the input holds: %s", e.pick, e.list())
	default:
		return fmt.Sprintf("no token is named %q; the input holds: %s", e.pick, e.list())
	}
}

// list gives what can be said to --pick: "1 (access_token), 2 (id_token, sid), 3".
func (e *pasteChoiceError) list() string {
	var list []string
	for i, t := range e.found {
		if i == pasteMaxListed {
			list = append(list, fmt.Sprintf("and %d more", len(e.found)-i))
			break
		}
		item := strconv.Itoa(i + 1)
		if t.name != "" {
			names := append([]string{t.name}, t.otherNames...)
			item += " (" + strings.Join(names[:min(len(names), pasteMaxListed)], ", ") + ")"
		}
		list = append(list, item)
	}
	return strings.Join(list, ", ")
}

// pickToken applies --pick NAME|N (N counts from 1) to what findTokens found.
// Without --pick there has to be one token only. A refresh token is set aside
// then as long as there are others: it stands in most token responses, and it
// is for its issuer alone to read. The error is a *pasteChoiceError.
func pickToken(found []pastedToken, pick string) (pastedToken, error) {
	refusal := &pasteChoiceError{found: found, pick: pick}
	if pick == "" {
		found = withoutRefreshTokens(found)
		if len(found) != 1 {
			return pastedToken{}, refusal
		}
		return found[0], nil
	}
	if isPasteNumber(pick) {
		n, err := strconv.Atoi(pick)
		if err != nil || n < 1 || n > len(found) {
			return pastedToken{}, refusal
		}
		return found[n-1], nil
	}
	var chosen pastedToken
	for _, t := range found {
		if t.isNamed(pick) {
			chosen = t
			refusal.named++
		}
	}
	if refusal.named != 1 {
		return pastedToken{}, refusal
	}
	return chosen, nil
}

func (t pastedToken) isNamed(name string) bool {
	return t.name == name || slices.Contains(t.otherNames, name)
}

// withoutRefreshTokens leaves out the tokens that are named nothing but
// refresh_token, unless there are no others.
func withoutRefreshTokens(found []pastedToken) []pastedToken {
	var others []pastedToken
	for _, t := range found {
		if t.name != pasteRefreshToken || len(t.otherNames) > 0 {
			others = append(others, t)
		}
	}
	if len(others) == 0 {
		return found
	}
	return others
}

// isPasteNumber tells whether a text given to --pick is a position: no name
// consists of digits only.
func isPasteNumber(text string) bool { return strings.Trim(text, "0123456789") == "" }
