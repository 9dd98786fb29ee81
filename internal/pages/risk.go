package pages

import (
	"fmt"
	"strconv"

	"github.com/pugmark/pugmark/internal/detection"
)

// rba tells what a finding adds to the risk of whom, and how the score came
// about.
func rba(d *detection.Detection) *Section {
	s := &Section{ID: "rba", Title: "RBA"}
	switch d.Type {
	case detection.Hunting:
		s.Blocks = []Block{none("None: the results of a Hunting detection are for a person to look through.")}
		return s
	case detection.Correlation:
		s.Blocks = []Block{none("None: a Correlation brings together what others found.")}
		return s
	}
	written := d.Generation == detection.G1 || d.Generation == detection.G2
	score := Block{Kind: Table, Head: []string{"Risk score", "Impact", "Confidence", "Message"}}
	impact, confidence := plain("–"), plain("–")
	if written {
		impact, confidence = number(d.Impact), number(d.Confidence)
	}
	score.Rows = [][]Inline{{number(d.Risk.Score), impact, confidence, code(d.Risk.Message)}}
	s.Blocks = []Block{score, formula(d, written)}

	objects := Block{Kind: Table, Head: []string{"Field", "Role", "Type", "Score", "Message"}}
	for _, o := range d.Risk.Objects {
		message := plain("as above")
		if o.Message != "" && o.Message != d.Risk.Message {
			message = code(o.Message)
		}
		objects.Rows = append(objects.Rows, []Inline{code(o.Field), plain("risk object"), plain(o.Type), scoreOf(o), message})
	}
	for _, t := range d.Risk.Threats {
		objects.Rows = append(objects.Rows, []Inline{code(t.Field), plain("threat object"), plain(t.Type), plain("–"), plain("–")})
	}
	if objects.Rows != nil {
		s.Blocks = append(s.Blocks, objects)
	}
	if t := d.Throttle; t != nil {
		s.Blocks = append(s.Blocks, note(Span{Text: fmt.Sprintf("Throttled: after a result, those with the same %s are dropped for %s.", joined(t.Fields), t.Period)}))
	}
	return s
}

// scoreOf tells the score of a risk object, and which field of the result tells
// another one.
func scoreOf(o detection.RiskObject) Inline {
	if o.ScoreField == "" {
		return number(o.Score)
	}
	return Inline{{Text: strconv.Itoa(o.Score) + ", or that of the result in "}, {Text: o.ScoreField, Code: true}}
}

func number(n int) Inline { return plain(strconv.Itoa(n)) }

func formula(d *detection.Detection, written bool) Block {
	if !written {
		return note(Span{Text: "Risk score = the largest score of its risk objects. Each risk object gets its own score for each result; $field$ in a message stands for the value of the result's field."})
	}
	text := "Risk score = impact × confidence / 100, rounded"
	if exact := float64(d.Impact*d.Confidence) / 100; d.Generation == detection.G2 || int(exact) == d.Risk.Score {
		text += fmt.Sprintf(": %d × %d / 100 = %s", d.Impact, d.Confidence, strconv.FormatFloat(exact, 'f', -1, 64))
	}
	return note(Span{Text: text + ". Each risk object gets it for each result; $field$ in the message stands for the value of the result's field."})
}

func drilldowns(d *detection.Detection) *Section {
	s := &Section{ID: "drilldowns", Title: "Drilldowns"}
	for _, drill := range d.Drilldowns {
		s.Blocks = append(s.Blocks, Block{Kind: Sub, Text: drill.Name}, Block{Kind: Code, Text: drill.Search})
		if drill.Earliest != "" || drill.Latest != "" {
			s.Blocks = append(s.Blocks, note(Span{Text: "From "}, Span{Text: orNone(drill.Earliest), Code: true}, Span{Text: " to "}, Span{Text: orNone(drill.Latest), Code: true}))
		}
	}
	if s.Blocks == nil {
		s.Blocks = []Block{none("")}
	}
	return s
}

func orNone(s string) string {
	if s == "" {
		return "any time"
	}
	return s
}
