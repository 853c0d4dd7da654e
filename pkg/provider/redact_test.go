package provider

import (
	"strings"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

func TestRedactor(t *testing.T) {
	r := newRedactor("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl", "hunter2", "12345678901", "")
	for text, expected := range map[string]string{
		"":                                  "",
		"nothing of it":                     "nothing of it",
		"eyJhbGci":                          "[removed]",
		"eyJhbGc":                           "eyJhbGc", // seven bytes are in many tokens
		"a eyJhbGciOiJSUz b":                "a [removed] b",
		"EYJHBGCIOIJSUZ":                    "[removed]",
		"https://eyjhbgcioij.evil.example/": "https://[removed].evil.example/",
		"eyJhbGci!eyJhbGci":                 "[removed]![removed]",
		"eyJhbGciOiJzdWIi":                  "[removed]zdWIi",
		"eyJhbGciOiJzdWIiOiJ4":              "[removed]", // two runs that overlap
		"the secret is hunter2.":            "the secret is [removed].",
		"ä eyJhbGciOiJSUz ö":                "ä [removed] ö",
		"\xffeyJhbGci":                      "?[removed]",
	} {
		if got := r.text(text); got != expected {
			t.Errorf("%q becomes %q, expected %q", text, got, expected)
		}
	}
}

// Only ASCII letters change, and the length stays the same.
func TestLowerMovesNoByte(t *testing.T) {
	for text, want := range map[string]string{"AZaz09": "azaz09", "@[`{": "@[`{", "É\u212a": "É\u212a", "A\xff": "a?"} {
		if got := lower(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// Adjacent redacted texts become one gap.
func TestRedactorOfNeighbours(t *testing.T) {
	r := newRedactor("eyJhbGci", "hunter2-")
	for text, want := range map[string]string{"eyJhbGcihunter2-": "[removed]", "a eyJhbGcihunter2- b": "a [removed] b", "eyJhbGci hunter2-": "[removed] [removed]"} {
		if got := r.text(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestRedactorOfDocuments(t *testing.T) {
	r := newRedactor("eyJhbGciOiJSUzI1NiJ9", "12345678901")
	v, err := strictjson.Parse([]byte(`{"active":false,"eyJhbGciOi":[{"x":"eyJhbGciOi"},1.50,12345678901],"JhbGciOiJS":null,"exp":1767229200}`))
	if err != nil {
		t.Fatal(err)
	}
	const expected = `{"active":false,"[removed]":[{"x":"[removed]"},1.50,"[removed]"],"[removed] (2)":null,"exp":1767229200}`
	if got := r.value(v).String(); got != expected {
		t.Errorf("got %s\nexpected %s", got, expected)
	}
}

// Every piece of eight bytes goes, whatever stands around it.
func FuzzRedactor(f *testing.F) {
	f.Add("eyJhbGciOiJSUzI1NiJ9", "a", uint8(3))
	f.Fuzz(func(t *testing.T, secret, around string, at uint8) {
		if len(secret) < sharedRun || strings.ToValidUTF8(secret, "") != secret || strings.Contains(removed, lower(secret)) {
			return
		}
		i := int(at) % (len(secret) - sharedRun + 1)
		piece := secret[i : i+sharedRun]
		if strings.ToValidUTF8(piece, "") != piece || strings.Contains(removed+around, piece) {
			return
		}
		if got := newRedactor(secret).text(around + piece + around); strings.Contains(got, piece) {
			t.Errorf("%q of %q is still in %q", piece, secret, got)
		}
	})
}
