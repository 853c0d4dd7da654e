package cmd

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/rogpeppe/go-internal/testscript"
)

// scriptMint signs claims as they stand with a private JWK of testdata/keys.
// HEADER is JSON; alg has to be the key's. The key "none" leaves the signature
// empty. CLAIMS that begin with @ are the payload in a file, whatever it is.
func scriptMint(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 4 {
		ts.Fatalf("usage: mint FILE KEY HEADER CLAIMS")
	}
	file, key, header, claims := args[0], args[1], args[2], args[3]
	if path, ok := strings.CutPrefix(claims, "@"); ok {
		claims = strings.TrimSpace(ts.ReadFile(path))
	}
	input := encode(header) + "." + encode(claims)
	signature := ""
	if key != "none" {
		signature = sign(ts, key, header, input)
	}
	ts.Check(os.WriteFile(ts.MkAbs(file), []byte(input+"."+signature+"\n"), 0o600))
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func sign(ts *testscript.TestScript, keyName, header, input string) string {
	var fields struct {
		Alg string `json:"alg"`
	}
	ts.Check(json.Unmarshal([]byte(header), &fields))
	raw, err := rawSignature(loadKey(ts, keyName), fields.Alg, []byte(input))
	ts.Check(err)
	return base64.RawURLEncoding.EncodeToString(raw)
}

func loadKey(ts *testscript.TestScript, name string) jose.JSONWebKey {
	data, err := os.ReadFile(filepath.Join(ts.Getenv("DATA"), "keys", name+".private.jwk"))
	ts.Check(err)
	var key jose.JSONWebKey
	ts.Check(key.UnmarshalJSON(data))
	return key
}

// scriptPublic writes the key set of the public keys of private ones.
func scriptPublic(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: public FILE KEY…")
	}
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, name := range args[1:] {
		key := loadKey(ts, name)
		set.Keys = append(set.Keys, key.Public())
	}
	data, err := json.MarshalIndent(set, "", "  ")
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}
