package command

// table is every command that pugmark knows, in the order of the names. A new
// command is a new file and a line here.
var table = []*Spec{
	appendCommand,
	appendcols,
	appendpipe,
	formatCommand,
	head,
	iplocation,
	join,
	mapCommand,
	multisearch,
	returnCommand,
	search,
	union,
}
