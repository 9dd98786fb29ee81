package trust

import (
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
)

// fetched is an account, organization, OU or root as AWS Organizations
// describes it. Source: AWS Organizations API Reference, data types.
type fetched struct {
	ID              string `json:"Id"`
	ARN             string `json:"Arn"`
	Name            string
	MasterAccountID string `json:"MasterAccountId"`
}

// organizationsARN is that of anything in AWS Organizations: the organization
// comes first in what it names.
var organizationsARN = regexp.MustCompile(`^arn:aws[a-z-]*:organizations::\d{12}:(?:account|organization|ou|root)/(o-[a-z0-9]{10,32})(?:/|$)`)

// answers are the lists that the AWS CLI prints, by their keys.
func answers() map[string]Kind {
	return map[string]Kind{"Accounts": Account, "OrganizationalUnits": OU, "Organization": Organization, "Roots": root}
}

// root is the top of an organization. Nothing is shared with it; it tells the
// organization.
const root Kind = "root"

// json reads what the AWS CLI printed for list-accounts, describe-organization
// and the like, one answer or several behind each other.
func (l *loader) json(source *diag.Source) {
	decoder := json.NewDecoder(strings.NewReader(source.Text))
	for {
		err := l.answer(decoder, source)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			l.failJSON(decoder, source, err)
			return
		}
	}
}

func (l *loader) failJSON(decoder *json.Decoder, source *diag.Source, err error) {
	at := int(decoder.InputOffset())
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = int(syntax.Offset) - 1
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		at, err = len(source.Text), errors.New("the text ends within a value")
	}
	at = max(0, min(at, len(source.Text)))
	l.fail(source, diag.Span{Start: at, End: min(at+1, len(source.Text))}, "", "bad JSON: %v", err)
}

// errForm is that a value is not of the form that the AWS CLI prints.
var errForm = errors.New(`an answer of the AWS CLI was expected, such as {"Accounts": […]}`)

// answer reads one object of lists.
func (l *loader) answer(decoder *json.Decoder, source *diag.Source) error {
	if t, err := decoder.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return errForm
	}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return unexpected(err)
		}
		key, _ := token.(string)
		kind, known := answers()[key]
		switch {
		case known && kind == Organization:
			err = l.item(decoder, source, kind)
		case known:
			err = l.items(decoder, source, kind)
		default:
			if key != "NextToken" {
				end := int(decoder.InputOffset())
				l.fail(source, diag.Span{Start: max(0, end-len(key)-2), End: end}, "save what list-accounts, list-organizational-units-for-parent, list-roots or describe-organization of aws organizations prints", "unknown key %q", key)
			}
			var skipped json.RawMessage
			err = decoder.Decode(&skipped)
		}
		if err != nil {
			return unexpected(err)
		}
	}
	_, err := decoder.Token()
	return unexpected(err)
}

// unexpected makes an end within an answer an error.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (l *loader) items(decoder *json.Decoder, source *diag.Source, kind Kind) error {
	if t, err := decoder.Token(); err != nil {
		return err
	} else if t != json.Delim('[') {
		return errForm
	}
	for decoder.More() {
		if err := l.item(decoder, source, kind); err != nil {
			return err
		}
	}
	_, err := decoder.Token()
	return err
}

// item reads one thing that AWS Organizations describes. All of it is ours:
// nobody else's organization answers us.
func (l *loader) item(decoder *json.Decoder, source *diag.Source, kind Kind) error {
	begin := int(decoder.InputOffset())
	begin += len(source.Text[begin:]) - len(strings.TrimLeft(source.Text[begin:], " \t\r\n,:"))
	var f fetched
	if err := decoder.Decode(&f); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			// The decoder has passed over the value; the others may be right.
			l.fail(source, diag.Span{Start: begin, End: begin + 1}, "", "%s: %s was not expected here", wrong.Field, wrong.Value)
			return nil
		}
		return err
	}
	span := diag.Span{Start: begin, End: begin + 1}
	organization := ""
	if m := organizationsARN.FindStringSubmatch(f.ARN); m != nil {
		organization = m[1]
		l.told(Entry{ID: organization, Kind: Organization}, source, span)
	}
	if kind == root {
		return nil
	}
	if wrong, hint := checkID(f.ID, kind); wrong != "" {
		l.fail(source, span, hint, "Id: %s, not %q", wrong, f.ID)
		return nil
	}
	if kind == Organization {
		if accountID.MatchString(f.MasterAccountID) {
			l.told(Entry{ID: f.MasterAccountID, Kind: Account, Organization: f.ID, Reason: "management account of " + f.ID}, source, span)
		}
		l.told(Entry{ID: f.ID, Kind: Organization}, source, span)
		return nil
	}
	reason := ""
	if organization != "" {
		reason = string(kind) + " of organization " + organization
	}
	l.told(Entry{ID: f.ID, Kind: kind, Name: f.Name, Organization: organization, Reason: reason}, source, span)
	return nil
}

// told adds what AWS Organizations told of.
func (l *loader) told(e Entry, source *diag.Source, span diag.Span) {
	e.Relation, e.fetched = Own, true
	l.add(&e, source, span)
}
