package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/hec"
	"github.com/pugmark/pugmark/internal/report"
)

// completionCommand prints the script that makes a shell ask pugmark itself
// what can follow, so that completions fit the installed version and content.
type completionCommand struct {
	Shell string `arg:"" help:"bash, zsh, fish or powershell."`
}

func (completionCommand) examples() []string {
	return []string{
		"completion bash > ~/.local/share/bash-completion/completions/pugmark",
		"completion zsh > \"${fpath[1]}/_pugmark\"",
		"completion fish > ~/.config/fish/completions/pugmark.fish",
		"completion powershell >> $PROFILE",
	}
}

var completionScripts = map[string]string{
	"bash": `_pugmark() {
    local cur=${COMP_WORDS[COMP_CWORD]} quote= line
    # The word as typed may be quoted; candidates are not.
    case $cur in
        [\'\"]*) quote=${cur:0:1} cur=${cur:1} ;;
        *) cur=${cur//\\/} ;;
    esac
    COMPREPLY=()
    while IFS= read -r line; do
        line=${line%%$'\t'*}
        if [[ $quote ]]; then
            COMPREPLY+=("$line")
        else
            COMPREPLY+=("$(printf '%q' "$line")")
        fi
    done < <(pugmark __complete -- "${COMP_WORDS[@]:1:COMP_CWORD-1}" "$cur" 2>/dev/null)
}
complete -o default -o bashdefault -F _pugmark pugmark
`,
	"zsh": `#compdef pugmark
_pugmark() {
    local -a found
    local line word
    while IFS= read -r line; do
        word=${line%%$'\t'*}
        found+=("${word//:/\\:}:${line#*$'\t'}")
    done < <(pugmark __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
    if (( ${#found} )); then
        _describe 'pugmark' found
    else
        _files
    fi
}
if [ "$funcstack[1]" = "_pugmark" ]; then
    _pugmark
else
    compdef _pugmark pugmark
fi
`,
	"fish": `function __pugmark_complete
    set -l words (commandline -opc) (commandline -ct)
    pugmark __complete -- $words[2..-1] 2>/dev/null
end
complete -c pugmark -a '(__pugmark_complete)'
`,
	"powershell": `Register-ArgumentCompleter -Native -CommandName pugmark -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
    if ($wordToComplete -eq '') { $words += '""' }
    pugmark __complete -- @words 2>$null | ForEach-Object {
        $word, $about = $_ -split "` + "`t" + `", 2
        if ($word -like "$wordToComplete*") {
            if (-not $about) { $about = $word }
            if ($word -match '\s') { $word = "'" + $word.Replace("'", "''") + "'" }
            [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $about)
        }
    }
}
`,
}

func shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

func (c *completionCommand) Run(a *app) (exitCode, error) {
	if err := oneOf(c.Shell, shells(), "shell"); err != nil {
		return exitUsage, usageError{message: err.Error()}
	}
	_, err := io.WriteString(a.stdout, completionScripts[c.Shell])
	return exitOK, err
}

// completeCommand is what the scripts call: it prints what the last word could
// become, one a line, with a tab and a description. It prints nothing where a
// path is expected, which shells complete better.
type completeCommand struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

func (c *completeCommand) Run(a *app) (exitCode, error) { //nolint:unparam // a subcommand
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	words = withoutEquals(words)
	for _, candidate := range candidates(a, words) {
		if candidate[0] != report.Visible(candidate[0]) {
			continue // a name that would trouble the shell's terminal
		}
		if _, err := fmt.Fprintf(a.stdout, "%s\t%s\n", candidate[0], report.Visible(candidate[1])); err != nil {
			return exitOK, err
		}
	}
	return exitOK, nil
}

// withoutEquals leaves out the = that bash makes a word of its own, and gives
// the last word when there is none yet.
func withoutEquals(words []string) []string {
	last := len(words) - 1
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "=" })
	if len(words) == 0 || words[last] == "=" {
		kept = append(kept, "")
	}
	return kept
}

// candidates returns what the last of words could become, with descriptions.
func candidates(a *app, words []string) [][2]string {
	node := a.kong.Model.Node
	position := 0
	var awaiting *kong.Flag
	for _, word := range words[:len(words)-1] {
		if awaiting != nil {
			awaiting = nil
			continue
		}
		if strings.HasPrefix(word, "-") && word != "-" {
			if flag := findFlag(node, word); flag != nil && !flag.IsBool() && !strings.Contains(word, "=") {
				awaiting = flag
			}
			continue
		}
		child := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word && !n.Hidden })
		if child >= 0 {
			node = node.Children[child]
			continue
		}
		position++
	}
	last := words[len(words)-1]
	switch {
	case awaiting != nil:
		return matching(last, "", valuesOf(words, awaiting.Name))
	case strings.HasPrefix(last, "--") && strings.Contains(last, "="):
		name, value, _ := strings.Cut(last, "=")
		return matching(value, name+"=", valuesOf(words, strings.TrimPrefix(name, "--")))
	case strings.HasPrefix(last, "-"):
		return matching(last, "", flagsOf(node))
	case len(node.Children) > 0:
		var names [][2]string
		for _, child := range node.Children {
			if !child.Hidden {
				names = append(names, [2]string{child.Name, child.Help})
			}
		}
		return matching(last, "", names)
	case position < len(node.Positional) || len(node.Positional) > 0 && node.Positional[len(node.Positional)-1].IsCumulative():
		return matching(last, "", argumentsOf(a, node, position, words))
	}
	return nil
}

func matching(prefix, before string, candidates [][2]string) [][2]string {
	var found [][2]string
	for _, c := range candidates {
		if strings.HasPrefix(c[0], prefix) {
			found = append(found, [2]string{before + c[0], c[1]})
		}
	}
	return found
}

func findFlag(node *kong.Node, word string) *kong.Flag {
	name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
	for _, group := range node.AllFlags(false) {
		for _, flag := range group {
			if flag.Name == name || flag.Tag.Negatable == name || len(name) == 1 && string(flag.Short) == name {
				return flag
			}
		}
	}
	return nil
}

func flagsOf(node *kong.Node) [][2]string {
	var names [][2]string
	for _, group := range node.AllFlags(true) {
		for _, flag := range group {
			names = append(names, [2]string{"--" + flag.Name, flag.Help})
			if flag.Tag.Negatable != "" {
				names = append(names, [2]string{"--" + flag.Tag.Negatable, flag.Help})
			}
		}
	}
	return names
}

func plain(names []string) [][2]string {
	pairs := make([][2]string, len(names))
	for i, name := range names {
		pairs[i] = [2]string{name, ""}
	}
	return pairs
}

// valuesOf returns the values that a flag can have, nil where any will do.
func valuesOf(words []string, flag string) [][2]string {
	switch flag {
	case "output":
		var values [][2]string
		for _, f := range report.Formats() {
			values = append(values, [2]string{f.Name, f.Summary})
		}
		return values
	case "color":
		return plain(colorModes())
	case "warn", "error":
		var values [][2]string
		for _, r := range detection.Rules() {
			if r.Lint == (flag == "error") {
				values = append(values, [2]string{r.Name, r.Summary})
			}
		}
		return values
	case "format":
		if slices.Contains(words, "export") {
			return plain(exportFormats())
		}
		return plain(docsFormats())
	case "endpoint":
		return plain(hec.Endpoints())
	case "form":
		return plain(scaffoldForms())
	case "detection":
		return offered(words, func(d *detection.Detection) []string { return []string{d.Name} })
	case "story":
		return offered(words, func(d *detection.Detection) []string { return d.Stories })
	case "technique":
		return offered(words, func(d *detection.Detection) []string { return d.Annotations().Techniques })
	case "tactic":
		return offered(words, func(d *detection.Detection) []string { return d.Tactics })
	case "type":
		return offered(words, func(d *detection.Detection) []string { return []string{string(d.Type)} })
	case "status":
		return offered(words, func(d *detection.Detection) []string { return []string{string(d.Status)} })
	case "data-source":
		return offered(words, func(d *detection.Detection) []string { return d.DataSources })
	case "asset-type":
		return offered(words, func(d *detection.Detection) []string { return []string{d.AssetType} })
	}
	return nil
}

func argumentsOf(a *app, node *kong.Node, position int, words []string) [][2]string {
	switch node.FullPath() {
	case "pugmark completion":
		return plain(shells())
	case "pugmark help":
		return helpTopics(a, words)
	case "pugmark detections show", "pugmark detections export":
		return valuesOf(words, "detection")
	case "pugmark why":
		if position == 0 && !slices.Contains(words, "--search") {
			return valuesOf(words, "detection")
		}
	}
	return nil
}

// offered returns what the detections of the content offer, that of --content
// among the words included. Content that cannot be read offers nothing.
func offered(words []string, of func(*detection.Detection) []string) [][2]string {
	var flags contentFlags
	for i, word := range words {
		if name, value, ok := strings.Cut(word, "="); ok && name == "--content" {
			flags.Content = append(flags.Content, value)
		} else if word == "--content" && i+2 < len(words) {
			flags.Content = append(flags.Content, words[i+1])
		}
		flags.NoBuiltin = flags.NoBuiltin || word == "--no-builtin"
	}
	library, err := flags.load()
	if err != nil {
		return nil
	}
	var names []string
	for _, d := range library.withRules(library.detections()) {
		names = append(names, of(d)...)
	}
	slices.Sort(names)
	return plain(slices.DeleteFunc(slices.Compact(names), func(s string) bool { return s == "" }))
}
