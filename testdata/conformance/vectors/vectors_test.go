// Package vectors runs the test vectors of Project Wycheproof
// (github.com/c2sp/wycheproof) through claimcheck's own packages.
//
// A case is judged as upstream says, or it is listed by number with the reason
// in the exceptions of its file; an exception that is not needed any more
// fails as well. Files of which nothing can be said in terms of tokens and key
// sets are not run: see the README.
package vectors

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"testing"

	"github.com/c2sp/wycheproof"

	"github.com/claimcheck/claimcheck/pkg/jwks"
)

// result is upstream's judgement.
type result string

const (
	valid      result = "valid"
	invalid    result = "invalid"
	acceptable result = "acceptable" // either way will do
)

// read decodes a file of vectors.
func read(t *testing.T, name string, into any) {
	t.Helper()
	data, err := fs.ReadFile(wycheproof.TestVectors, name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(name, err)
	}
}

// exceptions are the cases that claimcheck judges otherwise than upstream, by
// number, with the reason.
type exceptions map[int]string

// ledger keeps the judgements of one file.
type ledger struct {
	t          *testing.T
	file       string
	exceptions exceptions
	needed     map[int]bool
	count      map[result]int
}

func newLedger(t *testing.T, file string, exceptions exceptions) *ledger {
	return &ledger{t: t, file: file, exceptions: exceptions, needed: map[int]bool{}, count: map[result]int{}}
}

// examine compares one judgement with upstream's. why says what claimcheck found.
func (l *ledger) examine(number int, comment string, want result, accepted bool, why string) {
	l.t.Helper()
	l.count[want]++
	agreed := want == acceptable || accepted == (want == valid)
	_, excepted := l.exceptions[number]
	switch {
	case agreed:
	case excepted:
		l.needed[number] = true
	default:
		l.t.Errorf("%s, case %d (%s): upstream says %s, claimcheck accepted=%t: %s", l.file, number, comment, want, accepted, why)
	}
}

// close demands that there were as many cases as the file says, and that every
// exception was needed.
func (l *ledger) close(numberOfTests int) {
	l.t.Helper()
	run := l.count[valid] + l.count[invalid] + l.count[acceptable]
	if run == 0 || run != numberOfTests {
		l.t.Errorf("%s: %d cases were run; the file has %d", l.file, run, numberOfTests)
	}
	for _, number := range slices.Sorted(maps.Keys(l.exceptions)) {
		if !l.needed[number] {
			l.t.Errorf("%s, case %d: the exception is not needed any more: %s", l.file, number, l.exceptions[number])
		}
	}
	l.t.Logf("%s: %d cases (%d valid, %d invalid, %d acceptable), %d exceptions",
		l.file, run, l.count[valid], l.count[invalid], l.count[acceptable], len(l.needed))
}

// keySet reads a key, or a set if it is one, as a user would hand it over.
func keySet(key json.RawMessage) (*jwks.Set, error) {
	if isSet(key) {
		return jwks.Parse(key)
	}
	return jwks.Parse(bytes.Join([][]byte{[]byte(`{"keys":[`), key, []byte(`]}`)}, nil))
}

func isSet(key json.RawMessage) bool {
	var document struct {
		Keys []json.RawMessage `json:"keys"`
	}
	return json.Unmarshal(key, &document) == nil && document.Keys != nil
}
