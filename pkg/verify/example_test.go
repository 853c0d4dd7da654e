package verify_test

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/claimcheck/claimcheck/pkg/jwks"
	"github.com/claimcheck/claimcheck/pkg/token"
	"github.com/claimcheck/claimcheck/pkg/verify"
)

func ExampleVerify() {
	text, _ := os.ReadFile("../../testdata/authing/id-token.jwt")
	keys, _ := os.ReadFile("../../testdata/authing/jwks.json")

	set, err := jwks.Parse(keys)
	if err != nil {
		fmt.Println(err)
		return
	}
	parsed, _ := token.Parse(strings.TrimSpace(string(text))) // a fault is part of the report
	policy := verify.Policy{
		Issuer:    "https://oidc1.authing.cn/oidc",
		Audiences: []string{"5f17a529f64fb009b794a2ff"},
	}
	for _, now := range []time.Time{
		time.Date(2020, 9, 30, 7, 30, 0, 0, time.UTC),
		time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		report := verify.Verify(parsed, verify.PublicKeys{Set: set}, policy, now)
		if err := report.Err(); err != nil {
			fmt.Println(report.Verdict, err)
			continue
		}
		fmt.Println(report.Verdict, report.Claims().Get("sub"))
	}
	// Output:
	// accepted "5f719946524ee1099229496b"
	// rejected expired: expired at 2020-09-30 08:12:38 UTC
}
