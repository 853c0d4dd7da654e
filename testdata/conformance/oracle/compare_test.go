package oracle

import (
	"fmt"
	"slices"
	"testing"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// comparison compares the judgements and counts them.
type comparison struct {
	stricter, looser []*difference

	accepted, refused, onlyOurs, onlyTheirs int // by both, by both, refused only by us, only by them
	byAlgorithm, byKind                     map[string]int
}

func newComparison() *comparison {
	return &comparison{stricter: stricter(), looser: looser(), byAlgorithm: map[string]int{}, byKind: map[string]int{}}
}

// beforeClaims are the checks that golang-jwt makes, if at all, before it looks
// at the claims.
func beforeClaims() []string {
	return []string{
		"structure", "encoding", "header", "payload", "critical_header",
		"algorithm", "advertised_algorithm", "key", "signature",
	}
}

// compare returns how the judgements contradict each other.
func (c *comparison) compare(d *draft, report *verify.Report, theirErr error) []string {
	failed := map[string]bool{}
	for _, check := range report.Checks() {
		if check.Status == verify.Failed {
			failed[check.ID] = true
		}
	}
	c.count(d, report, theirErr)
	if accepted := report.Accepted; accepted == (len(failed) > 0) {
		return []string{fmt.Sprintf("claimcheck: accepted=%t with %d failed checks", accepted, len(failed))}
	}
	if reached := stageOf(theirErr); reached < stageClaims {
		return c.compareEarly(d, reached, failed)
	}
	return c.compareClaims(d, report, failed, theirErr)
}

// compareEarly: golang-jwt did not come as far as the claims. One of our checks
// has to say why.
func (c *comparison) compareEarly(d *draft, reached stage, failed map[string]bool) []string {
	causes := map[stage][]string{
		stageText:   {"structure", "encoding", "header", "payload"},
		stageKey:    {"structure", "encoding", "header", "algorithm", "key"},
		stageSigned: {"algorithm", "advertised_algorithm", "key", "signature"},
	}
	if slices.ContainsFunc(causes[reached], func(id string) bool { return failed[id] }) {
		return nil
	}
	// What keeps claimcheck from looking at the signature hides the cause: a
	// text damaged at random, or something that golang-jwt does not see.
	for id := range failed {
		early := reached != stageText && slices.Contains(beforeClaims(), id)
		if early && (d.text != nil || c.allows(c.stricter, d, id)) {
			return nil
		}
	}
	if reached == stageText && c.allows(c.looser, d, "header") {
		return nil
	}
	return []string{fmt.Sprintf("golang-jwt refuses %s, claimcheck does not", reached)}
}

// compareClaims: golang-jwt found the signature good. Every check of ours that
// fails has to be one that it makes and fails, too, or one that it does not
// make; and the reverse.
func (c *comparison) compareClaims(d *draft, report *verify.Report, failed map[string]bool, theirErr error) []string {
	var problems []string
	refused := refusedClaims(theirErr)
	for id := range failed {
		if !refused[id] && !c.allows(c.stricter, d, id) {
			problems = append(problems, fmt.Sprintf("claimcheck refuses by %s, which golang-jwt does not", id))
		}
	}
	hasClaims := report.RejectedClaims().Exists() || report.Claims().Exists()
	for _, entry := range c.stricter {
		looked := slices.Contains(beforeClaims(), entry.check) || hasClaims && report.Header.Exists()
		if looked && !failed[entry.check] && entry.demands(d) {
			problems = append(problems, fmt.Sprintf("claimcheck does not refuse by %s: %s", entry.check, entry.reason))
		}
	}
	if !hasClaims {
		return problems // and so nothing of ours to compare with
	}
	for id, bad := range refused {
		if bad && !failed[id] && !c.allows(c.looser, d, id) {
			problems = append(problems, fmt.Sprintf("golang-jwt refuses what %s asks, which claimcheck does not", id))
		}
	}
	return problems
}

// allows looks for the differences that explain a check, and counts them used.
func (c *comparison) allows(table []*difference, d *draft, id string) bool {
	found := false
	for _, entry := range table {
		if entry.check == id && entry.applies(d) {
			entry.used++
			found = true
		}
	}
	return found
}

func (c *comparison) count(d *draft, report *verify.Report, theirErr error) {
	switch ours := report.Accepted; {
	case ours && theirErr == nil:
		c.accepted++
		c.byAlgorithm[d.alg]++
		c.byKind[string(d.kind)]++
	case ours:
		c.onlyTheirs++
	case theirErr == nil:
		c.onlyOurs++
	default:
		c.refused++
	}
}

// enough is the number of tokens above which everything must have come up.
const enough = 5_000

func (c *comparison) summary(t *testing.T) {
	total := c.accepted + c.refused + c.onlyOurs + c.onlyTheirs
	t.Logf("%d tokens: accepted by both %d, refused by both %d, refused only by claimcheck %d, refused only by golang-jwt %d",
		total, c.accepted, c.refused, c.onlyOurs, c.onlyTheirs)
	t.Logf("accepted by algorithm %v, by kind %v", c.byAlgorithm, c.byKind)
	if c.accepted == 0 || c.refused == 0 {
		t.Errorf("only one side was exercised")
	}
	for name, table := range map[string][]*difference{"stricter": c.stricter, "looser": c.looser} {
		for _, entry := range table {
			t.Logf("%s: %4d × %s: %s", name, entry.used, entry.check, entry.reason)
			if total >= enough && entry.used == 0 {
				t.Errorf("%s: the difference in %s is never needed: %s", name, entry.check, entry.reason)
			}
		}
	}
	for _, alg := range verify.Algorithms() {
		if total >= enough && c.byAlgorithm[alg] == 0 {
			t.Errorf("no token with %s was accepted", alg)
		}
	}
	for _, kind := range []verify.Kind{verify.KindID, verify.KindAccess, verify.KindLogout, "other"} {
		if total >= enough && c.byKind[string(kind)] == 0 {
			t.Errorf("no token of kind %s was accepted", kind)
		}
	}
}
