package query

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

func TestPredicateHoldsOnlyForOneTrue(t *testing.T) {
	for expression, want := range map[string]string{
		`true`:                       ``,
		`.sub == "5f7"`:              ``,
		`.exp > now`:                 ``,
		`.roles | contains(["dev"])`: ``,
		`false`:                      `gave false`,
		`.exp < now`:                 `gave false`,
		`null`:                       `gave null, not true`,
		`1`:                          `gave 1, not true`,
		`"yes"`:                      `gave "yes", not true`,
		`"true"`:                     `gave "true", not true`,
		`[true]`:                     `gave [true], not true`,
		`"x" * 1000`:                 `gave "` + strings.Repeat("x", 78) + `…, not true`,
		`empty`:                      `gave no output`,
		`true, true`:                 `gave 2 outputs`,
		`true, false`:                `gave 2 outputs`,
		`.roles[] | true`:            `gave 2 outputs`,
		`error("no")`:                `failed: no`,
		`true, error("no")`:          `failed: no`,
		`true, halt`:                 `failed: halt and halt_error are not available`,
		`halt`:                       `failed: halt and halt_error are not available`,
	} {
		t.Run(expression, func(t *testing.T) {
			predicate, err := Compile(expression)
			if err != nil {
				t.Fatal(err)
			}
			value, err := strictjson.Parse([]byte(claims))
			if err != nil {
				t.Fatal(err)
			}
			holds, reason := predicate.Holds(context.Background(), value, at)
			if holds != (want == "") || reason != want {
				t.Errorf("got %t, %q; want %q", holds, reason, want)
			}
		})
	}
}

func TestPredicateDoesNotHoldForAnExpressionThatTakesTooLong(t *testing.T) {
	filter, err := Compile(`true, last(range(1e12))`)
	if err != nil {
		t.Fatal(err)
	}
	filter.maxTime = 20 * time.Millisecond
	if holds, reason := filter.Holds(context.Background(), strictjson.From(nil), at); holds || reason != `took longer than 10s` {
		t.Errorf("got %t, %q", holds, reason)
	}
}

func TestPredicateDoesNotHoldWhenInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	predicate, err := Compile(`last(range(1e12))`)
	if err != nil {
		t.Fatal(err)
	}
	if holds, reason := predicate.Holds(ctx, strictjson.From(nil), at); holds || reason != "was interrupted: context canceled" {
		t.Errorf("got %t, %q", holds, reason)
	}
}

func TestCompileRefusesWhatIsNoExpression(t *testing.T) {
	if _, err := Compile(`.[`); err == nil {
		t.Error("no error")
	}
}
