// Package sqlite: this file becomes one of FerretDB's (see build.mjs), which by itself reads a whole collection for
// each question, and asks for an _id in words that its own index does not have.
package sqlite

import (
	"fmt"
	"strings"

	"github.com/FerretDB/FerretDB/internal/backends/sqlite/metadata"
	"github.com/FerretDB/FerretDB/internal/handler/sjson"
	"github.com/FerretDB/FerretDB/internal/types"
)

// Fields that have an index and never hold an array, of which an element could be meant.
var indexed = map[string]bool{
	"_id": true, "tenant": true, "at": true, "member": true, "group": true, "type": true, "userName": true,
}

// Values of one $in; SQLite takes 32,766 parameters.
const mostValues = 20_000

// condition is SQL with its arguments.
type condition struct {
	sql  string
	args []any
}

// narrowed gives what all documents meet that match the filter. Others may meet it too: FerretDB looks at each one
// that it is given.
func narrowed(filter *types.Document) (string, []any) {
	var sql []string
	var args []any
	for _, one := range conditions(filter) {
		sql = append(sql, one.sql)
		args = append(args, one.args...)
	}
	if len(sql) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(sql, " AND "), args
}

func conditions(filter *types.Document) []condition {
	var all []condition
	values := filter.Map()
	for _, field := range filter.Keys() {
		value := values[field]
		if list, ok := value.(*types.Array); ok && field == "$and" {
			for i := 0; i < list.Len(); i++ {
				if inner, err := list.Get(i); err == nil {
					if document, ok := inner.(*types.Document); ok {
						all = append(all, conditions(document)...)
					}
				}
			}
		}
		if indexed[field] {
			all = append(all, ofField(column(field), value)...)
		}
	}
	return all
}

// column is written as in the index.
func column(field string) string {
	return fmt.Sprintf("%s->%q", metadata.DefaultColumn, field)
}

func ofField(column string, value any) []condition {
	switch value := value.(type) {
	case string:
		return []condition{{column + " = ?", []any{text(value)}}}
	case *types.Document:
		return ofOperators(column, value.Map())
	}
	return nil
}

func ofOperators(column string, operators map[string]any) []condition {
	var all []condition
	if value, ok := operators["$eq"].(string); ok {
		all = append(all, condition{column + " = ?", []any{text(value)}})
	}
	if values, ok := operators["$in"].(*types.Array); ok {
		if args := texts(values); args != nil {
			places := strings.TrimSuffix(strings.Repeat("?,", len(args)), ",")
			all = append(all, condition{column + " IN (" + places + ")", args})
		}
	}
	for _, operator := range []string{"$gt", "$gte"} {
		if value, ok := operators[operator].(string); ok && isPlain(value) {
			all = append(all, condition{column + " >= ?", []any{`"` + value}})
		}
	}
	for _, operator := range []string{"$lt", "$lte"} {
		if value, ok := operators[operator].(string); ok && isPlain(value) {
			// What follows it and no other text: characters of ids come before this one.
			all = append(all, condition{column + " < ?", []any{`"` + value + "\U0010FFFF"}})
		}
	}
	return all
}

// texts is nil where there is anything else among the values, or too many. SQLite takes an empty list.
func texts(values *types.Array) []any {
	if values.Len() > mostValues {
		return nil
	}
	args := make([]any, 0, values.Len())
	for i := 0; i < values.Len(); i++ {
		value, err := values.Get(i)
		if err != nil {
			return nil
		}
		one, ok := value.(string)
		if !ok {
			return nil
		}
		args = append(args, text(one))
	}
	return args
}

// text is as SQLite has it: as JSON.
func text(value string) string {
	encoded, err := sjson.MarshalSingleValue(value)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// isPlain says whether the order of texts around it is that of their JSON: with the characters of our ids it is,
// but for U+2028 and U+2029 in others' ones.
func isPlain(value string) bool {
	for _, character := range value {
		if !strings.ContainsRune("-./_%:", character) && (character < '0' || character > '9') &&
			(character < 'A' || character > 'Z') && (character < 'a' || character > 'z') {
			return false
		}
	}
	return value != ""
}
