package issuertest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

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

// CertificateFile returns where an issuer with TLS keeps its certificate authority
// in a state directory, as PEM.
func CertificateFile(dir string) string { return filepath.Join(dir, fileCertificate) }

// A State is what an issuer keeps in a directory between runs.
type State struct {
	dir    string
	keys   []*Key
	issuer strictjson.Value
}

// OpenState reads the state directory of an issuer, to mint with its key. It is an
// error if there is none.
func OpenState(dir string) (*State, error) {
	s, err := readState(dir)
	if err != nil {
		return nil, err
	}
	if len(s.keys) == 0 || !s.issuer.Exists() {
		return nil, fmt.Errorf("no issuer state in %s", dir)
	}
	return s, nil
}

// Minter returns a Minter with the state's key, issuer, shape and audience.
// Settings that config has win; it needs Now only.
func (s *State) Minter(config MinterConfig) (*Minter, error) {
	if config.Key == nil {
		config.Key = s.keys[0]
	}
	for name, setting := range map[string]*string{
		"issuer": &config.Issuer, "like": &config.Like, "audience": &config.Audience, "client_id": &config.ClientID,
	} {
		if *setting == "" {
			*setting, _ = s.issuer.Get(name).Text()
		}
	}
	return NewMinter(config)
}

// readState reads a directory, which may be empty or missing.
func readState(dir string) (*State, error) {
	s := &State{dir: dir}
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

// read reads a document, which may be missing.
func (s *State) read(name string) (strictjson.Value, error) {
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
func (s *State) text(name string) string {
	text, _ := s.issuer.Get(name).Text()
	return text
}

// write replaces a file as a whole; others cannot read it.
func (s *State) write(name string, data []byte) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(s.dir, name)
	if err := atomic.WriteFile(path, bytes.NewReader(data)); err != nil {
		return err
	}
	return os.Chmod(path, 0o600)
}

func (s *State) writeKeys(keys []*Key) error {
	list := make([]strictjson.Value, len(keys))
	for i, k := range keys {
		list[i] = k.PrivateJWK()
	}
	return s.write(fileKeys, append([]byte(object("keys", strictjson.From(list)).String()), '\n'))
}

// keyLife is how long a key stays published after another has taken over.
func (v vendor) keyLife() time.Duration { return max(v.accessLife, v.idLife) }
