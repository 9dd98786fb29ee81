package markdown

import "testing"

func TestText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain text, with (signs).":  "plain text, with (signs).",
		"user_arn and _emphasis_":    `user_arn and \_emphasis\_`,
		"a | b * c [d] <e>":          `a \| b \* c \[d\] \<e\>`,
		"AT&T &amp; x":               `AT&T \&amp; x`,
		"# no heading\n- no list":    "\\# no heading\\\n\\- no list",
		"2. no list, and 2.5 within": `2\. no list, and 2.5 within`,
		"$user$":                     `\$user\$`,
	} {
		if got := Text(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestCode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"arn:aws:iam::1:user/a_b*c":  "`arn:aws:iam::1:user/a_b*c`",
		" <b>&amp;</b> @team #1 ":    "`<b>&amp;</b> @team #1`",
		"a|b":                        "<code>a&#124;b</code>",
		"`](http://x) <!-- www.x.y ": "<code>&#96;&#93;(http&#58;//x) &lt;&#33;-- www&#46;x&#46;y</code>",
		"@team|":                     "<code>&#64;team&#124;</code>",
		"  ":                         "–",
	} {
		if got := Code(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestFenced(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a\nb":         "```\na\nb\n```\n",
		"```\n# x\n~~": "````\n```\n# x\n~~\n````\n",
	} {
		if got := Fenced(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
