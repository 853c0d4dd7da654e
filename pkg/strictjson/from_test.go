package strictjson_test

import (
	"testing"

	"github.com/claimcheck/claimcheck/pkg/strictjson"
)

func TestFrom(t *testing.T) {
	type inner struct {
		Name string `json:"name"`
	}
	type embedded struct {
		First string `json:"first"`
	}
	number := int64(3)
	exact, err := strictjson.Parse([]byte(`{"z":1.50,"a":12345678901234567890}`))
	if err != nil {
		t.Fatal(err)
	}
	value := struct {
		embedded
		Empty    string           `json:"empty,omitempty"`
		Zero     int64            `json:"zero,omitzero"`
		Kept     int64            `json:"kept"`
		Flag     bool             `json:"flag"`
		List     []inner          `json:"list"`
		NoList   []inner          `json:"no_list,omitempty"`
		Pointer  *int64           `json:"pointer"`
		Nil      *inner           `json:"nil"`
		Raw      strictjson.Value `json:"raw"`
		Absent   strictjson.Value `json:"absent"`
		Hidden   string           `json:"-"`
		Untagged string
	}{
		embedded: embedded{"1"}, List: []inner{{"x"}}, Pointer: &number, Flag: true, NoList: []inner{}, Raw: exact,
	}
	const expected = `{"first":"1","kept":0,"flag":true,"list":[{"name":"x"}],"pointer":3,"raw":{"z":1.50,"a":12345678901234567890}}`
	if got := strictjson.From(value).String(); got != expected {
		t.Errorf("got  %s\nexpected %s", got, expected)
	}
}

func TestFromPanicsOnWhatHasNoForm(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a channel has a JSON form")
		}
	}()
	strictjson.From(struct {
		C chan int `json:"c"`
	}{make(chan int)})
}
