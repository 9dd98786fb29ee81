module github.com/pugmark/pugmark

go 1.26
