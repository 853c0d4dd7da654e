package issuertest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/natefinch/atomic"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

// The files of a state directory, all of them 0600.
const (
	fileKeys        = "keys.json"   // a JWK Set with private keys; the first signs
	fileIssuer      = "issuer.json" // what a Minter has to know
	fileCertificate = "ca.pem"      // for --cacert and its kin
	fileTLSKey      = "tls-key.pem"
)

// A state is what an issuer keeps in a directory between runs. The zero state belongs
// to an issuer without a directory.
type state struct {
	dir    string
	keys   []*Key
	issuer strictjson.Value
}

// readState reads a directory, which may be empty or missing.
func readState(dir string) (*state, error) {
	s := &state{dir: dir}
	if dir == "" {
		return s, nil
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, nil
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, fmt.Errorf("%s is not a directory", dir)
	}
	set, err := s.read(fileKeys)
	if err != nil {
		return nil, err
	}
	for _, document := range set.Get("keys").Items() {
		key, err := readJWK(document, "")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, fileKeys), err)
		}
		s.keys = append(s.keys, key)
	}
	s.issuer, err = s.read(fileIssuer)
	return s, err
}

// fill sets the empty fields of a Minter. It returns an error if no issuer has written
// the directory.
func (s *state) fill(m *Minter) error {
	if len(s.keys) == 0 || !s.issuer.Exists() {
		return fmt.Errorf("no issuer state in %s", s.dir)
	}
	if m.Key == nil {
		m.Key = s.keys[0]
	}
	for name, setting := range map[string]*string{
		"issuer": &m.Issuer, "like": &m.Like, "audience": &m.Audience, "client_id": &m.ClientID,
	} {
		*setting = cmp.Or(*setting, s.text(name))
	}
	return nil
}

// read reads a document, which may be missing.
func (s *state) read(name string) (strictjson.Value, error) {
	data, err := os.ReadFile(filepath.Join(s.dir, name)) // #nosec G304 -- the user named the directory
	if errors.Is(err, fs.ErrNotExist) {
		return strictjson.Value{}, nil
	}
	if err != nil {
		return strictjson.Value{}, err
	}
	document, err := strictjson.ParseObject(data)
	if err != nil {
		return strictjson.Value{}, fmt.Errorf("%s: %w", filepath.Join(s.dir, name), err)
	}
	return document, nil
}

// text is a member of the issuer's file.
func (s *state) text(name string) string {
	text, _ := s.issuer.Get(name).Text()
	return text
}

// write replaces a file as a whole; others cannot read it.
func (s *state) write(name string, data []byte) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(s.dir, name)
	if err := atomic.WriteFile(path, bytes.NewReader(data)); err != nil {
		return err
	}
	return os.Chmod(path, 0o600)
}

func (s *state) writeKeys(keys []*Key) error {
	list := make([]strictjson.Value, len(keys))
	for i, k := range keys {
		list[i] = k.PrivateJWK()
	}
	return s.write(fileKeys, append([]byte(object("keys", list).String()), '\n'))
}
