package strictjson

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// From returns a Go value as JSON: nil as null; booleans, integers, strings and
// slices; a json.Number as it is written, or absent if it is not a number; Members
// as an object of those that are not absent, whose names must be unique; and structs
// by the names in their json tags, in the order of their fields, with omitempty and
// omitzero as encoding/json has them. A Value stays what it is and, as a member, is
// left out if it is absent; so is a nil pointer. Embedded structs are inlined. From
// panics on a type that has no JSON form: that is a bug in the caller.
func From(v any) Value {
	switch v := v.(type) {
	case nil:
		return Value{typ: TypeNull}
	case Value:
		return v
	case json.Number:
		return number(v.String())
	}
	return reflected(reflect.ValueOf(v))
}

func reflected(v reflect.Value) Value {
	switch v.Kind() {
	case reflect.Bool:
		return Value{typ: TypeBool, text: strconv.FormatBool(v.Bool())}
	case reflect.Int, reflect.Int64:
		return Value{typ: TypeNumber, text: strconv.FormatInt(v.Int(), 10)}
	case reflect.String:
		return Value{typ: TypeString, text: v.String()}
	case reflect.Pointer:
		if v.IsNil() {
			return Value{}
		}
		return From(v.Elem().Interface())
	case reflect.Slice:
		if list := reflect.TypeFor[[]Member](); v.Type().ConvertibleTo(list) {
			return object(v.Convert(list).Interface().([]Member))
		}
		items := make([]Value, v.Len())
		for i := range items {
			items[i] = From(v.Index(i).Interface())
		}
		return Value{typ: TypeArray, nested: &nested{items: items}}
	case reflect.Struct:
		return object(members(v))
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
		list = append(list, Member{Name: name, Value: From(field.Interface())})
	}
	return list
}

func isEmpty(v reflect.Value) bool {
	if v.Kind() == reflect.Slice {
		return v.Len() == 0
	}
	return v.IsZero()
}
