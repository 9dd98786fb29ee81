// Package exposure keeps the ledger of who can launch or copy what: images and
// snapshots of EC2 and RDS, rebuilt from the calls that CloudTrail recorded.
//
// A [History] takes events in any order; its [Ledger] replays the calls among
// them and answers for any moment. The package asks no cloud: what happened
// before the logs begin is unknown, and said to be. It does not know which
// recipients are trusted. Start reading at [History.Ledger].
package exposure
