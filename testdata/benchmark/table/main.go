// Table reads the output of the benchmarks on stdin and puts the tables into a page,
// between its comments "tables" and "end of tables". Of all runs the least time
// counts, which other programs on the machine disturb least.
//
//	for n in 1 2 3 4 5 6 7 8; do go test -run '^$' -bench . -cpu 1,2 -benchtime 5000x; done | go run ./table ../../docs/performance.md
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
)

// The units of the columns that the benchmarks write.
const (
	clock       = "ns/op"
	processor   = "cpu-ns/op"
	allocations = "allocs/op"
	octets      = "B/op"
)

// results are what was measured, with cases and contestants in the order in which
// they came.
type results struct {
	cases, contestants []string
	values             map[string][]float64 // by key
}

func key(of, who, cores, unit string) string {
	return strings.Join([]string{of, who, cores, unit}, " ")
}

// least returns the least value of all runs, and 0 for what was not measured.
func (r *results) least(of, who, cores, unit string) float64 {
	list := r.values[key(of, who, cores, unit)]
	if len(list) == 0 {
		return 0
	}
	return slices.Min(list)
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: table PAGE")
	}
	r := read(bufio.NewScanner(os.Stdin))
	if len(r.values) == 0 {
		log.Fatal("no benchmark on stdin")
	}
	var out strings.Builder
	for _, cores := range []struct{ cpu, title string }{{"1", "one core"}, {"2", "two cores"}} {
		r.times(&out, cores.cpu, cores.title)
	}
	r.gains(&out)
	r.memory(&out)
	if err := replace(os.Args[1], out.String()); err != nil {
		log.Fatal(err)
	}
}

// replace puts a text between the two comments of a page.
func replace(path, text string) error {
	const begin, end = "<!-- tables -->\n", "<!-- end of tables -->\n"
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(page), begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		return fmt.Errorf("%s: the comments that stand around the tables are missing", path)
	}
	return os.WriteFile(path, []byte(before+begin+"\n"+text+"\n"+end+after), 0o644)
}

// times writes the processor time of a token, and the two ratios that matter:
// what the report costs beside the bare signature, and the fastest other library.
func (r *results) times(out io.Writer, cpu, title string) {
	time := func(of, who string) float64 { return r.least(of, who, cpu, processor) / 1000 }
	r.heading(out, "µs of processor time a token, "+title)
	for _, who := range r.contestants {
		r.row(out, who, "%.1f", func(of string) float64 { return time(of, who) })
	}
	r.row(out, "report ÷ bare", "%.2f", func(of string) float64 { return time(of, "report") / time(of, "bare") })
	r.row(out, "claimcheck ÷ fastest other", "%.2f", func(of string) float64 {
		return time(of, "claimcheck") / min(time(of, "golang-jwt"), time(of, "go-oidc"), time(of, "jwx"))
	})
	fmt.Fprintln(out)
}

// gains writes how many times more tokens two goroutines verify on two cores than
// one on one, by the clock.
func (r *results) gains(out io.Writer) {
	r.heading(out, "throughput of two goroutines ÷ of one")
	for _, who := range r.contestants {
		r.row(out, who, "%.2f", func(of string) float64 { return r.least(of, who, "1", clock) / r.least(of, who, "2", clock) })
	}
	fmt.Fprintln(out)
}

func (r *results) memory(out io.Writer) {
	of := r.cases[0]
	fmt.Fprintf(out, "| %s | allocations | bytes |\n|---|---|---|\n", of)
	for _, who := range r.contestants {
		fmt.Fprintf(out, "| %s | %.0f | %.0f |\n", who, r.least(of, who, "1", allocations), r.least(of, who, "1", octets))
	}
}

func (r *results) heading(out io.Writer, title string) {
	fmt.Fprintf(out, "| %s | %s |\n|---|%s\n", title, strings.Join(r.cases, " | "), strings.Repeat("---|", len(r.cases)))
}

func (r *results) row(out io.Writer, name, format string, value func(of string) float64) {
	fmt.Fprintf(out, "| %s |", name)
	for _, of := range r.cases {
		fmt.Fprintf(out, " "+format+" |", value(of))
	}
	fmt.Fprintln(out)
}

// read reads lines such as
//
//	BenchmarkVerify/ES256/report-2  5000  41234 ns/op  72345 cpu-ns/op  5251 B/op  41 allocs/op
func read(lines *bufio.Scanner) *results {
	r := &results{values: map[string][]float64{}}
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "BenchmarkVerify/") {
			continue
		}
		of, who, _ := strings.Cut(strings.TrimPrefix(fields[0], "BenchmarkVerify/"), "/")
		cpu := "1" // which the name leaves out
		if name, found := strings.CutSuffix(who, "-2"); found {
			who, cpu = name, "2"
		}
		r.cases, r.contestants = with(r.cases, of), with(r.contestants, who)
		for i := 2; i+1 < len(fields); i += 2 {
			if value, err := strconv.ParseFloat(fields[i], 64); err == nil {
				k := key(of, who, cpu, fields[i+1])
				r.values[k] = append(r.values[k], value)
			}
		}
	}
	return r
}

// with returns a list that contains an item.
func with(list []string, item string) []string {
	if slices.Contains(list, item) {
		return list
	}
	return append(list, item)
}
