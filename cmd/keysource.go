package cmd

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/claimcheck/claimcheck/cmd/internal/advice"
	"github.com/claimcheck/claimcheck/cmd/internal/output"
	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/provider"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

// loadLocal reads the keys of a local source.
func (o *trustOptions) loadLocal(env *Env) (verify.Keys, error) {
	switch {
	case o.secret != "":
		return o.loadSecret(env)
	case o.key != "":
		return o.loadKey()
	default:
		set, source, err := loadSet(env, o.jwks)
		if err != nil {
			return nil, err
		}
		return &verify.PublicKeys{Set: set, Source: source}, nil
	}
}

// loadSet reads a key set, and says where from.
func loadSet(env *Env, name string) (set *jwks.Set, source string, err error) {
	data, source, err := readFileOrStdin(env, name)
	if err != nil {
		return nil, "", err
	}
	if set, err = jwks.ParseText(data); err != nil {
		return nil, "", unreadable("%s: %w", source, err).advised(keySetHint(source, data, err))
	}
	return set, source, nil
}

// setAddress is the address of the key set where --jwks names a file with the
// metadata of an issuer; else, and without --jwks, it is empty.
func setAddress(source string, err error) (address, warning string) {
	var metadata *jwks.FormatError // whose JWKSURI is empty for all else
	if source == "" || !errors.As(err, &metadata) || !isURL(metadata.JWKSURI) {
		return "", ""
	}
	return metadata.JWKSURI, fmt.Sprintf("%s is the metadata of an issuer: its key set is taken from jwks_uri, %s", source, metadata.JWKSURI)
}

// keysAt fetches the key set at a URL that the user named. If there is metadata
// of an issuer, it is the key set that the metadata names.
func keysAt(ctx context.Context, client *provider.Client, printer *output.Printer, address, kid string) (*provider.KeySet, error) {
	set, err := client.Keys(ctx, address, kid)
	named, warning := setAddress(address, err)
	if named == "" {
		return set, err
	}
	metadata, err := client.Discover(ctx, address)
	if err != nil {
		return nil, err
	}
	printer.Warn(warning)
	return client.KeysOf(ctx, metadata, kid)
}

// readFileOrStdin reads a file, or stdin if the name is -. called is the name for
// messages.
func readFileOrStdin(env *Env, name string) (data []byte, called string, err error) {
	if name == "-" {
		data, err = readStdin(env, maxFileSize)
		return toUTF8(data), "stdin", err
	}
	data, err = readFile(name, maxFileSize)
	return toUTF8(data), name, err
}

func keySetHint(name string, data []byte, err error) advice.Hint {
	one, oneErr := jwks.ParseKey(data)
	switch {
	case formatOf(err) == "single key":
		return advice.Hint{Text: "for a single key use --key"}
	case oneErr == nil && one.ReadAs == "" || strings.Contains(string(data), "-----BEGIN "):
		return advice.Hint{Text: "a PEM file is one key: use --key"}
	case oneErr == nil:
		return advice.Hint{Text: "that is one key (" + one.ReadAs + "): use --key"}
	case formatOf(oneErr) == "key set":
		return advice.Hint{Text: "wrap it in an object, as in", Command: "jq '{keys: .}' " + advice.Word(name)}
	default:
		return advice.Hint{}
	}
}

func (o *trustOptions) loadKey() (verify.Keys, error) {
	data, err := readFile(o.key, maxFileSize)
	if err != nil {
		return nil, err
	}
	text := toUTF8(data)
	set, err := jwks.ParseKey(text)
	if err != nil {
		return nil, unreadable("%s: %w", o.key, err).advised(keyHint(o.key, err))
	}
	if set.ReadAs == "" && len(text) < len(data)-len("\ufeff") { // more than a mark of UTF-8 is gone
		set.ReadAs = "UTF-16"
	}
	return &verify.PublicKeys{Set: set, Source: o.key}, nil
}

// keyHint says where a text belongs that is not a public key, or by which command
// it becomes one.
func keyHint(name string, err error) advice.Hint {
	const convert = "convert it, as in"
	hint := map[string]advice.Hint{ // keyed by jwks.FormatError.Format
		"":                    {Text: "a public key or certificate belongs here: PEM, DER, base64 of it, OpenSSH, or a JWK"},
		"private key":         {Text: "keep it private, and extract the public key, as in", Command: "openssl pkey -in FILE -pubout"},
		"shared secret":       {Text: "for HS256, HS384 and HS512 use --secret"},
		"key set":             {Text: "for a key set use --jwks"},
		"metadata":            {Text: "use --jwks for its key set, or --issuer"},
		"DSA":                 {Text: "no JWT algorithm uses DSA keys"},
		"XML":                 {Text: "put its X509Certificate, or its modulus and exponent as a JWK, into a file of its own"},
		"PKCS #12":            {Text: convert, Command: "openssl pkcs12 -in FILE -nokeys -clcerts -out certificate.pem"},
		"PKCS #7":             {Text: convert, Command: "openssl pkcs7 -in FILE -print_certs -out certificates.pem"},
		"certificate request": {Text: convert, Command: "openssl req -in FILE -noout -pubkey -out key.pem"},
		"Java key store":      {Text: convert, Command: "keytool -exportcert -rfc -keystore FILE -alias NAME -file certificate.pem"},
		"PuTTY":               {Text: convert, Command: "puttygen FILE -O public-openssh -o key.pub"},
		"OpenPGP":             {Text: convert, Command: "gpg --export-ssh-key FINGERPRINT > key.pub"},
	}[formatOf(err)]
	hint.Command = strings.Replace(hint.Command, "FILE", advice.Word(name), 1)
	return hint
}

// formatOf names what was found in place of keys, as jwks.FormatError does; it is
// empty where nothing was recognised.
func formatOf(err error) string {
	if format, ok := errors.AsType[*jwks.FormatError](err); ok {
		return format.Format
	}
	return ""
}

func (o *trustOptions) loadSecret(env *Env) (verify.Keys, error) {
	data, err := secretData(env, "--secret", o.secret)
	if err != nil {
		return nil, err
	}
	o.secretData, o.secretText = data, withoutLineEnd(data)
	secret, err := o.decodeSecret(o.secretEncoding)
	switch {
	case errors.Is(err, verify.ErrSecretIsKey) && bytes.Contains(data, []byte(`"oct"`)):
		return nil, unreadable("%s holds a JWK, not a secret", sourceOfSecret(o.secret)).withHint(
			"put its member k into a file of its own, and use --secret-encoding base64url")
	case errors.Is(err, verify.ErrSecretIsKey):
		return nil, unreadable("%s holds %w", sourceOfSecret(o.secret), err).withHint(
			"anyone who knows the secret can make tokens, and everyone knows a public key; use --key or --jwks for public keys")
	case err != nil:
		return nil, unreadable("%w", err).withHint("is --secret-encoding right? it is one of %s", strings.Join(secretEncodings(), ", "))
	}
	return secret, nil
}

// decodeSecret takes the text of the secret as written in an encoding. The error
// never quotes it.
func (o *trustOptions) decodeSecret(encoding string) (*verify.Secret, error) {
	data := o.secretText
	var err error
	switch encoding {
	case "base64url", "base64": // which differ in two letters and the padding
		text := strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(string(data), "="))
		data, err = base64.RawURLEncoding.Strict().DecodeString(text)
	case "hex":
		data, err = hex.DecodeString(string(data))
	}
	if err != nil {
		return nil, fmt.Errorf("the contents of %s are not %s", sourceOfSecret(o.secret), encoding)
	}
	return verify.NewSecret(data, sourceOfSecret(o.secret))
}

// otherEncoding finds an encoding of the secret by which it does verify a token,
// if there is one.
func (o *trustOptions) otherEncoding(verifies func(*verify.Secret) bool) string {
	for _, encoding := range secretEncodings() {
		if encoding == "base64url" && bytes.ContainsAny(o.secretText, "+/=") {
			continue // it is taken, but that is not what it is
		}
		if secret, err := o.decodeSecret(encoding); err == nil && verifies(secret) {
			return encoding
		}
	}
	return ""
}

// otherForm finds what was added to the text of the secret, or taken off, where it
// verifies a token without that; it says so in words.
func (o *trustOptions) otherForm(verifies func(*verify.Secret) bool) string {
	text := string(o.secretText)
	breaks := strings.NewReplacer("\r", "", "\n", "")
	for _, form := range []struct{ text, words string }{
		{string(o.secretData), "with the line break at the end of the file: the issuer treats it as part of the secret"},
		{text + "\n", "with a line break after it: the issuer treats it as part of the secret"},
		{text + "\r\n", "with a Windows line break after it: the issuer treats it as part of the secret"},
		{strings.TrimSpace(text), "without the white space around it"},
		{breaks.Replace(text), "without the line breaks in it"},
		{strings.Trim(strings.TrimSpace(text), "\"'"), "without the quotes around it"},
		{text[strings.Index(text, "=")+1:], "without the name before the equals sign"},
	} {
		if secret, err := verify.NewSecret([]byte(form.text), ""); err == nil && form.text != text && verifies(secret) {
			return "the secret matches " + form.words
		}
	}
	return ""
}

func sourceOfSecret(argument string) string {
	if name, ok := strings.CutPrefix(argument, "env:"); ok {
		return "the environment variable " + name
	}
	return strings.TrimPrefix(argument, "@")
}
