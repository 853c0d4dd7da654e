package strictjson

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// From returns a Go value as JSON: nil as null, booleans, integers, strings, slices,
// a json.Number as it is written (or absent if it is no number), and structs by the names in their json tags, in
// the order of their fields, with omitempty and omitzero as encoding/json has
// them. A Value stays what it is, and is left out where it is absent; so is a
// nil pointer. Embedded structs are inlined. It panics on a type that has no such
// form, which is a defect of the caller.
func From(v any) Value { return from(reflect.ValueOf(v)) }

func from(v reflect.Value) Value {
	if !v.IsValid() {
		return Value{kind: KindNull}
	}
	switch known := v.Interface().(type) {
	case Value:
		return known
	case []Value:
		return array(known)
	case json.Number:
		return number(known.String())
	}
	switch v.Kind() {
	case reflect.Bool:
		return Value{kind: KindBool, text: strconv.FormatBool(v.Bool())}
	case reflect.Int, reflect.Int64:
		return Value{kind: KindNumber, text: strconv.FormatInt(v.Int(), 10)}
	case reflect.String:
		return String(v.String())
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return Value{}
		}
		return from(v.Elem())
	case reflect.Slice:
		items := make([]Value, v.Len())
		for i := range items {
			items[i] = from(v.Index(i))
		}
		return array(items)
	case reflect.Struct:
		return Object(members(v)...)
	default:
		panic(fmt.Sprintf("strictjson: %s has no JSON form", v.Type()))
	}
}

func members(v reflect.Value) []Member {
	var list []Member
	for i := range v.NumField() {
		field, tag := v.Field(i), v.Type().Field(i).Tag.Get("json")
		if v.Type().Field(i).Anonymous && tag == "" {
			list = append(list, members(field)...)
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "-" || name == "" || options == "omitzero" && field.IsZero() || options == "omitempty" && isEmpty(field) {
			continue
		}
		list = append(list, Member{Name: name, Value: from(field)})
	}
	return list
}

func isEmpty(v reflect.Value) bool {
	if v.Kind() == reflect.Slice {
		return v.Len() == 0
	}
	return v.IsZero()
}
