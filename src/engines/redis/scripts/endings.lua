-- Why rooms of a person ended, in no order. Argument: person.
due.sweep(options.mostDue)
return answer(endings.of(ARGV[3]))
