package paste

import (
	"encoding/base64"
	"strings"
	"testing"
)

// What had to be undone is said; where nothing was, nothing is.
func TestRepairs(t *testing.T) {
	a := signedShort
	encoded := strings.ReplaceAll(a, ".", "%2E")
	for _, c := range []struct{ name, text, repair string }{
		{"as it is", a, ""},
		{"one scheme", "Authorization: Bearer " + a, ""},
		{"the scheme twice", "Bearer Bearer " + a, repairScheme},
		{"the scheme twice in a header", "Authorization: Bearer Bearer " + a, repairScheme},
		{"the scheme twice in a curl option", `-H 'Authorization: Bearer bearer ` + a + `'`, repairScheme},
		{"the scheme twice in JSON", `{"headers":{"Authorization":"Bearer Bearer ` + a + `"}}`, repairScheme},
		{"a blank that is encoded", "Bearer%20" + a, repairPercent},
		{"a blank that is encoded, in a header", "Authorization: Bearer%20" + a, repairPercent},
		{"dots that are encoded", encoded, repairPercent},
		{"dots that are encoded, in a header", "authorization: Bearer " + encoded, repairPercent},
		{"dots that are encoded, in words", "see " + encoded + " there", repairPercent},
		{"encoded where that belongs", "id_token=" + encoded, ""},
		{"a cookie with a scheme", "Cookie: Authorization=Bearer%20" + a, ""},
		{"a full stop", "See " + a + ".", repairStop},
		{"a full stop and more", "It is " + a + ". And more", repairStop},
		{"a full stop alone", a + ".", repairStop},
		{"the full stop of an unsecured token", makeJWT("none", ""), ""},
		{"a wrap", wrapAt(signedLong, 64, "\n"), repairLines},
		{"a fold of YAML", "token: >-\n    " + wrapAt(signedLong, 76, "\n    ") + "\nother: x\n", repairLines},
		{"continued by backslashes", wrapAt(signedLong, 64, "\\\n"), repairLines},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := Find(c.text)
			if len(found) != 1 || !strings.Contains(a+signedLong+makeJWT("none", ""), found[0].Text) || found[0].Repair != c.repair {
				t.Errorf("%q gives %+v, want the repair %q", c.text, found, c.repair)
			}
		})
	}
}

// Tokens in an encoding of their own.
func TestEncodings(t *testing.T) {
	a, b := signedShort, signedLong
	secret := base64.StdEncoding.EncodeToString([]byte(a))
	session := `{"access_token":"` + a + `","refresh_token":"r1","user":{"id":"1"}}`
	supabase := "base64-" + base64.RawURLEncoding.EncodeToString([]byte(session))
	half := len(supabase) / 2
	for _, c := range []struct {
		name, text, token, tokenName, encoding string
	}{
		{"base64 of a token", secret, a, "", "base64"},
		{"base64url of a token", base64.RawURLEncoding.EncodeToString([]byte(a)), a, "", "base64"},
		{"base64 of a token and a newline", base64.StdEncoding.EncodeToString([]byte(a + "\n")), a, "", "base64"},
		{"a Secret in YAML", "apiVersion: v1\ndata:\n  ca.crt: LS0tLS1CRUdJTg==\n  token: " + secret + "\nkind: Secret\n", a, "token", "base64"},
		{"a Secret in JSON", `{"data":{"namespace":"c2hvcA==","token":"` + secret + `"},"kind":"Secret"}`, a, "token", "base64"},
		{"a list of Secrets", `{"items":[{"data":{"token":"` + secret + `"}}]}`, a, "token", "base64"},
		{"a credential of kubectl", `{"kind":"ExecCredential","status":{"token":"` + a + `"}}`, a, "token", ""},
		{"a configuration of kubectl", "users:\n- user:\n    auth-provider:\n      config:\n        id-token: " + a + "\n        refresh-token: r1\n", a, "id-token", ""},
		{"a session of Supabase", supabase, a, "access_token", "base64"},
		{"a session of Supabase in a cookie", "Cookie: sb-x-auth-token=" + supabase + "; theme=dark", a, "access_token", "base64"},
		{"in two cookies", "Cookie: sb-x-auth-token.0=" + supabase[:half] + "; sb-x-auth-token.1=" + supabase[half:], a, "access_token", "a cookie in several parts"},
		{"a token in two cookies", "session-token.0=" + b[:200] + "; session-token.1=" + b[200:] + "; theme=x", b, "session-token", "a cookie in several parts"},
		{"a token in two lines of cookies", "Set-Cookie: s.0=" + b[:200] + "; Path=/\nSet-Cookie: s.1=" + b[200:] + "; Path=/\n", b, "s", "a cookie in several parts"},
		{"the header of a load balancer", "x-amzn-oidc-data: " + a + "==", a + "==", "x-amzn-oidc-data", ""},
		{"JSON in a string in a line of a log", `12:00:01 INFO {"body":"{\"token\":\"` + a + `\"}"}`, a, "", ""},
		{"a line break that is written out", `TOKEN="` + a + `\n"`, a, "TOKEN", ""},
		{"a line of a log", `2026-11-26T12:00:01Z INFO [exec-3] Filter: {"level":"debug","token":"` + a + `","msg":"failed: {\"reason\":\"kid\"}"}`, a, "token", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Pick(Find(c.text), "")
			if err != nil || got.Text != c.token || got.Name != c.tokenName || got.Encoding != c.encoding || got.Repair != "" {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// What only resembles an encoding stays as it is.
func TestNoEncoding(t *testing.T) {
	for _, text := range []string{
		"ZXlK", "ZXlKhello", "base64-eyJ", "base64-eyJh!", "s.0=" + signedLong[:200], "s.1=" + signedLong[:200] + "; s.2=" + signedLong[200:],
		"Bearer%20", "Bearer%20eyJ", "eyJ%2Ex", "see " + signedShort + "..",
	} {
		for _, found := range Find(text) {
			if found.Encoding != "" || found.Repair != "" || found.Text == signedLong {
				t.Errorf("%q gives %+v", text, found)
			}
		}
	}
}

// A name is shown in messages, so it must be no part of a token.
func TestNamesThatAreKept(t *testing.T) {
	for _, name := range []string{
		"sid", "id_token", "__Host-id", "X-Amzn-Oidc-Data", "AWSELBAuthSessionCookie", "sb-abcdefgh-auth-token", "next-auth.session-token", "TOKEN",
		"authjs.session-token", "accessToken", "Authorization", "KC_RESTART", "jwt2", ".AspNetCore.Cookies",
	} {
		if cleanName(name) != name {
			t.Errorf("%q is not kept", name)
		}
	}
	for _, name := range []string{
		signedShort[:40], "eyJhbGci", "H0D8ktokFpR1CXnubPWC8tXX0o4YM13gWrxU0FYOD1M", "iOiJKV1QiLCJhbGciOiJSUzI1NiJ9", "a.H0D8ktokFpR1", "12", "a b", "é",
		strings.Repeat("a", 65),
	} {
		if cleanName(name) != "" {
			t.Errorf("%q is kept", name)
		}
	}
}
