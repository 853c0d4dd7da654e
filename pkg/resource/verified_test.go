package resource

import (
	"testing"

	"github.com/claimcheck/claimcheck/pkg/verify"
)

// TestVerifiedNeedsAcceptance: that no check failed is not enough. A report that is not
// accepted, for whatever reason, breaks the chain.
func TestVerifiedNeedsAcceptance(t *testing.T) {
	c := &tokenChecker{Chain: &Chain{Report: &verify.Report{Reason: verify.ReasonMalformed}}}
	c.verified()
	if len(c.Links) != 1 || c.Links[0].Status != verify.Failed || c.Reason != verify.ReasonMalformed {
		t.Errorf("rejected without a failed check: links %v, reason %q", c.Links, c.Reason)
	}
	c = &tokenChecker{Chain: &Chain{Report: &verify.Report{Accepted: true}}}
	c.verified()
	if len(c.Links) != 1 || c.Links[0].Status != verify.Passed || c.Reason != "" {
		t.Errorf("accepted: links %v, reason %q", c.Links, c.Reason)
	}
}
