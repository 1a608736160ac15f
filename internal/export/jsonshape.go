package export

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// shaped reports what keeps a line from being an object of the columns: a library that decodes it takes what is missing, or null, for empty,
// and a whole number for a fraction. Readers of data sets do not: they take the types of columns from the rows that they see. Keys may
// stand in any order.
func shaped(line string, columns []Column) error {
	return shapedObject(jsontext.NewDecoder(strings.NewReader(line)), columns)
}

func shapedObject(d *jsontext.Decoder, columns []Column) error {
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return cause(err, "no object")
	}
	found := make([]bool, len(columns))
	for d.PeekKind() != '}' {
		key, err := d.ReadToken()
		if err != nil {
			return err
		}
		name := key.String()
		i := slices.IndexFunc(columns, func(c Column) bool { return c.Name == name })
		if i < 0 {
			return fmt.Errorf("the key %q is no column", name)
		}
		if found[i] = true; d.PeekKind() == 'n' && columns[i].Nullable {
			err = d.SkipValue()
		} else {
			err = shapedValue(d, &columns[i])
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for i := range columns {
		if !found[i] && columns[i].Name != weightColumn {
			return fmt.Errorf("the key %q is missing", columns[i].Name)
		}
	}
	_, err := d.ReadToken()
	return err
}

// weightColumn is left out of a line where there is no weight.
const weightColumn = "weight"

func shapedValue(d *jsontext.Decoder, c *Column) error {
	if of, isList := strings.CutPrefix(c.Type, "list"); isList {
		return shapedList(d, &Column{Type: strings.Trim(of, "<>"), Fields: c.Fields})
	}
	v, err := d.ReadValue()
	switch {
	case err != nil:
		return err
	case c.Type == "string" && v.Kind() != '"', c.Type != "string" && v.Kind() != '0':
		return fmt.Errorf("%.40s is no %s", v, c.Type)
	case c.Type == "float64" && !bytes.ContainsAny(v, ".eE"):
		return fmt.Errorf("%s is a whole number, which is to be written as a fraction", v)
	case c.Type == "int64" && bytes.ContainsAny(v, ".eE"):
		return fmt.Errorf("%s is no whole number", v)
	}
	return nil
}

// shapedList takes a list of values of a type or, where there is none, of objects.
func shapedList(d *jsontext.Decoder, element *Column) error {
	if t, err := d.ReadToken(); err != nil || t.Kind() != '[' {
		return cause(err, "no list")
	}
	for i := 0; d.PeekKind() != ']'; i++ {
		var err error
		if element.Type == "" {
			err = shapedObject(d, element.Fields)
		} else {
			err = shapedValue(d, element)
		}
		if err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	_, err := d.ReadToken()
	return err
}

// cause is an error, or else one that says something.
func cause(err error, says string) error {
	if err != nil {
		return err
	}
	return errors.New(says)
}
