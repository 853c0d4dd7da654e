package issuertest

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// set returns a flaw that changes claims. It takes pairs of a name and a value or a
// function that returns one; an absent value removes the claim.
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

// after returns a flaw that changes the text of the signed token.
func after(change func(text string) string) func(*draft) error {
	return func(d *draft) error {
		d.after = append(d.after, change)
		return nil
	}
}

// rewrite returns a flaw that changes the text of the payload.
func rewrite(change func(payload string) string) func(*draft) error {
	return func(d *draft) error {
		d.payload = []byte(change(string(d.body())))
		return nil
	}
}

func cutOff(text string) string { return text[:strings.LastIndexByte(text, '.')] }

// pad adds padding to each segment that needs it, or to the last one if none does.
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

// breakLine inserts a line break after the first character of the payload, where it
// does not look like the wrapping of a terminal.
func breakLine(text string) string {
	at := strings.IndexByte(text, '.') + 2
	return text[:at] + "\n" + text[at:]
}

// trailingBits sets a bit of the last character that decoders ignore. A signature of
// a length without such bits gets an additional character.
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

// unsigned returns a flaw that removes the signature and sets alg to a spelling of
// "none".
func unsigned(spelling string) func(*draft) error {
	return func(d *draft) error {
		d.header.set("alg", spelling)
		d.unsigned = true
		return nil
	}
}

// confuse signs with the text of the public key as an HMAC secret (RFC 8725 section
// 2.1).
func confuse(d *draft) error {
	if d.minter.Key.symmetric() {
		return errors.New("there is no public key to confuse with a secret")
	}
	der, err := x509.MarshalPKIXPublicKey(d.minter.Key.public())
	if err != nil {
		return err
	}
	d.key, err = newKey(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "HS256", "")
	return err
}

// mismatch signs with the same key, or another of its type, but with an algorithm
// other than the published key's.
func mismatch(d *draft) error {
	other := map[string]string{
		"RS256": "RS512", "RS384": "RS512", "RS512": "RS256", "PS256": "RS256", "PS384": "RS384", "PS512": "RS512",
	}[d.minter.Key.Algorithm]
	if d.minter.Key.symmetric() {
		return errors.New("a secret is not tied to one algorithm")
	}
	var err error
	if other == "" { // each curve has only one algorithm
		other = "ES256"
		if d.minter.Key.Algorithm == other {
			other = "ES384"
		}
		d.key, err = makeKey(other)
		return err
	}
	d.key, err = newKey(d.minter.Key.private, other, d.minter.Key.ID)
	return err
}

// stranger signs with a new key of the same algorithm.
func stranger(header func(*draft)) func(*draft) error {
	return func(d *draft) error {
		var err error
		if d.key, err = makeKey(d.minter.Key.Algorithm); err == nil {
			header(d)
		}
		return err
	}
}

func flip(text string) string {
	at := strings.LastIndexByte(text, '.') + 1
	signature, _ := base64.RawURLEncoding.DecodeString(text[at:]) // of a token that was signed just now
	signature[len(signature)/2] ^= 1
	return text[:at] + encode(signature)
}

func tamper(text string) string {
	parts := strings.Split(text, ".")
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	parts[1] = encode(append([]byte(`{"tampered":true,`), payload[1:]...))
	return strings.Join(parts, ".")
}

func otherSlash(d *draft) any {
	if issuer, found := strings.CutSuffix(d.minter.Issuer, "/"); found {
		return issuer
	}
	return d.minter.Issuer + "/"
}

// ago returns a value for set: the NumericDate that lies d in the past.
func ago(d time.Duration) func(*draft) any {
	return func(draft *draft) any { return draft.now.Add(-d).Unix() }
}

// expire makes a token that was valid for an hour and expired an hour ago. The login
// is at least as old as the token.
func expire(d *draft) error {
	if login, ok := verify.NumericDate(d.claims.get("auth_time")); ok && login.After(d.now.Add(-2*time.Hour)) {
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

// otherClient changes every claim that names the client.
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
