package cloudtrail

import (
	"strings"

	"github.com/pugmark/pugmark/internal/value"
)

// ruleNeeds are the raw fields of a rule of a network ACL, and of the rules of
// a security group in the form of today and in the older flat one.
var ruleNeeds = []string{
	"eventName",
	"requestParameters.egress", "requestParameters.aclProtocol", "requestParameters.cidrBlock", "requestParameters.ipv6CidrBlock",
	"requestParameters.portRange.from", "requestParameters.portRange.to",
	permissions + "ipProtocol", permissions + "fromPort", permissions + "toPort",
	permissions + "ipRanges.items{}.cidrIp", permissions + "ipv6Ranges.items{}.cidrIpv6",
	"requestParameters.ipProtocol", "requestParameters.fromPort", "requestParameters.toPort", "requestParameters.cidrIp",
}

const permissions = "requestParameters.ipPermissions.items{}."

func direction(get getter) value.Value {
	name := get("eventName").String()
	switch {
	case strings.Contains(name, "SecurityGroupIngress"):
		return value.OfText("ingress")
	case strings.Contains(name, "SecurityGroupEgress"):
		return value.OfText("egress")
	case !strings.Contains(name, "NetworkAclEntry"):
		return value.Value{}
	}
	switch get("requestParameters.egress").String() {
	case "true":
		return value.OfText("egress")
	case "false":
		return value.OfText("ingress")
	}
	return value.Value{}
}

// protocols are those that rules name; -1 stands for all. Source: AWS,
// AuthorizeSecurityGroupIngress and CreateNetworkAclEntry.
var protocols = [][2]string{{"-1", "all"}, {"1", "icmp"}, {"6", "tcp"}, {"17", "udp"}, {"58", "icmpv6"}}

func ruleProtocol(get getter) value.Value {
	if direction(get).IsNull() {
		return value.Value{}
	}
	return coalesce(get, "requestParameters.aclProtocol", permissions+"ipProtocol", "requestParameters.ipProtocol")
}

func protocol(get getter) value.Value { return translate(ruleProtocol(get), 0, 1) }

func protocolCode(get getter) value.Value { return translate(ruleProtocol(get), 1, 0) }

// translate replaces what is in one column of protocols by what is in the
// other.
func translate(v value.Value, from, to int) value.Value {
	texts := v.Texts()
	for i, text := range texts {
		for _, p := range protocols {
			if p[from] == text {
				texts[i] = p[to]
			}
		}
	}
	return value.OfTexts(texts)
}

// rangeOf is what a rule of the direction is about; of any if it is "".
func rangeOf(wanted string, about func(getter) value.Value) func(getter) value.Value {
	return func(get getter) value.Value {
		if d := direction(get); d.IsNull() || wanted != "" && d.String() != wanted {
			return value.Value{}
		}
		return about(get)
	}
}

func addresses(get getter) value.Value {
	var list []value.Value
	for _, name := range []string{
		"requestParameters.cidrBlock", "requestParameters.ipv6CidrBlock", permissions + "ipRanges.items{}.cidrIp",
		permissions + "ipv6Ranges.items{}.cidrIpv6", "requestParameters.cidrIp",
	} {
		list = append(list, get(name))
	}
	return value.OfList(list)
}

// ports gives each pair of the lists of first and last ports. A rule for all
// protocols has none.
func ports(get getter) value.Value {
	for _, pair := range [][2]string{
		{"requestParameters.portRange.from", "requestParameters.portRange.to"},
		{permissions + "fromPort", permissions + "toPort"},
		{"requestParameters.fromPort", "requestParameters.toPort"},
	} {
		from, to := get(pair[0]), get(pair[1])
		if n := from.Len(); n > 0 && n == to.Len() {
			list := make([]string, n)
			for i := range list {
				list[i] = from.At(i).String() + "-" + to.At(i).String()
			}
			return value.OfTexts(list)
		}
	}
	return value.Value{}
}
