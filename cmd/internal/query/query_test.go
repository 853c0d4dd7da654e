package query

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

var at = time.Date(2020, 9, 30, 7, 30, 0, 500_000_000, time.UTC)

const claims = `{"sub":"5f7","n":12345678901234567890,"p":1.50,"roles":["admin","dev"],"exp":1601453558}`

// TestMain puts the machine into a time zone other than UTC: expressions must not
// see it.
func TestMain(m *testing.M) {
	time.Local = time.FixedZone("CET", 3600)
	os.Exit(m.Run())
}

func run(t *testing.T, expression, input string) ([]strictjson.Value, error) {
	t.Helper()
	filter, err := Compile(expression)
	if err != nil {
		t.Fatalf("Compile(%q): %v", expression, err)
	}
	filter.maxTime = time.Minute // the bound that is tested comes first
	value, err := strictjson.Parse([]byte(input))
	if err != nil {
		t.Fatal(err)
	}
	return filter.Run(context.Background(), value, at)
}

func join(values []strictjson.Value) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = v.String()
	}
	return strings.Join(texts, " ")
}

func TestRunGivesOutputsInOrder(t *testing.T) {
	for expression, want := range map[string]string{
		`.sub`:                   `"5f7"`,
		`.`:                      `{"exp":1601453558,"n":12345678901234567890,"p":1.50,"roles":["admin","dev"],"sub":"5f7"}`,
		`.n, .p`:                 `12345678901234567890 1.50`,
		`.n + 1`:                 `12345678901234567891`,
		`.p + 1`:                 `2.5`,
		`.roles[]`:               `"admin" "dev"`,
		`empty`:                  ``,
		`.missing`:               `null`,
		`nan, infinite, 1e-7`:    `null 1.7976931348623157e+308 1e-7`,
		`"1.500" | fromjson`:     `1.500`,
		`"1e1000" | tonumber`:    `1.7976931348623157e+308`,
		`"\u001b"`:               `"\u001b"`,
		`def env: 1; env`:        `1`,
		`.roles | map(length)`:   `[5,3]`,
		`try error("x") catch .`: `"x"`,
	} {
		t.Run(expression, func(t *testing.T) {
			got, err := run(t, expression, claims)
			if err != nil || join(got) != want {
				t.Errorf("got %s, %v; want %s", join(got), err, want)
			}
		})
	}
}

func TestTimeIsTheEvaluationTimeInUTC(t *testing.T) {
	for expression, want := range map[string]string{
		`now`:                                 `1601451000.5`,
		`.exp - now`:                          `2557.5`,
		`def f: now; f`:                       `1601451000.5`,
		`def now: 1; now`:                     `1`,
		`0 | localtime | mktime`:              `0`,
		`0 | strflocaltime("%H:%M %Z")`:       `"00:00 UTC"`,
		`now | todate`:                        `"2020-09-30T07:30:00Z"`,
		`"2020 +0100" | strptime("%Y %z")[3]`: `23`,
		`try ("2020 CET" | strptime("%Y %Z"))[3] catch "refused"`: `"refused"`,
	} {
		t.Run(expression, func(t *testing.T) {
			got, err := run(t, expression, claims)
			if err != nil || join(got) != want {
				t.Errorf("got %s, %v; want %s", join(got), err, want)
			}
		})
	}
}

func TestNowOfEarlyTimes(t *testing.T) {
	for _, when := range []time.Time{time.Unix(-5, 0), time.Unix(0, 0), time.Unix(1<<53, 0), time.Unix(-1<<53, 0)} {
		filter, err := Compile(`now`)
		if err != nil {
			t.Fatal(err)
		}
		got, err := filter.Run(context.Background(), strictjson.From(nil), when)
		if want := strictjson.From(when.Unix()).String(); err != nil || join(got) != want {
			t.Errorf("got %s, %v; want %s", join(got), err, want)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for expression, want := range map[string]string{
		``:                                `invalid jq expression: missing query (try ".")`,
		`.[`:                              `invalid jq expression: unexpected EOF at byte 2`,
		`.a |`:                            `invalid jq expression: unexpected EOF at byte 4`,
		`foo`:                             `invalid jq expression: function not defined: foo/0 (a member is written with a dot: .foo)`,
		`env`:                             `invalid jq expression: env and $ENV are not available`,
		`$ENV.HOME`:                       `invalid jq expression: env and $ENV are not available`,
		`input`:                           `invalid jq expression: input(s)/0 is not allowed`,
		`[inputs]`:                        `invalid jq expression: input(s)/0 is not allowed`,
		`debug`:                           `invalid jq expression: function not defined: debug/0 (a member is written with a dot: .debug)`,
		`stderr`:                          `invalid jq expression: function not defined: stderr/0 (a member is written with a dot: .stderr)`,
		`input_filename`:                  `invalid jq expression: function not defined: input_filena…`,
		`import "a" as a; 1`:              `invalid jq expression: cannot load module: "a"`,
		`include "a"; 1`:                  `invalid jq expression: cannot load module: "a"`,
		strings.Repeat(" ", 64<<10) + `.`: `invalid jq expression: longer than 65536 bytes`,
	} {
		t.Run(want, func(t *testing.T) {
			_, err := Compile(expression)
			var compile *CompileError
			if !errors.As(err, &compile) || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

func TestRunReportsFailures(t *testing.T) {
	const failed = "the jq expression failed: "
	for expression, want := range map[string]string{
		`1, .sub.x`:              failed + `expected an object but got: string ("5f7")`,
		`1, error("no")`:         failed + `no`,
		`1, error({a: 1})`:       failed + `{"a":1}`,
		`1, error(null)`:         failed + `null`,
		`1, halt`:                failed + `halt and halt_error are not available`,
		`1, ("x" | halt_error)`:  failed + `halt and halt_error are not available`,
		`1, halt_error(0)`:       failed + `halt and halt_error are not available`,
		`1, ("x" | modulemeta)`:  failed + `cannot load module: "x"`,
		`1, error("x" * 10_000)`: "",
	} {
		t.Run(expression, func(t *testing.T) {
			if want == "" {
				expression, want = `1, error("x" * 10000)`, failed+strings.Repeat("x", maxReason-1)+"…"
			}
			got, err := run(t, expression, claims)
			var failure *RunError
			if !errors.As(err, &failure) || err.Error() != want {
				t.Errorf("got error %v, want %s", err, want)
			}
			if join(got) != "1" {
				t.Errorf("the output before the error is lost: got %s", join(got))
			}
		})
	}
}

func TestRunIsBounded(t *testing.T) {
	// Large values can exceed either bound first.
	large := []*RunError{errSize, errMemory}
	for expression, want := range map[string][]*RunError{
		`repeat(1)`:                                 {errCount},
		`"a" * 20000000`:                            large,
		`reduce range(21) as $i (1; [., .])`:        large,
		`error(reduce range(21) as $i (1; [., .]))`: large,
		`error("a" * 20000000)`:                     large,
		`{("a" * 20000000): 1}`:                     large,
		`{a: ("a" * 20000000)}`:                     large,
		`reduce range(18) as $i (` + strings.Repeat("9", 300) + `; [., .])`: large,
		`reduce range(19) as $i ({a: 1}; [., .])`:                           large,
		`reduce range(300) as $i (.; [.])`:                                  {errDepth},
		`"x" | until(false; . + .)`:                                         {errMemory},
		`"x" | until(false; "\(.)\(.)")`:                                    {errMemory},
		`reduce range(1e9) as $i ([]; . + ["x" * 100000])`:                  {errMemory},
		`reduce range(1e9) as $i (.; [.])`:                                  {errMemory},
	} {
		t.Run(expression, func(t *testing.T) {
			runtime.GC() // what the run before has left is not counted for this one
			got, err := run(t, expression, `""`)
			var failure *RunError
			if !errors.As(err, &failure) || !slices.Contains(want, failure) {
				t.Errorf("got %v, want %v", err, want)
			}
			if len(got) > 0 {
				t.Error("there is output")
			}
		})
	}
}

func TestRunIsBoundedInTime(t *testing.T) {
	for _, expression := range []string{`last(range(1e12))`, `[range(1000)] | [., ., ., .] | combinations | empty`} {
		filter, err := Compile(expression)
		if err != nil {
			t.Fatal(err)
		}
		filter.maxTime = 20 * time.Millisecond
		if got, err := filter.Run(context.Background(), strictjson.From(nil), at); !errors.Is(err, errTime) || len(got) > 0 {
			t.Errorf("%s: got %s, %v; want %v", expression, join(got), err, errTime)
		}
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	filter, err := Compile(`last(range(1e12))`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := filter.Run(ctx, strictjson.From(nil), at); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func FuzzCompileAndRun(f *testing.F) {
	for _, seed := range []string{`.`, `.a[0]?`, `now`, `[.[] | tostring]`, `"\(.)"`, `@base64d`, `{a: .}`, `..`, `1e1000`, `try error catch .`} {
		f.Add(seed, claims)
	}
	f.Fuzz(func(t *testing.T, expression, input string) {
		value, err := strictjson.Parse([]byte(input))
		if err != nil {
			return
		}
		filter, err := Compile(expression)
		if err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		outputs, _ := filter.Run(ctx, value, at)
		for _, output := range outputs {
			if !output.Exists() {
				t.Errorf("%q gave an absent value", expression)
			}
		}
	})
}
