package issuertest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// set is a flaw that gives claims other values, by pairs of a name and a value or a
// function that returns one. An absent value takes a claim out.
func set(pairs ...any) func(*draft) error {
	return func(d *draft) error {
		for pair := range slices.Chunk(pairs, 2) {
			value := pair[1]
			if of, ok := value.(func(*draft) any); ok {
				value = of(d)
			}
			d.claims.set(pair[0], value)
		}
		return nil
	}
}

// header is a flaw that gives members of the header other values.
func header(pairs ...any) func(*draft) error {
	return func(d *draft) error {
		d.header.set(pairs...)
		return nil
	}
}

// after is a flaw that changes the signed text.
func after(change func(text string) string) func(*draft) error {
	return func(d *draft) error {
		d.after = append(d.after, change)
		return nil
	}
}

// rewrite is a flaw of the payload's text.
func rewrite(change func(payload string) string) func(*draft) error {
	return func(d *draft) error {
		payload := string(d.payload)
		if d.payload == nil {
			payload = string(d.claims.json())
		}
		if len(payload) < 2 {
			return errors.New("the payload is too short")
		}
		d.payload = []byte(change(payload))
		return nil
	}
}

func cutOff(text string) string { return text[:strings.LastIndexByte(text, '.')] }

// pad pads each segment; where none needs it, the last gets some all the same.
func pad(text string) string {
	segments := strings.Split(text, ".")
	for i, s := range segments {
		segments[i] = s + strings.Repeat("=", (4-len(s)%4)%4)
	}
	padded := strings.Join(segments, ".")
	if padded == text {
		padded += "===="
	}
	return padded
}

// breakLine breaks the line after the payload's first character, which nobody takes
// for a text that a terminal has wrapped.
func breakLine(text string) string {
	at := strings.IndexByte(text, '.') + 2
	return text[:at] + "\n" + text[at:]
}

// trailingBits sets a bit of the last character that no decoder uses. A signature
// whose length has no such bits gets a character more.
func trailingBits(text string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	signature := text[strings.LastIndexByte(text, '.')+1:]
	if len(signature)%4 == 0 {
		return text + "B"
	}
	last := strings.IndexByte(alphabet, text[len(text)-1])
	return text[:len(text)-1] + string(alphabet[last|1])
}

func jsonForm(text string) string {
	parts := strings.Split(text, ".")
	return object("payload", parts[1], "protected", parts[0], "signature", parts[2]).String()
}

// unsigned is an unsigned token under one spelling of alg.
func unsigned(spelling string) func(*draft) error {
	return func(d *draft) error {
		d.header.set("alg", spelling)
		d.unsigned = true
		return nil
	}
}

// confuse signs with the text of the public key, which everybody has (RFC 8725
// section 2.1).
func confuse(d *draft) error {
	if d.minter.Key.symmetric() {
		return errors.New("there is no public key to confuse with a secret")
	}
	pem, err := d.minter.Key.publicPEM()
	if err != nil {
		return err
	}
	d.key, err = SecretKey(pem, "HS256")
	return err
}

// mismatch signs with the same key, or one of its type, by another algorithm.
func mismatch(d *draft) error {
	other := map[string]string{
		"RS256": "RS512", "RS384": "RS512", "RS512": "RS256", "PS256": "RS256", "PS384": "RS384", "PS512": "RS512",
	}[d.minter.Key.Algorithm]
	if d.minter.Key.symmetric() {
		return errors.New("a secret is not tied to one algorithm")
	}
	var err error
	if other == "" { // a curve has one algorithm only
		other = "ES256"
		if d.minter.Key.Algorithm == other {
			other = "ES384"
		}
		d.key, err = NewKey(other)
		return err
	}
	d.key, err = newKey(d.minter.Key.private, other, d.minter.Key.ID)
	return err
}

// stranger signs with a new key of the same algorithm.
func stranger(header func(*draft)) func(*draft) error {
	return func(d *draft) error {
		var err error
		if d.key, err = NewKey(d.minter.Key.Algorithm); err == nil {
			header(d)
		}
		return err
	}
}

func flip(text string) string {
	at := strings.LastIndexByte(text, '.') + 1
	signature, err := base64.RawURLEncoding.DecodeString(text[at:])
	if err != nil || len(signature) == 0 {
		return text
	}
	signature[len(signature)/2] ^= 1
	return text[:at] + encode(signature)
}

func tamper(text string) string {
	parts := strings.Split(text, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return text
	}
	parts[1] = encode(append([]byte(`{"tampered":true,`), payload[1:]...))
	return strings.Join(parts, ".")
}

func otherSlash(d *draft) any {
	if issuer, found := strings.CutSuffix(d.minter.Issuer, "/"); found {
		return issuer
	}
	return d.minter.Issuer + "/"
}

// ago is a time as claims have it.
func ago(d time.Duration) func(*draft) any {
	return func(draft *draft) any { return draft.now.Add(-d).Unix() }
}

// expire is an hour behind the end of a token that lived for one. An old token is of
// an old login.
func expire(d *draft) error {
	if d.claims.number("auth_time") > d.now.Add(-2*time.Hour).Unix() {
		d.claims.set("auth_time", ago(2*time.Hour)(d))
	}
	return set("iat", ago(2*time.Hour), "exp", ago(time.Hour))(d)
}

func milliseconds(d *draft) error {
	for _, name := range []string{"iat", "nbf", "exp", "auth_time"} {
		if literal, ok := d.claims.get(name).Literal(); ok {
			d.claims.set(name, strictjson.From(json.Number(literal+"000")))
		}
	}
	return nil
}

// otherClient names another client wherever the shape names one.
func otherClient(d *draft) error {
	found := false
	for _, name := range []string{"azp", "client_id", "cid", "appid"} {
		if d.claims.get(name).Exists() {
			d.claims.set(name, "another-client")
			found = true
		}
	}
	if !found {
		d.claims.set("client_id", "another-client")
	}
	return nil
}
