package issuertest

import (
	"strconv"
	"testing"
	"time"
)

// An item stays on the shelf until it expires, is taken, or is the oldest
// when the shelf is full.
func TestShelf(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	there := func(s *shelf[int], name string, at time.Time) bool {
		_, ok := s.get(name, at)
		return ok
	}
	s := newShelf[int]()
	s.put("a", 1, now.Add(time.Minute))
	if !there(s, "a", now.Add(time.Minute-1)) || there(s, "a", now.Add(time.Minute)) || there(s, "b", now) {
		t.Error("it does not expire when it should")
	}
	if item, ok := s.take("a", now); !ok || item != 1 {
		t.Errorf("got %d, %t", item, ok)
	}
	if _, ok := s.take("a", now); ok || there(s, "a", now) {
		t.Error("it can be taken twice")
	}
	one, two := s.add(4, now.Add(time.Minute)), s.add(5, now.Add(time.Minute))
	if one == two || !there(s, one, now) {
		t.Errorf("the names are %s and %s", one, two)
	}
}

func TestShelfIsBounded(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := newShelf[int]()
	for i := range mostEntries {
		s.put(strconv.Itoa(i), i, now.Add(time.Minute))
		s.put(strconv.Itoa(i), i, now.Add(time.Minute)) // replacing an item takes no more room
	}
	if _, ok := s.get("0", now); !ok || len(s.items) != mostEntries {
		t.Errorf("of %d there are %d", mostEntries, len(s.items))
	}
	s.put("new", 1, now.Add(time.Minute))
	if _, ok := s.get("0", now); ok || len(s.items) != mostEntries {
		t.Errorf("after one more there are %d", len(s.items))
	}
}

// Padding is added to the segments that need it or, if none does, to the last one.
func TestPad(t *testing.T) {
	for text, want := range map[string]string{"aaaa.bbb.cc": "aaaa.bbb=.cc==", "aaaa.bbbb.cccc": "aaaa.bbbb.cccc===="} {
		if got := pad(text); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
}
