// Renders the templates of a chart as Helm does: Go's text/template with Sprig, and what Helm adds. Helm itself is no package
// of Debian or npm. Reads {"templates": {path: text}, "context": {...}} and writes {path: rendered text}.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

type input struct {
	Templates map[string]string      `json:"templates"`
	Context   map[string]interface{} `json:"context"`
}

func main() {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		exit(err)
	}
	all := template.New("chart").Option("missingkey=zero")
	all.Funcs(functions(all))
	for path, text := range in.Templates {
		if _, err := all.New(path).Parse(text); err != nil {
			exit(err)
		}
	}
	out := map[string]string{}
	for path := range in.Templates {
		if strings.HasSuffix(path, ".tpl") {
			continue
		}
		in.Context["Template"] = map[string]interface{}{"Name": path, "BasePath": "quantgate/templates"}
		var text strings.Builder
		if err := all.ExecuteTemplate(&text, path, in.Context); err != nil {
			exit(err)
		}
		// Helm writes what is missing as nothing.
		out[path] = strings.ReplaceAll(text.String(), "<no value>", "")
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		exit(err)
	}
}

func functions(all *template.Template) template.FuncMap {
	known := sprig.TxtFuncMap()
	delete(known, "env")
	delete(known, "expandenv")
	known["include"] = func(name string, data interface{}) (string, error) {
		var text strings.Builder
		err := all.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	known["toYaml"] = func(value interface{}) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	known["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	known["fail"] = func(message string) (string, error) {
		return "", errors.New(message)
	}
	return known
}

func exit(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
