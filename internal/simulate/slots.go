package simulate

// slots are the values of templates. Those that name a resource draw it from
// a stock of the account and region, so that the same names come again and
// again, and an event names the same one in its request and its answer.
var slots = map[string]slot{
	// The event and who caused it.
	"account": func(s *scene, b []byte) []byte { return append(b, s.account.id...) },
	"region":  func(s *scene, b []byte) []byte { return append(b, s.region...) },
	"arn": func(s *scene, b []byte) []byte {
		if s.who.arn == "" {
			return append(b, "anonymous"...)
		}
		return append(b, s.who.arn...)
	},
	"request": func(s *scene, b []byte) []byte { return append(b, s.requestID[:]...) },
	"org":     func(s *scene, b []byte) []byte { return append(b, s.world.org...) },
	"key": func(s *scene, b []byte) []byte {
		number, _ := s.session()
		return appendKeyID(b, "ASIA", number)
	},
	"created": func(s *scene, b []byte) []byte {
		_, since := s.session()
		return appendTime(b, since)
	},

	// Times.
	"time":   func(s *scene, b []byte) []byte { return appendTime(b, s.now) },
	"before": func(s *scene, b []byte) []byte { return appendTime(b, s.now-int64(s.dice.below(40*86400))) },
	"stamp":  func(s *scene, b []byte) []byte { return appendStamp(b, s.now) },
	"expiry": func(s *scene, b []byte) []byte { return appendStamp(b, s.now+3600) },
	"millis": func(s *scene, b []byte) []byte { return appendInt(b, int(s.now)*1000+s.dice.below(1000)) },

	// Fresh numbers.
	"uuid":   func(s *scene, b []byte) []byte { return appendUUID(b, s.dice.uint64(), s.dice.uint64()) },
	"hex":    func(s *scene, b []byte) []byte { return appendHex(b, s.dice.uint64(), 16) },
	"digit":  func(s *scene, b []byte) []byte { return appendInt(b, 1+s.dice.below(9)) },
	"num":    func(s *scene, b []byte) []byte { return appendInt(b, s.dice.below(1000)) },
	"bytes":  func(s *scene, b []byte) []byte { return appendInt(b, 200+s.dice.below(1<<(9+s.dice.below(14)))) },
	"id":     func(s *scene, b []byte) []byte { return append(appendBase64(b, &s.dice, 74), "=="...) },
	"token":  func(s *scene, b []byte) []byte { return appendBase64(b, &s.dice, 180) },
	"newkey": func(s *scene, b []byte) []byte { return appendKeyID(b, "ASIA", s.dice.uint64()) },
	"akia":   func(s *scene, b []byte) []byte { return appendKeyID(b, "AKIA", s.dice.uint64()) },
	"fresh":  func(s *scene, b []byte) []byte { return appendHex(append(b, "i-0"...), s.dice.uint64(), 16) },

	// What there is in the account and region.
	"instance": resource("i-", 17, 1, 180),
	"image":    resource("ami-", 17, 2, 40),
	"snapshot": resource("snap-", 17, 3, 300),
	"volume":   resource("vol-", 17, 4, 240),
	"vpc":      resource("vpc-", 17, 5, 3),
	"subnet":   resource("subnet-", 17, 6, 9),
	"eni":      resource("eni-", 17, 7, 220),
	"group":    resource("sg-", 17, 8, 30),
	"acl":      resource("acl-", 17, 9, 3),
	"template": resource("lt-", 17, 10, 12),
	"short":    resource("", 8, 11, 60),
	"long":     resource("", 16, 12, 4000),
	"cmk": func(s *scene, b []byte) []byte {
		h := hash(s.place, 13, s.pick%12)
		return appendUUID(b, h, mix(h))
	},
	"app": func(s *scene, b []byte) []byte { return append(b, apps[s.pick%uint64(len(apps))]...) },
	"env": func(s *scene, b []byte) []byte {
		return append(b, environments[s.pick/16%uint64(len(environments))]...)
	},
	"bucket": func(s *scene, b []byte) []byte {
		b = append(append(b, "example-"...), apps[s.pick%uint64(len(apps))]...)
		b = append(append(b, '-'), environments[s.pick/16%uint64(len(environments))]...)
		b = append(append(b, '-'), s.region...)
		return append(append(b, '-'), s.account.id[5:]...)
	},
	"type": func(s *scene, b []byte) []byte { return append(b, machines[s.pick/64%uint64(len(machines))]...) },
	"zone": func(s *scene, b []byte) []byte { return append(append(b, s.region...), "abc"[s.pick%3]) },
	"private": func(s *scene, b []byte) []byte {
		x := s.dice.uint64()
		b = append(appendInt(append(b, "10."...), int(x%16)), '.')
		return appendInt(append(appendInt(b, int(x>>8%256)), '.'), 4+int(x>>16%250))
	},

	// Lists of varying length, the tail of the sizes.
	"instances": list(1, 400, func(s *scene, b []byte) []byte {
		h := hash(s.place, 1, s.dice.uint64()%180)
		return append(appendHex(append(b, `{"instanceId":"i-0`...), h, 16), `"}`...)
	}),
	"volumes": list(1, 200, func(s *scene, b []byte) []byte {
		h := hash(s.place, 4, s.dice.uint64()%240)
		return append(appendHex(append(b, `{"volumeId":"vol-0`...), h, 16), `"}`...)
	}),
	"enis": list(1, 150, func(s *scene, b []byte) []byte {
		h := hash(s.place, 7, s.dice.uint64()%220)
		return append(appendHex(append(b, `{"networkInterfaceId":"eni-0`...), h, 16), `"}`...)
	}),
	"digests": list(1, 100, func(s *scene, b []byte) []byte {
		b = append(b, `{"imageDigest":"sha256:`...)
		for range 4 {
			b = appendHex(b, s.dice.uint64(), 16)
		}
		return append(b, `"}`...)
	}),
	"tags": list(2, 40, func(s *scene, b []byte) []byte {
		b = append(append(b, `{"key":"`...), tagKeys[s.dice.below(len(tagKeys))]...)
		b = append(append(b, `","value":"`...), apps[s.dice.below(len(apps))]...)
		return append(b, `"}`...)
	}),
	"evaluations": list(4, 100, func(s *scene, b []byte) []byte {
		h := hash(s.place, 1, s.dice.uint64()%180)
		b = append(b, `{"complianceResourceType":"AWS::EC2::Instance","complianceResourceId":"i-0`...)
		b = append(appendHex(b, h, 16), `","complianceType":"`...)
		if !s.dice.chance(9000) {
			b = append(b, "NON_"...)
		}
		b = append(b, `COMPLIANT","orderingTimestamp":"`...)
		return append(appendStamp(b, s.now), `"}`...)
	}),
	"settings": list(8, 60, func(s *scene, b []byte) []byte {
		b = append(append(b, `{"name":"`...), settings[s.dice.below(len(settings))]...)
		b = append(append(b, `","value":"`...), apps[s.dice.below(len(apps))]...)
		b = append(append(b, '.'), environments[s.dice.below(len(environments))]...)
		return append(b, `.internal.example.com"}`...)
	}),
	"metrics": list(1, 200, func(s *scene, b []byte) []byte {
		b = appendInt(append(b, `{"id":"m`...), s.dice.below(100_000))
		b = append(append(b, `","metricStat":{"metric":{"namespace":"AWS/ApplicationELB","metricName":"`...), metrics[s.dice.below(len(metrics))]...)
		b = append(append(b, `","dimensions":[{"name":"LoadBalancer","value":"app/`...), apps[s.dice.below(len(apps))]...)
		b = appendHex(append(b, '/'), hash(s.place, 12, s.dice.uint64()%400), 16)
		return append(b, `"}]},"period":300,"stat":"Sum"},"returnData":true}`...)
	}),
	// Statements of a policy that is a text within the record.
	"statements": list(1, 30, func(s *scene, b []byte) []byte {
		b = appendInt(append(b, `{\"Sid\":\"Allow`...), s.dice.below(1000))
		b = append(append(b, `\",\"Effect\":\"Allow\",\"Action\":[\"`...), actions[s.dice.below(len(actions))]...)
		b = append(append(b, `\",\"`...), actions[s.dice.below(len(actions))]...)
		b = append(append(b, `\"],\"Resource\":\"arn:aws:s3:::example-`...), apps[s.dice.below(len(apps))]...)
		b = append(append(b, '-'), environments[s.dice.below(len(environments))]...)
		return append(append(append(b, '-'), s.account.id[5:]...), `/*\"}`...)
	}),
	// A query as an analyst leaves it: a line for each column.
	"columns": list(3, 120, func(s *scene, b []byte) []byte {
		b = append(append(b, `sum(case when `...), apps[s.dice.below(len(apps))]...)
		b = append(append(b, `.state = '`...), environments[s.dice.below(len(environments))]...)
		b = appendInt(append(b, `' then amount end) as c`...), s.dice.below(1000))
		return append(b, `\n`...)
	}),
}

// list is a slot for the items of an array: mostly few, and ever fewer lists
// are ever longer, as it is with the sizes of real records.
func list(least, most int, item slot) slot {
	return func(s *scene, b []byte) []byte {
		n := least + s.dice.below(least+1)
		for n < most && s.dice.chance(5000) {
			n += 1 + s.dice.below(2*n)
		}
		for i := range min(n, most) {
			if i > 0 {
				b = append(b, ',')
			}
			b = item(s, b)
		}
		return b
	}
}

// appendKeyID makes an access key ID that shows that it is none.
func appendKeyID(b []byte, prefix string, number uint64) []byte {
	b = append(b, prefix...)
	for i := 8; i >= 0; i-- {
		b = append(b, "0123456789ABCDEF"[number>>(4*i)&15])
	}
	return append(b, "EXAMPLE"...)
}

var (
	apps = []string{
		"checkout", "billing", "orders", "catalog", "search", "profile", "payments", "inventory",
		"shipping", "reports", "ledger", "notify", "media", "gateway", "ingest", "analytics",
	}
	environments = []string{"prod", "prod", "prod", "staging", "dev"}
	machines     = []string{"t3.medium", "m6i.large", "m6i.xlarge", "c6g.large", "r6i.2xlarge", "m7g.large", "t4g.small"}
	tagKeys      = []string{"Name", "Team", "CostCenter", "Environment", "Service", "aws:autoscaling:groupName", "ManagedBy", "DataClass"}
	metrics      = []string{"RequestCount", "TargetResponseTime", "HTTPCode_Target_5XX_Count", "ActiveConnectionCount", "ProcessedBytes", "UnHealthyHostCount"}
	actions      = []string{"s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject", "kms:Decrypt", "kms:GenerateDataKey", "s3:GetObjectVersion", "s3:PutObjectTagging"}
	settings     = []string{"DATABASE_HOST", "CACHE_HOST", "QUEUE_HOST", "LOG_LEVEL", "FEATURE_FLAGS", "TRACING_ENDPOINT", "UPSTREAM", "METRICS_HOST"}
)
